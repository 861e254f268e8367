"""What an event makes of an incident."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from dispatch.cancelling import cancelled, under_duress
from dispatch.duplicates import is_better_place, is_placed_by, joined_kind
from dispatch.events import (
    AlarmJoined,
    AlarmUpdated,
    AssignmentChanged,
    CancelledByResident,
    CancelledUnderDuress,
    Claimed,
    Closed,
    EscalationResumed,
    EscalationStopped,
    Event,
    IncidentMoved,
    IncidentOpened,
    NeighboursTold,
    NobodyLeft,
    Noted,
    OfferAccepted,
    OfferDeclined,
    OfferReceived,
    OffersExpired,
    OffersMade,
    OffersSilent,
    OffersWithdrawn,
    OfficerOffered,
    OfficerWithdrawn,
    OperatorsWork,
    PinRefused,
    PlacesChanged,
    PlaceShared,
    Released,
    Reopened,
    RepresentativeAnswered,
    RepresentativeReceived,
    SectorChanged,
    SupervisorsTold,
)
from dispatch.incident import (
    ASKED_KEPT,
    ASSIGNMENTS_KEPT,
    ENDED_OFFERS_KEPT,
    FLAGS_KEPT,
    OFFERS_KEPT,
    TOLD_KEPT,
    Assignment,
    AssignmentStatus,
    Incident,
    Kind,
    Offer,
    OfferStatus,
    Status,
    asked_mark,
)
from dispatch.lateness import late_s
from dispatch.merging import AlarmsSplitOff, IncidentLetGo, IncidentMerged, MergedInto, MergeUndone, merged
from dispatch.reopening import reopened, roused
from dispatch.telling import evolve_neighbourhood, tell
from dispatch.tracking import moved


def evolve(incident: Incident | None, event: Event) -> Incident:
    """The incident after the event, its version one higher. Only `IncidentOpened` starts from None."""
    if incident is None:
        if isinstance(event, IncidentOpened):
            return opened(event)
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
        alarm_count=event.alarm_count,
        phone_count=event.phone_count,
        offers_made=len(event.offers),
        asked=tuple(asked_mark(offer.officer.id) for offer in event.offers),
        round_at=event.at,
        offers=event.offers,
        assignments=(),
        neighbourhood=event.neighbourhood,
        told=event.told[-TOLD_KEPT:],
        claimed_by=None,
        disposition=None,
        status=Status.OPEN,
        standing=event.standing,
        told_count=len(event.told),
        quiet=event.quiet,
        linked_to=event.linked_to,
        late_s=late_s(alarm, event.at),
        policy=event.policy,
        places=event.places,
        step=event.step,
        step_at=event.at,
        unclaimed_since=event.at,
        nobody_left_at=None if event.offers else event.at,
    )


def _evolve_known(incident: Incident, event: Event) -> Incident:
    match event:
        case AlarmJoined():
            return joined(incident, event)
        case AlarmUpdated():
            return updated(incident, event)
        case OffersMade() | OffersSilent() | NobodyLeft() | SupervisorsTold():
            return escalated(incident, event)
        case Claimed() | Released() | Noted() | OfficerOffered() | OfficerWithdrawn() | PlacesChanged():
            return quieted(worked(incident, event), event.at)
        case EscalationStopped() | EscalationResumed():
            return quieted(worked(incident, event), event.at)
        case OfferReceived():
            return replace(incident, offers=tuple(_offer_received(offer, event) for offer in incident.offers))
        case OfferAccepted():
            return accepted(incident, event)
        case OfferDeclined():
            return _end_offers(incident, {event.offer_id: OfferStatus.DECLINED}, event.at)
        case OffersExpired():
            return _end_offers(incident, dict.fromkeys(event.offer_ids, OfferStatus.EXPIRED), event.at)
        case OffersWithdrawn():
            return _end_offers(incident, dict.fromkeys(event.offer_ids, OfferStatus.WITHDRAWN), event.at)
        case AssignmentChanged():
            return assignment_changed(incident, event)
        case RepresentativeReceived() | RepresentativeAnswered() | NeighboursTold() | PlaceShared():
            return evolve_neighbourhood(incident, event)
        case CancelledByResident() | CancelledUnderDuress() | IncidentMoved() | SectorChanged() | PinRefused():
            return _followed(incident, event)
        case Closed():
            return closed(incident, event)
        case MergedInto() | IncidentMerged() | AlarmsSplitOff() | MergeUndone() | IncidentLetGo():
            return merged(incident, event)
        case Reopened():
            return reopened(incident, event)
        case IncidentOpened():
            raise ValueError("an incident opens once")


def _followed(
    incident: Incident, event: CancelledByResident | CancelledUnderDuress | IncidentMoved | SectorChanged | PinRefused
) -> Incident:
    """What the phone does after the press."""
    match event:
        case CancelledByResident():
            withdrawn = dict.fromkeys(event.withdrawn, OfferStatus.WITHDRAWN)
            return cancelled(_end_offers(incident, withdrawn, event.at), event)
        case CancelledUnderDuress():
            return under_duress(incident, event)
        case IncidentMoved() | SectorChanged():
            return moved(incident, event)
        case PinRefused():
            return incident


def updated(incident: Incident, event: AlarmUpdated) -> Incident:
    """Of another body under the same id counts the first fix, and what hides the incident from the RT."""
    alarm = event.alarm
    flagged = _flagged(incident, (*alarm.flags, "alarm_updated"))
    if not incident.is_open:
        return flagged
    if is_placed_by(incident, alarm):
        flagged = replace(flagged, position=alarm.position, place=alarm.place, origin=alarm.origin)
    kind = Kind.VIOLENCE if alarm.kind is Kind.VIOLENCE else incident.kind
    silent = incident.silent or alarm.silent
    return tell(replace(flagged, kind=kind, silent=silent, quiet=event.quiet), event.neighbourhood, event.told)


def joined(incident: Incident, event: AlarmJoined) -> Incident:
    alarm = event.alarm
    incident = roused(incident)
    kind = joined_kind(incident, alarm)
    silent = incident.silent or alarm.silent
    incident = _flagged(incident, alarm.flags)
    if is_better_place(incident, alarm):
        incident = replace(incident, position=alarm.position, place=alarm.place, origin=alarm.origin)
    incident = replace(
        incident,
        kind=kind,
        silent=silent,
        quiet=event.quiet,
        origin=incident.origin or alarm.origin,
        alarm_count=incident.alarm_count + 1,
        phone_count=incident.phone_count + event.new_phone,
        last_alarm_at=event.at,
        places=event.places or incident.places,
        unclaimed_since=event.at if event.reopens else incident.unclaimed_since,
    )
    incident = tell(incident, event.neighbourhood, event.told)
    return asked_more(incident, event.offers, event.at, new_round=False)


def asked_more(incident: Incident, offers: tuple[Offer, ...], at: datetime, *, new_round: bool) -> Incident:
    if not offers:
        return incident
    asked = () if new_round else incident.asked
    return replace(
        incident,
        offers=_beside(incident.offers, offers),
        offers_made=incident.offers_made + len(offers),
        asked=(asked + tuple(asked_mark(offer.officer.id) for offer in offers))[-ASKED_KEPT:],
        round_at=at,
    )


def escalated(incident: Incident, event: OffersMade | OffersSilent | NobodyLeft | SupervisorsTold) -> Incident:
    """What the policy does, one step after the other."""
    match event:
        case OffersMade():
            return stepped(asked_more(incident, event.offers, event.at, new_round=event.new_round), event)
        case OffersSilent():
            return replace(incident, offers=tuple(_offer_silent(offer, event) for offer in incident.offers))
        case NobodyLeft():
            return replace(incident, nobody_left_at=event.at)
        case SupervisorsTold():
            return replace(incident, level=event.level, supervisors_told=len(event.people))


def stepped(incident: Incident, event: OffersMade) -> Incident:
    is_next = event.new_round or event.step != incident.step
    step_at = event.at if is_next else incident.step_at
    return replace(incident, policy=event.policy, step=event.step, step_at=step_at)


def quieted(incident: Incident, at: datetime) -> Incident:
    """An operator has acted: the console need not sound any more."""
    return replace(incident, nobody_left_at=None, quieted_at=at) if incident.nobody_left_at else incident


def worked(incident: Incident, event: OperatorsWork) -> Incident:
    match event:
        case Claimed():
            return replace(incident, claimed_by=event.operator, unclaimed_since=None)
        case Released():
            return replace(incident, claimed_by=None, unclaimed_since=event.at, level=0)
        case Noted():
            return incident
        case OfficerOffered():
            asked = asked_more(incident, (event.offer,), event.at, new_round=False)
            return replace(asked, places=event.places)
        case OfficerWithdrawn():
            incident = _end_offers_if_open(incident, event)
            return replace(incident, assignments=tuple(_taken_back(one, event) for one in incident.assignments))
        case PlacesChanged():
            ended = dict.fromkeys(event.withdrawn, OfferStatus.WITHDRAWN)
            return replace(_end_offers(incident, ended, event.at), places=event.places)
        case EscalationStopped():
            return replace(incident, is_stopped=True)
        case EscalationResumed():
            return replace(incident, is_stopped=False)


def _end_offers_if_open(incident: Incident, event: OfficerWithdrawn) -> Incident:
    is_open = any(offer.id == event.offer_id for offer in incident.open_offers())
    return _end_offers(incident, {event.offer_id: OfferStatus.WITHDRAWN}, event.at) if is_open else incident


def _taken_back(assignment: Assignment, event: OfficerWithdrawn) -> Assignment:
    """Whoever is called off leaves the place to be filled again, even from the scene."""
    if assignment.id != event.offer_id:
        return assignment
    return replace(assignment, status=AssignmentStatus.CLEAR, changed_at=event.at, arrived_at=None)


def _offer_silent(offer: Offer, event: OffersSilent) -> Offer:
    return replace(offer, is_silent=True) if offer.id in event.offer_ids else offer


def accepted(incident: Incident, event: OfferAccepted) -> Incident:
    ended = {event.offer_id: OfferStatus.ACCEPTED, **dict.fromkeys(event.withdrawn, OfferStatus.WITHDRAWN)}
    incident = _end_offers(incident, ended, event.at)
    in_secret = incident.cancelled is not None
    assignment = Assignment(
        event.offer_id, event.officer, AssignmentStatus.EN_ROUTE, event.at, event.at, None, in_secret=in_secret
    )
    return _kept(replace(incident, assignments=(*incident.assignments, assignment), nobody_left_at=None))


def _kept(incident: Incident) -> Incident:
    """Of the assignments that are over only the last stay; whoever had arrived is still counted."""
    over = [one for one in incident.assignments if not one.is_open][:-ASSIGNMENTS_KEPT]
    if not over:
        return incident
    gone = {one.id for one in over}
    return replace(
        incident,
        assignments=tuple(one for one in incident.assignments if one.id not in gone),
        finished=incident.finished + sum(1 for one in over if one.arrived_at),
    )


def assignment_changed(incident: Incident, event: AssignmentChanged) -> Incident:
    def change(assignment: Assignment) -> Assignment:
        if assignment.id != event.assignment_id:
            return assignment
        arrived_at = event.at if event.status is AssignmentStatus.ON_SCENE else assignment.arrived_at
        # Who is on the way after all has not been there.
        arrived_at = None if event.status is AssignmentStatus.EN_ROUTE else arrived_at
        reported_at = event.reported_at or assignment.reported_at
        # Who went before the cancel is known to be going, whatever they report after it.
        in_secret = assignment.in_secret and incident.cancelled is not None
        return replace(
            assignment,
            status=event.status,
            changed_at=event.at,
            arrived_at=arrived_at,
            reported_at=reported_at,
            in_secret=in_secret,
        )

    return replace(incident, assignments=tuple(change(assignment) for assignment in incident.assignments))


def closed(incident: Incident, event: Closed) -> Incident:
    """Whoever was asked or on the way is free again, and the neighbourhood has no more use for the exact place."""
    withdrawn = {offer.id: OfferStatus.WITHDRAWN for offer in incident.open_offers()}
    incident = _end_offers(incident, withdrawn, event.at)
    cleared = tuple(
        replace(a, status=AssignmentStatus.CLEAR, changed_at=event.at) if a.is_open else a for a in incident.assignments
    )
    return replace(
        incident,
        status=Status.CLOSED,
        disposition=event.disposition,
        assignments=cleared,
        place_shared=False,
        closed_at=event.at,
        nobody_left_at=None,
    )


def _flagged(incident: Incident, flags: tuple[str, ...]) -> Incident:
    return replace(incident, flags=tuple(dict.fromkeys(incident.flags + flags))[:FLAGS_KEPT])


def _offer_received(offer: Offer, event: OfferReceived) -> Offer:
    return replace(offer, received_at=event.at, is_silent=False) if offer.id == event.offer_id else offer


def _end_offers(incident: Incident, ended: Mapping[str, OfferStatus], at: datetime) -> Incident:
    """The newly ended go behind the ended ones, and all of them stay for now, so that everybody sees how they ended."""
    if not ended:
        return incident
    before = [offer for offer in incident.offers if not offer.is_open]
    now = [replace(offer, status=ended[offer.id]) for offer in incident.open_offers() if offer.id in ended]
    still_open = [offer for offer in incident.open_offers() if offer.id not in ended]
    kept = _last(before + now, max(_ended_kept(len(still_open)), len(now)))
    return replace(incident, offers=(*kept, *still_open), offer_ended_at=at)


def _beside(offers: tuple[Offer, ...], added: tuple[Offer, ...]) -> tuple[Offer, ...]:
    is_open = [offer for offer in offers if offer.is_open]
    ended = [offer for offer in offers if not offer.is_open]
    return (*_last(ended, _ended_kept(len(is_open) + len(added))), *is_open, *added)


def _last(offers: list[Offer], count: int) -> list[Offer]:
    return offers[max(0, len(offers) - count) :]


def _ended_kept(open_count: int) -> int:
    return max(0, min(ENDED_OFFERS_KEPT, OFFERS_KEPT - open_count))
