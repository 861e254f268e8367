"""The one decision: an incident and a command in, the events out. Everything else in this package serves it."""

from datetime import datetime

from msgspec.structs import replace

from dispatch.assignment import (
    decide_accept,
    decide_assignment_change,
    decide_decline,
    decide_receipt,
    decide_withdrawal,
    make_offers,
)
from dispatch.cancelling import decide_cancel
from dispatch.commands import (
    AcceptOffer,
    AddNote,
    AnswerNews,
    CancelAlarm,
    ChangeAssignment,
    ChangePlaces,
    Claim,
    Close,
    Command,
    DeclineOffer,
    LeaveExercise,
    LookAgain,
    MoveAlarm,
    OfferTo,
    PressAlarm,
    ReceiveNews,
    ReceiveOffer,
    Release,
    Reopen,
    RepeatAlarm,
    ResumeEscalation,
    SharePlace,
    StopEscalation,
    Withdraw,
    WithdrawOfficer,
)
from dispatch.duplicates import is_placed_by, is_same_emergency, joined_kind, joins
from dispatch.errors import ClaimedByAnother, IncidentClosed, IncidentUnknown, NotClaimed
from dispatch.escalation import (
    decide_next_offers,
    decide_nobody_left,
    decide_passing,
    first_step,
    not_asked_yet,
    ring_of,
    wanted_offers,
)
from dispatch.events import (
    AlarmJoined,
    AlarmUpdated,
    Claimed,
    Closed,
    Event,
    IncidentOpened,
    Noted,
    OfferDeclined,
    OffersSilent,
    OffersWithdrawn,
    OfficerWithdrawn,
    Released,
)
from dispatch.evolve import evolve
from dispatch.facts import Facts
from dispatch.incident import FLOOD, OPEN_OFFERS_MAX, TOLD_KEPT, Alarm, Incident, Kind, Offer
from dispatch.merging import LetGo, MergeCommand, MergeInto, Return, SplitOff, TakeIn, decide_merge
from dispatch.neighbourhood import (
    all_clear_for,
    areas_told,
    decide_news,
    decide_news_answer,
    decide_news_receipt,
    decide_sharing,
    is_quiet,
    neighbourhood_of,
    representatives_told,
)
from dispatch.overrides import decide_override
from dispatch.policy import Policy, Rules
from dispatch.reopening import decide_reopen, is_back, roused
from dispatch.tracking import decide_move

_MAY_LEAVE_NOBODY = LookAgain | DeclineOffer | WithdrawOfficer | ChangeAssignment
"""After these it may be that nobody is asked any more: the console need not wait for the next look to sound."""


