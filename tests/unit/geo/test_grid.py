"""A grid hands over few, and among them always those who would be first of all."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.grid import Grid
from geo.nearest import Officers, rank
from geo.position import Position

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAX_AGE_S = 600.0
Point = tuple[float, float]


def anybody(_number: int) -> bool:
    return True


def grid_of(points: list[Point]) -> Grid:
    grid = Grid()
    for number, (lat, lon) in enumerate(points):
        grid.put(number, lat, lon)
    return grid


def first_of(points: list[Point], ages: list[float], numbers: list[int], origin: Position, limit: int) -> list[str]:
    """Every third officer is one of the sector's own."""
    officers = Officers.of(
        [f"{number:04}" for number in numbers],
        lat=[points[number][0] for number in numbers],
        lon=[points[number][1] for number in numbers],
        position_at=[NOW.timestamp() - ages[number] for number in numbers],
        sectors=[{"own"} if number % 3 == 0 else set() for number in numbers],
    )
    found = rank(officers, origin, ["own"], now=NOW, max_age_s=MAX_AGE_S, limit=limit)
    return [one.officer_id for one in found]


@given(
    seed=st.integers(0, 2**32),
    middle=st.tuples(
        st.sampled_from([-89.9, -79.9, -41.0, -6.99, 0.0, 5.5, 60.0]), st.sampled_from([-179.98, 0.0, 110.4])
    ),
    width=st.sampled_from([0.002, 0.05, 0.3]),
    limit=st.integers(1, 12),
)
def test_the_first_of_those_handed_over_are_the_first_of_all(
    seed: int, middle: Point, width: float, limit: int
) -> None:
    rng = Random(seed)
    points = [(middle[0] + rng.uniform(-width, width) / 2, middle[1] + rng.uniform(-width, width)) for _ in range(400)]
    ages = [rng.choice([0.0, 5.0, 300.0, 900.0]) for _ in points]
    origin = Position(middle[0] + rng.uniform(-width, width) / 3, middle[1] + rng.uniform(-width, width), 10.0, None)
    near = grid_of(points).around(origin, limit, lambda number: ages[number] <= MAX_AGE_S)
    everybody = list(range(len(points)))
    assert first_of(points, ages, near, origin, limit) == first_of(points, ages, everybody, origin, limit)


def test_of_a_city_full_of_officers_it_hands_over_few() -> None:
    rng = Random(7)
    points = [(-7.0 + rng.uniform(-0.1, 0.1), 110.4 + rng.uniform(-0.1, 0.1)) for _ in range(2000)]
    near = grid_of(points).around(Position(-7.0, 110.4, 10.0, None), 5, anybody)
    assert 5 <= len(near) <= 100


def test_whoever_moves_is_where_they_are_now_and_whoever_was_dropped_is_nowhere() -> None:
    here, there = Position(-7.0, 110.4, 10.0, None), Position(-7.1, 110.5, 10.0, None)
    grid = grid_of([(-7.0 + number / 1e5, 110.4) for number in range(60)])
    assert len(grid.around(here, 5, anybody)) == 60
    for number in range(55):
        grid.put(number, -7.1, 110.5)
    grid.drop(59)
    grid.drop(1000)
    assert sorted(grid.around(here, 4, anybody)) == [55, 56, 57, 58]
    assert sorted(grid.around(there, 5, anybody)) == list(range(55))
    assert len(grid) == 59


@pytest.mark.parametrize("wanted", [1, 5])
def test_who_does_not_count_makes_it_look_farther(wanted: int) -> None:
    near = [(-7.0, 110.4 + number / 1e5) for number in range(60)]
    far = [(-7.015, 110.4 + number / 1e5) for number in range(60)]
    grid = grid_of([*near, *far])
    found = grid.around(Position(-7.0, 110.4, 10.0, None), wanted, lambda number: number >= 60)
    assert set(found) == set(range(120))
