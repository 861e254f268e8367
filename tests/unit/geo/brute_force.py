"""The geofence again, the slow and plain way: every outline against every point, without index and projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from geopy.distance import geodesic

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.areas import AreaMap
    from geo.geofence import Place
    from geo.position import Position


@dataclass(frozen=True)
class Points:
    """In the order of their longitude, so that those in an outline's box are found by cutting, not by searching."""

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]

    @classmethod
    def of(cls, coordinates: npt.NDArray[np.float64]) -> Points:
        ordered = coordinates[np.lexsort((coordinates[:, 1], coordinates[:, 0]))]
        return cls(ordered[:, 0].copy(), ordered[:, 1].copy())


def holders(outlines: list[Any], points: Points) -> list[list[int]]:
    """For each point the numbers of all outlines that cover it."""
    found: list[list[int]] = [[] for _ in points.lon]
    for number, outline in enumerate(outlines):
        west, south, east, north = outline.bounds
        first, last = np.searchsorted(points.lon, west, "left"), np.searchsorted(points.lon, east, "right")
        in_box = first + np.flatnonzero((points.lat[first:last] >= south) & (points.lat[first:last] <= north))
        shapely.prepare(outline)
        covered = shapely.covers(outline, shapely.points(points.lon[in_box], points.lat[in_box]))
        for point in in_box[covered].tolist():
            found[point].append(number)
    return found


def around(outlines: npt.NDArray[np.object_], position: Position) -> npt.NDArray[np.object_]:
    """Outlines in metres around a position, true near it: scaled by the length of a short way north and east."""
    here = (position.lat, position.lon)
    north = geodesic(here, (position.lat + 1e-3, position.lon)).meters / 1e-3
    east = geodesic(here, (position.lat, position.lon + 1e-3)).meters / 1e-3
    moved = shapely.transform(outlines, lambda degrees: (degrees - (position.lon, position.lat)) * (east, north))
    return np.atleast_1d(moved)


def overlaps(outlines: npt.NDArray[np.object_], position: Position) -> npt.NDArray[np.float64]:
    """What each outline shares with the circle, by a polygon of 256 corners in place of it."""
    circle = shapely.Point(0, 0).buffer(position.accuracy_m or 0.0, quad_segs=64)
    shared: npt.NDArray[np.float64] = shapely.area(shapely.intersection(around(outlines, position), circle))
    return shared


def sectors_of_point(area_map: AreaMap, place: Place, position: Position) -> list[str]:
    """The sectors that hold a point, by priority and code."""
    chain = set() if place.rt is None else {area.code for area in area_map.chain(place.rt.code)}
    spot = shapely.Point(position.lon, position.lat)
    held = [
        sector
        for sector in area_map.sectors
        if (chain & set(sector.areas) if sector.areas else shapely.covers(sector.geometry, spot))
    ]
    return [sector.code for sector in sorted(held, key=lambda sector: (-sector.priority, sector.code))]
