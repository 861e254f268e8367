"""One emergency, many taps: witnesses join, and what must stay apart stays apart."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from dispatch.policy import Policy
from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1, IN_RT_2


@pytest.fixture(autouse=True)
def together(city: City) -> None:
    """Other phones join as they do for every city that sets nothing else."""
    city.policy(join_radius_max_m=Policy().join_radius_max_m)


async def test_a_fire_with_many_taps_is_one_incident_with_witnesses_and_three_officers(city: City) -> None:
    officers = [city.officer_at(metres=100 * number) for number in range(1, 9)]
    console = await city.operator().watches()
    people = [city.resident() for _ in range(40)]

    alarms = await asyncio.gather(*(one.press(IN_RT_1.east(number), kind="fire") for number, one in enumerate(people)))

    [incident_id] = {alarm.incident_id for alarm in alarms}
    await console.shows(incident_id, alarm_count=40, phone_count=40)
    asked = [officer for officer in officers if await officer.offers()]
    assert asked == officers[:3]
    assert len(await city.rows("SELECT id FROM offers")) == 3
    assert len([one for one in console.events if one["kind"] == "alarm_joined"]) == 39


async def test_witnesses_whose_phones_have_the_wrong_date_are_witnesses_all_the_same(city: City) -> None:
    city.officer_at(metres=200), city.officer_at(metres=400)
    first = await city.resident().press(kind="fire")
    for days in (-400, -1, 1):
        wrong = (city.clock.now() + timedelta(days=days)).isoformat()
        spot = {**IN_RT_1.east(5).sent(), "at": wrong}
        joined = await city.resident().press(None, kind="fire", position=spot, pressed_at=wrong, sent_at=wrong)
        assert joined.incident_id == first.incident_id


async def test_every_witness_sees_who_comes(city: City) -> None:
    officer, first, witness = city.officer_at(metres=200), city.resident(), city.resident()
    alarm = await first.press(kind="fire")
    joined = await witness.press(kind="fire")
    await officer.accepts(alarm)

    progress = await witness.progress(joined)

    assert (progress["incident_id"], progress["stage"]) == (alarm.incident_id, "accepted")
    assert [one["name"] for one in progress["coming"]] == [officer.subject.title()]


async def test_the_operator_sees_each_alarm_of_the_incident(city: City) -> None:
    operator = city.operator()
    first = await city.resident().press(kind="fire")
    await city.resident().press(IN_RT_1.east(50), kind="disaster")

    detail = await operator.sees(first.incident_id)

    assert [one["kind"] for one in detail["alarms"]] == ["fire", "disaster"]
    assert len({one["device"] for one in detail["alarms"]}) == 2
    assert [one["kind"] for one in detail["timeline"]] == ["incident_opened", "alarm_joined"]
    assert detail["incident"]["position"]["lon"] == pytest.approx(IN_RT_1.lon)


async def test_what_is_far_or_later_or_of_another_kind_is_an_incident_of_its_own(city: City) -> None:
    first = await city.resident().press(kind="fire")
    far = await city.resident().press(IN_RT_2, kind="fire")
    other = await city.resident().press(kind="crime")
    await city.passes(seconds=601, step_s=30)
    later = await city.resident().press(kind="fire")

    assert len({one.incident_id for one in (first, far, other, later)}) == 4


async def test_violence_and_silence_are_never_merged_with_anothers_alarm(city: City) -> None:
    alarms = [
        await city.resident().press(kind="emergency"),
        await city.resident().press(kind="violence"),
        await city.resident().press(kind="violence"),
        await city.resident().press(kind="emergency", silent=True),
    ]

    assert len({one.incident_id for one in alarms}) == 4


@pytest.mark.parametrize("secret", [{"kind": "violence"}, {"silent": True}])
@pytest.mark.parametrize("is_witness", [True, False])
async def test_an_alarm_that_turns_out_to_be_secret_leaves_the_incident_of_the_others(
    city: City, secret: dict[str, Any], is_witness: bool
) -> None:
    """Sent again under its own id, whichever of the phones it is; the RT learns of neither the one nor the other."""
    operator, representative = city.operator(), city.representative("RT-1")
    one, other = city.resident(), city.resident()
    shared = await one.press(kind="fire")
    seen = await other.press(kind="fire")
    console, page = await operator.watches(), await representative.watches()
    phone, alarm = (other, seen) if is_witness else (one, shared)

    again = await phone.presses_again(alarm, **secret)

    apart = (await phone.progress(alarm))["incident_id"]
    assert (again.raw, apart != shared.incident_id) == (alarm.raw, True)
    detail, rest = await operator.sees(apart), await operator.sees(shared.incident_id)
    assert [entry["id"] for entry in detail["alarms"]] == [alarm.id]
    assert (detail["incident"]["kind"], detail["incident"]["silent"]) == (
        secret.get("kind", "fire"),
        "silent" in secret,
    )
    assert (rest["incident"]["kind"], rest["incident"]["silent"], rest["incident"]["phone_count"]) == ("fire", False, 1)
    await console.shows(apart, phone_count=1)
    await page.shows(shared.incident_id, kind="fire")
    assert apart not in str(page.frames)
    # A third time, and after a restart: it stays where it is.
    await city.restarts()
    await phone.presses_again(alarm, **secret, sent_at=city.clock.now().isoformat())
    assert (await phone.progress(alarm))["incident_id"] == apart


async def test_a_real_alarm_beside_an_exercise_is_never_taken_for_one(city: City) -> None:
    console = await city.operator().watches()
    exercise = await city.resident().press(kind="fire", drill=True)
    fellow = await city.resident().press(kind="fire", drill=True)

    real = await city.resident().press(kind="fire")

    assert fellow.incident_id == exercise.incident_id != real.incident_id
    await console.shows(exercise.incident_id, drill=True, phone_count=2)
    await console.shows(real.incident_id, drill=False, phone_count=1)


async def test_a_witness_who_presses_again_after_a_restart_and_elsewhere_joins_again(city: City) -> None:
    witness = city.resident()
    first = await city.resident().press(kind="fire")
    await witness.press(kind="fire")
    await city.restarts()

    again = await witness.press(IN_RT_2, kind="medical")

    assert again.incident_id == first.incident_id


async def test_the_rt_of_a_witness_is_told_as_well(city: City) -> None:
    border = IN_RT_1.east(545)
    in_rt_1, in_rt_2 = city.representative("RT-1"), city.representative("RT-2")
    first = await city.resident().press(border, kind="fire")
    page = await in_rt_2.watches()

    await city.resident().press(border.east(30), kind="fire")

    await page.shows(first.incident_id, kind="fire")
    for person in (in_rt_1, in_rt_2):
        await city.expects_push(person.subject, first, "neighbourhood")


async def test_a_flood_from_one_phone_is_updates_of_one_incident_all_kept_and_marked(city: City) -> None:
    phone, operator = city.resident(), city.operator()
    console = await operator.watches()

    alarms = [await phone.press(IN_RT_1.east(number)) for number in range(15)]

    assert {one.status for one in alarms} == {201}
    [incident_id] = {one.incident_id for one in alarms}
    shown = await console.shows(incident_id, alarm_count=15, phone_count=1)
    assert "flood" in shown["flags"]
    assert len((await operator.sees(incident_id))["alarms"]) == 15
