"""The Mercator plane against geopy, and the exact overlap of circles against shapely's polygons of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from geo.plane import Edges, as_geometries, overlap_areas, points_at, project, project_geometries, stretch, true_area_m2

metres = st.floats(-300, 300)


def circle_and(polygon: Any, x: float, y: float, radius: float) -> tuple[float, float]:
    """The overlap by our formula and, nearly, by shapely."""
    flat = shapely.orient_polygons(as_geometries([polygon]))
    exact = overlap_areas(Edges.of(flat), np.array([0]), np.array([x]), np.array([y]), np.array([radius]))
    drawn = shapely.Point(x, y).buffer(radius, quad_segs=256)
    return float(exact[0]), float(drawn.intersection(polygon).area)


@given(st.floats(-11, 6), st.floats(95, 141), st.floats(0, 360), st.floats(1, 10_000))
def test_distances_on_the_plane_are_those_on_the_ground(
    lat: float, lon: float, azimuth: float, distance: float
) -> None:
    end = geodesic(meters=distance).destination((lat, lon), azimuth)
    x, y = project(np.array([lat, end.latitude]), np.array([lon, end.longitude]))
    measured = np.hypot(x[1] - x[0], y[1] - y[0]) / stretch(np.array([lat]))[0]
    assert measured == pytest.approx(distance, rel=4e-4)


def test_a_polygon_has_its_area_on_the_ground() -> None:
    corners = [(110.40, -7.00), (110.43, -7.01), (110.42, -6.97)]
    a, b, c = (
        geodesic((p[1], p[0]), (q[1], q[0])).meters for p, q in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    half = (a + b + c) / 2
    area = true_area_m2(as_geometries([shapely.Polygon(corners)]))
    assert area[0] == pytest.approx((half * (half - a) * (half - b) * (half - c)) ** 0.5, rel=1e-4)


@given(st.lists(st.tuples(metres, metres), min_size=3, max_size=9, unique=True), metres, metres, st.floats(1, 500))
def test_a_circle_shares_with_a_polygon_what_shapely_says(
    corners: list[tuple[float, float]], x: float, y: float, radius: float
) -> None:
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type == "Polygon" and hull.area > 1:
        exact, drawn = circle_and(hull, x, y, radius)
        assert exact == pytest.approx(drawn, rel=1e-4, abs=np.pi * radius**2 * 1e-4)


def test_a_hole_is_not_shared() -> None:
    ring = shapely.Point(0, 0).buffer(100).difference(shapely.box(-50, -50, 50, 50))
    exact, drawn = circle_and(ring, 30.0, 10.0, 60.0)
    assert exact == pytest.approx(drawn, rel=1e-4)


def test_a_circle_around_a_polygon_shares_all_of_it() -> None:
    assert circle_and(shapely.box(-3, -4, 3, 4), 1.0, 1.0, 50.0)[0] == pytest.approx(48.0)


def test_a_circle_far_away_shares_nothing() -> None:
    assert circle_and(shapely.box(-3, -4, 3, 4), 500.0, 0.0, 50.0)[0] == pytest.approx(0.0, abs=1e-9)


def test_the_parts_of_a_tiled_circle_add_up_to_the_circle() -> None:
    tiles = as_geometries([shapely.box(x, y, x + 10, y + 10) for x in range(-50, 50, 10) for y in range(-50, 50, 10)])
    count = len(tiles)
    shared = overlap_areas(
        Edges.of(tiles), np.arange(count), np.full(count, 3.3), np.full(count, -7.1), np.full(count, 37.0)
    )
    assert shared.sum() == pytest.approx(np.pi * 37.0**2, rel=1e-12)


def test_projected_polygons_keep_their_shells_counter_clockwise() -> None:
    clockwise = shapely.Polygon([(110, -7), (110, -6.9), (110.1, -6.9), (110.1, -7)])
    flat = project_geometries(as_geometries([clockwise]))
    assert shapely.is_ccw(shapely.get_exterior_ring(flat[0]))


def test_points_come_as_a_column() -> None:
    assert [point.wkt for point in points_at(np.array([1.0, 2.0]), np.array([3.0, 4.0]))] == [
        "POINT (1 3)",
        "POINT (2 4)",
    ]
