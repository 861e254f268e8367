"""Whether a press belongs to an incident that is already open."""

from dispatch.incident import Alarm, Incident, Kind


def joins(incident: Incident, alarm: Alarm) -> bool:
    """The same phone presses again: it is the same emergency, unless one is an exercise and the other is not."""
    return incident.is_open and incident.device == alarm.device and incident.drill == alarm.drill


def joined_kind(incident: Incident, alarm: Alarm) -> Kind:
    """A second press may say more precisely what it is; it never makes a known kind vague.

    Violence outweighs every other kind, also when it is said second: from then on the RT must not hear of it.
    """
    return alarm.kind if incident.kind is Kind.EMERGENCY or alarm.kind is Kind.VIOLENCE else incident.kind


def is_better_place(incident: Incident, alarm: Alarm) -> bool:
    """The newest fix wins: a press that waited in the phone never moves the incident back, nor one without a fix."""
    if alarm.position is None:
        return False
    known_at = incident.position.at if incident.position else None
    return known_at is None or alarm.position.at is None or alarm.position.at >= known_at


def is_placed_by(incident: Incident, alarm: Alarm) -> bool:
    """The incident had no position so far, and this repeat of its alarm brings one."""
    return incident.is_open and incident.position is None and alarm.position is not None
