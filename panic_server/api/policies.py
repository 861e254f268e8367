"""The policies that decided: every incident names a version, and here is what that version said."""

from typing import Final

from starlette.responses import Response

from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import ConsoleUser, Kentongan
from panic_server.journal.policies import load_policies, load_policy_text
from panic_server.journal.port import KeptPolicy
from panic_server.people import CONSOLE_ROLES
from panic_server.services import Services
from panic_server.wire import policies as wire
from panic_server.wire.problems import POLICY_UNKNOWN, Refusal

routes = resource("policies")

# A name of at most 40 characters, and the letters of the digest.
_LONGEST: Final = 60


@routes.get("/v1/policies", **described(gives=wire.PolicyVersions, may=CONSOLE_ROLES))
async def list_policies(_: ConsoleUser, services: Kentongan) -> Response:
    """Every version that was ever in force, the last one first."""
    kept = await services.reader.ask(load_policies)
    return answer(wire.PolicyVersions(tuple(_version(one, services) for one in kept)))


# A city may call its version what it likes, also "2026/11".
@routes.get(
    "/v1/policies/{version:path}",
    **described(gives=wire.PolicyText, may=CONSOLE_ROLES, refuses=(POLICY_UNKNOWN,)),
)
async def show_policy(version: str, _: ConsoleUser, services: Kentongan) -> Response:
    """What this version said, word for word."""
    if not version.isprintable() or len(version) > _LONGEST:
        raise Refusal(POLICY_UNKNOWN)
    kept = await services.reader.ask(lambda connection: load_policy_text(connection, version))
    if kept is None:
        raise Refusal(POLICY_UNKNOWN)
    known = _version(kept, services)
    return answer(
        wire.PolicyText(known.version, known.first_in_force_at, known.last_in_force_at, known.in_force, kept.text)
    )


def _version(kept: KeptPolicy, services: Services) -> wire.PolicyVersion:
    in_force = kept.version == services.policies.current.version
    return wire.PolicyVersion(kept.version, kept.first_at, kept.last_at, in_force)
