"""What an event makes of an incident."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from dispatch.duplicates import is_better_place, joined_kind
from dispatch.events import (
    AlarmJoined,
    AlarmUpdated,
    AssignmentChanged,
    Claimed,
    Closed,
    Event,
    IncidentOpened,
    Noted,
    OfferAccepted,
    OfferDeclined,
    OfferReceived,
    OffersExpired,
    OffersMade,
    OffersWithdrawn,
    Released,
    RepresentativeReceived,
)
from dispatch.incident import (
    ASKED_KEPT,
    ASSIGNMENTS_KEPT,
    ENDED_OFFERS_KEPT,
    FLAGS_KEPT,
    TOLD_KEPT,
    Assignment,
    AssignmentStatus,
    Incident,
    Kind,
    Offer,
    OfferStatus,
    Status,
    Told,
)


def evolve(incident: Incident | None, event: Event) -> Incident:
    """The incident after the event, its version one higher. Only `IncidentOpened` starts from None."""
    if isinstance(event, IncidentOpened):
        return opened(event)
    if incident is None:
        raise ValueError(f"{type(event).__name__} needs an incident")
    return replace(_evolve_known(incident, event), version=incident.version + 1)


def opened(event: IncidentOpened) -> Incident:
    alarm = event.alarm
    return Incident(
        id=event.incident_id,
        version=1,
        device=alarm.device,
        kind=alarm.kind,
        silent=alarm.silent,
        drill=alarm.drill,
        position=alarm.position,
        origin=alarm.origin,
        place=alarm.place,
        flags=alarm.flags[:FLAGS_KEPT],
        opened_at=event.at,
        alarm_count=1,
        offers_made=len(event.offers),
        asked=tuple(offer.officer.id for offer in event.offers),
        round_at=event.at,
        offers=event.offers,
        assignments=(),
        neighbourhood=event.neighbourhood,
        told=event.told[-TOLD_KEPT:],
        claimed_by=None,
        disposition=None,
        status=Status.OPEN,
    )


def _evolve_known(incident: Incident, event: Event) -> Incident:
    match event:
        case AlarmJoined():
            return joined(incident, event)
        case AlarmUpdated():
            return _flagged(incident, (*event.alarm.flags, "alarm_updated"))
        case OffersMade():
            return asked_more(incident, event.offers, event.at, new_round=event.new_round)
        case OfferReceived():
            return _with_offers(incident, (event.offer_id,), lambda offer: replace(offer, received_at=event.at))
        case OfferAccepted():
            return accepted(incident, event)
        case OfferDeclined():
            return _end_offers(incident, (event.offer_id,), OfferStatus.DECLINED)
        case OffersExpired():
            return _end_offers(incident, event.offer_ids, OfferStatus.EXPIRED)
        case OffersWithdrawn():
            return _end_offers(incident, event.offer_ids, OfferStatus.WITHDRAWN)
        case AssignmentChanged():
            return assignment_changed(incident, event)
        case RepresentativeReceived():
            return replace(incident, told=tuple(_received(told, event) for told in incident.told))
        case Claimed():
            return replace(incident, claimed_by=event.operator)
        case Released():
            return replace(incident, claimed_by=None)
        case Noted():
            return incident
        case Closed():
            return closed(incident, event)
        case IncidentOpened():
            raise ValueError("an incident opens once")


def joined(incident: Incident, event: AlarmJoined) -> Incident:
    alarm = event.alarm
    kind = joined_kind(incident, alarm)
    silent = incident.silent or alarm.silent
    is_hidden = silent or kind is Kind.VIOLENCE
    neighbourhood = () if is_hidden else tuple(dict.fromkeys(incident.neighbourhood + event.neighbourhood))[-TOLD_KEPT:]
    incident = _flagged(incident, alarm.flags)
    if is_better_place(incident, alarm):
        incident = replace(incident, position=alarm.position, place=alarm.place)
    incident = replace(
        incident,
        kind=kind,
        silent=silent,
        origin=alarm.origin or incident.origin,
        alarm_count=incident.alarm_count + 1,
        neighbourhood=neighbourhood,
        told=(incident.told + event.told)[-TOLD_KEPT:],
    )
    return asked_more(incident, event.offers, event.at, new_round=False)


def asked_more(incident: Incident, offers: tuple[Offer, ...], at: datetime, *, new_round: bool) -> Incident:
    if not offers:
        return incident
    asked = () if new_round else incident.asked
    return replace(
        incident,
        offers=_bounded(incident.offers + offers),
        offers_made=incident.offers_made + len(offers),
        asked=(asked + tuple(offer.officer.id for offer in offers))[-ASKED_KEPT:],
        round_at=at,
    )


def accepted(incident: Incident, event: OfferAccepted) -> Incident:
    incident = _end_offers(incident, (event.offer_id,), OfferStatus.ACCEPTED)
    incident = _end_offers(incident, event.withdrawn, OfferStatus.WITHDRAWN)
    assignment = Assignment(event.offer_id, event.officer, AssignmentStatus.EN_ROUTE, event.at, event.at, None)
    return replace(incident, assignments=(*incident.assignments, assignment)[-ASSIGNMENTS_KEPT:])


def assignment_changed(incident: Incident, event: AssignmentChanged) -> Incident:
    def change(assignment: Assignment) -> Assignment:
        if assignment.id != event.assignment_id:
            return assignment
        arrived_at = event.at if event.status is AssignmentStatus.ON_SCENE else assignment.arrived_at
        return replace(assignment, status=event.status, changed_at=event.at, arrived_at=arrived_at)

    return replace(incident, assignments=tuple(change(assignment) for assignment in incident.assignments))


def closed(incident: Incident, event: Closed) -> Incident:
    """Whoever was asked or on the way is free again."""
    incident = _end_offers(incident, [offer.id for offer in incident.open_offers()], OfferStatus.WITHDRAWN)
    cleared = tuple(
        replace(a, status=AssignmentStatus.CLEAR, changed_at=event.at) if a.is_open else a for a in incident.assignments
    )
    return replace(incident, status=Status.CLOSED, disposition=event.disposition, assignments=cleared)


def _flagged(incident: Incident, flags: tuple[str, ...]) -> Incident:
    return replace(incident, flags=tuple(dict.fromkeys(incident.flags + flags))[:FLAGS_KEPT])


def _received(told: Told, event: RepresentativeReceived) -> Told:
    return replace(told, received_at=event.at) if told.person.id == event.person_id else told


def _with_offers(incident: Incident, ids: Collection[str], change: Callable[[Offer], Offer]) -> Incident:
    offers = tuple(change(offer) if offer.id in ids else offer for offer in incident.offers)
    return replace(incident, offers=_bounded(offers))


def _end_offers(incident: Incident, ids: Collection[str], status: OfferStatus) -> Incident:
    return _with_offers(incident, ids, lambda offer: replace(offer, status=status))


def _bounded(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """All open offers and the last few ended ones."""
    surplus = sum(1 for offer in offers if not offer.is_open) - ENDED_OFFERS_KEPT
    kept: list[Offer] = []
    for offer in offers:
        if not offer.is_open and surplus > 0:
            surplus -= 1
            continue
        kept.append(offer)
    return tuple(kept)
