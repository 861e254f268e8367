"""Small maps for the tests: squares on a street grid of about 111 m, south of the equator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from geo.areas import Area, AreaMap, Level, Sector
from geo.position import Position

if TYPE_CHECKING:
    from collections.abc import Sequence

# One step of the grid: 0.001 degrees are about 110.6 m to the north and, at this latitude, 110.5 m to the east.
STEP = 0.001
SOUTH, WEST = -7.0, 110.0


def box(x1: float, y1: float, x2: float, y2: float) -> Any:
    """A rectangle in steps east and north of the grid's corner."""
    return shapely.box(WEST + x1 * STEP, SOUTH + y1 * STEP, WEST + x2 * STEP, SOUTH + y2 * STEP)


def at(x: float, y: float, accuracy_m: float | None = None) -> Position:
    return Position(SOUTH + y * STEP, WEST + x * STEP, accuracy_m, None)


def city(geometry: Any) -> Area:
    return Area("99", "Kota", Level.CITY, None, geometry)


def rt(code: str, geometry: Any, parent: str | None = "99.W1") -> Area:
    return Area(code, f"RT {code}", Level.RT, parent, geometry)


def grid_areas(columns: int = 4, rows: int = 2) -> list[Area]:
    """RTs of one step each in one RW, in one village, in one district, in a city: `rt-XY` at column X and row Y."""
    whole = box(0, 0, columns, rows)
    upper = [
        city(whole),
        Area("99.D1", "Kecamatan", Level.DISTRICT, "99", whole),
        Area("99.V1", "Kelurahan", Level.VILLAGE, "99.D1", whole),
        Area("99.W1", "RW 01", Level.RW, "99.V1", whole),
    ]
    return upper + [rt(f"rt-{x}{y}", box(x, y, x + 1, y + 1)) for x in range(columns) for y in range(rows)]


def built(areas: Sequence[Area], sectors: Sequence[Sector] = ()) -> AreaMap:
    return AreaMap.build(areas, sectors, version=7)
