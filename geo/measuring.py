"""Circles on a map: which outlines a circle touches and by how much, and which outline is nearest to a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import shapely

from geo.layers import Layer
from geo.plane import Floats, Geometries, Ints, overlap_areas, project, stretch
from geo.position import MAX_ACCURACY_M, Position

# Below this part of the circle an overlap is rounding: of a circle of 10 km it is 3 cm2.
_ROUNDING: Final = 1e-13

# Pairs (outline, overlap), the largest overlap first.
Touches = list[tuple[int, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Circles:
    """n positions with their accuracy, as columns: exact points in degrees, and circles in Mercator metres."""

    points: Geometries
    x: Floats
    y: Floats
    radius: Floats
    stretch: Floats

    @classmethod
    def around(cls, positions: Sequence[Position]) -> Self:
        """An unknown accuracy is a circle of radius 0; nothing is looked for beyond 10 km."""
        lat = np.array([position.lat for position in positions])
        lon = np.array([position.lon for position in positions])
        radius_m = np.array([min(position.accuracy_m or 0.0, MAX_ACCURACY_M) for position in positions])
        x, y = project(lat, lon)
        scale = stretch(lat)
        return cls(points=shapely.points(lon, lat), x=x, y=y, radius=radius_m * scale, stretch=scale)

    def __len__(self) -> int:
        return len(self.points)

    def some(self, chosen: Ints) -> "Circles":
        return Circles(self.points[chosen], self.x[chosen], self.y[chosen], self.radius[chosen], self.stretch[chosen])

    def centres(self) -> Geometries:
        """The points on the Mercator plane."""
        centres: Geometries = shapely.points(self.x, self.y)
        return centres


def held_by(layer: Layer, circles: Circles) -> list[list[int]]:
    """For each point the outlines that hold it, preferred first."""
    held: list[list[int]] = [[] for _ in range(len(circles))]
    for point, outline in zip(*(pairs.tolist() for pairs in layer.holding(circles.points)), strict=True):
        held[point].append(outline)
    return held


def leaves_outline(layer: Layer, outlines: Sequence[int], circles: Circles) -> list[bool]:
    """Whether circle i goes over the border of outlines[i], which holds its centre; for outline -1, none, it never does."""
    crosses = shapely.dwithin(layer.borders[np.asarray(outlines, dtype=np.intp)], circles.centres(), circles.radius)
    found: list[bool] = (crosses & (circles.radius > 0)).tolist()
    return found


def touches(layer: Layer, circles: Circles) -> list[Touches]:
    """For each circle the outlines that share ground with it."""
    found: list[Touches] = [[] for _ in range(len(circles))]
    circle, outline = _boxes_that_meet(layer, circles)
    overlap = _overlaps(layer, circles, circle, outline)
    kept = np.flatnonzero(overlap > _ROUNDING * np.pi * circles.radius[circle] ** 2)
    order = kept[np.lexsort((outline[kept], -overlap[kept], circle[kept]))]
    for index, number, area in zip(
        circle[order].tolist(), outline[order].tolist(), overlap[order].tolist(), strict=True
    ):
        found[index].append((number, area))
    return found


def _boxes_that_meet(layer: Layer, circles: Circles) -> tuple[Ints, Ints]:
    x, y, radius = circles.x, circles.y, circles.radius
    circle, outline = layer.flat_tree.query(shapely.box(x - radius, y - radius, x + radius, y + radius))
    return circle, outline


def _overlaps(layer: Layer, circles: Circles, circle: Ints, outline: Ints) -> Floats:
    """The area of each pair; only outlines that the circle's rim may cut are measured edge by edge."""
    x, y, radius = circles.x[circle], circles.y[circle], circles.radius[circle]
    x1, y1, x2, y2 = layer.bounds[outline].T
    farthest = np.hypot(np.maximum(x - x1, x2 - x), np.maximum(y - y1, y2 - y))
    overlap = np.where(farthest <= radius, layer.sizes[outline], 0.0)
    cut = np.flatnonzero((farthest > radius) & (radius > 0))
    overlap[cut] = overlap_areas(layer.edges, outline[cut], x[cut], y[cut], radius[cut])
    return overlap


def nearest(layer: Layer, circles: Circles, within_m: float) -> list[tuple[int, float] | None]:
    """For each point the nearest outline and its distance in metres, preferred first among equals; None beyond."""
    found: list[tuple[int, float] | None] = [None] * len(circles)
    if len(circles) == 0 or len(layer.flat) == 0:
        return found
    (point, outline), flat_distance = layer.flat_tree.query_nearest(
        circles.centres(), max_distance=within_m * circles.stretch.max(), return_distance=True, all_matches=True
    )
    distance_m = flat_distance / circles.stretch[point]
    order = np.lexsort((outline, distance_m, point))
    for index, number, metres in zip(
        point[order].tolist(), outline[order].tolist(), distance_m[order].tolist(), strict=True
    ):
        if found[index] is None and metres <= within_m:
            found[index] = (number, metres)
    return found
