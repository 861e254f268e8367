"""The ground of the demo city: a coast, a river, and plots that tile the land, from a seed alone.

The plots are the Voronoi cells of scattered points, so neighbours share their corners exactly. Along the coast, the
river and the city's limits the points stand in pairs, one on either side, which makes the cells' borders follow these
lines.
"""

import math
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

Point = tuple[float, float]

# Metres to degrees around an invented place on Java's north coast.
LAT: Final = -6.905
LON: Final = 109.975
_M_PER_DEGREE_LAT: Final = 110_600.0
_M_PER_DEGREE_LON: Final = 111_320.0 * math.cos(math.radians(LAT))

# 1 cm: short files, and the same rounding for every plot that shares the corner.
_DECIMALS: Final = 7

# Plot sizes: dense quarters in the middle, fields and hills at the edge. Chosen so that 5 %, half and 95 % of the plots
# have up to about 6,600, 21,000 and 115,000 m2, as the RT of a real Javanese city.
_CENTRE_PLOT_M2: Final = 10_600.0
_GROWTH: Final = 3.4

_RIVER_WIDTH_M: Final = 30.0

# The city before it is scaled: 1.5 wide, 1 deep, with the coast along y = 0.
_WIDTH: Final = 1.5
_CENTRE: Final = (0.05, -0.28)


@dataclass(frozen=True, slots=True)
class Terrain:
    """Plots (polygons in degrees), which of them lie west of the river, and their middles in metres."""

    plots: tuple[Any, ...]
    west: tuple[bool, ...]
    middles: tuple[Point, ...]
    sea: Any
    river: Any
    harbour: Any


@dataclass(frozen=True, slots=True)
class _Shape:
    """The lines of the city in units of its depth; `scale` is that depth in metres."""

    scale: float
    waves: tuple[tuple[float, float, float], ...]

    def coast(self, x: float) -> float:
        return sum(height * math.sin(rate * x + shift) for height, rate, shift in self.waves)

    def river(self, y: float) -> float:
        return -0.18 + sum(1.3 * height * math.sin(2.6 * rate * y + 2 * shift) for height, rate, shift in self.waves)

    def plot_m2(self, x: float, y: float) -> float:
        away = math.hypot((x - _CENTRE[0]) / 0.85, (y - _CENTRE[1]) / 0.8)
        return _CENTRE_PLOT_M2 * math.exp(_GROWTH * away**1.7)

    def spacing(self, x: float, y: float) -> float:
        """How far apart points stand here, in units."""
        return math.sqrt(self.plot_m2(x, y)) / self.scale

    def limits(self) -> list[Point]:
        """The city's outline, clockwise: along the coast eastwards, then around the land side."""
        half = _WIDTH / 2
        coast = [(x, self.coast(x)) for x in _steps(-half, half, 160)]
        around = [
            (x := half * math.cos(angle) * self._bend(angle), self._shore(x) + math.sin(angle) * self._bend(angle))
            for angle in _steps(0.0, -math.pi, 240)
        ]
        # A walk along a line is least even where it starts: not at a corner, then.
        return [*coast[80:], *around[1:-1], *coast[:80]]

    def _shore(self, x: float) -> float:
        """A straight line between the ends of the coast."""
        half = _WIDTH / 2
        return self.coast(-half) + (self.coast(half) - self.coast(-half)) * (x / half + 1) / 2

    def sea(self) -> Any:
        """Everything north of the coast and of the neighbours' coasts."""
        shore = [(x, self.coast(x) - 0.004) for x in _steps(-1.6, 1.6, 320)]
        return shapely.Polygon([*shore, (1.6, 0.7), (-1.6, 0.7)])

    def harbour(self) -> Any:
        """Basins and quays east of the river's mouth, half land and half water."""
        west = self.river(0.0) + 0.06
        south = self.coast(west) - 0.06
        return shapely.box(west, south, west + 0.2, south + 0.12)

    def degrees(self, units: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon = LON + units[:, 0] * self.scale / _M_PER_DEGREE_LON
        lat = LAT + units[:, 1] * self.scale / _M_PER_DEGREE_LAT
        return np.column_stack((np.round(lon, _DECIMALS), np.round(lat, _DECIMALS)))

    def _bend(self, angle: float) -> float:
        """Rounded corners, and a border that wanders; nothing where it meets the coast."""
        corner = (abs(math.cos(angle)) ** 4 + abs(math.sin(angle)) ** 4) ** -0.25
        wander = sum(0.5 * height * math.sin(5 * rate * angle / 4 + shift) for height, rate, shift in self.waves)
        bend: float = corner * (1 + wander * math.sin(angle) ** 2)
        return bend


def make_terrain(rng: Random, plots: int) -> Terrain:
    """Exactly `plots` plots, the same for the same seed."""
    shape = _scaled(plots, tuple((0.045 / k, 2.1 * k, rng.uniform(0, 2 * math.pi)) for k in (1, 2, 3, 5)))
    inside, fixed, outside = _scatter(rng, shape, plots)
    # Points that have moved to the middle of their cell once have rounder neighbours.
    free = _cells([*inside, *fixed, *outside])[: len(inside)]
    middles = shapely.get_coordinates(shapely.centroid(free)).tolist()
    points = [*map(tuple, middles), *fixed]
    cells = _cells([*points, *outside])[:plots]
    west = tuple(x < shape.river(y) for x, y in points)
    return _terrain(shape, cells, west)


def _terrain(shape: _Shape, cells: npt.NDArray[np.object_], west: tuple[bool, ...]) -> Terrain:
    plots = shapely.transform(cells, shape.degrees)
    banks = np.array(west)
    west_bank, east_bank = (shapely.coverage_union_all(cells[bank]) for bank in (banks, ~banks))
    middle = shapely.intersection(shapely.boundary(west_bank), shapely.boundary(east_bank))
    river = shapely.buffer(middle, _RIVER_WIDTH_M / 2 / shape.scale)
    sea = shapely.transform(shape.sea(), shape.degrees)
    return Terrain(
        plots=tuple(plots),
        west=west,
        middles=tuple((x * shape.scale, y * shape.scale) for x, y in shapely.get_coordinates(shapely.centroid(cells))),
        sea=shapely.difference(sea, shapely.coverage_union_all(plots)),
        river=shapely.transform(river, shape.degrees),
        harbour=shapely.transform(shape.harbour(), shape.degrees),
    )


def _cells(points: list[Point]) -> npt.NDArray[np.object_]:
    """The Voronoi cell of each point, in order."""
    cells: npt.NDArray[np.object_] = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), ordered=True)
    )
    return cells


