"""Numbered people by where they are, so that the few near a place are found without looking at all the others.

`geo.nearest` ranks whoever is handed to it; of thousands a grid hands it some dozen, among whom the first are for sure.
"""

import math
from collections.abc import Callable
from typing import Final

from geo.nearest import BAND_M
from geo.position import Position

# A little more than a band: n cells to either side then reach over n whole bands up to 15 degrees from the equator.
SIDE_M: Final = 520.0

# The longest way that is a degree of latitude on WGS 84, near the poles: a cell is at least as high as it says.
_METRES_PER_DEGREE: Final = 111_700.0
_LEAST_PER_DEGREE: Final = 110_500.0  # At the equator it is 110,574 m.
_SIDE_DEG: Final = SIDE_M / _LEAST_PER_DEGREE

# On a plane distances of some kilometres are wrong by less than a hundredth; who counts as near is so by twice that.
_PLANE: Final = 1.02

# Cells to either side that are looked at, one after the other: 0.5 to 4 km. Beyond that ranking all is quicker.
_REACHES: Final = (1, 2, 4, 8)

# To rank so many takes no longer than to look for the nearest of them.
_FEW: Final = 50

# Where the date changes cells do not lie side by side, and near the poles a degree of longitude is no length at all.
_WEST_EAST_MAX: Final = 179.0
_NORTH_SOUTH_MAX: Final = 80.0

Cell = tuple[int, int]

_NOBODY: Final[dict[int, tuple[float, float]]] = {}


class Grid:
    def __init__(self) -> None:
        self._cells: dict[Cell, dict[int, tuple[float, float]]] = {}
        self._cell_of: dict[int, Cell] = {}

    def __len__(self) -> int:
        return len(self._cell_of)

    def put(self, number: int, lat: float, lon: float) -> None:
        cell = math.floor(lat / _SIDE_DEG), math.floor(lon / _SIDE_DEG)
        before = self._cell_of.get(number)
        if before is not None and before != cell:
            self.drop(number)
        self._cells.setdefault(cell, {})[number] = lat, lon
        self._cell_of[number] = cell

    def drop(self, number: int) -> None:
        """Whoever is not in it may be dropped all the same."""
        cell = self._cell_of.pop(number, None)
        if cell is not None:
            del self._cells[cell][number]
            if not self._cells[cell]:
                del self._cells[cell]

    def around(self, at: Position, wanted: int, is_counted: Callable[[int], bool]) -> list[int]:
        """Numbers that hold all who are nearer than the end of the band in which the last of the `wanted` nearest of
        those that count is. All numbers, where these are few or too far away.
        """
        is_plain = abs(at.lon) < _WEST_EAST_MAX and abs(at.lat) < _NORTH_SOUTH_MAX
        seen: list[tuple[float, int]] = []
        looked_at = -1
        for reach in _REACHES if is_plain and len(self) > _FEW else ():
            seen += self._between(at, looked_at, reach)
            looked_at = reach
            # Cells are narrowest at their end towards the pole.
            narrow = math.cos(math.radians(abs(at.lat) + (reach + 1) * _SIDE_DEG))
            radius_m = reach * SIDE_M * narrow // BAND_M * BAND_M
            surely = (radius_m / _PLANE / _METRES_PER_DEGREE) ** 2
            if sum(1 for squared, number in seen if squared < surely and is_counted(number)) >= wanted:
                maybe = (radius_m * _PLANE / _LEAST_PER_DEGREE) ** 2
                return [number for squared, number in seen if squared < maybe]
        return list(self._cell_of)

    def _between(self, at: Position, inner: int, outer: int) -> list[tuple[float, int]]:
        """Everybody in the cells up to `outer` to either side, without those up to `inner`: the square of how far they
        are, in degrees of latitude, and their number.
        """
        row, column = math.floor(at.lat / _SIDE_DEG), math.floor(at.lon / _SIDE_DEG)
        lat_0, lon_0, squeeze = at.lat, at.lon, math.cos(math.radians(at.lat))
        cells, found = self._cells, []
        whole = range(column - outer, column + outer + 1)
        sides = (*range(column - outer, column - inner), *range(column + inner + 1, column + outer + 1))
        for near in range(row - outer, row + outer + 1):
            for beside in sides if -inner <= near - row <= inner else whole:
                for number, (lat, lon) in cells.get((near, beside), _NOBODY).items():
                    north, east = lat - lat_0, (lon - lon_0) * squeeze
                    found.append((north * north + east * east, number))
        return found
