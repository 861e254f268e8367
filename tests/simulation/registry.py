"""What a node keeps in memory, and loses with it: the open incidents, and who is asked or on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dispatch.duplicates import distance_m, joins
from dispatch.facts import Candidate
from dispatch.incident import Alarm, Incident, Person
from geo.position import Position
from tests.simulation.ground import Spot

OFFERS_MAX = 3
CANDIDATES_MAX = 12


class Registry:
    """`exercises_bind` is the fault that an exercise keeps its officers from what is real."""

    def __init__(self, *, exercises_bind: bool = False) -> None:
        self._exercises_bind = exercises_bind
        self._exercises: set[str] = set()
        self.held: dict[str, Incident] = {}
        self.on_duty: dict[str, None] = {}
        self._asked: dict[str, dict[str, str]] = {}
        self._going: dict[str, dict[str, str]] = {}

    def put(self, before: Incident | None, after: Incident) -> bool:
        """Whether somebody is free now who was not."""
        if after.is_open:
            self.held[after.id] = after
        else:
            self.held.pop(after.id, None)
        if after.drill:
            self._exercises.add(after.id)
        old = before.open_offers() if before else ()
        new = {offer.id: offer.officer.id for offer in after.open_offers()}
        ended = [offer for offer in old if offer.id not in new]
        for offer in ended:
            self._asked.get(offer.officer.id, {}).pop(offer.id, None)
        for offer_id, officer_id in new.items():
            self._asked.setdefault(officer_id, {})[offer_id] = after.id
        return self._put_assignments(before, after) or bool(ended)

    def _put_assignments(self, before: Incident | None, after: Incident) -> bool:
        old = before.open_assignments() if before else ()
        new = {one.id: one.officer.id for one in after.open_assignments()}
        ended = [one for one in old if one.id not in new]
        for one in ended:
            # Another incident may have taken the officer over by now.
            if self._going.get(one.officer.id, {}).get(one.id) == after.id:
                del self._going[one.officer.id][one.id]
        for assignment_id, officer_id in new.items():
            self._going.setdefault(officer_id, {})[assignment_id] = after.id
        return bool(ended)

    def find_for(self, alarm: Alarm, own: Iterable[str], is_same: Callable[[Incident], bool]) -> Incident | None:
        """One that this phone has pressed for, the newest of `own` first, or else the nearest that is the same."""
        for incident_id in own:
            held = self.held.get(incident_id)
            if held is not None and joins(held, alarm, is_known_phone=True):
                return held
        same = [one for one in self.held.values() if is_same(one)]
        return min(same, key=lambda one: _metres(one, alarm), default=None)

    def asked_elsewhere(self, officer_id: str, *, drill: bool) -> list[str]:
        """Who goes to an exercise is still asked what is real."""
        asked = dict.fromkeys(self._asked.get(officer_id, {}).values())
        return [incident_id for incident_id in asked if not drill or incident_id in self._exercises]

    def exercise_of(self, officer_id: str) -> str | None:
        """The exercise that they go to."""
        return next((one for one in self._going.get(officer_id, {}).values() if one in self._exercises), None)

    def where_goes(self, officer_id: str, assignment_id: str) -> str | None:
        return self._going.get(officer_id, {}).get(assignment_id)

    def is_bound(self, officer_id: str, *, drill: bool, beside: str | None = None) -> bool:
        """Whether they go somewhere, `beside` this assignment, that they cannot leave."""
        going = self._going.get(officer_id, {}).items()
        return any(self._holds(incident_id, drill) for one, incident_id in going if one != beside)

    def _holds(self, incident_id: str, drill: bool) -> bool:
        return drill or self._exercises_bind or incident_id not in self._exercises

    def _eligible(self, *, drill: bool) -> Iterator[str]:
        for officer_id in self.on_duty:
            asked = self._asked.get(officer_id, {}).values()
            has_room = sum(self._holds(incident_id, drill) for incident_id in asked) < OFFERS_MAX
            if has_room and not self.is_bound(officer_id, drill=drill):
                yield officer_id

    def has_free_officer(self) -> bool:
        return any(True for _ in self._eligible(drill=False))

    def waiting(self) -> list[Incident]:
        """The oldest first, and exercises behind all that is real."""
        return sorted(self.held.values(), key=lambda one: one.drill)

    def candidates(self, origin: Position | None, where: dict[str, Spot], *, drill: bool) -> tuple[Candidate, ...]:
        """The free before the asked, and both by distance."""
        if origin is None:
            return ()
        ranked = sorted(
            (bool(self._asked.get(officer_id)), where[officer_id].metres_to(origin.lat, origin.lon), officer_id)
            for officer_id in self._eligible(drill=drill)
        )
        return tuple(
            Candidate(officer=person(officer_id), distance_m=round(metres, 1), own_sector=False, position_stale=False)
            for _, metres, officer_id in ranked[:CANDIDATES_MAX]
        )

    def chosen(self, officer_id: str) -> Candidate | None:
        """Whom an operator has named, when they are on duty."""
        if officer_id not in self.on_duty:
            return None
        return Candidate(person(officer_id), distance_m=None, own_sector=False, position_stale=False)


def _metres(incident: Incident, alarm: Alarm) -> float:
    assert incident.position is not None
    assert alarm.position is not None
    return distance_m(incident.position, alarm.position)


def person(subject: str) -> Person:
    return Person(subject, subject.title())
