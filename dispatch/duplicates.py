"""Whether a press belongs to an incident that is already open, and what it adds to it."""

import math
from datetime import datetime, timedelta

from dispatch.incident import Alarm, Incident, Kind
from dispatch.policy import Policy
from geo.position import STALE_AFTER, Position

# The mean radius of the Earth: over the few hundred metres that are asked about, its flattening is centimetres.
EARTH_M = 6_371_008.8
METRES_PER_DEGREE = math.radians(EARTH_M)


def joins(incident: Incident, alarm: Alarm, *, is_known_phone: bool = False) -> bool:
    """The same phone presses again: it is the same emergency, unless one is an exercise and the other is not.

    `is_known_phone`: an earlier alarm of this phone is in the incident, though another phone's opened it. What is
    violence or silent concerns one phone alone, and goes into no incident that others are part of.
    """
    if not incident.is_open or incident.drill != alarm.drill:
        return False
    if is_private(alarm.kind, silent=alarm.silent) and incident.phone_count > 1:
        return False
    return incident.device == alarm.device or (is_known_phone and not is_private(incident.kind, silent=incident.silent))


def is_private(kind: Kind, *, silent: bool) -> bool:
    """Never one incident with another phone's alarm: whoever it is about may be next to that phone."""
    return silent or kind is Kind.VIOLENCE


def must_stand_alone(incident: Incident, alarm: Alarm) -> bool:
    """This alarm is in an incident that other phones are part of, and its own phone now says what is not for them."""
    return incident.is_open and incident.phone_count > 1 and is_private(alarm.kind, silent=alarm.silent)


def is_joinable(incident: Incident) -> bool:
    """Whether another phone's alarm could be about it at all. A cancel, of whatever kind, stays one phone's matter.

    Duress says nothing here: whoever presses beside the phone must not learn of it by what their own alarm joins.
    """
    if not incident.is_open or incident.position is None or incident.cancelled is not None:
        return False
    return not is_private(incident.kind, silent=incident.silent)


def is_same_emergency(incident: Incident, alarm: Alarm, *, now: datetime, policy: Policy) -> bool:
    """Another phone presses near in place and time, of a kind that may be the same. In doubt it is not the same."""
    if incident.position is None or alarm.position is None or not is_joinable(incident):
        return False
    if incident.drill != alarm.drill or is_private(alarm.kind, silent=alarm.silent):
        return False
    if not are_compatible(incident.kind, alarm.kind, policy):
        return False
    if _is_old_fix(alarm, now):
        return False
    is_near = distance_m(incident.position, alarm.position) <= join_radius_m(incident.position, alarm.position, policy)
    return is_near and is_in_time(incident, time_of(alarm, now), policy)


def _is_old_fix(alarm: Alarm, now: datetime) -> bool:
    """It was old when the button was pressed, by our clock and by the phone's, whichever of them is wrong."""
    if alarm.position is None or alarm.position.at is None:
        return False
    latest = min(time_of(alarm, now), alarm.pressed_at or now)
    return latest - alarm.position.at > STALE_AFTER


def are_compatible(one: Kind, other: Kind, policy: Policy) -> bool:
    return one is other or any(one in group and other in group for group in policy.join_kinds)


def time_of(alarm: Alarm, now: datetime) -> datetime:
    """When the button was pressed, which for one that waited in the phone is long before it came.

    How long it waited the phone's own clock tells, however wrong that is: else one with a wrong date could be part of
    nothing, and would have officers sent a second time.
    """
    if alarm.pressed_at is None:
        return now
    if alarm.sent_at is None:
        return min(alarm.pressed_at, now)
    return now - max(alarm.sent_at - alarm.pressed_at, timedelta(0))


def is_in_time(incident: Incident, at: datetime, policy: Policy) -> bool:
    """Within the window around what the incident's alarms tell of: it stays open to others as long as they come."""
    window = timedelta(seconds=policy.join_window_s)
    return incident.opened_at - window <= at <= (incident.last_alarm_at or incident.opened_at) + window


def join_radius_m(one: Position, other: Position, policy: Policy) -> float:
    """Grows with what both fixes leave open; negative for a fix too inexact to say what is near it."""
    exact = [policy.join_accuracy_m if fix.accuracy_m is None else fix.accuracy_m for fix in (one, other)]
    if max(exact) > policy.join_radius_max_m:
        return -1.0
    return min(policy.join_radius_max_m, policy.join_radius_m + math.hypot(*exact))


def distance_m(one: Position, other: Position) -> float:
    """On a plane that touches the Earth between the two; wrong by less than a metre below a kilometre."""
    north = math.radians(other.lat - one.lat)
    east = math.radians((other.lon - one.lon + 180) % 360 - 180) * math.cos(math.radians((one.lat + other.lat) / 2))
    return EARTH_M * math.hypot(north, east)


def joined_kind(incident: Incident, alarm: Alarm) -> Kind:
    """A second press may say more precisely what it is; it never makes a known kind vague.

    Violence outweighs every other kind, also when it is said second: from then on the RT must not hear of it.
    """
    return alarm.kind if incident.kind is Kind.EMERGENCY or alarm.kind is Kind.VIOLENCE else incident.kind


def is_better_place(incident: Incident, alarm: Alarm) -> bool:
    """The newest fix of the incident's own phone wins: a press that waited in the phone never moves it back, nor one
    without a fix. Where a witness stands says nothing new about where it burns.
    """
    if alarm.position is None:
        return False
    if incident.position is None:
        return True
    if alarm.device != incident.device:
        return False
    known_at = incident.position.at
    return known_at is None or alarm.position.at is None or alarm.position.at >= known_at


def is_placed_by(incident: Incident, alarm: Alarm) -> bool:
    """The incident had no position so far, and this repeat of its alarm brings one."""
    return incident.is_open and incident.position is None and alarm.position is not None
