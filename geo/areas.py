"""AreaMap: the areas and sectors of a city, immutable, versioned, with its spatial index. It is swapped as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

import numpy as np
import shapely

from geo.checks import find_problems, find_warnings
from geo.features import Area, AreaRef, Level, MapRefused, Problem, Sector
from geo.index import MapIndex, chain
from geo.plane import Geometries, as_geometries

__all__ = ["Area", "AreaMap", "AreaRef", "Bbox", "Level", "MapRefused", "Problem", "Sector"]

# West, south, east, north, in degrees.
Bbox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class AreaMap:
    """Made by `AreaMap.build`. `sectors` are by code; `warnings` are oddities that did not keep it from being used."""

    version: int
    warnings: tuple[Problem, ...]
    sectors: tuple[Sector, ...]
    index: MapIndex
    _areas: Mapping[str, Area]
    _sectors: Mapping[str, Sector]

    @classmethod
    def build(
        cls,
        areas: Sequence[Area],
        sectors: Sequence[Sector],
        *,
        version: int,
        unreadable: frozenset[str] = frozenset(),
        problems: Sequence[Problem] = (),
    ) -> Self:
        """Raises MapRefused with everything that is wrong, after `problems` found while reading the files.

        `unreadable` are the codes of features that could not be read: naming one of them is not reported again.
        """
        found = [*problems, *find_problems(areas, sectors, unreadable=unreadable)]
        if found:
            raise MapRefused(found)
        return cls.of_checked(areas, sectors, version=version)

    @classmethod
    def of_checked(cls, areas: Sequence[Area], sectors: Sequence[Sector], *, version: int) -> Self:
        """From what `build` has taken before: nothing is looked for that would refuse it."""
        by_code = {area.code: area for area in sorted(areas, key=lambda area: (area.level.rank, area.code))}
        ordered_sectors = tuple(sorted(sectors, key=lambda sector: sector.code))
        return cls(
            version=version,
            warnings=tuple(find_warnings(areas, sectors)),
            sectors=ordered_sectors,
            index=MapIndex.of(by_code, ordered_sectors),
            _areas=MappingProxyType(by_code),
            _sectors=MappingProxyType({sector.code: sector for sector in ordered_sectors}),
        )

    @classmethod
    def empty(cls, version: int = 0) -> Self:
        """A map of nothing: every place is outside."""
        return cls.build((), (), version=version)

    def area(self, code: str) -> Area | None:
        return self._areas.get(code)

    def sector(self, code: str) -> Sector | None:
        return self._sectors.get(code)

    def chain(self, code: str) -> tuple[Area, ...]:
        """The area and everything above it, smallest first; nothing for an unknown code."""
        return chain(self._areas, code)

    def parents(self, code: str) -> tuple[Area, ...]:
        """Everything above the area, smallest first."""
        return self.chain(code)[1:]

    def drawn_sectors(self, bbox: Bbox | None = None) -> tuple[Sector, ...]:
        """The sectors, each with a polygon to show: its own, or the union of its areas. With a box as `areas`."""
        outlines = self.index.sectors.layer.outlines
        numbers = range(len(self.sectors)) if bbox is None else _meeting(outlines, bbox)
        return tuple(replace(self.sectors[number], geometry=outlines[number]) for number in numbers)

    def areas(self, level: Level | None = None, bbox: Bbox | None = None) -> tuple[Area, ...]:
        """By level and code; with a box only those whose own box meets it."""
        found = tuple(area for area in self._areas.values() if level is None or area.level is level)
        if bbox is None:
            return found
        return tuple(found[number] for number in _meeting(as_geometries([area.geometry for area in found]), bbox))


def _meeting(outlines: Geometries, bbox: Bbox) -> list[int]:
    """The numbers of those whose own box meets this one."""
    west, south, east, north = bbox
    x1, y1, x2, y2 = shapely.bounds(outlines).reshape(-1, 4).T
    meeting: list[int] = np.flatnonzero((x1 <= east) & (x2 >= west) & (y1 <= north) & (y2 >= south)).tolist()
    return meeting
