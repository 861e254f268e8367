"""Carries out orders on a draft, as the journal's writer does: finds the incident, gathers the facts, decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dispatch.commands import (
    CancelAlarm,
    ChangeAssignment,
    Close,
    Command,
    DeclineOffer,
    LeaveExercise,
    LookAgain,
    MoveAlarm,
    OfferTo,
    Override,
    PressAlarm,
    RepeatAlarm,
    WithdrawOfficer,
)
from dispatch.errors import IncidentUnknown, Refused
from dispatch.escalation import wanted_offers
from dispatch.events import AssignmentChanged, Event, IncidentOpened, OfferAccepted
from dispatch.facts import NO_FACTS, Cancels, Facts, Neighbour
from dispatch.incident import Alarm, Disposition, Incident, Kind
from dispatch.looking import pause_s
from dispatch.merging import Pressed, Return
from dispatch.neighbourhood import silent_areas
from geo.areas import AreaRef
from geo.position import Position
from tests.simulation.ground import place_of
from tests.simulation.journal import Change, Draft, DutyChange, Kept, Key
from tests.simulation.merging import Merge, Merging, Split
from tests.simulation.registry import person

if TYPE_CHECKING:
    from tests.simulation.node import Node


TRAINER = "pelatih"
"""Plans the exercises and ends them."""

_ASKS = DeclineOffer | ChangeAssignment | LookAgain | WithdrawOfficer | LeaveExercise | Return | Override
"""After these the next officers may be asked."""


@dataclass(frozen=True, slots=True)
class Press:
    """The button as the phone sent it."""

    id: str
    device: str
    kind: Kind
    position: Position | None
    pressed_at: datetime
    silent: bool
    drill: bool

    @property
    def digest(self) -> str:
        return f"{self.kind} {self.position} {self.silent}"


@dataclass(frozen=True, slots=True)
class ToIncident:
    """With `alarm` to the incident that this one is in by now."""

    command: Command
    incident_id: str | None = None
    alarm: Key | None = None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    officer_id: str
    on_duty: bool


@dataclass(frozen=True, slots=True)
class EndExercise:
    """Everything that the exercise brought about is over. `village` is its code on whatever map."""

    exercise_id: str
    village: str
    began_at: datetime

    def ends(self, incident: Incident) -> bool:
        """What the exercise itself pressed, and what people pressed along there since it began."""
        if not incident.drill:
            return False
        if incident.device.startswith("latihan"):
            return incident.device.startswith(self.exercise_id)
        village = incident.place.village
        is_there = village is not None and village.code.split("@")[0] == self.village
        return is_there and incident.opened_at >= self.began_at


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` is the name of what was refused, at the true time `refused_us`; `incident` as it is now."""

    incident: Incident | None = None
    error: str | None = None
    incident_id: str | None = None
    refused_us: int | None = None


