"""Where things are in the simulated city: metres on a plane, and a map whose codes tell which version they are of."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.areas import AreaRef
from geo.geofence import Place, Sure
from geo.position import Position

SIZE_M = 4000.0
ROWS = 4
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Spot:
    x_m: float
    y_m: float

    def metres_to(self, lat: float, lon: float) -> float:
        return math.hypot(self.x_m - lon * METRES_PER_DEGREE, self.y_m - lat * METRES_PER_DEGREE)

    @property
    def lat(self) -> float:
        return self.y_m / METRES_PER_DEGREE

    @property
    def lon(self) -> float:
        return self.x_m / METRES_PER_DEGREE


def place_of(position: Position | None, version: int, *, parents_of: int | None = None) -> Place:
    """With the map of this version; `parents_of` another is the fault of a map that is not swapped as a whole."""
    if position is None:
        return Place(Sure.UNLOCATED, None, None, None, None, None, (), False, (), None, ("position_missing",), version)
    row = min(ROWS - 1, int(position.lat * METRES_PER_DEGREE / SIZE_M * ROWS))
    column = min(ROWS - 1, int(position.lon * METRES_PER_DEGREE / SIZE_M * ROWS))
    parents = parents_of or version
    rt, village, sector = (
        _area(f"RT-{row}{column}", version),
        _area(f"V-{row}", parents),
        _area(f"PS-{column // 2}", parents),
    )
    return Place(Sure.INSIDE, rt, None, village, None, None, (rt,), False, (sector,), None, (), version)


def _area(code: str, version: int) -> AreaRef:
    return AreaRef(f"{code}@{version}", code)
