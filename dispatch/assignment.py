"""Officers: whom to ask, and what their answers mean."""

from datetime import datetime, timedelta
from hashlib import blake2b

from dispatch.commands import AcceptOffer, ChangeAssignment, DeclineOffer, LeaveExercise, ReceiveOffer, WithdrawOfficer
from dispatch.errors import (
    AssignmentUnknown,
    IncidentClosed,
    OfferEnded,
    OfferExpired,
    OfferTaken,
    OfferUnknown,
    OfficerEngaged,
)
from dispatch.events import AssignmentChanged, Event, OfferAccepted, OfferDeclined, OfferReceived, OffersWithdrawn
from dispatch.facts import Candidate, Facts
from dispatch.incident import Assignment, AssignmentStatus, Incident, Offer, OfferStatus
from dispatch.policy import Rules

ORDER = (AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE, AssignmentStatus.CLEAR)


def make_offers(
    incident_id: str,
    candidates: list[Candidate],
    *,
    made_before: int,
    now: datetime,
    rules: Rules,
) -> tuple[Offer, ...]:
    """The same decision makes the same offers."""
    expires_at = now + timedelta(seconds=rules.offer_timeout_s)
    return tuple(
        Offer(
            id=offer_id(incident_id, number),
            officer=candidate.officer,
            status=OfferStatus.OPEN,
            offered_at=now,
            expires_at=expires_at,
            received_at=None,
            distance_m=candidate.distance_m,
            own_sector=candidate.own_sector,
            position_stale=candidate.position_stale,
            position_age_s=candidate.position_age_s,
            load=candidate.load,
        )
        for number, candidate in enumerate(candidates, start=made_before)
    )


def offer_id(incident_id: str, number: int) -> str:
    """A UUID that follows from the incident's and the offer's number, and begins as the incident's.

    A table of offers then grows at its end; ids that are spread over all of it would touch as many pages as rows.
    """
    return incident_id[:24] + blake2b(f"{incident_id} {number}".encode(), digest_size=6).hexdigest()


def own_offer(incident: Incident, offer_id: str, officer_id: str) -> Offer:
    """Raises OfferUnknown; of an offer that another officer holds nothing is said."""
    offer = incident.offer(offer_id)
    if offer is None or offer.officer.id != officer_id:
        raise OfferUnknown(offer_id)
    return offer


def is_forgotten(incident: Incident, offer_id: str, facts: Facts) -> bool:
    """The offer was made to this officer and ended so long ago that only the journal still has it."""
    return incident.offer(offer_id) is None and facts.offer_was_made


def decide_receipt(incident: Incident, receipt: ReceiveOffer, facts: Facts, *, now: datetime) -> list[Event]:
    """Raises OfferUnknown. A second receipt, or one for an ended offer, changes nothing."""
    if is_forgotten(incident, receipt.offer_id, facts):
        return []
    offer = own_offer(incident, receipt.offer_id, receipt.officer_id)
    if not offer.is_open or offer.received_at is not None:
        return []
    return [OfferReceived(offer.id, receipt.officer_id, now)]


def decide_accept(incident: Incident, answer: AcceptOffer, facts: Facts, *, now: datetime) -> list[Event]:
    """First come, one winner for each place; the winner may say it again.

    Raises OfferUnknown, OfferTaken, OfferExpired, OfferEnded, OfficerEngaged.
    """
    won = incident.assignment(answer.offer_id)
    if won is not None:
        if won.officer.id == answer.officer_id:
            return []
        raise OfferTaken(answer.offer_id)
    if is_forgotten(incident, answer.offer_id, facts):
        raise OfferTaken(answer.offer_id) if incident.is_filled else OfferExpired(answer.offer_id)
    offer = own_offer(incident, answer.offer_id, answer.officer_id)
    if incident.is_filled:
        raise OfferTaken(answer.offer_id)
    if offer.status is OfferStatus.EXPIRED or (offer.is_open and offer.expires_at <= now):
        raise OfferExpired(answer.offer_id)
    if not offer.is_open:
        raise OfferEnded(answer.offer_id)
    if facts.engaged_elsewhere:
        raise OfficerEngaged(answer.officer_id)
    is_last_place = incident.filled + 1 >= incident.places
    others = tuple(other.id for other in incident.open_offers() if other.id != offer.id) if is_last_place else ()
    return [OfferAccepted(offer.id, offer.officer, others, now)]


