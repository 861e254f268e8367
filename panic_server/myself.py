"""Who somebody is, as they see it themselves."""

from msgspec.structs import replace

from panic_server.duty.board import DutyBoard
from panic_server.maps import Maps
from panic_server.people import Principal, Role
from panic_server.wire import shapes, views


def myself(principal: Principal, board: DutyBoard, maps: Maps) -> shapes.Me:
    if principal.role is not Role.OFFICER:
        return views.me(principal, maps.current, on_duty=None)
    unit = board.unit_of(principal.subject) or principal.unit
    seen = views.me(principal, maps.current, on_duty=board.is_on_duty(principal.subject))
    return replace(seen, unit=unit.value if unit else None)
