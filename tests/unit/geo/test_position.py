"""Whatever a phone sends as its position: it is read as far as it goes, and what was wrong is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf, isfinite, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.position import Position, read_position

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {"lat": -6.98, "lon": 110.42, "accuracy_m": 12.5, "at": "2026-11-20T11:59:30Z"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
nearly = st.fixed_dictionaries(
    {}, optional={name: anything | st.just(good) for name, good in GOOD.items()} | {"more": anything}
)


def read(**changes: Any) -> tuple[Position | None, tuple[str, ...]]:
    return read_position({**GOOD, **changes}, now=NOW)


def test_a_good_position_is_taken_without_flags() -> None:
    assert read() == (Position(-6.98, 110.42, 12.5, datetime(2026, 11, 20, 11, 59, 30, tzinfo=UTC)), ())


@pytest.mark.parametrize("raw", [None, {}, {"lat": 1.0}, {"lon": 1.0}, {"lat": None, "lon": 110.0}])
def test_a_position_that_is_not_there_is_missing(raw: object) -> None:
    assert read_position(raw, now=NOW) == (None, ("position_missing",))


@pytest.mark.parametrize(
    "changes",
    [
        {"lat": nan}, {"lon": inf}, {"lat": -inf}, {"lat": 91.0}, {"lon": 180.5}, {"lat": True}, {"lon": False},
        {"lat": "north"}, {"lat": [1]}, {"lat": {}}, {"lat": 10**400}, {"lat": "nan"}, {"lat": "1" * 500},
        {"lat": "\ud800"}, {"lat": "1_0"}, {"lat": "٣"}, {"lat": "1e999"},
    ],
)  # fmt: skip
def test_coordinates_that_are_none_are_invalid(changes: dict[str, Any]) -> None:
    position, flags = read(**changes)
    assert position is None
    assert "position_invalid" in flags


@pytest.mark.parametrize("raw", [[], "here", 5, True, [[]]])
def test_a_position_that_is_no_object_is_invalid(raw: object) -> None:
    assert read_position(raw, now=NOW) == (None, ("position_invalid",))


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, "0"])
def test_null_island_is_no_position(zero: object) -> None:
    position, flags = read(lat=zero, lon=zero)
    assert position is None
    assert "position_null_island" in flags


def test_the_equator_in_indonesia_is_a_position() -> None:
    assert read(lat=0.0, lon=109.3) == (Position(0.0, 109.3, 12.5, datetime(2026, 11, 20, 11, 59, 30, tzinfo=UTC)), ())


def test_exchanged_latitude_and_longitude_are_exchanged_back() -> None:
    position, flags = read(lat=110.42, lon=-6.98)
    assert position is not None
    assert (position.lat, position.lon, flags) == (-6.98, 110.42, ("position_swapped",))


def test_a_place_abroad_is_left_as_it_is() -> None:
    position, flags = read(lat=52.5, lon=13.4)
    assert position is not None
    assert (position.lat, position.lon, flags) == (52.5, 13.4, ())


@pytest.mark.parametrize("text", ["-6.98", " -6.98 ", "-6,98", "-698e-2"])
def test_numbers_as_text_are_read(text: str) -> None:
    position, flags = read(lat=text)
    assert position is not None
    assert position.lat == pytest.approx(-6.98)
    assert flags == ("number_as_text",)


def test_a_number_beyond_all_numbers_is_invalid_and_not_said_to_be_text() -> None:
    # So the lenient reading of 1e999 arrives, which no phone wrote as text.
    raw = {"lat": "1e999", "lon": 110.4}
    assert read_position(raw, now=NOW)[1] == ("position_invalid",)
    assert read_position({**GOOD, "accuracy_m": "1e999"}, now=NOW)[1] == ("accuracy_invalid",)


@pytest.mark.parametrize("accuracy_m", [0, -1, nan, inf, "bad", True, [], 10**400])
def test_an_accuracy_that_cannot_be_is_unknown(accuracy_m: object) -> None:
    position, flags = read(accuracy_m=accuracy_m)
    assert position is not None
    assert position.accuracy_m is None
    assert flags == ("accuracy_invalid",)


def test_a_missing_accuracy_is_unknown() -> None:
    position, flags = read(accuracy_m=None)
    assert position is not None
    assert (position.accuracy_m, flags) == (None, ("accuracy_missing",))


@pytest.mark.parametrize(("accuracy_m", "flags"), [(10_000, ()), (10_001, ("accuracy_large",))])
def test_more_than_ten_kilometres_are_marked(accuracy_m: float, flags: tuple[str, ...]) -> None:
    position, found = read(accuracy_m=accuracy_m)
    assert position is not None
    assert (position.accuracy_m, found) == (accuracy_m, flags)


@pytest.mark.parametrize(
    ("age", "flags"),
    [
        (timedelta(minutes=2), ()),
        (timedelta(minutes=2, seconds=1), ("fix_stale",)),
        (timedelta(days=9000), ("fix_stale",)),
        (timedelta(minutes=-2), ()),
    ],
)
def test_a_fix_older_than_two_minutes_is_stale(age: timedelta, flags: tuple[str, ...]) -> None:
    position, found = read(at=(NOW - age).isoformat())
    assert position is not None
    assert (position.at, found) == (NOW - age, flags)


def test_a_fix_from_the_future_has_no_time() -> None:
    position, flags = read(at=(NOW + timedelta(minutes=2, seconds=1)).isoformat())
    assert position is not None
    assert (position.at, flags) == (None, ("fix_future",))


@pytest.mark.parametrize(
    "at", ["yesterday", "", [], {}, True, nan, inf, 10**400, "0001-01-01T00:00:00+14:00", "\ud800"]
)
def test_a_time_that_is_none_is_unknown(at: object) -> None:
    position, flags = read(at=at)
    assert position is not None
    assert position.at is None
    assert "fix_time_invalid" in flags


@pytest.mark.parametrize("at", ["2026-11-20T11:59:30", 1_795_175_970, 1_795_175_970_000])
def test_a_time_without_offset_or_as_a_number_is_taken_and_marked(at: object) -> None:
    position, flags = read(at=at)
    assert position is not None
    assert (position.at, flags) == (datetime(2026, 11, 20, 11, 59, 30, tzinfo=UTC), ("fix_time_unusual",))


def test_a_missing_time_is_unknown() -> None:
    position, flags = read(at=None)
    assert position is not None
    assert (position.at, flags) == (None, ("fix_time_missing",))


@given(anything | nearly)
def test_nothing_that_a_phone_can_send_makes_it_fail(raw: object) -> None:
    position, flags = read_position(raw, now=NOW)
    if position is None:
        assert flags
    else:
        assert abs(position.lat) <= 90
        assert abs(position.lon) <= 180
        assert position.accuracy_m is None or (isfinite(position.accuracy_m) and position.accuracy_m > 0)
        assert position.at is None or position.at.utcoffset() == timedelta(0)
