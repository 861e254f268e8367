"""Metres on a flat map: the ellipsoidal Mercator projection, and how much of a circle a polygon covers.

Mercator is conformal: around any place all directions are stretched by the same factor, so a circle of r metres there
is a circle of `r * stretch(lat)`. The factor itself changes by less than 0.04 % over 10 km in Indonesia, which is the
farthest that the geofence ever looks, so that one projected map serves a village and a country alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, cast

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Geometries = npt.NDArray[np.object_]

# WGS 84: equatorial radius in metres, and eccentricity.
EARTH_A_M: Final = 6_378_137.0
EARTH_E2: Final = 6.694379990141316e-3
_EARTH_E: Final = math.sqrt(EARTH_E2)

# Mercator's pole is infinitely far away; nobody lives beyond this latitude.
_LAST_LAT: Final = 89.0


def project(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Degrees to Mercator metres (x, y). Source: Snyder, Map Projections (USGS PP 1395), eq. 7-6 and 7-7."""
    sin_lat = np.sin(np.radians(np.clip(lat, -_LAST_LAT, _LAST_LAT)))
    y = EARTH_A_M * (np.arctanh(sin_lat) - _EARTH_E * np.arctanh(_EARTH_E * sin_lat))
    return EARTH_A_M * np.radians(lon), y


def stretch(lat: Floats) -> Floats:
    """Mercator metres per true metre at this latitude. Source: Snyder, eq. 7-8."""
    phi = np.radians(np.clip(lat, -_LAST_LAT, _LAST_LAT))
    scale: Floats = np.sqrt(1 - EARTH_E2 * np.sin(phi) ** 2) / np.cos(phi)
    return scale


def project_geometries(geometries: Geometries) -> Geometries:
    """Polygons in degrees to polygons in Mercator metres, with shells counter-clockwise and holes clockwise."""

    def each(coordinates: Floats) -> Floats:
        return np.column_stack(project(coordinates[:, 1], coordinates[:, 0]))

    projected: Geometries = shapely.orient_polygons(shapely.transform(geometries, each))
    return projected


def true_area_m2(geometries: Geometries) -> Floats:
    """Area on the ground, from polygons in degrees; good to 0.1 % for anything of a city's size."""
    flat = project_geometries(geometries)
    lat = shapely.get_y(shapely.centroid(geometries))
    area: Floats = shapely.area(flat) / stretch(lat) ** 2
    return area


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The edges of n polygons, one after the other: those of polygon i are first[i] up to first[i + 1]."""

    first: Ints
    ax: Floats
    ay: Floats
    dx: Floats
    dy: Floats

    @classmethod
    def of(cls, flat: Geometries) -> Self:
        """From projected polygons (see project_geometries)."""
        rings, polygon = _rings_with_polygon(flat)
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
        a, b = coordinates[:-1], coordinates[1:]
        # The step from one ring's last point to the next ring's first is no edge, nor is a repeated point.
        real = (ring[:-1] == ring[1:]) & np.any(a != b, axis=1)
        owner = polygon[ring[:-1][real]]
        first = np.searchsorted(owner, np.arange(len(flat) + 1))
        a, d = a[real], (b - a)[real]
        return cls(first, a[:, 0].copy(), a[:, 1].copy(), d[:, 0].copy(), d[:, 1].copy())


def _rings_with_polygon(flat: Geometries) -> tuple[Geometries, Ints]:
    parts, polygon_of_part = shapely.get_parts(flat, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    return rings, polygon_of_part[part_of_ring]


def overlap_areas(edges: Edges, polygon: Ints, x: Floats, y: Floats, radius: Floats) -> Floats:
    """Exact area shared by polygon[j] and the circle of radius[j] around (x[j], y[j]), for every pair j.

    The area is the sum over the polygon's edges of the signed area between the edge and the centre, cut at the circle:
    a triangle where the edge runs inside the circle, sectors of the circle where it runs outside.
    """
    if len(polygon) == 0:
        return np.zeros(0)
    count = edges.first[polygon + 1] - edges.first[polygon]
    start = np.cumsum(count) - count
    edge = np.arange(int(count.sum())) + np.repeat(edges.first[polygon] - start, count)
    pair = np.repeat(np.arange(len(polygon)), count)
    shares = _edge_shares(
        edges.ax[edge] - x[pair], edges.ay[edge] - y[pair], edges.dx[edge], edges.dy[edge], radius[pair] ** 2
    )
    total: Floats = np.add.reduceat(shares, start)
    return total


_NANOMETRE2: Final = 1e-18


def _edge_shares(ax: Floats, ay: Floats, dx: Floats, dy: Floats, r2: Floats) -> Floats:
    """Signed areas for edges a -> a + d around a circle of squared radius r2 at the origin."""
    length2 = dx * dx + dy * dy
    # An edge of less than a nanometre is a point, and dividing by its length would say anything.
    length2 = np.where(length2 > _NANOMETRE2, length2, 1.0)
    along = ax * dx + ay * dy
    reach = along * along - length2 * (ax * ax + ay * ay - r2)
    root = np.sqrt(np.maximum(reach, 0.0))
    # Where the edge enters and leaves the circle, as a fraction of the edge; both the same where it never does.
    enter = np.clip((-along - root) / length2, 0.0, 1.0)
    leave = np.clip((-along + root) / length2, 0.0, 1.0)
    px, py = ax + enter * dx, ay + enter * dy
    qx, qy = ax + leave * dx, ay + leave * dy
    bx, by = ax + dx, ay + dy
    triangle = px * qy - py * qx
    outside = np.arctan2(ax * py - ay * px, ax * px + ay * py) + np.arctan2(qx * by - qy * bx, qx * bx + qy * by)
    shares: Floats = 0.5 * (triangle + r2 * outside)
    return shares


def points_at(x: Floats, y: Floats) -> Geometries:
    """Shapely points."""
    # The published types do not know that columns give a column.
    return cast(Geometries, shapely.points(x, y))


def as_geometries(geometries: Sequence[Any]) -> Geometries:
    """A one-dimensional array of geometries, also when there are none."""
    array = np.empty(len(geometries), dtype=object)
    array[:] = list(geometries)
    return array
