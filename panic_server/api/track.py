"""The resident's phone tells where it is while its alarm stands."""

from dataclasses import replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from dispatch.cancelling import STREAM_AFTER_CANCEL
from dispatch.commands import MoveAlarm
from geo.position import read_position
from panic_server.api.alarms import find_alarm
from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import Anybody, Id, Kentongan
from panic_server.api.me import read_positions
from panic_server.journal.port import Actor, IncidentOrder
from panic_server.wire import phone, shapes
from panic_server.wire.problems import ALARM_UNKNOWN, INCIDENT_CLOSED, NOT_FOUND
from panic_server.wire.read import read_body

routes = resource("alarms")

_about: Final[dict[str, Any]] = described(
    gives=phone.TrackTaken, takes=shapes.PositionsRequest, refuses=(ALARM_UNKNOWN, NOT_FOUND, INCIDENT_CLOSED)
)


@routes.post("/v1/alarms/{alarm_id}/positions", **_about)
async def track_alarm(alarm_id: Id, caller: Anybody, request: Request, services: Kentongan) -> Response:
    """Where the phone was: several at once, in any order, some perhaps again. It ends when the incident is closed."""
    raw_positions = read_positions(await read_body(request.headers, request.receive))
    stored, incident = await find_alarm(services, caller, alarm_id)
    now = services.clock.now()
    read = (read_position(raw, now=now)[0] for raw in raw_positions)
    usable = tuple(replace(fix, at=fix.at or now) for fix in read if fix is not None)
    command = MoveAlarm(stored.alarm.id, caller.subject, usable)
    await services.writer.submit(
        IncidentOrder(command, Actor(caller.role.value, caller.subject), incident_id=incident.id)
    )
    until = stored.cancelled_at and stored.cancelled_at + STREAM_AFTER_CANCEL
    return answer(phone.TrackTaken(len(usable), len(raw_positions) - len(usable), until))
