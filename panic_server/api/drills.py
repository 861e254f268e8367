"""Exercises: planned by operators, marked everywhere, outside the statistics, ended by one click."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from starlette.responses import Response

from dispatch.incident import Kind
from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import ConsoleUser, Id, Kentongan, body
from panic_server.api.orders import person
from panic_server.clock import new_id
from panic_server.journal.drills import load_drill, load_drills
from panic_server.journal.port import Actor, Drill, DrillOrder
from panic_server.people import CONSOLE_ROLES, Principal
from panic_server.services import Services
from panic_server.wire import drills as wire
from panic_server.wire import shapes
from panic_server.wire.problems import BODY_INVALID, DRILL_AREA_UNKNOWN, DRILL_TIME, DRILL_UNKNOWN, NOT_FOUND, Refusal

routes = resource("drills")

# A plan for longer ahead, or for a day that is over, is a slip of the hand.
_FURTHEST: Final = timedelta(days=366)
_PAST: Final = timedelta(days=1)


@routes.post(
    "/v1/drills",
    **described(
        gives=wire.Drill,
        status=201,
        takes=wire.DrillRequest,
        may=CONSOLE_ROLES,
        refuses=(DRILL_AREA_UNKNOWN, DRILL_TIME),
    ),
)
async def plan_drill(
    caller: ConsoleUser, wish: Annotated[wire.DrillRequest, body(wire.DrillRequest)], services: Kentongan
) -> Response:
    """An exercise, now or later. Its alarms go the same way as others, and are marked as exercise wherever they go."""
    name = wish.name.strip()
    if not name:
        raise Refusal(BODY_INVALID, "The field name is empty")
    await _check_area(services, caller, wish.area)
    starts_at = _start(wish.starts_at, services.clock.now())
    drill = Drill(
        id=new_id(),
        name=name,
        area=wish.area,
        kind=Kind(wish.kind),
        alarms=wish.alarms,
        planned_by=person(caller),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=wish.minutes),
        ended_at=None,
    )
    await _give(services, caller, drill)
    await services.drills.look()
    return answer(_shape(drill), status=201)


@routes.get("/v1/drills", **described(gives=wire.Drills, may=CONSOLE_ROLES))
async def list_drills(caller: ConsoleUser, services: Kentongan) -> Response:
    """To come, under way, and over; the latest to start comes first."""
    found = await services.reader.ask(lambda connection: load_drills(connection, running=False))
    may = await _judge(services, caller)
    return answer(wire.Drills(tuple(_shape(drill) for drill in found if may(drill.area))))


@routes.post(
    "/v1/drills/{drill_id}/end", **described(gives=wire.Drill, may=CONSOLE_ROLES, refuses=(DRILL_UNKNOWN, NOT_FOUND))
)
async def end_drill(drill_id: Id, caller: ConsoleUser, services: Kentongan) -> Response:
    """Over, at once: every incident of the exercise is closed as a test, and whoever was asked or sent is free.

    Of one that has not begun it is the end as well. Saying it twice changes nothing.
    """
    drill = await services.reader.ask(lambda connection: load_drill(connection, drill_id))
    if drill is None or not (await _judge(services, caller))(drill.area):
        raise Refusal(DRILL_UNKNOWN)
    if drill.ended_at is None:
        drill = replace(drill, ended_at=services.clock.now())
        await _give(services, caller, drill)
    return answer(_shape(drill))


async def _give(services: Services, caller: Principal, drill: Drill) -> None:
    await services.writer.submit(DrillOrder(drill, person(caller), Actor(caller.role.value, caller.subject)))


def _start(wished: datetime | None, now: datetime) -> datetime:
    """What should have begun a while ago begins now. Raises Refusal for what nobody can have meant."""
    if wished is None:
        return now
    at = wished.replace(tzinfo=UTC) if wished.tzinfo is None else wished
    if not now - _PAST <= at <= now + _FURTHEST:
        raise Refusal(DRILL_TIME)
    return max(at, now)


async def _check_area(services: Services, caller: Principal, code: str | None) -> None:
    """Raises Refusal for what is not on the map, or not the caller's."""
    known = services.maps.current
    # Without a map there is nowhere to press.
    is_known = bool(known.area(code) or known.sector(code)) if code is not None else bool(known.areas())
    if not is_known or not (await _judge(services, caller))(code):
        raise Refusal(DRILL_AREA_UNKNOWN)


async def _judge(services: Services, caller: Principal) -> Callable[[str | None], bool]:
    """Says whether an exercise in an area is the caller's: whoever answers for sectors has all that lies in them."""
    if not caller.areas:
        return lambda _code: True
    within = await asyncio.to_thread(services.maps.within, caller.areas)
    return lambda code: code in caller.areas or code in within


def _shape(drill: Drill) -> wire.Drill:
    return wire.Drill(
        id=drill.id,
        name=drill.name,
        area=drill.area,
        kind=drill.kind.value,
        alarms=drill.alarms,
        planned_by=shapes.Person(drill.planned_by.id, drill.planned_by.name),
        starts_at=drill.starts_at,
        ends_at=drill.ends_at,
        ended_at=drill.ended_at,
    )