def _scaled(plots: int, waves: tuple[tuple[float, float, float], ...]) -> _Shape:
    """As large as so many plots need."""
    shape = _Shape(1.0, waves)
    land = shapely.Polygon(shape.limits())
    step = 0.005
    grid = [(x, y) for x in _steps(-1.0, 1.0, 400) for y in _steps(-1.4, 0.2, 320)]
    inside = shapely.contains_xy(land, np.array(grid))
    per_unit = sum(step * step / shape.plot_m2(x, y) for (x, y), within in zip(grid, inside, strict=True) if within)
    return _Shape(math.sqrt(plots / per_unit), waves)


def _scatter(rng: Random, shape: _Shape, plots: int) -> tuple[list[Point], list[Point], list[Point]]:
    """Points that may move, points that hold a line in place, and their partners outside of the city."""
    land = shapely.Polygon(shape.limits())
    river = shapely.LineString([(shape.river(y), y) for y in _steps(0.4, -1.4, 400)])
    shapely.prepare(land)
    limits = _pairs(shape, shapely.boundary(land))
    fixed = [point for point in limits if land.contains(shapely.Point(point))]
    outside = [point for point in limits if not land.contains(shapely.Point(point))]
    lines = shapely.boundary(land)
    fixed += [
        point
        for point in _pairs(shape, river)
        if land.contains(shapely.Point(point)) and lines.distance(shapely.Point(point)) > 0.8 * shape.spacing(*point)
    ]
    fixed = fixed[:plots]
    return _free_points(rng, shape, land, shapely.union(lines, river), plots - len(fixed)), fixed, outside


def _pairs(shape: _Shape, line: Any) -> list[Point]:
    """Points on both sides of a line, in pairs across it."""
    points: list[Point] = []
    at = 0.0
    while at < line.length:
        here = line.interpolate(at)
        ahead = line.interpolate(at + 1e-4) if at + 1e-4 < line.length else line.interpolate(at - 1e-4)
        spacing = shape.spacing(here.x, here.y)
        dx, dy = (ahead.x - here.x) / 1e-4, (ahead.y - here.y) / 1e-4
        points += [(here.x - side * dy * spacing, here.y + side * dx * spacing) for side in (0.42, -0.42)]
        at += spacing
    return points


def _free_points(rng: Random, shape: _Shape, land: Any, lines: Any, wanted: int) -> list[Point]:
    """Denser where plots are small, and not so near to a line that a plot would reach across it."""
    west, south, east, north = land.bounds
    points: list[Point] = []
    shapely.prepare(lines)
    while len(points) < wanted:
        tried = [
            (x, y)
            for x, y in ((rng.uniform(west, east), rng.uniform(south, north)) for _ in range(4 * wanted))
            if rng.random() < _CENTRE_PLOT_M2 / shape.plot_m2(x, y)
        ]
        apart = np.array([0.85 * shape.spacing(x, y) for x, y in tried])
        spots = shapely.points(tried)
        good = shapely.contains(land, spots) & (shapely.distance(lines, spots) > apart)
        points += [point for point, is_good in zip(tried, good, strict=True) if is_good]
    return points[:wanted]


def _steps(start: float, stop: float, count: int) -> list[float]:
    return [start + (stop - start) * step / count for step in range(count + 1)]
