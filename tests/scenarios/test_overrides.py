"""Operators decide over the escalation's head, each time with a name and a reason."""

from __future__ import annotations

from tests.scenarios.city import City
from tests.scenarios.people import Alarm, Operator
from tests.scenarios.screen import Json

WHY = {"reason": "Kenal daerahnya"}


def at(alarm: Alarm, what: str) -> str:
    return f"/v1/incidents/{alarm.incident_id}/{what}"


async def last(operator: Operator, alarm: Alarm) -> Json:
    entry: Json = (await operator.sees(alarm.incident_id))["timeline"][-1]
    return entry


async def test_an_operator_offers_to_a_chosen_officer(city: City) -> None:
    city.policy(officers_per_step=1)
    near, chosen = city.officer_at(metres=200), city.officer_at(metres=2500)
    operator = city.operator()
    alarm = await city.resident().press()
    assert not await chosen.has_offer(alarm)

    await operator.does(at(alarm, "offers"), {"officer_id": chosen.subject, **WHY})

    await chosen.expects_push(alarm)
    entry = await last(operator, alarm)
    assert (entry["kind"], entry["actor"]["id"]) == ("officer_offered", operator.subject)
    assert (entry["data"]["reason"], entry["data"]["offers"][0]["officer"]["id"]) == (WHY["reason"], chosen.subject)
    await chosen.accepts(alarm)
    assert not await near.has_offer(alarm)


async def test_a_chosen_officer_must_be_on_duty_free_and_not_asked_already(city: City) -> None:
    officer, busy = city.officer_at(metres=200), city.officer_at(metres=300)
    operator = city.operator()
    await busy.accepts(await city.resident().press())
    alarm = await city.resident().press()
    path = at(alarm, "offers")

    assert await operator.is_refused(path, "already_asked", {"officer_id": officer.subject, **WHY}) == 409
    assert await operator.is_refused(path, "officer_engaged", {"officer_id": busy.subject, **WHY}) == 409
    assert await operator.is_refused(path, "officer_off_duty", {"officer_id": "nobody", **WHY}) == 409
    assert await operator.is_refused(path, "body_invalid", {"officer_id": officer.subject, "reason": " "}) == 422


async def test_an_operator_adds_places_and_further_officers_are_asked(city: City) -> None:
    city.policy(officers_per_step=1)
    first, second = city.officer_at(metres=200), city.officer_at(metres=900)
    operator = city.operator()
    alarm = await city.resident().press()
    await first.accepts(alarm)
    assert not await second.has_offer(alarm)

    changed = await operator.does(at(alarm, "places"), {"places": 2, "reason": "Dua pelaku"})

    assert changed["escalation"]["places"] == 2
    await second.accepts(alarm)
    refused = {"places": 1, "reason": "Cukup satu"}
    assert await operator.is_refused(at(alarm, "places"), "places_taken", refused) == 409


async def test_an_operator_withdraws_an_offer_and_the_next_is_asked(city: City) -> None:
    city.policy(officers_per_step=1)
    first, second = city.officer_at(metres=200), city.officer_at(metres=900)
    operator = city.operator()
    alarm = await city.resident().press()
    offer = (await first.expects_offer(alarm))["id"]

    await operator.does(at(alarm, "withdraw"), {"id": offer, **WHY})

    await first.expects_push(alarm, "offer_withdrawn")
    assert await second.has_offer(alarm)
    assert await operator.is_refused(at(alarm, "withdraw"), "offer_unknown", {"id": offer, **WHY}) == 404


async def test_an_operator_calls_an_officer_off_and_the_place_is_filled_again(city: City) -> None:
    city.policy(officers_per_step=1)
    first, second = city.officer_at(metres=200), city.officer_at(metres=900)
    operator = city.operator()
    alarm = await city.resident().press()
    assignment = await first.accepts(alarm)
    await first.reports(assignment, "on_scene")

    await operator.does(at(alarm, "withdraw"), {"id": assignment, **WHY})

    await first.expects_push(alarm, "assignment_withdrawn")
    assert (await first.reports(assignment, "on_scene"))["status"] == "clear"
    await second.accepts(alarm)


async def test_an_operator_reassigns_to_another_officer(city: City) -> None:
    city.policy(officers_per_step=1)
    first, other = city.officer_at(metres=200), city.officer_at(metres=2500)
    operator = city.operator()
    alarm = await city.resident().press()
    assignment = await first.accepts(alarm)

    wish = {"officer_id": other.subject, "instead_of": assignment, "reason": "Lebih cepat sampai"}
    changed = await operator.does(at(alarm, "offers"), wish)

    assert changed["escalation"]["places"] == 1
    await first.expects_push(alarm, "assignment_withdrawn")
    await other.accepts(alarm)
    seen = [(e["kind"], e["data"].get("reason")) for e in (await operator.sees(alarm.incident_id))["timeline"]]
    assert ("officer_withdrawn", wish["reason"]) in seen
    assert ("officer_offered", wish["reason"]) in seen


async def test_an_operator_stops_the_escalation_and_resumes_it(city: City) -> None:
    city.policy(officers_per_step=1)
    first, second = city.officer_at(metres=200), city.officer_at(metres=900)
    operator = city.operator()
    alarm = await city.resident().press()

    stopped = await operator.does(at(alarm, "escalation"), {"running": False, "reason": "Patroli sudah di sana"})
    await city.passes(seconds=60)
    assert stopped["escalation"]["stopped"]
    assert not await first.has_offer(alarm)
    assert not await second.has_offer(alarm)

    await operator.does(at(alarm, "escalation"), {"running": True, "reason": "Ternyata bukan"})
    assert await second.has_offer(alarm)
    again = await operator.does(at(alarm, "escalation"), {"running": True, "reason": "Sekali lagi"})
    assert again["version"] == (await operator.sees(alarm.incident_id))["incident"]["version"]
    assert (await last(operator, alarm))["kind"] != "escalation_stopped"


async def test_nobody_but_the_command_center_overrides(city: City) -> None:
    officer, resident = city.officer_at(metres=200), city.resident()
    alarm = await resident.press()
    wish = {"running": False, **WHY}
    assert await officer.is_refused(at(alarm, "escalation"), "role_not_allowed", wish) == 403
    assert await resident.is_refused(at(alarm, "escalation"), "role_not_allowed", wish) == 403
