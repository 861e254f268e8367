"""What has to be pushed to phones because of an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.events import (
    AlarmJoined,
    AlarmUpdated,
    CancelledByResident,
    Closed,
    Event,
    IncidentMoved,
    IncidentOpened,
    NeighboursTold,
    OfferAccepted,
    OffersExpired,
    OffersMade,
    OffersWithdrawn,
    OfficerOffered,
    OfficerWithdrawn,
    PlacesChanged,
    Reopened,
    SectorChanged,
    SupervisorsTold,
)
from dispatch.evolve import evolve
from dispatch.incident import AssignmentStatus, Incident, Offer, Told
from dispatch.merging import MergedInto

# Whoever learns later than this that something is over has learnt it from the page.
NEWS_LIVES = timedelta(seconds=60)


class PushKind(StrEnum):
    OFFER = "offer"
    OFFER_WITHDRAWN = "offer_withdrawn"
    NEIGHBOURHOOD = "neighbourhood"
    ALL_CLEAR = "all_clear"
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn"
    UNCLAIMED = "unclaimed"


NEWS = frozenset({PushKind.NEIGHBOURHOOD, PushKind.ALL_CLEAR})

NOT_URGENT = NEWS | {PushKind.OFFER_WITHDRAWN}
"""These wait while officers are being asked, in the outbox as well as in memory."""


def wakes_nobody(kind: PushKind, incident: Incident) -> bool:
    """The all clear, and in quiet hours the neighbourhood's news. Officers and supervisors are woken whatever it is
    about, also for a silent alarm: an offer that waits for a phone to wake up by itself is over before it arrives.
    """
    return kind is PushKind.ALL_CLEAR or (kind is PushKind.NEIGHBOURHOOD and incident.quiet)


@dataclass(frozen=True, slots=True)
class PushIntent:
    """One message for one person's phones. It is worth nothing after `expires_at`."""

    kind: PushKind
    recipient: str
    offer_id: str | None
    expires_at: datetime | None


def effects(before: Incident | None, event: Event) -> list[PushIntent]:
    """`before` is the incident as it was when the event happened."""
    match event:
        case IncidentOpened() | AlarmJoined():
            return [*_offered(event.offers), *_told(event.told), *_told_again(before, event)]
        case AlarmUpdated() | NeighboursTold() | IncidentMoved() | SectorChanged():
            return _told(event.told)
        case OffersMade():
            return _offered(event.offers)
        case OfferAccepted():
            return _withdrawn(before, event.withdrawn)
        case CancelledByResident():
            return _withdrawn(before, event.withdrawn)
        case OffersWithdrawn() | OffersExpired():
            return _withdrawn(before, event.offer_ids)
        case OfficerOffered():
            return _offered([event.offer])
        case OfficerWithdrawn():
            return _called_off(before, event)
        case PlacesChanged():
            return _withdrawn(before, event.withdrawn)
        case SupervisorsTold():
            return [PushIntent(PushKind.UNCLAIMED, one.id, None, event.at + NEWS_LIVES) for one in event.people]
        case Closed():
            return [*_over(before, event.at), *_all_clear(event.all_clear)]
        case Reopened():
            return _told_again(before, event)
        case MergedInto():
            return _withdrawn(before, [offer.id for offer in before.open_offers()]) if before else []
        case _:
            return []


def ended_offers(before: Incident | None, after: Incident) -> list[str]:
    """Ids of the offers that were open before and are no longer: their waiting pushes need not go out."""
    if before is None:
        return []
    still_open = {offer.id for offer in after.open_offers()}
    return [offer.id for offer in before.open_offers() if offer.id not in still_open]


def _offered(offers: Iterable[Offer]) -> list[PushIntent]:
    return [PushIntent(PushKind.OFFER, offer.officer.id, offer.id, offer.expires_at) for offer in offers]


def _told(told: Iterable[Told]) -> list[PushIntent]:
    return [PushIntent(PushKind.NEIGHBOURHOOD, one.person.id, None, None) for one in told]


def _told_again(before: Incident | None, event: Event) -> list[PushIntent]:
    """Who heard that it is over must hear that it is not, unless it still looks cancelled: whether it was under duress
    makes no difference that the RT could hear.
    """
    if before is None or before.is_open:
        return []
    after = evolve(before, event)
    is_secret = after.cancelled is not None or not after.neighbourhood
    return [] if is_secret else _told(before.told)


def _all_clear(people: Iterable[str]) -> list[PushIntent]:
    return [PushIntent(PushKind.ALL_CLEAR, person_id, None, None) for person_id in people]


def _withdrawn(before: Incident | None, offer_ids: Iterable[str]) -> list[PushIntent]:
    if before is None:
        return []
    offers = (before.offer(offer_id) for offer_id in offer_ids)
    # An offer that has run out is still on the phone: the news lives longer than the offer did.
    return [PushIntent(PushKind.OFFER_WITHDRAWN, o.officer.id, o.id, o.expires_at + NEWS_LIVES) for o in offers if o]


def _over(before: Incident | None, at: datetime) -> list[PushIntent]:
    """Who is on the way must turn back, and may have the phone in a pocket; who is there knows."""
    if before is None:
        return []
    on_the_way = [one for one in before.open_assignments() if one.status is AssignmentStatus.EN_ROUTE]
    return [
        *_withdrawn(before, [offer.id for offer in before.open_offers()]),
        *(PushIntent(PushKind.ASSIGNMENT_WITHDRAWN, one.officer.id, one.id, at + NEWS_LIVES) for one in on_the_way),
    ]


def _called_off(before: Incident | None, event: OfficerWithdrawn) -> list[PushIntent]:
    if before is not None and before.assignment(event.offer_id):
        recipient = event.officer.id
        return [PushIntent(PushKind.ASSIGNMENT_WITHDRAWN, recipient, event.offer_id, event.at + NEWS_LIVES)]
    return _withdrawn(before, [event.offer_id])
