"""The invented city: the same for the same seed, without gaps, with sectors of its own."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geo.areas import AreaMap, Level
from geo.geofence import locate
from geo.geojson import read_map
from geo.plane import Geometries, as_geometries, true_area_m2
from geo.position import Position
from panic_server.demo.city import DemoCity, generate_city, random_point, write_city

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", params=[(60, 2), (600, 1), (10_628, 7)], ids=["60 RT", "600 RT", "10628 RT"])
def city(request: pytest.FixtureRequest) -> DemoCity:
    rts, seed = request.param
    made = generate_city(seed, rts)
    assert len(made.rts) == rts
    return made


def outlines(city: DemoCity, level: Level) -> Geometries:
    return as_geometries([area.geometry for area in city.areas if area.level is level])


@pytest.mark.parametrize("level", list(Level))
def test_every_level_tiles_the_city_without_gaps_or_overlaps(city: DemoCity, level: Level) -> None:
    tiles = outlines(city, level)
    (whole,) = outlines(city, Level.CITY)
    assert shapely.is_valid(tiles).all()
    assert shapely.coverage_is_valid(tiles)
    assert shapely.equals(shapely.coverage_union_all(tiles), whole)


def test_the_land_is_one_piece_without_lakes(city: DemoCity) -> None:
    (whole,) = outlines(city, Level.CITY)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


def test_every_area_lies_in_its_parent(city: DemoCity) -> None:
    by_code = {area.code: area for area in city.areas}
    for area in city.areas:
        if area.parent is not None:
            assert by_code[area.parent].geometry.covers(area.geometry.representative_point())


def test_it_makes_a_map_without_warnings(city: DemoCity) -> None:
    assert AreaMap.build(city.areas, city.sectors, version=1).warnings == ()


def test_sectors_are_not_the_districts(city: DemoCity) -> None:
    villages = [area for area in city.areas if area.level is Level.VILLAGE]
    districts = {
        frozenset(v.code for v in villages if v.parent == d.code) for d in city.areas if d.level is Level.DISTRICT
    }
    sectors = [frozenset(sector.areas) for sector in city.sectors if sector.areas]
    assert districts.isdisjoint(sectors)
    assert sorted(code for sector in sectors for code in sector) == sorted(village.code for village in villages)


def test_the_harbour_is_in_charge_of_the_land_it_lies_on(city: DemoCity) -> None:
    harbour = city.sectors[-1]
    (whole,) = outlines(city, Level.CITY)
    assert harbour.geometry is not None
    on_land = shapely.intersection(harbour.geometry, whole).representative_point()
    place = locate(AreaMap.build(city.areas, city.sectors, version=1), Position(on_land.y, on_land.x, None, None))
    assert place.sectors[0].code == harbour.code
    assert len(place.sectors) == 2
    assert harbour.geometry.intersects(city.sea)


def test_the_sea_begins_where_the_land_ends(city: DemoCity) -> None:
    (whole,) = outlines(city, Level.CITY)
    assert shapely.intersection(city.sea, whole).area == pytest.approx(0.0, abs=1e-12)
    assert shapely.distance(city.sea, whole) == pytest.approx(0.0, abs=1e-9)


def test_the_river_runs_through_the_city_between_districts(city: DemoCity) -> None:
    (whole,) = outlines(city, Level.CITY)
    assert whole.intersects(city.river)
    assert all(not district.covers(city.river) for district in outlines(city, Level.DISTRICT))


def test_names_and_codes_are_not_used_twice(city: DemoCity) -> None:
    codes = [area.code for area in city.areas] + [sector.code for sector in city.sectors]
    villages = [area.name for area in city.areas if area.level is Level.VILLAGE]
    assert len(set(codes)) == len(codes)
    assert len(set(villages)) == len(villages)


def test_rts_are_as_large_as_those_of_a_javanese_city() -> None:
    areas = true_area_m2(as_geometries([area.geometry for area in generate_city(7, 10_628).rts]))
    assert np.percentile(areas, [5, 50, 95]) == pytest.approx([6_600, 21_000, 115_000], rel=0.25)


def test_the_same_seed_makes_the_same_city_and_another_seed_another() -> None:
    assert generate_city(4, 100) == generate_city(4, 100)
    assert generate_city(4, 100) != generate_city(5, 100)


def test_too_few_rts_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 60 RT, not 10"):
        generate_city(1, 10)


def test_its_files_are_read_back_the_same(city: DemoCity, tmp_path: Path) -> None:
    files = write_city(city, tmp_path)
    read = read_map([(path.name, path.read_bytes()) for path in files], version=1)
    assert set(read.areas()) == set(city.areas)
    assert set(read.sectors) == set(city.sectors)
    assert sorted(files) == sorted(tmp_path.glob("*.geojson"))
    assert (tmp_path / "context" / "water.geojson").exists()


def test_random_points_lie_in_an_rt_and_repeat_with_the_seed(city: DemoCity) -> None:
    points = [random_point(city, Random(9)) for _ in range(2)]
    assert points[0] == points[1]
    area_map = AreaMap.build(city.areas, city.sectors, version=1)
    rng = Random(10)
    for lat, lon in (random_point(city, rng) for _ in range(50)):
        assert locate(area_map, Position(lat, lon, None, None)).rt is not None
