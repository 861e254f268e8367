"""Who goes to one place goes to no other: what an officer leaves for it. An exercise is left for an emergency, never
the other way round.
"""

from collections.abc import Iterator, Sequence

from dispatch.commands import AcceptOffer, ChangeAssignment
from dispatch.events import AssignmentChanged, Event, OfferAccepted
from dispatch.incident import Incident
from panic_server.journal.port import IncidentOrder
from panic_server.journal.registry import ASSIGNMENT_SLOT, Held, Registry


def now_going(events: Sequence[Event]) -> Iterator[str]:
    """Officers who go there from now on: they said yes, or took a clear back."""
    for event in events:
        if isinstance(event, OfferAccepted):
            yield event.officer.id
        elif isinstance(event, AssignmentChanged) and event.correction:
            yield event.officer_id


def exercises_left(registry: Registry, incident: Incident, events: Sequence[Event]) -> list[tuple[str, Held]]:
    """Officers who leave the exercise that they are in, in the same commit and before they go."""
    if incident.drill:
        return []
    going = ((officer_id, registry.exercise_of(officer_id)) for officer_id in now_going(events))
    return [(officer_id, held) for officer_id, held in going if held is not None]


def offers_left(registry: Registry, officer_id: str, *, drill: bool) -> list[Held]:
    """Where the officer is still asked, and is no longer to be; who goes to an exercise is still asked what is real."""
    slots = registry.engaged(officer_id).slots
    asked = (registry.get(incident_id) for slot, (_, incident_id) in slots.items() if slot > 0)
    return [held for held in asked if held is not None and (held.incident.drill or not drill)]


def goes_on_under(registry: Registry, order: IncidentOrder) -> Held | None:
    """Where the officer goes who says this about their assignment: not where they were asked, when that was merged into
    another incident, and they stayed there after it came back.
    """
    if not isinstance(order.command, AcceptOffer | ChangeAssignment):
        return None
    goes_to = registry.engaged(order.command.officer_id).slots.get(ASSIGNMENT_SLOT)
    return registry.get(goes_to[1]) if goes_to and goes_to[0] == order.offer_id else None
