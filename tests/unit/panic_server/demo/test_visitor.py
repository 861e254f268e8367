"""Where a visitor of the demo lives."""

from dataclasses import replace
from random import Random

import pytest

from dispatch.policy import Policy
from geo.areas import AreaMap
from geo.nearest import metres_between
from geo.position import Position
from panic_server.demo.city import generate_city
from panic_server.demo.ground import Ground, point_in
from panic_server.demo.visitor import Home, cast, choose_home


def a_home(seed: int, rt: int = 600) -> Home:
    city = generate_city(seed=seed, rt=rt)
    area_map = AreaMap.build(city.areas, city.sectors, version=1)
    return choose_home(area_map, Ground(area_map).smallest)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_pressed_close_by_is_never_one_emergency_with_what_is_pressed_at_home(seed: int) -> None:
    home, rng = a_home(seed), Random(seed)
    here = Position(*home.at, None, None)
    spots = [point_in(home.close_by, rng) for _ in range(200)]
    assert min(metres_between(here, Position(*spot, None, None)) for spot in spots) > Policy().join_radius_max_m


def test_the_visitors_representative_answers_for_both() -> None:
    home = a_home(1)
    own = () if home.sector is None else (home.sector,)
    assert [person.areas for person in cast(home)] == [(), (), own, (home.area.code, home.close_by.code)]
    alone = replace(home, close_by=home.area)
    assert cast(alone)[-1].areas == (home.area.code,)
