"""What operators decide over the escalation's head. Each of it has an actor and a reason."""

from datetime import datetime

from dispatch.assignment import make_offers
from dispatch.commands import ChangePlaces, OfferTo, Override, ResumeEscalation, StopEscalation, Withdraw
from dispatch.errors import (
    AlreadyAsked,
    AssignmentUnknown,
    IncidentClosed,
    OfferUnknown,
    OfficerEngaged,
    OfficerOffDuty,
    PlacesTaken,
)
from dispatch.escalation import make_room
from dispatch.events import (
    EscalationResumed,
    EscalationStopped,
    Event,
    OfficerOffered,
    OfficerWithdrawn,
    PlacesChanged,
)
from dispatch.evolve import evolve
from dispatch.facts import Candidate, Facts
from dispatch.incident import PLACES_MAX, Assignment, Incident, Offer
from dispatch.policy import Policy


def decide_override(
    incident: Incident, command: Override, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """Saying the same twice changes nothing. Raises IncidentClosed and what the single decisions raise."""
    if not incident.is_open:
        raise IncidentClosed(incident.id)
    match command:
        case OfferTo():
            return _decide_offer(incident, command, facts, now=now, policy=policy)
        case Withdraw():
            return [_decide_withdrawal(incident, command, now=now)]
        case ChangePlaces():
            return _decide_places(incident, command, now=now)
        case StopEscalation():
            stopped = EscalationStopped(command.operator, command.reason, now)
            return [] if incident.is_stopped else [stopped]
        case ResumeEscalation():
            resumed = EscalationResumed(command.operator, command.reason, now)
            return [resumed] if incident.is_stopped else []


def _decide_offer(incident: Incident, command: OfferTo, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """Where every place is taken a further one is added. Raises OfficerOffDuty, OfficerEngaged, AlreadyAsked,
    PlacesTaken, OfferUnknown.
    """
    events: list[Event] = []
    chosen = _check_officer(incident, command, facts)
    if command.instead_of is not None:
        events.append(
            _decide_withdrawal(incident, Withdraw(command.operator, command.instead_of, command.reason), now=now)
        )
        incident = evolve(incident, events[0])
    places = max(incident.places, incident.filled + 1)
    if places > PLACES_MAX:
        raise PlacesTaken(incident.id)
    [offer] = make_offers(
        incident.id,
        [chosen],
        made_before=incident.offers_made,
        now=now,
        rules=policy.rules_of(incident),
    )
    events += make_room(incident, 1, now=now)
    return [*events, OfficerOffered(offer, command.operator, command.reason, places, now)]


def _check_officer(incident: Incident, command: OfferTo, facts: Facts) -> Candidate:
    asked = any(offer.officer.id == command.officer_id for offer in incident.open_offers())
    goes = any(assignment.officer.id == command.officer_id for assignment in incident.open_assignments())
    if asked or goes:
        raise AlreadyAsked(command.officer_id)
    if facts.chosen is None:
        raise OfficerOffDuty(command.officer_id)
    if facts.engaged_elsewhere:
        raise OfficerEngaged(command.officer_id)
    return facts.chosen


def _decide_withdrawal(incident: Incident, command: Withdraw, *, now: datetime) -> OfficerWithdrawn:
    """Raises OfferUnknown, AssignmentUnknown."""
    held: Assignment | Offer | None = incident.assignment(command.offer_id)
    if held is not None and not held.is_open:
        raise AssignmentUnknown(command.offer_id)
    held = held or next((offer for offer in incident.open_offers() if offer.id == command.offer_id), None)
    if held is None:
        raise OfferUnknown(command.offer_id)
    return OfficerWithdrawn(held.id, held.officer, command.operator, command.reason, now)


def _decide_places(incident: Incident, command: ChangePlaces, *, now: datetime) -> list[Event]:
    """Raises PlacesTaken: whoever goes already is withdrawn by name, not by a number."""
    if not max(1, incident.filled) <= command.places <= PLACES_MAX:
        raise PlacesTaken(incident.id)
    if command.places == incident.places:
        return []
    is_filled = incident.filled >= command.places
    withdrawn = tuple(offer.id for offer in incident.open_offers()) if is_filled else ()
    return [PlacesChanged(command.operator, command.places, command.reason, withdrawn, now)]
