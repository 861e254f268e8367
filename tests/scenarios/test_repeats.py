"""The same alarm again, the same phone again, and what an exercise has to do with it."""

from __future__ import annotations

import asyncio

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1, IN_RT_2


async def test_the_same_alarm_again_gets_the_first_answer_to_the_byte(city: City) -> None:
    resident = city.resident()
    first = await resident.press(kind="fire")
    await city.passes(seconds=60)

    again = await resident.presses_again(first)

    assert (first.status, again.status) == (201, 200)
    assert again.raw == first.raw


async def test_the_same_alarm_many_times_at_once_is_one_alarm(city: City) -> None:
    resident, operator = city.resident(), city.operator()
    body = {"id": "0d9f3f0e-4e0c-4a3c-8f0c-000000000001", "kind": "crime"}

    answers = await asyncio.gather(*(resident.press(IN_RT_1, **body) for _ in range(20)))

    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert len({answer.raw for answer in answers}) == 1
    detail = await operator.sees(answers[0].incident_id)
    assert (detail["incident"]["alarm_count"], len(detail["alarms"])) == (1, 1)


async def test_an_id_written_in_another_way_is_the_same_alarm(city: City) -> None:
    resident = city.resident()
    first = await resident.press(id="0D9F3F0E-4E0C-4A3C-8F0C-0000000000AB")

    again = await resident.presses_again(first, id="{0d9f3f0e4e0c4a3c8f0c0000000000ab}")

    assert (again.status, again.raw) == (200, first.raw)
    assert first.id == "0d9f3f0e-4e0c-4a3c-8f0c-0000000000ab"


async def test_another_body_under_the_same_id_is_kept_as_a_flagged_update(city: City) -> None:
    resident, operator = city.resident(), city.operator()
    first = await resident.press(IN_RT_1, kind="fire")
    console = await operator.watches()

    again = await resident.presses_again(first, kind="crime", position=IN_RT_2.sent())

    assert (again.status, again.raw) == (200, first.raw)
    await console.sees(lambda: "alarm_updated" in console.incidents[first.incident_id]["flags"])
    shown = console.incidents[first.incident_id]
    assert (shown["kind"], shown["place"]["rt"]["code"]) == ("fire", "RT-1")


async def test_one_id_from_two_phones_is_two_alarms(city: City) -> None:
    one = await city.resident().press()

    other = await city.resident().press(None, **one.body)

    assert other.status == 201
    assert other.incident_id != one.incident_id


async def test_a_phone_that_presses_again_joins_its_open_incident_and_moves_it(city: City) -> None:
    resident, console = city.resident(), await city.operator().watches()
    first = await resident.press(IN_RT_1)
    await city.passes(seconds=5)

    second = await resident.press(IN_RT_2, kind="medical")

    assert second.incident_id == first.incident_id
    shown = await console.shows(first.incident_id, alarm_count=2, kind="medical")
    assert shown["place"]["rt"]["code"] == "RT-2"


async def test_after_the_end_the_same_phone_opens_a_new_incident(city: City) -> None:
    resident, operator = city.resident(), city.operator()
    first = await resident.press()
    await operator.closes(first, "false_alarm", None)

    second = await resident.press()

    assert second.incident_id != first.incident_id
    assert (await resident.presses_again(first)).raw == first.raw


async def test_a_real_alarm_during_an_exercise_is_an_incident_of_its_own(city: City) -> None:
    resident, console = city.resident(), await city.operator().watches()
    exercise = await resident.press(drill=True)

    real = await resident.press()

    await console.shows(exercise.incident_id, drill=True)
    await console.shows(real.incident_id, drill=False)
    assert real.incident_id != exercise.incident_id
