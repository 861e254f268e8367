"""Incidents: looked at by whoever may, worked on by operators."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace
from starlette.responses import Response

from dispatch.commands import AddNote, Claim, Close, Release, Reopen
from dispatch.incident import Disposition, Incident
from panic_server.api.alarms import coming
from panic_server.api.answers import answer, etag, seen_by
from panic_server.api.describe import described, resource
from panic_server.api.inputs import (
    READERS,
    ConsoleUser,
    ExpectedVersion,
    Id,
    Kentongan,
    ReaderCaller,
    body,
    query,
)
from panic_server.api.orders import person, work
from panic_server.journal.port import StoredAlarm, TimelineRow, TrackRow
from panic_server.people import CONSOLE_ROLES, Principal, Role
from panic_server.services import Services
from panic_server.wire import phone, problems, shapes, views
from panic_server.wire.problems import BODY_INVALID, INCIDENT_CLOSED, INCIDENT_UNKNOWN, NOT_FOUND, Refusal
from panic_server.wire.reports import moments_view

routes = resource("incidents")

# A page of paper; the whole body has to stay below 16 KiB.
_LONGEST_NOTE: Final = 4000

_PRINTABLE = r"^[^\u0000-\u001f]{1,64}$"


class IncidentsQuery(Struct, frozen=True):
    """`after` is the `next` of the page before."""

    status: Literal["open", "closed"] | None = None
    area: Annotated[str, Meta(pattern=_PRINTABLE, description="Code of an area or a sector")] | None = None
    after: Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


@routes.get("/v1/incidents", **described(gives=shapes.IncidentPage, asks=IncidentsQuery, may=READERS))
async def list_incidents(
    caller: ReaderCaller, wanted: Annotated[IncidentsQuery, query(IncidentsQuery)], services: Kentongan
) -> Response:
    """What the caller may see, newest first."""
    found, cursor = await services.queries.incidents(
        caller, status=wanted.status, area=wanted.area, after=wanted.after, limit=wanted.limit
    )
    return answer(shapes.IncidentPage(tuple(seen_by(services, one, caller) for one in found), cursor))


@routes.get(
    "/v1/incidents/{incident_id}",
    **described(gives=shapes.IncidentDetail, may=READERS, refuses=(INCIDENT_UNKNOWN, NOT_FOUND)),
)
async def show_incident(incident_id: Id, caller: ReaderCaller, services: Kentongan) -> Response:
    """One incident. Operators also get its timeline, the alarms as they came, and where they came from."""
    incident = await services.queries.incident(incident_id, caller)
    if incident is None:
        raise Refusal(INCIDENT_UNKNOWN)
    arrivals = tuple(_arrivals(services, incident, caller))
    detail = shapes.IncidentDetail(seen_by(services, incident, caller), (), (), (), coming=arrivals)
    if caller.role in CONSOLE_ROLES:
        detail = await _with_history(services, detail)
    return answer(detail, headers={"ETag": etag(detail.incident)})


def _arrivals(services: Services, incident: Incident, reader: Principal) -> Iterator[shapes.Arrival]:
    """The RT learns when somebody comes, but not who. After a cancel it learns nothing more, whatever goes on."""
    is_neighbour = reader.role is Role.REPRESENTATIVE
    if not incident.is_open or (is_neighbour and incident.cancelled):
        return
    for assignment in incident.seen_assignments() if is_neighbour else incident.open_assignments():
        found, unit = coming(services, incident, assignment), services.board.unit_of(assignment.officer.id)
        yield (
            shapes.Arrival(found.status, found.eta_s)
            if is_neighbour
            else shapes.Arrival(
                status=found.status,
                eta_s=found.eta_s,
                officer=views.person(assignment.officer),
                unit=unit.value if unit else None,
                distance_m=found.distance_m,
            )
        )


async def _with_history(services: Services, detail: shapes.IncidentDetail) -> shapes.IncidentDetail:
    incident_id = detail.incident.id
    alarms = await services.queries.alarms(incident_id)
    timeline = await services.queries.timeline(incident_id)
    moves = await services.queries.track(incident_id)
    pressed = (TrackRow(one.alarm.device, one.alarm.position) for one in alarms if one.alarm.position)
    return replace(
        detail,
        timeline=tuple(_timeline_entry(row) for row in timeline),
        alarms=tuple(_alarm_record(one) for one in alarms),
        moments=moments_view(await services.queries.moments(incident_id)),
        track=tuple(views.track_point(one.device, one.position) for one in sorted((*pressed, *moves), key=_when)),
    )


def _when(row: TrackRow) -> float:
    """What has no time comes first."""
    return row.position.at.timestamp() if row.position.at else 0.0


def _timeline_entry(row: TimelineRow) -> shapes.TimelineEntry:
    actor = msgspec.convert({"role": row.actor.role, "id": row.actor.id}, shapes.Actor)
    return shapes.TimelineEntry(row.seq, row.kind, row.at, actor, Raw(row.data.encode()))


def _alarm_record(stored: StoredAlarm) -> shapes.AlarmRecord:
    alarm = stored.alarm
    return shapes.AlarmRecord(
        id=alarm.id,
        device=alarm.device,
        received_at=stored.received_at,
        pressed_at=alarm.pressed_at,
        sent_at=alarm.sent_at,
        kind=alarm.kind.value,
        silent=alarm.silent,
        drill=alarm.drill,
        position=views.position(alarm.position),
        raw_position=None if stored.raw_position is None else Raw(stored.raw_position.encode()),
        place=views.place(alarm.place),
        flags=alarm.flags,
    )


_OF_WORK: Final = (INCIDENT_UNKNOWN, NOT_FOUND)


@routes.post(
    "/v1/incidents/{incident_id}/claim",
    **described(
        gives=shapes.Incident,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, INCIDENT_CLOSED, problems.CLAIMED_BY_ANOTHER),
    ),
)
async def claim(incident_id: Id, caller: ConsoleUser, version: ExpectedVersion, services: Kentongan) -> Response:
    """The operator takes the incident over."""
    return await work(services, caller, incident_id, Claim(person(caller)), version)


@routes.post(
    "/v1/incidents/{incident_id}/release",
    **described(
        gives=shapes.Incident,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, INCIDENT_CLOSED, problems.NOT_CLAIMED),
    ),
)
async def release(incident_id: Id, caller: ConsoleUser, version: ExpectedVersion, services: Kentongan) -> Response:
    """The operator gives the incident back."""
    return await work(services, caller, incident_id, Release(person(caller)), version)


@routes.post(
    "/v1/incidents/{incident_id}/notes",
    **described(gives=shapes.Incident, takes=shapes.NoteRequest, may=CONSOLE_ROLES, if_match=True, refuses=_OF_WORK),
)
async def add_note(
    incident_id: Id,
    caller: ConsoleUser,
    note: Annotated[shapes.NoteRequest, body(shapes.NoteRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """A line in the timeline, for operators."""
    text = _note(note.text)
    if text is None:
        raise Refusal(BODY_INVALID, "The field text is empty")
    return await work(services, caller, incident_id, AddNote(person(caller), text), version)


@routes.post(
    "/v1/incidents/{incident_id}/close",
    **described(
        gives=shapes.Incident,
        takes=shapes.CloseRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, INCIDENT_CLOSED),
    ),
)
async def close(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[shapes.CloseRequest, body(shapes.CloseRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """How it ended. Whoever was asked or on the way is free again."""
    command = Close(person(caller), Disposition(wish.disposition), _note(wish.note))
    return await work(services, caller, incident_id, command, version)


@routes.post(
    "/v1/incidents/{incident_id}/reopen",
    **described(
        gives=shapes.Incident,
        takes=phone.ReopenRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, INCIDENT_CLOSED),
    ),
)
async def reopen(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[phone.ReopenRequest, body(phone.ReopenRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """It is not over. A cancel that an operator doubts goes on in secret, as under duress.

    One that was merged comes back by a split of the other.
    """
    return await work(services, caller, incident_id, Reopen(person(caller), _note(wish.reason)), version)


def _note(text: str | None) -> str | None:
    """Trimmed; None when nothing is left. Raises Refusal."""
    text = (text or "").strip()
    if len(text) > _LONGEST_NOTE:
        raise Refusal(BODY_INVALID, f"A note has at most {_LONGEST_NOTE} characters")
    return text or None