class Orders:
    def __init__(self, node: Node, now: datetime) -> None:
        self._node = node
        self._city = node.city
        self._now = now
        self.draft = Draft()
        self._merging = Merging(self._city, self.draft, find=self._find, decide=self._decide, opens=self._open_split)

    def carry_out(self, order: Any) -> Any:
        try:
            match order:
                case Press():
                    return self._press(order)
                case ToIncident():
                    return self._to_incident(order)
                case Duty():
                    return self._duty(order)
                case Merge():
                    return Answer(self._merging.merge(order))
                case Split():
                    return Answer(self._merging.split(order))
                case EndExercise():
                    return self._end(order)
                case _:
                    return self._look(order.incident_id)
        except Refused as refusal:
            return Answer(error=type(refusal).__name__, refused_us=self._city.agenda.now_us)

    # What is asked.

    def _press(self, press: Press) -> Answer:
        key = (press.device, press.id)
        known = self._kept(key)
        if known is not None and not self._city.core.forgets_alarms:
            if known.digest != press.digest:
                self._decide(self._find(known.incident_id), RepeatAlarm(self._alarm(press)))
            return Answer(incident_id=known.told)
        alarm = self._alarm(press)
        own = self._pressed_for(press.device)
        incident = self._node.registry.find_for(alarm, own, self._is_same_as(alarm))
        incident_id = incident.id if incident else self._city.new_id()
        self._carry_on(incident, PressAlarm(alarm, incident_id), self._facts_for_press(alarm, incident, own))
        self.draft.alarms[key] = Kept(alarm, press.digest, incident_id, incident_id)
        return Answer(incident_id=incident_id)

    def _pressed_for(self, device: str) -> list[str]:
        """The incidents of this phone's alarms, the newest first."""
        known = self._city.journal.alarms | self.draft.alarms
        return [kept.incident_id for (who, _), kept in known.items() if who == device][::-1]

    def _kept(self, key: Key) -> Kept | None:
        return self.draft.alarms.get(key) or self._city.journal.alarms.get(key)

    def _is_same_as(self, alarm: Alarm) -> Callable[[Incident], bool]:
        city, now = self._city, self._now
        return lambda incident: city.core.is_same_emergency(incident, alarm, now=now, policy=city.policy)

    def _facts_for_press(self, alarm: Alarm, incident: Incident | None, own: list[str]) -> Facts:
        """Officers are looked for around the emergency, not around its witnesses."""
        is_witness = incident is not None and incident.device != alarm.device
        known = incident.origin if incident else None
        origin = known if is_witness and known else alarm.position or known
        return Facts(
            candidates=self._node.registry.candidates(origin, self._city.where, drill=alarm.drill),
            neighbours=self._neighbours(alarm),
            is_known_phone=incident is not None and incident.id in own,
        )

    def _alarm(self, press: Press) -> Alarm:
        version = self._node.map_version
        parents_of = self._city.map_version if self._city.core.mixes_maps else None
        return Alarm(
            id=press.id,
            device=press.device,
            kind=press.kind,
            position=press.position,
            origin=press.position,
            place=place_of(press.position, version, parents_of=parents_of),
            pressed_at=press.pressed_at,
            sent_at=press.pressed_at,
            silent=press.silent,
            drill=press.drill,
            flags=(),
        )

    def _neighbours(self, alarm: Alarm) -> tuple[Neighbour, ...]:
        rt: AreaRef | None = alarm.place.rt
        return (Neighbour(person(f"ketua {rt.name}"), rt),) if rt else ()

    def _to_incident(self, order: ToIncident) -> Answer:
        if order.offer_id is not None:
            incident = self._with_offer(order.offer_id)
            return Answer(self._decide(incident, order.command)) if incident else Answer(error="OfferUnknown")
        kept = self._kept(order.alarm) if order.alarm else None
        incident_id = kept.incident_id if kept else order.incident_id
        assert incident_id is not None
        return Answer(self._decide(self._find(incident_id), order.command))

    def _with_offer(self, offer_id: str) -> Incident | None:
        """Officers go on under the incident that theirs was merged into, and stay there when that is undone."""
        row = self._city.journal.offers.get(offer_id)
        if row is None:
            return None
        incident = self._find(row[0])
        while incident.merged_into is not None:
            incident = self._find(incident.merged_into)
        goes_to = self._node.registry.where_goes(row[1], offer_id)
        return self._find(goes_to) if goes_to else incident

    def _end(self, order: EndExercise) -> Answer:
        for incident in [one for one in self._node.registry.held.values() if order.ends(one)]:
            self._decide(incident, Close(person(TRAINER), Disposition.TEST, None))
        return Answer()

    def _duty(self, order: Duty) -> Answer:
        registry = self._node.registry
        if order.on_duty == (order.officer_id in registry.on_duty):
            return Answer()
        self.draft.entries.append(DutyChange(order.officer_id, order.on_duty))
        self.draft.freed = self.draft.freed or order.on_duty
        if order.on_duty:
            registry.on_duty[order.officer_id] = None
        else:
            registry.on_duty.pop(order.officer_id)
            self._withdraw_elsewhere(order.officer_id, drill=False)
        return Answer()

    def _look(self, incident_id: str) -> float | None:
        """In how many seconds to look again if nothing else becomes due before."""
        before = len(self.draft.entries)
        after = self._decide(self._find(incident_id), LookAgain())
        if self._city.core.hides_deadlines:
            return 10.0
        return None if len(self.draft.entries) > before else pause_s(after, self._city.policy, now=self._now)

    # How it is done.

    def _find(self, incident_id: str) -> Incident:
        held = self._node.registry.held.get(incident_id)
        if held is not None:
            return held
        drafted = next((c.after for c in reversed(self.draft.changes()) if c.after.id == incident_id), None)
        found = drafted or self._city.journal.current.get(incident_id)
        if found is None:
            raise IncidentUnknown(incident_id)
        return found

    def _decide(self, incident: Incident, command: Command) -> Incident:
        return self._carry_on(incident, command, self._facts(incident, command))

    def _facts(self, incident: Incident, command: Command) -> Facts:
        registry = self._node.registry
        if isinstance(command, RepeatAlarm):
            return NO_FACTS
        if isinstance(command, MoveAlarm):
            return Facts(place=place_of(command.positions[-1], self._node.map_version))
        if isinstance(command, OfferTo):
            is_bound = registry.is_bound(command.officer_id, drill=incident.drill)
            return Facts(chosen=registry.chosen(command.officer_id), engaged_elsewhere=is_bound)
        if isinstance(command, CancelAlarm):
            # Two wrong PINs were told to be wrong; this is the one after them.
            cancelled_at = incident.cancelled.at if incident.cancelled else None
            return Facts(cancels=Cancels(2, cancelled_at, is_alone=incident.phone_count == 1))
        who, own = getattr(command, "officer_id", None), getattr(command, "assignment_id", None)
        asks = isinstance(command, _ASKS)
        offer = self._city.journal.offers.get(getattr(command, "offer_id", ""))
        return Facts(
            candidates=registry.candidates(incident.origin, self._city.where, drill=incident.drill) if asks else (),
            engaged_elsewhere=who is not None and registry.is_bound(who, drill=incident.drill, beside=own),
            offer_was_made=offer is not None and offer[1] == who,
            superiors=self._superiors(incident) if isinstance(command, LookAgain) else (),
            sector_supervisors=(person("kepala sektor"),),
            city_supervisors=(person("kepala kota"),),
        )

    def _superiors(self, incident: Incident) -> tuple[Neighbour, ...]:
        """Above each RT is its RW, above every RW the village's community officer."""
        found = []
        for area in silent_areas(incident, now=self._now, policy=self._city.policy):
            above = area.code.replace("RT-", "RW-") if area.code.startswith("RT-") else "V"
            if area.code != above:
                found.append(Neighbour(person(f"ketua {above}"), AreaRef(above, above), instead_of=area.code))
        return tuple(found)

    def _carry_on(self, incident: Incident | None, command: Command, facts: Facts) -> Incident:
        city, core = self._city, self._city.core
        return self._keep(incident, core.decide(incident, command, facts, now=self._now, policy=city.policy))

    def _keep(self, incident: Incident | None, events: list[Event]) -> Incident:
        core, going = self._city.core, [who for event in events if (who := _now_going(event))]
        for officer_id in going:
            if incident is not None and not incident.drill and not core.stays_in_exercises:
                self._leave_exercise(officer_id)
        for event in events:
            after = core.evolve(incident, event)
            self.draft.pushes.extend((push, after.id) for push in core.effects(incident, event))
            self.draft.freed = self._node.registry.put(incident, after) or self.draft.freed
            self.draft.entries.append(Change(incident, after, event))
            incident = after
        assert incident is not None
        for officer_id in going:
            self._withdraw_elsewhere(officer_id, drill=incident.drill)
        return incident

    def _leave_exercise(self, officer_id: str) -> None:
        exercise = self._node.registry.exercise_of(officer_id)
        if exercise is not None:
            self._decide(self._find(exercise), LeaveExercise(officer_id))

    def _withdraw_elsewhere(self, officer_id: str, *, drill: bool) -> None:
        for incident_id in self._node.registry.asked_elsewhere(officer_id, drill=drill):
            self._decide(self._find(incident_id), WithdrawOfficer(officer_id))

    def _open_split(self, alarm: Alarm, new_id: str, split_from: str, pressed: Pressed) -> Incident:
        """It is dispatched as if its alarms had just come."""
        facts = self._facts_for_press(alarm, None, [])
        core, policy = self._city.core, self._city.policy
        opened, *more = core.decide(None, PressAlarm(alarm, new_id), facts, now=self._now, policy=policy)
        assert isinstance(opened, IncidentOpened)
        counts = {"alarm_count": pressed.alarm_count, "phone_count": pressed.phone_count}
        return self._keep(None, [replace(opened, split_from=split_from, **counts), *more])

    def offer_waiting(self) -> None:
        """Whoever waits is offered to those who became free, the oldest first."""
        if not self.draft.freed:
            return
        for incident in self._node.registry.waiting():
            if not self._node.registry.has_free_officer():
                return
            if wanted_offers(incident, self._city.policy):
                self._decide(incident, LookAgain())


def _now_going(event: Event) -> str | None:
    """An officer who goes there from now on."""
    if isinstance(event, OfferAccepted):
        return event.officer.id
    return event.officer_id if isinstance(event, AssignmentChanged) and event.correction else None
