"""The map in force, the representatives of its RT, the supervisors: immutable values, swapped while alarms flow.

Who answers for an RW is its head; who answers for a village is its community officer (Bhabinkamtibmas).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from dispatch.facts import Neighbour
from dispatch.incident import Person
from geo.areas import AreaMap, AreaRef, Level
from geo.grounds import areas_within
from panic_server.journal.port import PersonRow

SETS_KEPT: Final = 64


class Maps:
    """`newest` is the last version that was imported: later than the one in force when it cannot be read."""

    def __init__(self) -> None:
        self.newest = 0
        self._current = AreaMap.empty()
        self._neighbours: Mapping[str, tuple[Neighbour, ...]] = {}
        self._known_above: dict[str, tuple[Neighbour, ...]] = {}
        self._people: Sequence[PersonRow] = ()
        self._supervisors: Sequence[PersonRow] = ()
        self._within: dict[frozenset[str], frozenset[str]] = {}

    @property
    def current(self) -> AreaMap:
        return self._current

    @property
    def is_behind(self) -> bool:
        return self.newest > self._current.version

    def swap(self, area_map: AreaMap) -> None:
        self._current = area_map
        self._within = {}
        self._sort_representatives()

    def within(self, sectors: Collection[str]) -> frozenset[str]:
        """What lies in these sectors (`areas_within`), kept while the map is in force: ask off the event loop."""
        key, known = frozenset(sectors), self._within
        found = known.get(key)
        if found is None:
            # Of an operator's sectors there are as many sets as police stations, of what a token may name no end.
            if len(known) >= SETS_KEPT:
                known.clear()
            found = known[key] = areas_within(self._current, key)
        return found

    def take_representatives(self, people: Sequence[PersonRow]) -> None:
        """An RT that the map does not know goes by its code."""
        # Whoever signs out changes the accounts; to sort a city's ten thousand anew each time took up to a tenth of a
        # second, in which no alarm was taken.
        if people != self._people:
            self._people = people
            self._sort_representatives()

    def _sort_representatives(self) -> None:
        """By RT."""
        found: dict[str, list[Neighbour]] = {}
        for one in self._people:
            for code in one.areas:
                known = self._current.area(code)
                area = AreaRef(code, known.name if known else code)
                found.setdefault(code, []).append(Neighbour(Person(one.subject, one.name), area))
        self._neighbours = {code: tuple(neighbours) for code, neighbours in found.items()}
        # A new one, and last: what the writer's thread still finds out by the old map and people goes with the old one.
        self._known_above = {}

    def take_supervisors(self, people: Sequence[PersonRow]) -> None:
        self._supervisors = people

    def supervisors(self, sectors: Collection[str]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
        """Those of these sectors, and those of the whole city: who has no areas is answerable for all."""
        known = self._supervisors
        of_sector = tuple(Person(one.subject, one.name) for one in known if set(one.areas) & set(sectors))
        return of_sector, tuple(Person(one.subject, one.name) for one in known if not one.areas)

    def neighbours(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        """The representatives of these RT, each once; for an RT that has none, whoever stands above it."""
        found = (neighbour for code in codes for neighbour in self._neighbours.get(code) or self._above(code))
        return tuple({neighbour.person.id: neighbour for neighbour in found}.values())

    def superiors(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        """For each of these areas the head of its RW, else the village's community officer."""
        return tuple(neighbour for code in codes for neighbour in self._above(code))

    def _above(self, code: str) -> tuple[Neighbour, ...]:
        # Looked up for each press where an RT has nobody: walking up the map each time took 14 µs.
        known = self._known_above
        found = known.get(code)
        if found is None:
            found = known[code] = self._find_above(code)
        return found

    def _find_above(self, code: str) -> tuple[Neighbour, ...]:
        for area in self._current.parents(code):
            if area.level.rank > Level.VILLAGE.rank:
                break
            if found := self._neighbours.get(area.code):
                return tuple(replace(one, instead_of=code) for one in found)
        return ()
