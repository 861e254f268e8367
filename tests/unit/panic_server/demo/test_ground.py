"""Where the demo's people stand and walk."""

from __future__ import annotations

from random import Random

import pytest
import shapely

from geo.areas import AreaMap
from panic_server.demo.city import generate_city
from panic_server.demo.ground import Ground, point_in
from panic_server.demo.patrol import distance_m, moved, towards
from panic_server.demo.visitor import choose_home

CITY = generate_city(3, 60)
MAP = AreaMap.build(CITY.areas, CITY.sectors, version=1)


def test_a_random_point_lies_in_the_city() -> None:
    ground, rng = Ground(MAP), Random(1)
    assert all(ground.is_inside(ground.point(rng)) for _ in range(200))


def test_a_point_in_an_area_lies_in_it() -> None:
    area, rng = CITY.rts[7], Random(1)
    points = [point_in(area, rng) for _ in range(50)]
    assert all(shapely.contains_xy(area.geometry, lon, lat) for lat, lon in points)


def test_a_map_without_areas_has_no_ground() -> None:
    with pytest.raises(ValueError, match="no areas"):
        Ground(AreaMap.empty())


def test_the_sea_is_not_inside() -> None:
    north = max(area.geometry.bounds[3] for area in CITY.areas)
    assert not Ground(MAP).is_inside((north + 0.1, CITY.rts[0].geometry.bounds[0]))


def test_a_step_goes_the_asked_distance_and_never_beyond_the_goal() -> None:
    start, goal = (-6.9, 109.97), (-6.91, 109.98)
    assert distance_m(start, towards(start, goal, 14.0)) == pytest.approx(14.0, rel=1e-3)
    assert towards(start, goal, 1e6) == goal


@pytest.mark.parametrize(("north_m", "east_m"), [(300.0, 0.0), (0.0, 300.0), (-180.0, 240.0)])
def test_moving_some_metres_is_that_far(north_m: float, east_m: float) -> None:
    start = (-6.9, 109.97)
    assert distance_m(start, moved(start, north_m, east_m)) == pytest.approx(300.0, rel=1e-3)


def test_the_visitors_home_is_an_rt_in_which_their_position_lies() -> None:
    home = choose_home(MAP, Ground(MAP).smallest)
    assert shapely.contains_xy(home.area.geometry, home.at[1], home.at[0])
    assert home.sector in {sector.code for sector in CITY.sectors}
