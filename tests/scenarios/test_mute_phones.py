"""Officers whose phones say nothing: they are asked one thing at a time, until something is heard of them."""

from __future__ import annotations

import pytest

from tests.scenarios.city import City
from tests.scenarios.people import Alarm, Officer


async def a_mute_officer(city: City) -> tuple[Officer, list[Alarm]]:
    """One who did not say in time that the first of three alarms arrived; the others came after that."""
    officer = city.officer_at(metres=200)
    first = await city.resident().press()
    await city.passes(seconds=5)
    return officer, [first, await city.resident().press(), await city.resident().press()]


async def asked_about(officer: Officer, alarms: list[Alarm]) -> list[bool]:
    return [await officer.has_offer(alarm) for alarm in alarms]


async def test_until_a_phone_turns_out_to_be_mute_it_is_asked_about_everything(city: City) -> None:
    officer = city.officer_at(metres=200)
    alarms = [await city.resident().press() for _ in range(3)]
    assert await asked_about(officer, alarms) == [True, True, True]


async def test_a_mute_phone_is_asked_about_one_thing_at_a_time_also_the_next_time(city: City) -> None:
    city.policy(retry_s=2)
    officer, alarms = await a_mute_officer(city)
    assert await asked_about(officer, alarms) == [True, False, False]
    await city.passes(seconds=8)
    assert sum(await asked_about(officer, alarms)) == 1
    assert not await officer.has_offer(alarms[0])


@pytest.mark.parametrize("sign", ["receipt", "decline"])
async def test_a_sign_from_the_phone_brings_everything_that_waits(city: City, sign: str) -> None:
    officer, alarms = await a_mute_officer(city)
    offer = await officer.expects_offer(alarms[0])
    await officer.does(f"/v1/offers/{offer['id']}/{sign}")
    assert await asked_about(officer, alarms[1:]) == [True, True]


async def test_whoever_comes_on_duty_anew_is_asked_about_everything(city: City) -> None:
    officer, alarms = await a_mute_officer(city)
    await officer.goes(on_duty=False)
    await officer.goes(on_duty=True)
    assert await asked_about(officer, alarms[1:]) == [True, True]


async def test_an_exercise_that_a_mute_phone_is_asked_about_keeps_nothing_real_from_it(city: City) -> None:
    officer = city.officer_at(metres=200)
    await city.resident().press(drill=True)
    await city.passes(seconds=5)
    alarm = await city.resident().press()
    assert await officer.has_offer(alarm)
