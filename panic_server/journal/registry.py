"""What the writer keeps in memory: the open incidents, and what follows from them. The database is always right.

Valid as long as `seq` is the head's; the writer checks that under the head's lock and catches up when it is not.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.duplicates import joins
from dispatch.escalation import wanted_offers
from dispatch.facts import Candidate
from dispatch.incident import Alarm, Assignment, Incident
from dispatch.policy import Policy
from dispatch.units import Unit
from panic_server.journal.ended import Ended
from panic_server.journal.mute import MutePhones
from panic_server.journal.nearby import Nearby
from panic_server.journal.phones import Phones
from panic_server.journal.world import World
from panic_server.people import Principal

ASSIGNMENT_SLOT = 0
AFTER_ALL = 100
"""Exercises wait for a free officer behind every emergency."""

NO_SLOTS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Held:
    """An incident and the seq of the event that opened it."""

    incident: Incident
    opened_seq: int


@dataclass(slots=True)
class Engaged:
    """What one officer holds: slot → (offer id, incident id). Slot 0 is the assignment."""

    slots: dict[int, tuple[str, str]] = field(default_factory=dict)
    assignment: Assignment | None = None

    def open_offers(self) -> int:
        return len(self.slots) - (ASSIGNMENT_SLOT in self.slots)

    def free_slot(self) -> int:
        return next(slot for slot in range(1, len(self.slots) + 2) if slot not in self.slots)

    def slot_of(self, offer_id: str) -> int | None:
        return next((slot for slot, (held, _) in self.slots.items() if held == offer_id), None)


class Registry:
    def __init__(self, policy: Policy, world: World) -> None:
        self.policy = policy
        self._world = world
        self.clear()

    def clear(self) -> None:
        """Forgets everything; `seq` -1 is never the head's."""
        self.seq = -1
        self.epoch = ""
        self._held: dict[str, Held] = {}
        self.phones = Phones(self.policy)
        self._nearby = Nearby(self.policy)
        self.ended = Ended()
        self._engaged: dict[str, Engaged] = {}
        self.mute = MutePhones()
        self._on_duty: dict[str, Unit | None] = {}
        self._waiting: list[tuple[int, int, str]] = []
        self._waiting_ids: dict[str, int] = {}

    def begin_reload(self) -> None:
        """The world forgets what it was told; until here it went on with the last that was known."""
        self._world.on_reload()

    def end_reload(self) -> None:
        self._world.on_reloaded()

    def get(self, incident_id: str) -> Held | None:
        return self._held.get(incident_id)

    def joined_by(self, alarm: Alarm, now: datetime) -> Held | None:
        """The open incident that this alarm belongs to: one of the same phone, or else the nearest that is alike."""
        for incident_id in self.phones.incidents_of(alarm.device, drill=alarm.drill):
            held = self._held[incident_id]
            if joins(held.incident, alarm, is_known_phone=True):
                return held
        found = self._nearby.find(alarm, now=now)
        return self._held[found] if found else None

    def open_incidents(self) -> Iterator[Incident]:
        return (held.incident for held in self._held.values())

    def engaged(self, officer_id: str) -> Engaged:
        return self._engaged.get(officer_id) or Engaged()

    def put(
        self, before: Incident | None, after: Incident, opened_seq: int, slots: Mapping[str, int] = NO_SLOTS
    ) -> list[str]:
        """Takes the incident's new state; returns the offer ids whose engagement changed.

        `slots` are those that offers have in the database already; an offer without one gets a free one.
        """
        if after.is_open:
            self._held[after.id] = Held(after, opened_seq)
            self.phones.add(after.device, after.id, drill=after.drill)
            if before is not None and not before.is_open:
                for device, drill in self.ended.take_back(after.id):
                    self.phones.add(device, after.id, drill=drill)
        else:
            self._held.pop(after.id, None)
            self.ended.note(after, self.phones.drop(after.id))
        self._nearby.put(after)
        self._note_waiting(after, opened_seq)
        return self._note_engagements(before, after, slots)

    def _note_engagements(self, before: Incident | None, after: Incident, slots: Mapping[str, int]) -> list[str]:
        if before is not None and before.offers is after.offers and before.assignments is after.assignments:
            return []
        old = _engagements(before) if before else {}
        new = _engagements(after)
        changed = [offer_id for offer_id in old.keys() | new.keys() if old.get(offer_id) != new.get(offer_id)]
        for offer_id in changed:
            if offer_id in old:
                self._drop(old[offer_id][0], (offer_id, after.id))
        for offer_id in changed:
            if offer_id in new:
                officer_id, assignment = new[offer_id]
                self._hold(officer_id, (offer_id, after.id), assignment, slots.get(offer_id))
        officers = {held[offer_id][0] for held in (old, new) for offer_id in changed if offer_id in held}
        for officer_id in officers | self.mute.note(before, after):
            engaged = self.engaged(officer_id)
            self._world.on_engagement(
                officer_id,
                open_offers=self._burden(officer_id, engaged),
                assignment=engaged.assignment,
                exercising=self.exercise_of(officer_id) is not None,
            )
        return changed

    def _burden(self, officer_id: str, engaged: Engaged) -> int:
        """The open offers as the others see them: those of exercises always leave room for one that is real, and one
        that is real is all that a mute phone is asked at a time.
        """
        offers = [incident_id for slot, (_, incident_id) in engaged.slots.items() if slot != ASSIGNMENT_SLOT]
        real = sum(1 for one in offers if one not in self._held or not self._held[one].incident.drill)
        if real and officer_id in self.mute:
            return max(real, self.policy.max_open_offers)
        return real if real == len(offers) else max(real, min(len(offers), self.policy.max_open_offers - 1))

    def exercise_of(self, officer_id: str) -> Held | None:
        """The exercise that they go to, or are at."""
        goes_to = self.engaged(officer_id).slots.get(ASSIGNMENT_SLOT)
        held = self._held.get(goes_to[1]) if goes_to else None
        return held if held and held.incident.drill else None

    def is_bound(self, officer_id: str, *, drill: bool, beside: str | None = None) -> bool:
        """Whether they go somewhere, `beside` this assignment, that they cannot leave: for what is real they leave an
        exercise.
        """
        assignment = self.engaged(officer_id).assignment
        if assignment is None or assignment.id == beside:
            return False
        return drill or self.exercise_of(officer_id) is None

    def with_room(self, candidates: tuple[Candidate, ...], *, drill: bool) -> tuple[Candidate, ...]:
        """Who may be asked: an exercise asks nobody whose hands are full, if only of exercises."""
        if not drill:
            return candidates
        limit = self.policy.max_open_offers
        return tuple(one for one in candidates if self.engaged(one.officer.id).open_offers() < limit)

    def _hold(
        self, officer_id: str, held: tuple[str, str], assignment: Assignment | None, known_slot: int | None
    ) -> None:
        engaged = self._engaged.setdefault(officer_id, Engaged())
        slot = ASSIGNMENT_SLOT if assignment else known_slot or engaged.free_slot()
        engaged.slots[slot] = held
        if assignment:
            engaged.assignment = assignment

    def _drop(self, officer_id: str, held: tuple[str, str]) -> None:
        """Unless the incident that this one was merged into was read first, and has the officer by now."""
        engaged = self._engaged.get(officer_id)
        slot = engaged.slot_of(held[0]) if engaged else None
        if engaged is None or slot is None or engaged.slots[slot] != held:
            return
        del engaged.slots[slot]
        if slot == ASSIGNMENT_SLOT:
            engaged.assignment = None
        if not engaged.slots:
            del self._engaged[officer_id]

    def is_on_duty(self, officer_id: str) -> bool:
        return officer_id in self._on_duty

    def duty_unit(self, officer: Principal) -> Unit | None:
        """What they travel with as long as nothing else is said: as before, off duty as usual."""
        return self._on_duty.get(officer.subject, officer.unit)

    def note_duty(
        self, officer_id: str, name: str, sectors: tuple[str, ...], *, on_duty: bool, unit: Unit | None
    ) -> None:
        if on_duty:
            if officer_id not in self._on_duty:
                self.mute.forget(officer_id)
            self._on_duty[officer_id] = unit
        else:
            self._on_duty.pop(officer_id, None)
        self._world.on_duty(officer_id, name, sectors, on_duty=on_duty, unit=unit)

    def _note_waiting(self, incident: Incident, opened_seq: int) -> None:
        """Again when it has become more urgent: what it was before stays in the heap, and is passed over."""
        if incident.origin is None or not wanted_offers(incident, self.policy):
            return
        urgency = self.policy.rules_of(incident).urgency + AFTER_ALL * incident.drill
        if self._waiting_ids.get(incident.id) != urgency:
            self._waiting_ids[incident.id] = urgency
            heapq.heappush(self._waiting, (urgency, opened_seq, incident.id))

    def take_waiting(self, limit: int) -> list[Incident]:
        """The next incidents that want officers, the most urgent and oldest first; whoever still wants is noted again
        by `put_back` or by its next change.
        """
        taken: list[Incident] = []
        while self._waiting and len(taken) < limit:
            urgency, _, incident_id = heapq.heappop(self._waiting)
            if self._waiting_ids.get(incident_id) != urgency:
                continue
            del self._waiting_ids[incident_id]
            held = self._held.get(incident_id)
            if held and wanted_offers(held.incident, self.policy):
                taken.append(held.incident)
        return taken

    def put_back(self, incident_id: str) -> None:
        held = self._held.get(incident_id)
        if held:
            self._note_waiting(held.incident, held.opened_seq)


def _engagements(incident: Incident) -> dict[str, tuple[str, Assignment | None]]:
    """Offer id → officer id, and the assignment when it has become one."""
    held: dict[str, tuple[str, Assignment | None]] = {
        offer.id: (offer.officer.id, None) for offer in incident.open_offers()
    }
    held.update((assignment.id, (assignment.officer.id, assignment)) for assignment in incident.open_assignments())
    return held
