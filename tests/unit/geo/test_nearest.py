"""Who is asked first: bands of 500 m, own sector, freshness; and always what geopy would say of every distance."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from math import nan
from typing import Any

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from geo import nearest
from geo.nearest import BAND_M, Officers, Ranked, rank
from geo.position import Position

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HERE = Position(-7.0, 110.4, 10.0, None)
MAX_AGE_S = 600.0


def metres_north(metres: float) -> float:
    return float(geodesic(meters=metres).destination((HERE.lat, HERE.lon), 0).latitude)


def team(*officers: tuple[str, float, float, str], available: list[bool] | None = None) -> Officers:
    """Each an id, metres north of here, the age of the position in seconds, and a sector."""
    return Officers.of(
        [officer[0] for officer in officers],
        lat=[metres_north(officer[1]) for officer in officers],
        lon=[HERE.lon] * len(officers),
        position_at=[NOW.timestamp() - officer[2] for officer in officers],
        sectors=[{officer[3]} for officer in officers],
        available=available,
    )


def ranked(officers: Officers, limit: int = 10, **more: Any) -> list[Ranked]:
    return rank(officers, HERE, ["own"], now=NOW, max_age_s=MAX_AGE_S, limit=limit, **more)


def ids(officers: Officers, limit: int = 10, **more: Any) -> list[str]:
    return [each.officer_id for each in ranked(officers, limit, **more)]


def test_a_nearer_band_comes_first_whatever_the_sector() -> None:
    assert ids(team(("far", 600, 0, "own"), ("near", 400, 500, "other"))) == ["near", "far"]


def test_within_a_band_the_sectors_own_come_first() -> None:
    assert ids(team(("stranger", 100, 0, "other"), ("own", 450, 300, "own"))) == ["own", "stranger"]


def test_within_a_band_and_sector_the_fresher_position_comes_first() -> None:
    assert ids(team(("older", 100, 60, "own"), ("fresher", 450, 5, "own"))) == ["fresher", "older"]


def test_of_equally_fresh_positions_the_nearer_comes_first_and_then_the_lower_id() -> None:
    officers = team(("b", 300, 5, "own"), ("c", 200, 5, "own"), ("a", 300, 5, "own"))
    assert ids(officers) == ["c", "a", "b"]


def test_a_position_older_than_allowed_ranks_last_and_is_marked() -> None:
    found = ranked(team(("stale", 10, 601, "own"), ("fresh", 9_000, 600, "other")))
    assert [(each.officer_id, each.stale) for each in found] == [("fresh", False), ("stale", True)]


def test_whoever_is_not_available_or_not_eligible_is_left_out() -> None:
    officers = team(("a", 1, 1, "own"), ("b", 2, 1, "own"), ("c", 3, 1, "own"), available=[True, False, True])
    assert ids(officers) == ["a", "c"]
    assert ids(officers, eligible=np.array([False, True, True])) == ["c"]


def test_whoever_has_no_position_is_left_out() -> None:
    officers = Officers.of(
        ["here", "no place", "no time"],
        lat=[-7.0, nan, -7.0],
        lon=[110.4, nan, 110.4],
        position_at=[NOW.timestamp(), NOW.timestamp(), nan],
        sectors=[(), (), ()],
    )
    assert ids(officers) == ["here"]


def test_each_says_why_it_stands_there() -> None:
    (found,) = ranked(team(("a", 1234.5, 42, "own")))
    assert found.distance_m == pytest.approx(1234.5, abs=1e-3)
    assert (found.own_sector, found.stale, round(found.position_age_s, 3)) == (True, False, 42.0)


def test_nobody_is_ranked_when_nobody_is_there() -> None:
    assert ids(team()) == []


def test_the_other_side_of_the_earth_is_the_last_band() -> None:
    officers = Officers.of(
        ["antipode", "near"], lat=[7.0, -7.1], lon=[-69.6, 110.4], position_at=[NOW.timestamp()] * 2, sectors=[(), ()]
    )
    found = ranked(officers)
    assert [each.officer_id for each in found] == ["near", "antipode"]
    assert found[1].distance_m == pytest.approx(geodesic((-7.0, 110.4), (7.0, -69.6)).meters, abs=1e-3)


@pytest.mark.parametrize("beyond_m", [-1e-5, 1e-5])
def test_the_edge_of_a_band_is_where_geopy_says(beyond_m: float) -> None:
    officers = team(("edge", 40 * BAND_M + beyond_m, 1, "own"), ("inner", 40 * BAND_M - 200, 9, "own"))
    edge = geodesic((HERE.lat, HERE.lon), (officers.lat[0], officers.lon[0])).meters
    assert ids(officers) == (["edge", "inner"] if edge < 40 * BAND_M else ["inner", "edge"])


def test_geopy_is_not_asked_where_the_band_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(nearest, "geodesic", lambda *points: asked.append(points))
    ids(team(("here", 0, 1, "own"), *[(f"{metres}", metres, 1, "own") for metres in range(10, 30_000, 500)]))
    assert asked == []


places = st.tuples(st.floats(-11, 6), st.floats(95, 141))


@given(places, places)
def test_the_distance_lies_between_the_bounds(here: tuple[float, float], there: tuple[float, float]) -> None:
    chord = np.linalg.norm(nearest.earth_xyz(np.array([here[0]]), np.array([here[1]])) - nearest.earth_xyz(
        np.array([there[0]]), np.array([there[1]])
    ))  # fmt: skip
    metres = geodesic(here, there).meters
    assert chord - 1e-6 <= metres <= float(nearest._longest(np.array([chord]))[0]) + 1e-6


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.005, 0.05, 0.5]), st.integers(1, 12), st.integers(1, 120))
def test_the_order_is_that_of_measuring_everybody_with_geopy(seed: int, spread: float, limit: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    lat, lon = HERE.lat + generator.normal(0, spread, count), HERE.lon + generator.normal(0, spread, count)
    age = generator.integers(0, 900, count).astype(float)
    sectors = [{str(number)} for number in generator.integers(0, 3, count)]
    names = [f"o{number}" for number in generator.permutation(count)]
    officers = Officers.of(names, lat=lat, lon=lon, position_at=NOW.timestamp() - age, sectors=sectors)
    found = rank(officers, HERE, ["0", "1"], now=NOW, max_age_s=MAX_AGE_S, limit=limit)
    spots = zip(lat.tolist(), lon.tolist(), strict=True)
    metres = {name: geodesic((HERE.lat, HERE.lon), spot).meters for name, spot in zip(names, spots, strict=True)}
    key = {
        name: (bool(old > MAX_AGE_S), metres[name] // BAND_M, not own & {"0", "1"}, old, metres[name], name)
        for name, old, own in zip(names, age.tolist(), sectors, strict=True)
    }
    assert [each.officer_id for each in found] == sorted(names, key=key.__getitem__)[:limit]
    assert all(each.distance_m == pytest.approx(metres[each.officer_id], abs=0.2) for each in found)
    assert all(key[one.officer_id] < key[other.officer_id] for one, other in pairwise(found))
