"""Pranks and false alarms: they label a phone for the operators, and its next alarm is worked like every other."""

from __future__ import annotations

from dispatch.policy import Policy
from tests.scenarios.city import City
from tests.scenarios.people import Alarm, Operator, Resident


async def ends(resident: Resident, operator: Operator, disposition: str) -> Alarm:
    alarm = await resident.press(kind="fire")
    await operator.does(f"/v1/incidents/{alarm.incident_id}/close", {"disposition": disposition})
    return alarm


async def test_pranks_label_the_phones_next_incident_for_operators_alone(city: City) -> None:
    prankster, operator = city.resident(), city.operator()
    officer, neighbour = city.officer_at(metres=100), city.representative("RT-1")
    await ends(prankster, operator, "prank")
    await ends(prankster, operator, "false_alarm")
    await ends(prankster, operator, "test")
    screens = [await person.watches() for person in (operator, officer, neighbour)]

    alarm = await prankster.press(kind="fire")

    console, phone, page = [await screen.shows(alarm.incident_id) for screen in screens]
    assert console["standing"] == {"trust": "doubtful", "genuine": 0, "false_alarms": 1, "pranks": 1}
    assert (phone["standing"], page["standing"]) == (None, None)
    assert "doubtful" not in str(await prankster.progress(alarm)) + alarm.raw.decode()


async def test_a_doubtful_phones_alarm_is_neither_refused_nor_delayed_nor_hidden(city: City) -> None:
    prankster, operator = city.resident(), city.operator()
    near, neighbour = city.officer_at(metres=100), city.representative("RT-1")
    console = await operator.watches()
    for _ in range(3):
        await ends(prankster, operator, "prank")

    alarm = await prankster.press(kind="fire")

    assert alarm.status == 201
    await near.expects_offer(alarm)
    await city.expects_push(neighbour.subject, alarm, "neighbourhood")
    assert (await console.shows(alarm.incident_id))["standing"]["trust"] == "doubtful"
    newest = (await operator.gets("/v1/incidents"))["items"][0]
    assert newest["id"] == alarm.incident_id


async def test_the_standing_outlives_a_restart_and_genuine_alarms_mend_it(city: City) -> None:
    resident, operator = city.resident(), city.operator()
    await ends(resident, operator, "prank")
    await ends(resident, operator, "prank")
    await city.restarts()
    for _ in range(3):
        await ends(resident, operator, "resolved")
        await city.passes(seconds=Policy().reopen_s + 1, step_s=60)

    alarm = await resident.press()

    shown = (await operator.sees(alarm.incident_id))["incident"]["standing"]
    assert shown == {"trust": "proven", "genuine": 3, "false_alarms": 0, "pranks": 2}


async def test_a_witness_answers_for_nothing_and_exercises_count_for_nobody(city: City) -> None:
    city.policy(join_radius_max_m=200)
    first, witness, operator = city.resident(), city.resident(), city.operator()
    joined = await first.press(kind="fire")
    await witness.press(kind="fire")
    await operator.does(f"/v1/incidents/{joined.incident_id}/close", {"disposition": "prank"})
    exercise = await witness.press(kind="fire", drill=True)
    await operator.does(f"/v1/incidents/{exercise.incident_id}/close", {"disposition": "prank"})

    alarm = await witness.press(kind="fire")

    assert (await operator.sees(alarm.incident_id))["incident"]["standing"] is None