def decide_decline(incident: Incident, answer: DeclineOffer, facts: Facts, *, now: datetime) -> list[Event]:
    """Raises OfferUnknown, OfferExpired, OfferEnded. A second decline changes nothing."""
    if is_forgotten(incident, answer.offer_id, facts):
        raise OfferEnded(answer.offer_id)
    offer = own_offer(incident, answer.offer_id, answer.officer_id)
    if offer.status is OfferStatus.DECLINED:
        return []
    if offer.status is OfferStatus.EXPIRED:
        raise OfferExpired(answer.offer_id)
    if not offer.is_open:
        raise OfferEnded(answer.offer_id)
    return [OfferDeclined(offer.id, answer.officer_id, now, answer.reason)]


def decide_withdrawal(incident: Incident, command: WithdrawOfficer | LeaveExercise, *, now: datetime) -> list[Event]:
    if isinstance(command, LeaveExercise):
        return _leave_exercise(incident, command, now=now)
    open_ids = tuple(offer.id for offer in incident.open_offers() if offer.officer.id == command.officer_id)
    return [OffersWithdrawn(open_ids, now)] if open_ids else []


def _leave_exercise(incident: Incident, command: LeaveExercise, *, now: datetime) -> list[Event]:
    """What is real is left by nobody. Saying it twice changes nothing."""
    if not incident.drill:
        return []
    return [
        AssignmentChanged(assignment.id, command.officer_id, AssignmentStatus.CLEAR, now, called_away=True)
        for assignment in incident.open_assignments()
        if assignment.officer.id == command.officer_id
    ]


def decide_assignment_change(
    incident: Incident, change: ChangeAssignment, facts: Facts, *, now: datetime
) -> list[Event]:
    """A late or repeated word never turns an assignment back; only a correction does, and a late one of these neither.
    A phone whose clock is ahead of ours reports as of now: its true reports would all be late from then on. Of one that
    only the journal remembers everything has been said.

    Raises AssignmentUnknown, IncidentClosed, OfficerEngaged, OfferTaken.
    """
    assignment = incident.assignment(change.assignment_id)
    if assignment is None and facts.offer_was_made and not change.correction:
        return []
    if assignment is None or assignment.officer.id != change.officer_id:
        raise AssignmentUnknown(change.assignment_id)
    reported_at = min(change.reported_at, now) if change.reported_at else None
    if reported_at and assignment.reported_at and reported_at <= assignment.reported_at:
        return []
    steps = ORDER.index(change.status) - ORDER.index(assignment.status)
    if steps == 0 or (steps < 0 and not change.correction):
        return []
    changed = AssignmentChanged(assignment.id, change.officer_id, change.status, now, steps < 0, reported_at)
    return [changed] if steps > 0 else _go_back(incident, assignment, changed, facts)


def _go_back(incident: Incident, assignment: Assignment, changed: AssignmentChanged, facts: Facts) -> list[Event]:
    """Who was clear goes on only where nobody else does by now, and is then asked about nothing else."""
    if not incident.is_open:
        raise IncidentClosed(incident.id)
    if assignment.is_open:
        return [changed]
    if facts.engaged_elsewhere:
        raise OfficerEngaged(changed.officer_id)
    if any(one.is_open or one.arrived_at for one in incident.assignments if one.id != assignment.id):
        raise OfferTaken(assignment.id)
    open_ids = tuple(offer.id for offer in incident.open_offers())
    return [changed, OffersWithdrawn(open_ids, changed.at)] if open_ids else [changed]
