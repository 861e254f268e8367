"""The geofence against brute force: on a generated city of 10,628 RT, and on the one in KENTONGAN_TEST_CITY if set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from geo.areas import AreaMap, Level
from geo.geofence import NEAR_M, find_leaf, find_leaves, locate_batch
from geo.geojson import read_files
from geo.position import Position
from panic_server.demo.city import generate_city
from tests.unit.geo.brute_force import Points, around, holders, overlaps, sectors_of_point

if TYPE_CHECKING:
    from geo.geofence import Place

RANDOM_POINTS = 100_000
SOME = 600


@dataclass(frozen=True)
class Trial:
    area_map: AreaMap
    rts: list[Any]
    codes: list[str]
    points: Points
    holders: list[list[int]]

    def positions(self, count: int | None = None) -> list[Position]:
        """All points, or some of them at random, without an accuracy."""
        every = range(len(self.points.lon))
        chosen = every if count is None else Random(5).sample(every, count)
        return [Position(float(self.points.lat[each]), float(self.points.lon[each]), None, None) for each in chosen]


def points_of(rts: list[Any]) -> Points:
    """Random points in and around the city, and every vertex and edge midpoint of its RTs."""
    west, south, east, north = shapely.total_bounds(rts)
    generator = np.random.default_rng(20261120)
    margin = 0.01
    scattered = generator.uniform((west - margin, south - margin), (east + margin, north + margin), (RANDOM_POINTS, 2))
    rings = shapely.get_rings(shapely.get_parts(rts))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    middles = ((corners[1:] + corners[:-1]) / 2)[ring[1:] == ring[:-1]]
    return Points.of(np.unique(np.concatenate((scattered, corners, middles)), axis=0))


def generated() -> AreaMap:
    city = generate_city(seed=7, rt=10_628)
    return AreaMap.build(city.areas, city.sectors, version=1)


def brought() -> AreaMap:
    """The city in the folder; a city of which nothing is mapped but its own outline is a neighbour, and is left out."""
    folder = os.environ.get("KENTONGAN_TEST_CITY")
    if not folder:
        pytest.skip("not run: KENTONGAN_TEST_CITY is not set")
    reading = read_files([(path.name, path.read_bytes()) for path in sorted(Path(folder).glob("*.geojson"))])
    parents = {area.parent for area in reading.areas}
    areas = [area for area in reading.areas if area.level is not Level.CITY or area.code in parents]
    return AreaMap.build(areas, reading.sectors, version=1, problems=reading.problems)


@pytest.fixture(scope="module", params=[generated, brought], ids=["generated city", "KENTONGAN_TEST_CITY"])
def trial(request: pytest.FixtureRequest) -> Trial:
    area_map = request.param()
    areas = area_map.areas(Level.RT)
    outlines = [area.geometry for area in areas]
    points = points_of(outlines)
    return Trial(area_map, outlines, [area.code for area in areas], points, holders(outlines, points))


@pytest.fixture(scope="module")
def places(trial: Trial) -> list[Place]:
    return locate_batch(trial.area_map, trial.positions())


def test_the_bare_lookup_finds_the_same_rt_for_every_point(trial: Trial) -> None:
    assert len(trial.points.lon) > RANDOM_POINTS + len(trial.rts)
    found = find_leaves(trial.area_map, trial.points.lat, trial.points.lon)
    expected = [trial.codes[numbers[0]] if numbers else None for numbers in trial.holders]
    assert [area and area.code for area in found] == expected


def test_the_single_lookup_finds_the_same_rt(trial: Trial) -> None:
    every_tenth = range(0, len(trial.points.lon), 10)
    lat, lon = trial.points.lat.tolist(), trial.points.lon.tolist()
    found = [find_leaf(trial.area_map, lat[each], lon[each]) for each in every_tenth]
    expected = [trial.codes[numbers[0]] if (numbers := trial.holders[each]) else None for each in every_tenth]
    assert [area and area.code for area in found] == expected


def test_every_place_names_the_same_rt_and_all_that_share_the_point(trial: Trial, places: list[Place]) -> None:
    held = [(place, numbers) for place, numbers in zip(places, trial.holders, strict=True) if numbers]
    found = [(place.rt and place.rt.code, [area.code for area in place.candidates]) for place, _ in held]
    expected = [(trial.codes[numbers[0]], [trial.codes[each] for each in numbers[:8]]) for _, numbers in held]
    assert found == expected
    assert {place.sure for place, numbers in held if len(numbers) == 1} == {"inside"}
    assert {place.sure for place, numbers in held if len(numbers) > 1} == {"uncertain"}


def test_every_place_has_the_parents_of_its_rt(trial: Trial, places: list[Place]) -> None:
    for place in places:
        if place.rt is not None:
            chain = [area.code for area in trial.area_map.chain(place.rt.code)]
            named = (place.rt, place.rw, place.village, place.district, place.city)
            assert [area.code for area in named if area is not None] == chain


def test_no_place_without_an_rt_is_inside_one(trial: Trial, places: list[Place]) -> None:
    bare = [place for place, numbers in zip(places, trial.holders, strict=True) if not numbers]
    assert bare
    assert {str(place.sure) for place in bare if place.rt is not None} <= {"near"}


def test_places_outside_are_near_by_the_true_distance(trial: Trial) -> None:
    outlines = np.array(trial.rts)
    near = outside = 0
    for position in trial.positions(SOME):
        (place,) = locate_batch(trial.area_map, [position])
        if place.sure in {"near", "outside"}:
            metres = float(shapely.distance(around(outlines, position), shapely.Point(0, 0)).min())
            assert (place.sure == "near") == (metres <= NEAR_M)
            assert place.distance_m is None or place.distance_m == pytest.approx(metres, rel=1e-3, abs=0.01)
            near += place.sure == "near"
            outside += place.sure == "outside"
    assert near > 0
    assert outside > 0


def test_the_sectors_of_a_point_are_those_that_hold_it(trial: Trial) -> None:
    positions = trial.positions(5 * SOME)
    for position, place in zip(positions, locate_batch(trial.area_map, positions), strict=True):
        if place.rt is not None and place.sure != "near":
            assert [area.code for area in place.sectors] == sectors_of_point(trial.area_map, place, position)


@pytest.mark.parametrize("accuracy_m", [12, 60, 250])
def test_candidates_are_the_rts_in_the_circle_by_overlap(trial: Trial, accuracy_m: float) -> None:
    outlines = np.array(trial.rts)
    positions = [Position(at.lat, at.lon, accuracy_m, None) for at in trial.positions(SOME // 4)]
    tolerance = accuracy_m**2 * 0.005
    for position, place in zip(positions, locate_batch(trial.area_map, positions), strict=True):
        spot = shapely.Point(position.lon, position.lat)
        near = np.flatnonzero(shapely.dwithin(outlines, spot, 0.005))
        shared = dict(zip((trial.codes[each] for each in near), overlaps(outlines[near], position), strict=True))
        named = [shared[area.code] for area in place.candidates]
        assert all(one >= other - tolerance for one, other in pairwise(named))
        # The RTs that hold the point have their place among the eight whatever their size.
        holding = {trial.codes[each] for each in near if shapely.covers(outlines[each], spot)}
        least = min((shared[area.code] for area in place.candidates if area.code not in holding), default=0.0)
        others = [area for code, area in shared.items() if code not in {area.code for area in place.candidates}]
        assert max(others, default=0.0) <= (least if place.candidates_truncated else 0.0) + tolerance
        assert place.candidates_truncated == (len(named) == 8 and max(others, default=0.0) > 0)
