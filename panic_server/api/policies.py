"""The policies that decided: every incident names a version, and here is what that version said."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.responses import Response

from dispatch.incident import Kind
from dispatch.neighbourhood import may_tell
from dispatch.policy_text import PolicyInvalid, read_policy
from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import ConsoleUser, Kentongan, query
from panic_server.journal.policies import load_policies, load_policy_text
from panic_server.journal.port import KeptPolicy
from panic_server.people import CONSOLE_ROLES
from panic_server.services import Services
from panic_server.wire import policies as wire
from panic_server.wire import shapes
from panic_server.wire.problems import POLICY_UNKNOWN, Refusal

routes = resource("policies")

# A name of at most 40 characters, and the letters of the digest.
_LONGEST: Final = 60


class PolicyQuery(Struct, frozen=True):
    """Of which incidents `rules` are to tell; both or neither."""

    kind: Annotated[shapes.Kind, Meta(description="the incident's kind")] | None = None
    opened_at: Annotated[datetime, Meta(tz=True, description="when it opened")] | None = None


@routes.get("/v1/policies", **described(gives=wire.PolicyVersions, may=CONSOLE_ROLES))
async def list_policies(_: ConsoleUser, services: Kentongan) -> Response:
    """Every version that was ever in force, the last one first."""
    kept = await services.reader.ask(load_policies)
    return answer(wire.PolicyVersions(tuple(_version(one, services) for one in kept)))


# A city may call its version what it likes, also "2026/11".
@routes.get(
    "/v1/policies/{version:path}",
    **described(gives=wire.PolicyText, asks=PolicyQuery, may=CONSOLE_ROLES, refuses=(POLICY_UNKNOWN,)),
)
async def show_policy(
    version: str, _: ConsoleUser, about: Annotated[PolicyQuery, query(PolicyQuery)], services: Kentongan
) -> Response:
    """What this version said, word for word, and what it does with incidents of one kind that opened at one time."""
    if not version.isprintable() or len(version) > _LONGEST:
        raise Refusal(POLICY_UNKNOWN)
    kept = await services.reader.ask(lambda connection: load_policy_text(connection, version))
    if kept is None:
        raise Refusal(POLICY_UNKNOWN)
    known = _version(kept, services)
    return answer(
        wire.PolicyText(
            known.version,
            known.first_in_force_at,
            known.last_in_force_at,
            known.in_force,
            kept.text,
            _rules(kept.text, about),
        )
    )


def _rules(text: str, about: PolicyQuery) -> wire.PolicyRules | None:
    if about.kind is None or about.opened_at is None:
        return None
    try:
        policy = read_policy(text)
    except PolicyInvalid:
        # Kept by a server of another day, whose words are not those of this one; its text still stands.
        return None
    kind = Kind(about.kind)
    rules = policy.rules(kind, about.opened_at)
    return wire.PolicyRules(
        places=rules.places,
        officers_per_step=rules.officers_per_step,
        offer_timeout_s=rules.offer_timeout_s,
        receipt_s=rules.receipt_s,
        rings_m=rules.rings_m,
        round_s=rules.round_s,
        claim_s=rules.claim_s,
        tells_neighbours=may_tell(kind, policy),
        news_receipt_s=policy.news_receipt_s,
    )


def _version(kept: KeptPolicy, services: Services) -> wire.PolicyVersion:
    in_force = kept.version == services.policies.current.version
    return wire.PolicyVersion(kept.version, kept.first_at, kept.last_at, in_force)
