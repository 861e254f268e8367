"""Circles on a map: which outlines a circle touches and by how much, and which outline is nearest to a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self, cast

import numpy as np
import shapely

from geo.layers import Layer
from geo.plane import Floats, Geometries, Ints, overlap_areas, points_at, project, stretch
from geo.position import MAX_ACCURACY_M, Position

# Below this part of the circle an overlap is rounding: of a circle of 10 km it is 3 cm2.
_ROUNDING: Final = 1e-13

# No place names more than eight candidates, and no accuracy worth the name touches more outlines than this.
KEPT: Final = 32

# Circles of up to 1 km meet some hundred RTs, wider ones up to ten thousand; so many at once stay in the cache.
_WIDE_M: Final = 1_000.0
_NARROW_AT_ONCE: Final = 256
_WIDE_AT_ONCE: Final = 4


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
        return cls(points=points_at(lon, lat), x=x, y=y, radius=radius_m * scale, stretch=scale)

    def __len__(self) -> int:
        return len(self.points)

    def some(self, chosen: Ints | list[int] | slice) -> "Circles":
        return Circles(self.points[chosen], self.x[chosen], self.y[chosen], self.radius[chosen], self.stretch[chosen])

    def centres(self) -> Geometries:
        """The points on the Mercator plane."""
        return points_at(self.x, self.y)


def held_by(layer: Layer, circles: Circles) -> list[list[int]]:
    """For each point the outlines that hold it, preferred first."""
    held: list[list[int]] = [[] for _ in range(len(circles))]
    for point, outline in zip(*(pairs.tolist() for pairs in layer.holding(circles.points)), strict=True):
        held[point].append(outline)
    return held


def leaves_outline(layer: Layer, outlines: Sequence[int], circles: Circles) -> list[bool]:
    """Whether circle i goes over the border of outlines[i], which holds its centre. Outline -1 is none: never."""
    borders = layer.borders[np.asarray(outlines, dtype=np.intp)]
    # The published types know only one distance for all.
    reached = shapely.dwithin(borders, circles.centres(), cast(float, circles.radius))
    return cast(list[bool], (reached & (circles.radius > 0)).tolist())


@dataclass(frozen=True, slots=True)
class Touched:
    """The outlines that share ground with a circle: pairs (outline, overlap), the largest overlap first.

    Of more than `kept` only the largest of the first `counted` outlines are kept, and `complete` is false.
    """

    pairs: tuple[tuple[int, float], ...] = ()
    counted: int = 0
    complete: bool = True


def touches(layer: Layer, circles: Circles, counted: int, kept: int = KEPT) -> list[Touched]:
    """For each circle what it touches, and how many of the outlines numbered below `counted`."""
    found: list[Touched] = []
    step = _WIDE_AT_ONCE if circles.radius.max(initial=0) > _WIDE_M else _NARROW_AT_ONCE
    for start in range(0, len(circles), step):
        some = circles.some(slice(start, start + step))
        circle, outline = _boxes_that_meet(layer, some)
        overlap = _overlaps(layer, some, circle, outline)
        real = overlap > _ROUNDING * np.pi * some.radius[circle] ** 2
        outline, overlap = outline[real], overlap[real]
        ends = np.searchsorted(circle[real], np.arange(len(some) + 1)).tolist()
        found += [_touched(outline[a:b], overlap[a:b], counted, kept) for a, b in pairwise(ends)]
    return found


def _touched(outline: Ints, overlap: Floats, counted: int, kept: int) -> Touched:
    complete = len(outline) <= kept
    number = int(np.count_nonzero(outline < counted)) if len(outline) else 0
    if not complete:
        wanted = outline < counted
        if number > kept:
            # Equal overlaps at the end are all kept, so that the order below decides between them.
            wanted &= overlap >= np.partition(overlap[wanted], -kept)[-kept]
        outline, overlap = outline[wanted], overlap[wanted]
    pairs = sorted(zip(outline.tolist(), overlap.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    return Touched(tuple(pairs), number, complete)


def _boxes_that_meet(layer: Layer, circles: Circles) -> tuple[Ints, Ints]:
    x, y, radius = circles.x, circles.y, circles.radius
    circle, outline = layer.flat_tree.query(shapely.box(x - radius, y - radius, x + radius, y + radius))
    return circle, outline


def _overlaps(layer: Layer, circles: Circles, circle: Ints, outline: Ints) -> Floats:
    """The area of each pair; only outlines that the circle's rim may cut are measured edge by edge."""
    x, y, radius = circles.x[circle], circles.y[circle], circles.radius[circle]
    x1, y1, x2, y2 = layer.bounds[outline].T
    farthest2 = np.maximum(x - x1, x2 - x) ** 2 + np.maximum(y - y1, y2 - y) ** 2
    within = farthest2 <= radius * radius
    overlap = np.where(within, layer.sizes[outline], 0.0)
    closest2 = np.maximum(0.0, np.maximum(x1 - x, x - x2)) ** 2 + np.maximum(0.0, np.maximum(y1 - y, y - y2)) ** 2
    cut = np.flatnonzero(~within & (closest2 < radius * radius))
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
