"""`kentongan token`: a token, or a link that signs in once, for a person who is made if need be; or their end."""

import sys
from argparse import Namespace
from collections.abc import Sequence

from panic_server.clock import SystemClock
from panic_server.commands import Stop
from panic_server.commands.inspection import load_settings
from panic_server.people import CONSOLE_ROLES, Role

_PAGES = {Role.RESIDENT: "", Role.OFFICER: "officer", Role.REPRESENTATIVE: "representative"}


def run(arguments: Namespace) -> int:
    """The token, or the link, stands alone on the last line."""
    from panic_server.journal.accounts import RoleConflict  # noqa: PLC0415 - as above
    from panic_server.journal.admin import issue_code, issue_token  # noqa: PLC0415 - SQLAlchemy takes a quarter second.
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as above

    if arguments.unit is not None and arguments.role is not Role.OFFICER:
        raise Stop(f"only officers have a unit; {arguments.subject} is to be {arguments.role}", status=2)
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if arguments.revoke:
        return _revoke(settings.database_url, arguments.role, arguments.subject)
    issue = issue_code if arguments.link is not None else issue_token
    try:
        secret = issue(
            settings.database_url,
            role=arguments.role,
            subject=arguments.subject,
            areas=tuple(dict.fromkeys(arguments.area)),
            name=arguments.name,
            unit=arguments.unit,
            now=SystemClock().now(),
        )
        strange = _not_on_the_map(settings.database_url, arguments.area)
    except (DatabaseUnusable, RoleConflict) as error:
        raise Stop(str(error)) from None
    for code in strange:
        print(f"kentongan: warning: there is no area or sector {code} on the map in force", file=sys.stderr)
    print(
        secret if arguments.link is None else sign_in_link(arguments.link or settings.address, arguments.role, secret)
    )
    return 0


def _revoke(database_url: str, role: Role, subject: str) -> int:
    from panic_server.journal.admin import PersonUnknown, revoke_tokens  # noqa: PLC0415 - as above
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as above

    try:
        ended = revoke_tokens(database_url, role=role, subject=subject, now=SystemClock().now())
    except (DatabaseUnusable, PersonUnknown) as error:
        raise Stop(str(error)) from None
    print(f"{subject} is signed out: {ended} tokens are worth nothing any more")
    return 0


def _not_on_the_map(database_url: str, codes: Sequence[str]) -> list[str]:
    """The map may come later, so this is no mistake yet; but who has only such areas sees and hears next to nothing."""
    from panic_server.journal.admin import current_map  # noqa: PLC0415 - as above

    if not codes:
        return []
    area_map = current_map(database_url)
    return [code for code in dict.fromkeys(codes) if area_map.area(code) is None and area_map.sector(code) is None]


def sign_in_link(address: str, role: Role, code: str) -> str:
    """The code stands behind the `#`, so that no browser sends it to a server and no log keeps it."""
    page = "console" if role in CONSOLE_ROLES else _PAGES[role]
    return f"{address.rstrip('/')}/{page}#code={code}"
