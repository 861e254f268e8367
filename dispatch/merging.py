"""Operators put together what is one emergency, and take apart what is not. Each undoes the other.

One of the two incidents goes on; of the other nothing is lost: it keeps its state and its timeline, and names where it
went. Alarms have rows of their own, which the journal moves; here they are counted.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from dispatch.duplicates import is_private
from dispatch.errors import IncidentClosed, MergeRefused, NotMerged
from dispatch.incident import (
    ASSIGNMENTS_KEPT,
    FLAGS_KEPT,
    PLACES_MAX,
    TOLD_KEPT,
    Alarm,
    Assignment,
    Disposition,
    Incident,
    Kind,
    OfferStatus,
    Person,
    Status,
    Told,
)


class Pressed(Struct, frozen=True, gc=False):
    """What the alarms of an incident amount to. `device` is the phone of the first."""

    device: str
    alarm_count: int
    phone_count: int


class MergeInto(Struct, frozen=True, gc=False):
    """This incident is about the same as `target`, which goes on instead of it."""

    operator: Person
    target: Incident


class TakeIn(Struct, frozen=True, gc=False):
    """The other side of `MergeInto`; `pressed` is of both together."""

    operator: Person
    source: Incident
    pressed: Pressed


class SplitOff(Struct, frozen=True, gc=False):
    """These alarms are about something else, and go to `new_incident`; `pressed` is of those that stay.

    Without an operator the phone itself has said so.
    """

    operator: Person | None
    new_incident: str
    alarms: tuple[str, ...]
    pressed: Pressed


class Return(Struct, frozen=True, gc=False):
    """A merged incident is one of its own again; `pressed` is of the alarms that it takes back."""

    operator: Person
    pressed: Pressed


class LetGo(Struct, frozen=True, gc=False):
    """The other side of `Return`; `pressed` is of the alarms that stay."""

    operator: Person
    source_id: str
    pressed: Pressed


class MergedInto(Struct, frozen=True, gc=False):
    operator: Person
    target_id: str
    at: datetime


class IncidentMerged(Struct, frozen=True, gc=False):
    """Whoever goes to the other incident, and whoever was told of it, belongs to this one now."""

    operator: Person
    source_id: str
    pressed: Pressed
    assignments: tuple[Assignment, ...]
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    flags: tuple[str, ...]
    at: datetime


class AlarmsSplitOff(Struct, frozen=True, gc=False):
    operator: Person | None
    new_incident: str
    alarms: tuple[str, ...]
    pressed: Pressed
    at: datetime


class MergeUndone(Struct, frozen=True, gc=False):
    operator: Person
    target_id: str
    pressed: Pressed
    at: datetime


class IncidentLetGo(Struct, frozen=True, gc=False):
    operator: Person
    source_id: str
    pressed: Pressed
    at: datetime


MergeCommand = MergeInto | TakeIn | SplitOff | Return | LetGo
MergeEvent = MergedInto | IncidentMerged | AlarmsSplitOff | MergeUndone | IncidentLetGo


def decide_merge(incident: Incident, command: MergeCommand, *, now: datetime) -> list[MergeEvent]:
    """Raises IncidentClosed, MergeRefused, NotMerged."""
    if isinstance(command, Return):
        if incident.merged_into is None:
            raise NotMerged(incident.id)
        return [MergeUndone(command.operator, incident.merged_into, command.pressed, now)]
    if not incident.is_open:
        raise IncidentClosed(incident.id)
    match command:
        case MergeInto():
            check_merge(incident, command.target)
            return [MergedInto(command.operator, command.target.id, now)]
        case TakeIn():
            return [_taken_in(incident, command, now)]
        case SplitOff():
            return [AlarmsSplitOff(command.operator, command.new_incident, command.alarms, command.pressed, now)]
        case LetGo():
            return [IncidentLetGo(command.operator, command.source_id, command.pressed, now)]


def check_merge(source: Incident, target: Incident) -> None:
    """Raises IncidentClosed, and MergeRefused where the two must stay apart, or more go to them than one can hold.

    Violence and silence are one phone's alone, whatever an operator thinks; an exercise is never a real emergency. What
    its resident has cancelled takes in nothing that still stands: nobody would be asked about that any more.
    """
    if not target.is_open:
        raise IncidentClosed(target.id)
    is_any_private = any(is_private(one.kind, silent=one.silent or one.duress) for one in (source, target))
    is_of_one_phone = source.device == target.device and source.phone_count == target.phone_count == 1
    going = [*source.open_assignments(), *target.open_assignments()]
    if (
        source.id == target.id
        or source.drill != target.drill
        or (is_any_private and not is_of_one_phone)
        or (target.cancelled is not None and source.cancelled is None)
        or (source.duress and not target.duress)
        or len(going) > PLACES_MAX
    ):
        raise MergeRefused(source.id)


def _taken_in(target: Incident, command: TakeIn, now: datetime) -> IncidentMerged:
    source = command.source
    known = {one.person.id for one in target.told}
    told = [one for one in source.told if one.person.id not in known]
    codes = [code for code in source.neighbourhood if code not in target.neighbourhood]
    return IncidentMerged(
        operator=command.operator,
        source_id=source.id,
        pressed=command.pressed,
        assignments=tuple(source.open_assignments()),
        neighbourhood=tuple(codes[: max(0, TOLD_KEPT - len(target.neighbourhood))]),
        told=tuple(told),
        flags=source.flags,
        at=now,
    )


def merged(incident: Incident, event: MergeEvent) -> Incident:
    """What the event makes of the incident."""
    match event:
        case MergedInto():
            return _gone(incident, event)
        case IncidentMerged():
            return _with_both(incident, event)
        case MergeUndone():
            return _counted(_back(incident, event.at), event.pressed)
        case AlarmsSplitOff() | IncidentLetGo():
            return _counted(incident, event.pressed)


def _gone(incident: Incident, event: MergedInto) -> Incident:
    """Whoever was asked is free again; whoever is on the way goes on under the other incident, and stays there should
    this one come back.
    """
    offers = tuple(replace(o, status=OfferStatus.WITHDRAWN) if o.is_open else o for o in incident.offers)
    return replace(
        incident,
        status=Status.CLOSED,
        disposition=Disposition.DUPLICATE,
        merged_into=event.target_id,
        offers=offers,
        offer_ended_at=event.at,
        assignments=tuple(one for one in incident.assignments if not one.is_open),
    )


def _back(incident: Incident, at: datetime) -> Incident:
    """It begins to ask, and to be claimed, anew: what was said before was about what it was then."""
    return replace(
        incident,
        status=Status.OPEN,
        disposition=None,
        merged_into=None,
        asked=(),
        step=0,
        step_at=at,
        level=0,
        unclaimed_since=None if incident.claimed_by else at,
    )


def _with_both(incident: Incident, event: IncidentMerged) -> Incident:
    going = (*incident.open_assignments(), *event.assignments)
    over = [one for one in incident.assignments if not one.is_open]
    kept = (*over[max(0, len(going) + len(over) - ASSIGNMENTS_KEPT) :], *going)
    both = replace(
        incident,
        assignments=kept,
        neighbourhood=incident.neighbourhood + event.neighbourhood,
        # Whom the incident has no room for the timeline knows: the all clear goes to them as well.
        told=(incident.told + event.told)[:TOLD_KEPT],
        told_count=incident.told_count + len(event.told),
        flags=tuple(dict.fromkeys(incident.flags + event.flags))[:FLAGS_KEPT],
    )
    return _counted(both, event.pressed)


def _counted(incident: Incident, pressed: Pressed) -> Incident:
    return replace(incident, device=pressed.device, alarm_count=pressed.alarm_count, phone_count=pressed.phone_count)


def first_of(alarms: tuple[Alarm, ...]) -> Alarm:
    """The alarm that opens an incident of these, in the order they came: what is said of any of them holds for all.

    Where it is, the first says that knows.
    """
    located = next((one for one in alarms if one.position is not None), alarms[0])
    private = next((one for one in alarms if is_private(one.kind, silent=False)), located)
    return replace(located, kind=private.kind, silent=any(one.silent for one in alarms))


def said_since(alarm: Alarm, again: Alarm) -> Alarm:
    """The alarm as its phone has sent it again: of another body count what hides it, and the first fix."""
    if alarm.position is None and again.position is not None:
        alarm = replace(alarm, position=again.position, origin=again.origin, place=again.place)
    flags = dict.fromkeys((*alarm.flags, *again.flags, "alarm_updated"))
    kind = Kind.VIOLENCE if again.kind is Kind.VIOLENCE else alarm.kind
    return replace(alarm, kind=kind, silent=alarm.silent or again.silent, flags=tuple(flags)[:FLAGS_KEPT])


def pressed_by(devices: list[str], *, own: str | None = None) -> Pressed:
    """Of the phones of an incident's alarms in the order these came, one for each alarm. As long as the incident's own
    phone is among them it stays the first, whoever pressed before it.
    """
    first = own if own is not None and own in devices else devices[0]
    return Pressed(first, len(devices), len(set(devices)))