def decide(incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    """The events that follow, none when nothing changes. Raises a `dispatch.errors.Refused`."""
    if isinstance(command, PressAlarm):
        return [decide_press(incident, command, facts, now=now, policy=policy)]
    if incident is None:
        raise IncidentUnknown
    events = _decide_known(incident, command, facts, now=now, policy=policy)
    for event in events:
        incident = evolve(incident, event)
    replaced = sum(_replaced_by(event) for event in events)
    asked = decide_next_offers(incident, facts, replaced=replaced, now=now, policy=policy)
    if isinstance(command, _MAY_LEAVE_NOBODY) and not asked:
        asked = decide_nobody_left(incident, facts, now=now, policy=policy)
    return events + asked


def _replaced_by(event: Event) -> int:
    """For how many officers another one is to be asked at once."""
    match event:
        case OfferDeclined() | OfficerWithdrawn():
            return 1
        case OffersSilent() | OffersWithdrawn():
            return len(event.offer_ids)
        case _:
            return 0


def decide_press(
    incident: Incident | None, press: PressAlarm, facts: Facts, *, now: datetime, policy: Policy
) -> IncidentOpened | AlarmJoined:
    """Opens an incident, or joins the one handed in. Raises ValueError when the alarm does not belong to that one."""
    if incident is None:
        codes = areas_told(press.alarm, policy)
        told = representatives_told(codes, facts, known=frozenset(), now=now)
        area_codes = neighbourhood_of(codes, told)
        quiet = is_quiet(press.alarm.kind, now=now, policy=policy)
        rules = policy.rules(press.alarm.kind, now)
        step, chosen = first_step(facts.candidates, rules)
        offers = make_offers(press.incident_id, chosen, made_before=0, now=now, rules=rules)
        return IncidentOpened(
            incident_id=press.incident_id,
            alarm=press.alarm,
            offers=offers,
            neighbourhood=area_codes,
            told=told,
            at=now,
            standing=facts.standing,
            quiet=quiet,
            policy=policy.version,
            places=rules.places,
            step=step,
            linked_to=press.linked_to,
        )
    is_again = joins(incident, press.alarm, is_known_phone=facts.is_known_phone)
    is_return = is_again or is_back(incident, press.alarm, now=now, policy=policy)
    if not is_return and not is_same_emergency(incident, press.alarm, now=now, policy=policy):
        raise ValueError(f"alarm {press.alarm.id} does not belong to incident {incident.id}")
    joined = _decide_join(roused(incident), press.alarm, facts, now=now, policy=policy)
    return joined if incident.is_open else replace(joined, reopens=True)


def _decide_join(incident: Incident, alarm: Alarm, facts: Facts, *, now: datetime, policy: Policy) -> AlarmJoined:
    """A hidden incident stays hidden: one silent press, or one of violence, and the RT hears nothing more. Nor do more
    RT for every press of a flood.
    """
    kind = joined_kind(incident, alarm)
    is_hidden = incident.silent or kind is Kind.VIOLENCE
    codes = () if is_hidden or FLOOD in alarm.flags else areas_told(alarm, policy)
    new_phone = incident.device != alarm.device and not facts.is_known_phone
    if new_phone:
        # Four hundred witnesses from twenty RT must not push the first ones out, who would then be told again.
        codes = tuple(code for code in codes if code not in incident.neighbourhood)
        codes = codes[: max(0, TOLD_KEPT - max(len(incident.neighbourhood), len(incident.told)))]
    known = frozenset(told.person.id for told in incident.told)
    told = representatives_told(codes, facts, known=known, now=now)
    if new_phone:
        told = told[: max(0, TOLD_KEPT - len(incident.told))]
    rules = policy.rules(kind, incident.opened_at)
    # What it has turned out to be may need more officers than what it was taken for.
    places = rules.places if rules.places > incident.places and not incident.is_filled else None
    offers = _decide_offers_on_join(incident, facts, rules, now=now, policy=policy)
    quiet = is_quiet(kind, now=now, policy=policy)
    return AlarmJoined(alarm, offers, neighbourhood_of(codes, told), told, now, new_phone, quiet, places=places)


def _decide_offers_on_join(
    incident: Incident, facts: Facts, rules: Rules, *, now: datetime, policy: Policy
) -> tuple[Offer, ...]:
    """A press widens no ring and takes nobody's offer away, not even from a silent phone: time does."""
    fresh = [c for c in not_asked_yet(incident, facts) if ring_of(c, rules) <= incident.step]
    room = OPEN_OFFERS_MAX - sum(1 for _ in incident.open_offers())
    chosen = fresh[: max(0, min(wanted_offers(incident, policy), room))]
    return make_offers(incident.id, chosen, made_before=incident.offers_made, now=now, rules=rules)


def _decide_known(incident: Incident, command: Command, facts: Facts, *, now: datetime, policy: Policy) -> list[Event]:
    match command:
        case RepeatAlarm():
            return [decide_repeat(incident, command.alarm, facts, now=now, policy=policy)]
        case ReceiveOffer():
            return decide_receipt(incident, command, facts, now=now)
        case AcceptOffer():
            return decide_accept(incident, command, facts, now=now)
        case DeclineOffer():
            return decide_decline(incident, command, facts, now=now)
        case WithdrawOfficer() | LeaveExercise():
            return decide_withdrawal(incident, command, now=now)
        case ChangeAssignment():
            return decide_assignment_change(incident, command, facts, now=now)
        case CancelAlarm():
            return decide_cancel(incident, command, facts.cancels, now=now)
        case MoveAlarm():
            return decide_move(incident, command, facts, now=now, policy=policy)
        case ReceiveNews():
            return decide_news_receipt(incident, command, facts, now=now)
        case AnswerNews():
            return decide_news_answer(incident, command, facts, now=now)
        case SharePlace():
            return decide_sharing(incident, command, now=now)
        case Reopen():
            return decide_reopen(incident, command, now=now)
        case LookAgain():
            passed = decide_passing(incident, facts, now=now, policy=policy)
            return [*passed, *decide_news(incident, facts, now=now, policy=policy)]
        case OfferTo() | Withdraw() | ChangePlaces() | StopEscalation() | ResumeEscalation():
            return decide_override(incident, command, facts, now=now, policy=policy)
        case Claim() | Release() | AddNote() | Close():
            return decide_operator(incident, command, facts, now=now)
        case MergeInto() | TakeIn() | SplitOff() | Return() | LetGo():
            return _decide_merging(incident, command, now=now)
        case PressAlarm():
            raise AssertionError("a press is decided before")


def _decide_merging(incident: Incident, command: MergeCommand, *, now: datetime) -> list[Event]:
    """Who comes with the other incident may fill this one: nobody is to go on ringing for a place that is taken."""
    events: list[Event] = [*decide_merge(incident, command, now=now)]
    offers = tuple(offer.id for offer in incident.open_offers())
    is_filled = isinstance(command, TakeIn) and evolve(incident, events[0]).is_filled
    return [*events, OffersWithdrawn(offers, now)] if offers and is_filled else events


def decide_repeat(incident: Incident, alarm: Alarm, facts: Facts, *, now: datetime, policy: Policy) -> AlarmUpdated:
    """A phone that had no fix when the button was pressed sends it as soon as it has: then the RT is told as well."""
    is_hidden = incident.silent or incident.kind is Kind.VIOLENCE
    codes = areas_told(alarm, policy) if is_placed_by(incident, alarm) and not is_hidden else ()
    known = frozenset(told.person.id for told in incident.told)
    told = representatives_told(codes, facts, known=known, now=now)
    quiet = is_quiet(incident.kind, now=now, policy=policy)
    return AlarmUpdated(alarm, neighbourhood_of(codes, told), told, now, quiet)


def decide_operator(
    incident: Incident, command: Claim | Release | AddNote | Close, facts: Facts, *, now: datetime
) -> list[Event]:
    """Raises IncidentClosed, ClaimedByAnother, NotClaimed. Saying the same twice changes nothing."""
    operator = command.operator
    if isinstance(command, AddNote):
        return [Noted(operator, command.text, now)]
    if not incident.is_open:
        if isinstance(command, Close) and incident.disposition is command.disposition:
            return []
        raise IncidentClosed(incident.id)
    held_by = incident.claimed_by
    if isinstance(command, Close):
        all_clear = all_clear_for(incident, command.disposition, facts)
        return [Closed(operator, command.disposition, command.note, now, all_clear)]
    if isinstance(command, Claim):
        if held_by and held_by.id != operator.id:
            raise ClaimedByAnother(held_by.id)
        return [] if held_by else [Claimed(operator, now)]
    if held_by and held_by.id != operator.id:
        raise NotClaimed(operator.id)
    return [Released(operator, now)] if held_by else []
