"""`kentongan token`: a token, or a link that signs in once, for a person who is made if need be; or their end."""

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from panic_server.clock import SystemClock
from panic_server.commands import Stop
from panic_server.commands.folders import make_data_dir
from panic_server.commands.inspection import load_settings
from panic_server.people import CONSOLE_ROLES, Role

if TYPE_CHECKING:
    from geo.areas import AreaMap

_NEIGHBOURHOOD = {"rt", "rw", "village"}
_OF_A_NEW_TOKEN = ("area", "city_wide", "name", "unit", "link")
_PAGES = {Role.RESIDENT: "", Role.OFFICER: "officer", Role.REPRESENTATIVE: "representative"}


def run(arguments: Namespace) -> int:
    """The token, or the link, stands alone on the last line."""
    from panic_server.journal.accounts import RoleConflict  # noqa: PLC0415 - as above
    from panic_server.journal.admin import issue_code, issue_token  # noqa: PLC0415 - SQLAlchemy takes a quarter second.
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as above

    _refuse_misfits(arguments)
    settings = load_settings()
    make_data_dir(settings)
    if arguments.revoke:
        return _revoke(settings.database_url, arguments.role, arguments.subject)
    issue = issue_code if arguments.link is not None else issue_token
    try:
        secret = issue(
            settings.database_url,
            role=arguments.role,
            subject=arguments.subject,
            areas=_areas(arguments),
            name=arguments.name,
            unit=arguments.unit,
            now=SystemClock().now(),
        )
        warnings = _warnings(settings.database_url, arguments.role, arguments.subject)
    except (DatabaseUnusable, RoleConflict) as error:
        raise Stop(str(error)) from None
    for warning in warnings:
        print(f"kentongan: warning: {warning}", file=sys.stderr)
    print(
        secret if arguments.link is None else sign_in_link(arguments.link or settings.address, arguments.role, secret)
    )
    return 0


def _refuse_misfits(arguments: Namespace) -> None:
    """Options that say nothing about such a person, or contradict each other."""
    subject, role = arguments.subject, arguments.role
    if arguments.unit is not None and role is not Role.OFFICER:
        raise Stop(f"only officers have a unit; {subject} is to be {role}", status=2)
    if arguments.city_wide and role not in CONSOLE_ROLES:
        raise Stop(f"only operators and supervisors are city-wide; {subject} is to be {role}", status=2)
    if arguments.city_wide and arguments.area:
        raise Stop(f"--city-wide takes all areas from {subject}: give either that or --area", status=2)
    given = [option for option in _OF_A_NEW_TOKEN if getattr(arguments, option) not in (None, False, [])]
    if arguments.revoke and given:
        options = ", ".join(f"--{option.replace('_', '-')}" for option in given)
        raise Stop(f"--revoke only ends what {subject} has; give {options} with a new token", status=2)


def _areas(arguments: Namespace) -> tuple[str, ...] | None:
    """None leaves the areas of somebody who is there as they are."""
    if arguments.city_wide:
        return ()
    return tuple(dict.fromkeys(arguments.area)) or None


def _revoke(database_url: str, role: Role, subject: str) -> int:
    from panic_server.journal.admin import PersonUnknown, revoke_tokens  # noqa: PLC0415 - as above
    from panic_server.journal.database import DatabaseUnusable  # noqa: PLC0415 - as above

    try:
        ended = revoke_tokens(database_url, role=role, subject=subject, now=SystemClock().now())
    except (DatabaseUnusable, PersonUnknown) as error:
        raise Stop(str(error)) from None
    print(f"{subject} is signed out: {ended} tokens are worth nothing any more")
    return 0


def _warnings(database_url: str, role: Role, subject: str) -> list[str]:
    """The map may come later, so nothing is a mistake yet; but who has such areas sees and hears next to nothing."""
    from panic_server.journal.admin import areas_of, current_map  # noqa: PLC0415 - as above

    codes = areas_of(database_url, subject)
    if not codes:
        return [f"{subject} hears of nothing without --area"] if role is Role.REPRESENTATIVE else []
    area_map = current_map(database_url)
    return [said for code in codes if (said := _unfit(area_map, role, code)) is not None]


def _unfit(area_map: "AreaMap", role: Role, code: str) -> str | None:
    """Why this code does nothing for such a person."""
    area, is_sector = area_map.area(code), area_map.sector(code) is not None
    if area is None and not is_sector:
        return f"there is no area or sector {code} on the map in force"
    found = "sector" if area is None else area.level.value
    match role:
        case Role.RESIDENT:
            return None
        case Role.REPRESENTATIVE:
            return None if found in _NEIGHBOURHOOD else f"{code} is a {found}; representatives' are rt, rw, village"
        case Role.OFFICER | Role.OPERATOR | Role.SUPERVISOR:
            return None if is_sector else f"{code} is a {found}; {role}s' areas are sectors"


def sign_in_link(address: str, role: Role, code: str) -> str:
    """The code stands behind the `#`, so that no browser sends it to a server and no log keeps it."""
    page = "console" if role in CONSOLE_ROLES else _PAGES[role]
    return f"{address.rstrip('/')}/{page}#code={code}"
