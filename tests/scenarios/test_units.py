"""What officers travel with: said once or for one duty, kept, and seen in the time of arrival of all concerned."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dispatch.policy import UNIT_KMH
from dispatch.units import Unit
from panic_server.journal.admin import issue_token
from panic_server.people import Role
from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1
from tests.scenarios.people import Alarm, Officer, Operator, Representative, Resident
from tests.scenarios.screen import Json

ROAD_M = 1330.0
"""A kilometre on the map."""


def seconds(unit: Unit, road_m: float = ROAD_M) -> Any:
    return pytest.approx(road_m / (UNIT_KMH[unit] / 3.6), abs=2)


async def rides(officer: Officer, unit: str | None) -> Json:
    me: Json = await officer.does("/v1/me/duty", {"on_duty": True, "unit": unit}, method="PUT")
    return me


async def seen_by(reader: Operator | Officer | Representative, alarm: Alarm) -> Json:
    [coming] = (await reader.gets(f"/v1/incidents/{alarm.incident_id}"))["coming"]
    return dict(coming)


async def eta_of(resident: Resident, alarm: Alarm) -> int:
    [coming] = (await resident.progress(alarm))["coming"]
    return int(coming["eta_s"])


async def test_resident_operator_and_rt_see_when_the_unit_is_there_anew_with_each_position(city: City) -> None:
    resident, operator, neighbour = city.resident(), city.operator(), city.representative("RT-1")
    officer = city.officer_at(metres=1000)
    await city.ready()
    assert (await rides(officer, "foot"))["unit"] == "foot"
    alarm = await resident.press()
    await officer.accepts(alarm)

    assert await eta_of(resident, alarm) == seconds(Unit.FOOT)
    seen = await seen_by(operator, alarm)
    assert (seen["officer"]["id"], seen["unit"], seen["eta_s"]) == (officer.subject, "foot", seconds(Unit.FOOT))
    assert await seen_by(officer, alarm) == seen
    assert await seen_by(neighbour, alarm) == {
        "status": "en_route", "eta_s": seconds(Unit.FOOT), "officer": None, "unit": None, "distance_m": None,
    }  # fmt: skip

    await rides(officer, "motorcycle")
    assert await eta_of(resident, alarm) == seconds(Unit.MOTORCYCLE)
    await city.passes(seconds=5)
    await officer.is_at(IN_RT_1.east(500))
    for eta in (await eta_of(resident, alarm), (await seen_by(operator, alarm))["eta_s"]):
        assert eta == seconds(Unit.MOTORCYCLE, ROAD_M / 2)


async def test_after_a_cancel_of_either_kind_the_rt_hears_of_nobody_who_comes(city: City) -> None:
    residents, neighbour = [city.resident(), city.resident()], city.representative("RT-1")
    officers = [city.officer_at(metres=100), city.officer_at(metres=110)]
    for resident in residents:
        await resident.sets_pins()
    for resident, officer, pin in zip(residents, officers, ("2580", "1379"), strict=True):
        alarm = await resident.press()
        await officer.accepts(alarm)
        assert (await seen_by(neighbour, alarm))["status"] == "en_route"
        await resident.cancels(alarm, pin)
        assert (await neighbour.gets(f"/v1/incidents/{alarm.incident_id}"))["coming"] == []


async def test_the_unit_of_the_token_is_usual_and_another_one_lasts_until_the_end_of_duty(city: City) -> None:
    officer, operator = city.officer_at(metres=100, subject="budi"), city.operator()
    await officer.goes(on_duty=False)
    await asyncio.to_thread(
        issue_token,
        city.settings.database_url,
        role=Role.OFFICER,
        subject="budi",
        areas=(),
        name=None,
        now=city.clock.now(),
        unit=Unit.CAR,
    )
    city.server.accounts.forget()
    assert (await rides(officer, None))["unit"] == "car"
    assert (await rides(officer, "boat"))["unit"] == "boat"
    assert (await rides(officer, None))["unit"] == "boat"

    await city.restarts()

    assert (await officer.gets("/v1/me"))["unit"] == "boat"
    console = await operator.watches()
    await console.sees(lambda: console.officers)
    assert [one["unit"] for one in console.officers.values()] == ["boat"]
    await officer.goes(on_duty=False)
    assert (await rides(officer, None))["unit"] == "car"


@pytest.mark.parametrize("unit", ["tank", "", 7, True, ["car"], {"car": 1}, "CAR\0"])
async def test_a_unit_that_is_none_is_refused_and_the_duty_stays_as_it_was(city: City, unit: Any) -> None:
    officer = city.officer_at(metres=100)
    await rides(officer, "car")
    wish = {"on_duty": False, "unit": unit}
    assert await officer.is_refused("/v1/me/duty", "body_invalid", wish, method="PUT") == 422
    answer = await officer.asks("PUT", "/v1/me/duty", wish)
    assert answer.json()["detail"] == "The field unit is missing or not what is expected"
    me = await officer.gets("/v1/me")
    assert (me["on_duty"], me["unit"]) == (True, "car")
