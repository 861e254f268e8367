"""Whether a press belongs to an incident that is already open."""

from dispatch.incident import Alarm, Incident, Kind


def joins(incident: Incident, alarm: Alarm) -> bool:
    """The same phone presses again: it is the same emergency, unless one is an exercise and the other is not."""
    return incident.is_open and incident.device == alarm.device and incident.drill == alarm.drill


def joined_kind(incident: Incident, alarm: Alarm) -> Kind:
    """A second press may say more precisely what it is; it never makes a known kind vague."""
    return alarm.kind if incident.kind is Kind.EMERGENCY else incident.kind


def is_better_place(incident: Incident, alarm: Alarm) -> bool:
    """The newest position wins, but none at all never replaces one."""
    return alarm.position is not None
