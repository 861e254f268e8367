"""The ground people stand on: random places within the smallest areas of a map, so that dense quarters get more."""

from random import Random
from typing import Any, Final

import shapely

from geo.areas import Area, AreaMap, Level
from geo.geofence import locate
from geo.position import Position

Point = tuple[float, float]
"""Latitude, longitude."""

_TRIES: Final = 200
"""Even a sliver that fills a twentieth of its box is hit in so many tries, all but once in 30,000."""


class Ground:
    """Raises ValueError for a map without areas."""

    def __init__(self, area_map: AreaMap) -> None:
        self._map = area_map
        self.smallest = smallest_areas(area_map)

    def point(self, rng: Random) -> Point:
        """Every smallest area is as likely as another: RT have about as many households each, whatever their size."""
        return point_in(rng.choice(self.smallest), rng)

    def is_inside(self, point: Point) -> bool:
        return locate(self._map, Position(point[0], point[1], 1.0, None)).sure.value in ("inside", "uncertain")


def smallest_areas(area_map: AreaMap) -> tuple[Area, ...]:
    """All of the lowest level that the map has. Raises ValueError for a map without areas."""
    found = next((areas for level in Level if (areas := area_map.areas(level))), ())
    if not found:
        raise ValueError("The map has no areas.")
    return found


def point_in(area: Area, rng: Random) -> Point:
    """Anywhere in the area."""
    outline: Any = area.geometry
    west, south, east, north = outline.bounds
    for _ in range(_TRIES):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(outline, lon, lat):
            return lat, lon
    return middle_of(area)


def middle_of(area: Area) -> Point:
    """A point in the area, far from its edges where it can be."""
    inside: Any = area.geometry.representative_point()
    return inside.y, inside.x
