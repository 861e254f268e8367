"""Few are ranked as many are: the same people, in the same order, for the same reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.few import rank_few, spot_of
from geo.nearest import Officers, Ranked, rank
from geo.position import Position

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAX_AGE_S = 600.0
SECTORS = ["own", "beside"]


def both(
    points: list[tuple[float, float]], ages: list[float], origin: Position, limit: int
) -> tuple[list[Ranked], list[Ranked]]:
    """Every third officer is one of the sector's own."""
    ids = [f"{(number * 37) % len(points):04}" for number in range(len(points))]
    sectors = [frozenset(["own"]) if number % 3 == 0 else frozenset[str]() for number in range(len(points))]
    times = [NOW.timestamp() - age for age in ages]
    officers = Officers.of(
        ids,
        lat=[lat for lat, _ in points],
        lon=[lon for _, lon in points],
        position_at=times,
        sectors=sectors,
    )
    spots = [
        (number, spot_of(ids[number], sectors[number], Position(lat, lon, 10.0, None), times[number]))
        for number, (lat, lon) in enumerate(points)
    ]
    many = rank(officers, origin, SECTORS, now=NOW, max_age_s=MAX_AGE_S, limit=limit)
    few = rank_few(spots, origin, SECTORS, now=NOW, max_age_s=MAX_AGE_S, limit=limit)
    return many, few


@given(
    seed=st.integers(0, 2**32),
    middle=st.tuples(
        st.sampled_from([-89.9, -41.0, -6.99, 0.0, 5.5, 60.0]), st.sampled_from([-179.98, 0.0, 110.4, 179.99])
    ),
    width=st.sampled_from([0.002, 0.05, 0.3, 30.0]),
    count=st.integers(0, 60),
    limit=st.integers(1, 12),
)
def test_few_come_in_the_order_of_many(
    seed: int, middle: tuple[float, float], width: float, count: int, limit: int
) -> None:
    rng = Random(seed)

    def somewhere() -> tuple[float, float]:
        lat = max(-90.0, min(90.0, middle[0] + rng.uniform(-width, width)))
        return lat, max(-180.0, min(180.0, middle[1] + rng.uniform(-width, width)))

    points = [somewhere() for _ in range(count)]
    points[1:2] = points[:1]
    ages = [rng.choice([0.0, 5.0, 300.0, 900.0]) for _ in points]
    many, few = both(points, ages, Position(*somewhere(), 10.0, None), limit)
    assert [(one.officer_id, one.number, one.own_sector, one.stale) for one in few] == [
        (one.officer_id, one.number, one.own_sector, one.stale) for one in many
    ]
    assert [one.distance_m for one in few] == pytest.approx([one.distance_m for one in many], abs=1e-6)
    assert [one.position_age_s for one in few] == pytest.approx([one.position_age_s for one in many], abs=1e-6)


def test_where_the_bounds_leave_the_band_open_geopy_decides() -> None:
    # 45,500 m along a meridian: chord and bound lie on either side of the band's end.
    origin = Position(-7.0, 110.4, 10.0, None)
    for north in range(2000):
        many, few = both([(-7.0 + 0.41149 + north * 1e-9, 110.4)], [0.0], origin, 1)
        assert few[0].distance_m == pytest.approx(many[0].distance_m, abs=1e-6)


def test_nobody_is_ranked_where_nobody_is() -> None:
    assert both([], [], Position(-7.0, 110.4, 10.0, None), 3) == ([], [])
