"""It was not over: an incident comes back, a new one is linked to it, and an alarm comes hours late."""

from __future__ import annotations

from datetime import timedelta

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_2


async def test_pressing_again_soon_after_the_end_brings_the_incident_back_on_every_screen(city: City) -> None:
    officer, operator, resident = city.officer_at(metres=200), city.operator(), city.resident()
    console, page = await operator.watches(), await city.representative("RT-1").watches()
    alarm = await resident.press()
    await officer.accepts(alarm)
    await operator.closes(alarm, "resolved")
    await console.sees(lambda: alarm.incident_id not in console.incidents)
    await page.sees(lambda: alarm.incident_id not in page.incidents)
    await city.passes(seconds=60)

    again = await resident.press()

    assert again.incident_id == alarm.incident_id
    shown = await console.shows(alarm.incident_id, status="open", stage="offered", alarm_count=2, disposition=None)
    assert shown["place"]["rt"]["code"] == "RT-1"
    await page.shows(alarm.incident_id, stage="offered")
    await officer.accepts(again)
    assert (await resident.progress(alarm))["stage"] == "accepted"
    timeline = (await operator.sees(alarm.incident_id))["timeline"]
    assert [entry["data"]["reopens"] for entry in timeline if entry["kind"] == "alarm_joined"] == [True]


async def test_who_presses_after_the_officers_have_left_gets_somebody_though_nobody_has_closed_it(city: City) -> None:
    city.policy(join_radius_max_m=200.0)
    officer, console = city.officer_at(metres=200), await city.operator().watches()
    fire = await city.resident().press(kind="fire")
    assignment = await officer.accepts(fire)
    for status in ("on_scene", "clear"):
        await officer.reports(assignment, status)

    smoke = await city.resident().press(kind="fire")

    assert smoke.incident_id == fire.incident_id
    await console.shows(fire.incident_id, stage="offered", alarm_count=2, assignments=[])
    await officer.reports(assignment, "clear")
    await officer.accepts(smoke)
    await console.shows(fire.incident_id, stage="accepted")


async def test_a_witness_who_presses_again_is_linked_and_known_once_the_incident_is_open_again(city: City) -> None:
    city.policy(join_radius_max_m=200.0)
    operator, witness = city.operator(), city.resident()
    fire = await city.resident().press(kind="fire")
    await witness.press(kind="fire")
    await operator.closes(fire, "resolved")
    linked = await witness.press(kind="fire")
    assert (await operator.sees(linked.incident_id))["incident"]["linked_to"] == fire.incident_id
    await operator.closes(linked, "duplicate")

    late, other = await city.resident().press(IN_RT_2, kind="fire"), city.resident()
    await other.press(IN_RT_2, kind="fire")
    await operator.closes(late, "resolved")
    await operator.reopens(late, "Masih berasap.")

    assert (await other.press(kind="medical")).incident_id == late.incident_id
    assert (await operator.sees(late.incident_id))["incident"]["phone_count"] == 2


async def test_also_after_a_restart_the_phones_last_incident_is_known(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    resolved, other = await resident.press(), await city.resident().press()
    await operator.closes(resolved, "resolved")
    await operator.closes(other, "test")
    await city.restarts()

    assert (await resident.press()).incident_id == resolved.incident_id


async def test_also_after_a_restart_a_witness_is_linked_and_known_once_the_incident_is_open_again(city: City) -> None:
    city.policy(join_radius_max_m=200.0)
    operator, witness, other = city.operator(), city.resident(), city.resident()
    fire = await city.resident().press(kind="fire")
    late = await city.resident().press(IN_RT_2, kind="fire")
    await witness.press(kind="fire")
    await other.press(IN_RT_2, kind="fire")
    for one in (fire, late):
        await operator.closes(one, "resolved")
    await city.restarts()

    linked = await witness.press(kind="fire")
    await operator.reopens(late, "Masih berasap.")

    assert (await operator.sees(linked.incident_id))["incident"]["linked_to"] == fire.incident_id
    assert (await other.press(kind="medical")).incident_id == late.incident_id
    assert (await operator.sees(late.incident_id))["incident"]["phone_count"] == 2


async def test_a_press_after_another_end_or_much_later_is_a_new_incident_linked_to_the_last(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    console = await operator.watches()
    first = await resident.press()
    await operator.closes(first, "false_alarm")

    second = await resident.press()
    await operator.closes(second, "resolved")
    await city.passes(seconds=3600, step_s=600)
    third = await resident.press()

    assert len({first.incident_id, second.incident_id, third.incident_id}) == 3
    assert (await operator.sees(second.incident_id))["incident"]["linked_to"] == first.incident_id
    await console.shows(third.incident_id, linked_to=second.incident_id)
    await operator.closes(third, "resolved")
    await city.passes(seconds=90_000, step_s=9000)
    assert (await operator.sees((await resident.press()).incident_id))["incident"]["linked_to"] is None


async def test_an_escalation_that_was_stopped_runs_again_when_the_phone_presses_again(city: City) -> None:
    officer, operator, resident = city.officer_at(metres=200), city.operator(), city.resident()
    alarm = await resident.press()
    await officer.declines(alarm)
    stop = {"running": False, "reason": "Patroli sudah di sana"}
    await operator.does(f"/v1/incidents/{alarm.incident_id}/escalation", stop)
    await operator.closes(alarm, "resolved")

    again = await resident.press()

    assert await officer.has_offer(again)
    assert not (await operator.sees(alarm.incident_id))["incident"]["escalation"]["stopped"]


async def test_an_operator_opens_a_closed_incident_again(city: City) -> None:
    officer, operator = city.officer_at(metres=200), city.operator()
    console = await operator.watches()
    alarm = await city.resident().press()
    await operator.closes(alarm, "false_alarm", "Tidak ada api.")

    opened = await operator.reopens(alarm, "Warga lain melihat asap.")

    assert (opened["status"], opened["disposition"], opened["claimed_by"]["id"]) == ("open", None, operator.subject)
    await console.shows(alarm.incident_id, status="open")
    await officer.accepts(alarm)
    timeline = (await operator.sees(alarm.incident_id))["timeline"]
    kinds = [entry["kind"] for entry in timeline]
    assert kinds == ["incident_opened", "closed", "reopened", "offers_made", "offer_accepted"]
    assert timeline[1]["data"]["note"] == "Tidak ada api."
    assert timeline[2]["data"]["reason"] == "Warga lain melihat asap."


async def test_an_alarm_that_waited_for_hours_in_the_phone_is_dispatched_and_its_age_shown(city: City) -> None:
    officer, console = city.officer_at(metres=200), await city.operator().watches()
    now = city.clock.now()
    pressed_at = (now - timedelta(hours=3)).isoformat()

    alarm = await city.resident().press(pressed_at=pressed_at, sent_at=now.isoformat())

    assert "pressed_at_past" in alarm.flags
    await console.shows(alarm.incident_id, late_s=3 * 3600, stage="offered")
    assert (await officer.expects_offer(alarm))["incident"]["late_s"] == 3 * 3600
