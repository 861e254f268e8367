"""No genuine alarm is refused: whatever is wrong with its position, it is taken, marked, and an operator sees it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1
from tests.scenarios.people import Resident

LAT, LON = IN_RT_1.lat, IN_RT_1.lon
ID = "0d9f3f0e-4e0c-4a3c-8f0c-00000000000f"

LOST = [
    ("null", "position_missing"),
    ("{}", "position_missing"),
    (f'{{"lat": {LAT}}}', "position_missing"),
    (f'{{"lat": null, "lon": {LON}}}', "position_missing"),
    (f'{{"lat": NaN, "lon": {LON}}}', "position_invalid"),
    (f'{{"lat": {LAT}, "lon": Infinity}}', "position_invalid"),
    (f'{{"lat": -Infinity, "lon": {LON}}}', "position_invalid"),
    (f'{{"lat": 1e999, "lon": {LON}}}', "position_invalid"),
    ('{"lat": 91, "lon": 181}', "position_invalid"),
    (f'{{"lat": {"9" * 400}, "lon": {LON}}}', "position_invalid"),
    (f'{{"lat": true, "lon": {LON}}}', "position_invalid"),
    (f'{{"lat": "di rumah", "lon": {LON}}}', "position_invalid"),
    (f'{{"lat": [], "lon": {LON}}}', "position_invalid"),
    ("[]", "position_invalid"),
    ('"di rumah"', "position_invalid"),
    ("17", "position_invalid"),
    ('{"lat": 0, "lon": 0}', "position_null_island"),
    ('{"lat": -0.0, "lon": 0.0}', "position_null_island"),
]
FOUND = [
    (f'{{"lat": {LON}, "lon": {LAT}, "accuracy_m": 10}}', "position_swapped"),
    (f'{{"lat": "{LAT}", "lon": "{LON}", "accuracy_m": 10}}', "number_as_text"),
    (f'{{"lat": "{str(LAT).replace(".", ",")}", "lon": {LON}, "accuracy_m": 10}}', "number_as_text"),
    (f'{{"lat": {LAT}, "lon": {LON}}}', "accuracy_missing"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 0}}', "accuracy_invalid"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": -3}}', "accuracy_invalid"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": NaN}}', "accuracy_invalid"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 20000}}', "accuracy_large"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 1e999}}', "accuracy_invalid"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 10, "at": "2026-11-22T21:00:00Z"}}', "fix_future"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 10, "at": "2026-11-22T19:57:00Z"}}', "fix_stale"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 10, "at": "1970-01-01T00:00:00Z"}}', "fix_stale"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 10, "at": "kemarin"}}', "fix_time_invalid"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 10, "at": 1e300}}', "fix_time_invalid"),
    (f'{{"lat": {LAT}, "lon": {LON}, "accuracy_m": 10, "at": 1795377600}}', "fix_time_unusual"),
]


async def press_raw(resident: Resident, position: str, more: str = "") -> dict[str, Any]:
    answer = await resident.asks("POST", "/v1/alarms", f'{{"id": "{ID}", "position": {position}{more}}}'.encode())
    assert answer.status_code == 201, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


@pytest.mark.parametrize(("position", "flag"), LOST)
async def test_an_alarm_without_a_usable_position_is_marked_and_seen(city: City, position: str, flag: str) -> None:
    console = await city.operator("PS-TIMUR").watches()

    taken = await press_raw(city.resident(), position)

    assert flag in taken["flags"]
    assert flag in taken["place"]["flags"]
    assert (taken["place"]["sure"], taken["place"]["rt"]) == ("unlocated", None)
    await console.shows(taken["incident_id"], position=None)


@pytest.mark.parametrize(("position", "flag"), FOUND)
async def test_a_position_with_a_fault_is_used_and_marked(city: City, position: str, flag: str) -> None:
    console = await city.operator().watches()

    taken = await press_raw(city.resident(), position)

    assert flag in taken["flags"]
    assert taken["place"]["rt"]["code"] == "RT-1"
    shown = await console.shows(taken["incident_id"])
    assert (shown["position"]["lat"], shown["position"]["lon"]) == (LAT, LON)


async def test_an_exchanged_pair_is_corrected_and_kept_as_it_came(city: City) -> None:
    operator = city.operator()

    taken = await press_raw(city.resident(), f'{{"lat": {LON}, "lon": {LAT}}}')

    [alarm] = (await operator.sees(taken["incident_id"]))["alarms"]
    assert (alarm["position"]["lat"], alarm["position"]["lon"]) == (LAT, LON)
    assert alarm["raw_position"] == {"lat": LON, "lon": LAT}


@pytest.mark.parametrize(
    ("more", "flag"),
    [
        (', "pressed_at": "2031-01-01T00:00:00Z"', "pressed_at_future"),
        (', "pressed_at": "2019-01-01T00:00:00Z"', "pressed_at_past"),
        (', "pressed_at": "tadi"', "pressed_at_invalid"),
        (', "sent_at": []', "sent_at_invalid"),
        (', "kind": "kebakaran"', "kind_unknown"),
        (', "kind": 7', "kind_unknown"),
        ("", "kind_missing"),
        (', "silent": "ya"', "silent_unusual"),
        (', "drill": {}', "drill_invalid"),
        (', "kind": "fire", "kind": "gempa"', "kind_unknown"),
    ],
)
async def test_a_fault_in_another_field_is_marked_as_well(city: City, more: str, flag: str) -> None:
    console = await city.operator().watches()

    taken = await press_raw(city.resident(), f'{{"lat": {LAT}, "lon": {LON}}}', more)

    assert flag in taken["flags"]
    await console.shows(taken["incident_id"], kind="emergency", drill=False)


async def test_without_a_position_officers_are_found_where_the_phone_last_was(city: City) -> None:
    officer, resident, operator = city.officer_at(metres=200), city.resident(), city.operator()
    first = await resident.press(IN_RT_1)
    await operator.closes(first)
    await city.passes(seconds=25 * 60, step_s=30)

    second = await resident.press(None)

    assert "last_known_position" in second.flags
    assert second.place["sure"] == "unlocated"
    await officer.expects_push(second)


async def test_a_last_known_position_of_long_ago_sends_nobody_and_the_operator_places_it(city: City) -> None:
    officer, resident, operator = city.officer_at(metres=200), city.resident(), city.operator()
    console = await operator.watches()
    first = await resident.press(IN_RT_1)
    await operator.closes(first)
    await city.passes(seconds=31 * 60, step_s=30)

    second = await resident.press(None)

    assert "last_known_position" not in second.flags
    assert not await officer.has_offer(second)
    await console.shows(second.incident_id, stage="received")


async def test_without_a_map_every_alarm_is_outside_and_taken(city: City) -> None:
    await city.change_database("DELETE FROM maps")
    console = await city.operator().watches()

    alarm = await city.resident().press()

    assert (alarm.place["sure"], alarm.place["map_version"]) == ("outside", 0)
    await console.shows(alarm.incident_id)
    assert "map" in console.degraded
