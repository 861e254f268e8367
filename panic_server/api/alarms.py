"""The trigger, and what a resident may know of their own alarm."""

import math
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dispatch.arrival import eta_s
from dispatch.cancelling import STREAM_AFTER_CANCEL, seen_stage
from dispatch.incident import Assignment, Incident, Stage
from geo.nearest import point_xyz
from geo.position import Position
from panic_server.api.answers import answer
from panic_server.api.auth import identify
from panic_server.api.describe import PlainRoute, described, resource
from panic_server.api.inputs import Anybody, Id, Kentongan
from panic_server.api.press import as_written, read_press
from panic_server.journal.port import StoredAlarm
from panic_server.people import Principal
from panic_server.services import Services
from panic_server.wire import shapes, views
from panic_server.wire.problems import ALARM_ID_INVALID, ALARM_ID_MISSING, ALARM_UNKNOWN, NOT_FOUND, Refusal
from panic_server.wire.read import read_body

routes = resource("alarms")


async def press_button(request: Request) -> Response:
    """An alarm: safe on disk once this answers.

    Whatever is wrong with its fields is marked in `flags`, never refused. The same alarm sent again, by its id and the
    sender, gets the first answer again with 200. Anybody with a token may press.
    """
    services: Services = request.app.state.services
    principal = await identify(request)
    raw = await read_body(request.headers, request.receive)
    began_s = services.clock.monotonic()
    press = read_press(raw, device=principal.subject, now=services.clock.now())
    accepted = await services.writer.submit(press)
    if accepted.is_repeat:
        services.metrics.repeat()
    else:
        services.metrics.alarm(press.kind.value, services.clock.monotonic() - began_s)
    return Response(accepted.answer, 200 if accepted.is_repeat else 201, media_type="application/json")


_about = described(
    gives=shapes.AlarmAccepted,
    status=201,
    takes=shapes.AlarmRequest,
    refuses=(ALARM_ID_MISSING, ALARM_ID_INVALID),
)
_about["responses"][200] = {**_about["responses"][201], "description": "The same alarm again: the first answer"}

TRIGGER: Final = PlainRoute("/v1/alarms", press_button, method="POST", about=_about)


@routes.get("/v1/alarms/{alarm_id}", **described(gives=shapes.AlarmProgress, refuses=(ALARM_UNKNOWN, NOT_FOUND)))
async def alarm_progress(alarm_id: Id, caller: Anybody, services: Kentongan) -> Response:
    """What the sender of an alarm may know of it: its stage, and who is coming."""
    return answer(progress(services, *await find_alarm(services, caller, alarm_id)))


async def find_alarm(services: Services, caller: Principal, alarm_id: str) -> tuple[StoredAlarm, Incident]:
    """The caller's own, by its id in any way that an alarm may have it. Raises Refusal, JournalUnavailable."""
    written = as_written(alarm_id)
    found = await services.queries.alarm(caller.subject, written) if written else None
    if found is None:
        raise Refusal(ALARM_UNKNOWN)
    return found


def progress(services: Services, stored: StoredAlarm, incident: Incident) -> shapes.AlarmProgress:
    """Of a cancelled alarm it tells the same whatever goes on: whoever looks may have forced the resident."""
    until = stored.cancelled_at and stored.cancelled_at + STREAM_AFTER_CANCEL
    looks_cancelled = until is not None and incident.is_open
    stage = Stage.CANCELLED_BY_RESIDENT if looks_cancelled else seen_stage(incident)
    return shapes.AlarmProgress(
        id=stored.alarm.id,
        incident_id=incident.id,
        received_at=stored.received_at,
        stage=stage.value,
        status=incident.status.value,
        kind=incident.kind.value,
        silent=incident.silent,
        drill=incident.drill,
        place=views.place(stored.alarm.place),
        flags=stored.alarm.flags,
        coming=() if until else tuple(coming(services, incident, one) for one in incident.seen_assignments()),
        stream_until=until,
    )


def coming(services: Services, incident: Incident, assignment: Assignment) -> shapes.Coming:
    """As of now: the time of arrival is as fresh as the officer's last position."""
    board, policy = services.board, services.policies.current
    officer_at = board.last_position(assignment.officer.id)
    is_there = assignment.status.value == "on_scene"
    distance_m = None if officer_at is None or incident.position is None else _distance_m(officer_at, incident.position)
    return shapes.Coming(
        name=assignment.officer.name,
        status=assignment.status.value,
        distance_m=None if distance_m is None else round(distance_m),
        eta_s=None
        if distance_m is None or is_there
        else eta_s(distance_m, policy.rules_of(incident), unit=board.unit_of(assignment.officer.id), policy=policy),
    )


def _distance_m(one: Position, other: Position) -> float:
    """Straight; a chord through the Earth, which within a city is the distance on the ground to a millimetre."""
    return math.dist(point_xyz(one), point_xyz(other))
