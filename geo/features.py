"""The values a map is made of: levels, areas and sectors, and what is said about a map that is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

# One page of a terminal; a file with more mistakes than this has one mistake in common.
_LISTED: Final = 50


class Level(StrEnum):
    """What an area is, from the smallest to the largest."""

    RT = "rt"
    RW = "rw"
    VILLAGE = "village"
    DISTRICT = "district"
    CITY = "city"

    @property
    def rank(self) -> int:
        """0 for the smallest."""
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class AreaRef:
    """An area or a sector as others see it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Area:
    """A shapely polygon or multipolygon in WGS 84 degrees, x = longitude; parent is the code of the area above it."""

    code: str
    name: str
    level: Level
    parent: str | None
    geometry: Any


@dataclass(frozen=True, slots=True)
class Sector:
    """A police area: a set of area codes or, without any, a polygon of its own. A higher priority lies on top."""

    code: str
    name: str
    geometry: Any | None = None
    areas: tuple[str, ...] = ()
    priority: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with which feature: its code, or its file and number when it has none."""

    feature: str
    what: str

    def __str__(self) -> str:
        return f"{self.feature}: {self.what}"


class MapRefused(Exception):
    """This map cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.lines()))

    def lines(self, limit: int = _LISTED) -> list[str]:
        """The problems for a person to read: the first ones, then how many more there are."""
        lines = [str(problem) for problem in self.problems[:limit]]
        hidden = len(self.problems) - limit
        return [*lines, f"... and {hidden} more"] if hidden > 0 else lines
