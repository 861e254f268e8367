"""The map in force, and the representatives of its RT: immutable values, swapped as a whole while alarms flow."""

from collections.abc import Collection, Mapping, Sequence

from dispatch.facts import Neighbour
from dispatch.incident import Person
from geo.areas import AreaMap, AreaRef
from panic_server.journal.port import PersonRow


class Maps:
    def __init__(self) -> None:
        self._current = AreaMap.empty()
        self._neighbours: Mapping[str, tuple[Neighbour, ...]] = {}
        self._people: Sequence[PersonRow] = ()

    @property
    def current(self) -> AreaMap:
        return self._current

    def swap(self, area_map: AreaMap) -> None:
        self._current = area_map
        self.take_representatives(self._people)

    def take_representatives(self, people: Sequence[PersonRow]) -> None:
        """Sorted by RT; an RT that the map does not know goes by its code."""
        self._people = people
        found: dict[str, list[Neighbour]] = {}
        for one in people:
            for code in one.areas:
                known = self._current.area(code)
                area = AreaRef(code, known.name if known else code)
                found.setdefault(code, []).append(Neighbour(Person(one.subject, one.name), area))
        self._neighbours = {code: tuple(neighbours) for code, neighbours in found.items()}

    def neighbours(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        """The representatives of these RT, each once."""
        found = (neighbour for code in codes for neighbour in self._neighbours.get(code, ()))
        return tuple({neighbour.person.id: neighbour for neighbour in found}.values())
