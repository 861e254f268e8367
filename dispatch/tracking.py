"""The phone moves while the incident is open: which of its positions say where the incident is now, and who is told."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from dispatch.cancelling import STREAM_AFTER_CANCEL
from dispatch.commands import MoveAlarm
from dispatch.errors import IncidentClosed
from dispatch.events import Event, IncidentMoved, SectorChanged
from dispatch.facts import Facts
from dispatch.incident import FLAGS_KEPT, Alarm, Incident, Kind
from dispatch.neighbourhood import areas_told, neighbourhood_of, representatives_told
from dispatch.policy import Policy
from dispatch.telling import tell
from geo.areas import AreaRef
from geo.clocks import Report, is_set_back
from geo.geofence import Place
from geo.position import Position

# A phone that loses the sky falls back on the cell tower: such a fix, right after a good one, says less than that one.
COARSE_M: Final = 500.0
COARSE_FACTOR: Final = 4.0
FRESH: Final = timedelta(minutes=1)

FORMER_KEPT: Final = 1
"""The sector that was in charge before keeps seeing the incident, so that nobody there drops what they are doing."""

CLOCK_SET_BACK: Final = "clock_set_back"
"""The flag of an incident whose phone's clock was set back: it moves by the fixes as they arrive."""


def newest(fixes: Iterable[Position]) -> Position | None:
    """Of those with a time, in whatever order they came."""
    timed = [(fix.at, number, fix) for number, fix in enumerate(fixes) if fix.at is not None]
    return max(timed)[2] if timed else None


def moving_fix(incident: Incident, move: MoveAlarm) -> Position | None:
    """The fix that moves the incident; None when none does.

    Only the phone that opened it moves it: where its witnesses walk says nothing about where it burns.
    """
    fix = newest(move.positions)
    known = incident.position
    if fix is None or not incident.is_open:
        return None
    if known is None:
        return fix
    if incident.device != move.device or (known.at and fix.at and fix.at <= known.at):
        return None
    return None if _is_coarse(fix, known) else fix


def arriving_fix(incident: Incident, move: MoveAlarm, reports: Sequence[Report], *, now: datetime) -> Position | None:
    """The fix that moves the incident, dated as it came, where the phone's clock was set back since the last one.

    `reports` are the phone's last, in the order they came.
    """
    fix = newest(move.positions)
    if fix is None or fix.at is None or incident.device != move.device:
        return None
    if not is_set_back([*reports, (now.timestamp(), fix.at.timestamp())]):
        return None
    return moving_fix(incident, dataclasses.replace(move, positions=(dataclasses.replace(fix, at=now),)))


def _is_coarse(fix: Position, known: Position) -> bool:
    if fix.accuracy_m is None or known.accuracy_m is None or fix.at is None or known.at is None:
        return False
    is_far_worse = fix.accuracy_m > max(COARSE_M, COARSE_FACTOR * known.accuracy_m)
    return is_far_worse and fix.at - known.at < FRESH


def decide_move(incident: Incident, move: MoveAlarm, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """Late, repeated and reordered positions are kept in the track and never move the incident back.

    Raises IncidentClosed; but for a while after a cancel, of whatever kind, they are taken all the same.
    """
    if not incident.is_open:
        cancelled_at = facts.cancels.cancelled_at
        if cancelled_at is None or now >= cancelled_at + STREAM_AFTER_CANCEL:
            raise IncidentClosed(incident.id)
        return []
    fix = moving_fix(incident, move) or facts.arrived
    if fix is None or facts.place is None:
        return []
    flags = (CLOCK_SET_BACK,) if fix is facts.arrived and CLOCK_SET_BACK not in incident.flags else ()
    codes = areas_newly_told(incident, fix, facts.place, policy)
    known = frozenset(told.person.id for told in incident.told)
    told = representatives_told(codes, facts, known=known, now=now)
    event = SectorChanged if _leader(incident.place) != _leader(facts.place) else IncidentMoved
    return [event(move.alarm_id, move.device, fix, facts.place, neighbourhood_of(codes, told), told, now, flags)]


def areas_newly_told(incident: Incident, fix: Position, place: Place, policy: Policy) -> tuple[str, ...]:
    """The RT hear of it once it has a place, and not again each time that the phone crosses a street."""
    is_hidden = incident.silent or incident.kind is Kind.VIOLENCE
    if incident.position is not None or is_hidden or incident.cancelled:
        return ()
    silent, drill = incident.silent, incident.drill
    alarm = Alarm("", incident.device, incident.kind, fix, fix, place, None, None, silent, drill, ())
    return areas_told(alarm, policy)


def moved(incident: Incident, event: IncidentMoved | SectorChanged) -> Incident:
    left = [one for one in incident.place.sectors[:1] if one not in event.place.sectors]
    before = (*(one for one in incident.former_sectors if one not in event.place.sectors), *left)
    incident = tell(incident, event.neighbourhood, event.told)
    return replace(
        incident,
        position=event.position,
        origin=event.position,
        place=event.place,
        former_sectors=tuple(dict.fromkeys(before))[-FORMER_KEPT:],
        flags=tuple(dict.fromkeys(incident.flags + event.flags))[:FLAGS_KEPT],
    )


def _leader(place: Place) -> AreaRef | None:
    return place.sectors[0] if place.sectors else None
