"""What time does when phones stay silent, rings are empty, nobody claims, or nobody is left."""

from __future__ import annotations

import pytest

from tests.scenarios.city import City
from tests.scenarios.people import Alarm, Operator
from tests.scenarios.screen import Json


async def escalation(operator: Operator, alarm: Alarm) -> Json:
    found: Json = (await operator.sees(alarm.incident_id))["incident"]["escalation"]
    return found


async def kinds(operator: Operator, alarm: Alarm) -> list[str]:
    return [entry["kind"] for entry in (await operator.sees(alarm.incident_id))["timeline"]]


async def test_without_a_receipt_in_four_seconds_the_next_nearest_is_asked_at_once(city: City) -> None:
    city.policy(officers_per_step=1)
    near, far = city.officer_at(metres=200), city.officer_at(metres=900)
    alarm = await city.resident().press()
    await city.passes(seconds=3.5)
    assert not await far.has_offer(alarm)

    await city.passes(seconds=0.5)

    await far.expects_push(alarm)
    console = await city.operator().watches()
    await console.shows(alarm.incident_id, stage="offered")
    assert [offer["silent"] for offer in console.incidents[alarm.incident_id]["offers"]] == [True, False]
    await near.accepts(alarm)
    assert not await far.has_offer(alarm)


async def test_with_a_receipt_the_offer_has_its_whole_ten_seconds(city: City) -> None:
    city.policy(officers_per_step=1)
    near, far = city.officer_at(metres=200), city.officer_at(metres=900)
    alarm = await city.resident().press()
    await near.receipts(alarm)

    await city.passes(seconds=9.5)
    assert not await far.has_offer(alarm)
    await city.passes(seconds=0.5)

    assert await far.has_offer(alarm)
    await near.expects_push(alarm, "offer_withdrawn")


async def test_a_late_receipt_brings_the_offer_to_life_again(city: City) -> None:
    city.policy(officers_per_step=1)
    near = city.officer_at(metres=200)
    operator = city.operator()
    alarm = await city.resident().press()
    await city.passes(seconds=5)
    assert (await operator.sees(alarm.incident_id))["incident"]["offers"][0]["silent"]

    await near.receipts(alarm)

    assert not (await operator.sees(alarm.incident_id))["incident"]["offers"][0]["silent"]


async def test_each_step_asks_within_a_wider_ring_and_an_empty_ring_is_skipped(city: City) -> None:
    city.policy(rings_m=(500.0, 1000.0, 2000.0, 3000.0), officers_per_step=1)
    near, middle, far = (city.officer_at(metres=metres) for metres in (200, 900, 2500))
    operator = city.operator()
    alarm = await city.resident().press()
    await near.receipts(alarm)
    assert [await one.has_offer(alarm) for one in (near, middle, far)] == [True, False, False]
    assert (await escalation(operator, alarm))["radius_m"] == 500

    await city.passes(seconds=10)
    await middle.receipts(alarm)
    assert [await one.has_offer(alarm) for one in (near, middle, far)] == [False, True, False]
    assert (await escalation(operator, alarm))["radius_m"] == 1000

    await city.passes(seconds=10)
    assert [await one.has_offer(alarm) for one in (near, middle, far)] == [False, False, True]
    assert (await escalation(operator, alarm))["radius_m"] == 3000


async def test_where_few_are_near_the_nearest_three_are_asked_at_once_all_the_same(city: City) -> None:
    city.policy(rings_m=(500.0, 1000.0, 3000.0))
    officers = [city.officer_at(metres=metres) for metres in (200, 2000, 2500, 2900)]
    alarm = await city.resident().press()
    assert [await one.has_offer(alarm) for one in officers] == [True, True, True, False]


async def test_where_every_receipt_is_late_those_asked_first_may_still_say_yes(city: City) -> None:
    """On a slow network a push takes longer than four seconds; three more are asked, and the nearest goes."""
    officers = [city.officer_at(metres=50 * number) for number in range(1, 8)]
    alarm = await city.resident().press()
    await city.passes(seconds=5)
    assert [await one.has_offer(alarm) for one in officers] == [True] * 6 + [False]

    await officers[0].receipts(alarm)
    await officers[0].accepts(alarm)

    assert not await officers[3].has_offer(alarm)


async def test_behind_two_dozen_phones_that_stay_silent_others_are_asked_as_well(city: City) -> None:
    """A mast that is down takes every phone around it along."""
    unreachable = [city.officer_at(metres=20 * number) for number in range(1, 28)]
    behind = [city.officer_at(metres=1400), city.officer_at(metres=5000)]
    alarm = await city.resident().press()
    await city.passes(seconds=45)

    asked = {row["officer_id"] for row in await city.rows("SELECT officer_id FROM offers")}

    assert {one.subject for one in (*unreachable, *behind)} == asked
    await behind[0].accepts(alarm)


async def test_whose_position_is_stale_is_asked_last_and_who_is_off_duty_not_at_all(city: City) -> None:
    city.policy(officers_per_step=1)
    stale, off = city.officer_at(metres=200), city.officer_at(metres=300)
    await off.goes(on_duty=False)
    await city.passes(seconds=601)
    fresh = city.officer_at(metres=2800)
    alarm = await city.resident().press()
    assert [await one.has_offer(alarm) for one in (stale, off, fresh)] == [False, False, True]

    await fresh.declines(alarm)

    assert [await one.has_offer(alarm) for one in (stale, off, fresh)] == [True, False, False]


async def test_every_offer_says_why_this_officer(city: City) -> None:
    city.officer_at(metres=700, sector="PS-BARAT")
    operator = city.operator()
    await city.ready()
    first = await city.resident().press()
    await city.passes(seconds=2)
    alarm = await city.resident().press()

    found = await operator.sees(alarm.incident_id)

    [offer] = found["incident"]["offers"]
    assert 699 < offer["distance_m"] < 701
    assert (offer["own_sector"], offer["position_stale"], offer["load"]) == (True, False, 1)
    assert offer["position_age_s"] == 2
    [told] = found["timeline"][0]["data"]["offers"]
    assert {name: told[name] for name in ("distance_m", "load")} == {
        name: offer[name] for name in ("distance_m", "load")
    }
    assert (await operator.sees(first.incident_id))["incident"]["offers"][0]["load"] == 0


async def test_whom_nobody_claims_the_sectors_supervisor_hears_of_and_then_the_citys(city: City) -> None:
    operator = city.operator()
    own, other, whole = (city.supervisor(*sectors) for sectors in (("PS-BARAT",), ("PS-TIMUR",), ()))
    console = await own.watches()
    alarm = await city.resident().press()
    await city.passes(seconds=9.5)
    assert (await escalation(operator, alarm))["level"] == 0

    await city.passes(seconds=0.5)
    await console.shows(alarm.incident_id)
    assert console.incidents[alarm.incident_id]["escalation"]["level"] == 1
    await city.expects_push(own.subject, alarm, "unclaimed")
    assert not await city.pushes(whole.subject)

    await city.passes(seconds=20)
    assert (await escalation(operator, alarm))["level"] == 2
    await city.expects_push(whole.subject, alarm, "unclaimed")
    assert not await city.pushes(other.subject)


async def test_above_the_city_everybody_is_told_again_and_the_console_sees_how_many(city: City) -> None:
    operator = city.operator()
    own, other, whole = (city.supervisor(*sectors) for sectors in (("PS-BARAT",), ("PS-TIMUR",), ()))
    console = await operator.watches()
    alarm = await city.resident().press()
    await city.passes(seconds=30)

    await city.passes(seconds=90, step_s=1)

    await console.sees(lambda: console.incidents[alarm.incident_id]["escalation"]["level"] == 3)
    assert console.incidents[alarm.incident_id]["escalation"]["supervisors_told"] == 2
    for supervisor, times in ((own, 2), (whole, 2), (other, 0)):
        assert [one["type"] for one in await city.pushes(supervisor.subject)] == ["unclaimed"] * times


async def test_where_there_is_no_supervisor_the_console_sees_that_nobody_was_told(city: City) -> None:
    operator = city.operator()
    alarm = await city.resident().press()

    await city.passes(seconds=10)

    seen = await escalation(operator, alarm)
    assert (seen["level"], seen["supervisors_told"]) == (1, 0)


async def test_what_is_claimed_in_time_is_told_to_no_supervisor_until_it_is_released(city: City) -> None:
    supervisor, operator = city.supervisor(), city.operator()
    alarm = await city.resident().press()
    await city.passes(seconds=9)
    await operator.claims(alarm)
    await city.passes(seconds=60)
    assert not await city.pushes(supervisor.subject)

    await operator.releases(alarm)
    await city.passes(seconds=10)

    await city.expects_push(supervisor.subject, alarm, "unclaimed")


async def test_with_nobody_left_the_console_sounds_until_an_operator_acts_and_widening_repeats(city: City) -> None:
    near, operator = city.officer_at(metres=200), city.operator()
    alarm = await city.resident().press()
    await near.receipts(alarm)
    await city.passes(seconds=9)
    assert (await escalation(operator, alarm))["nobody_left_since"] is None

    await city.passes(seconds=1)
    assert (await escalation(operator, alarm))["nobody_left_since"] is not None
    await city.passes(seconds=49)
    assert not await near.has_offer(alarm)
    await city.passes(seconds=5)
    assert await near.has_offer(alarm)
    assert (await escalation(operator, alarm))["nobody_left_since"] is not None

    await operator.notes(alarm, "Patroli dihubungi lewat radio")
    assert (await escalation(operator, alarm))["nobody_left_since"] is None
    await city.passes(seconds=75)
    assert (await escalation(operator, alarm))["nobody_left_since"] is not None


@pytest.mark.parametrize("what", ["declines", "goes off duty", "turns back"])
async def test_the_console_sounds_at_once_when_the_last_who_could_come_does_not(city: City, what: str) -> None:
    officer, operator = city.officer_at(metres=200), city.operator()
    alarm = await city.resident().press()
    match what:
        case "declines":
            await officer.declines(alarm)
        case "goes off duty":
            await officer.goes(on_duty=False)
        case _:
            await officer.reports(await officer.accepts(alarm), "clear")

    assert (await escalation(operator, alarm))["nobody_left_since"] is not None


async def test_with_nobody_on_duty_the_console_sounds_at_once_and_no_timer_ever_closes_the_incident(city: City) -> None:
    console = await city.operator().watches()
    alarm = await city.resident().press()
    await console.shows(alarm.incident_id, stage="received")
    assert console.incidents[alarm.incident_id]["escalation"]["nobody_left_since"] is not None

    await city.passes(seconds=7200, step_s=30)

    assert (await city.operator().sees(alarm.incident_id))["incident"]["status"] == "open"


async def test_several_places_have_one_winner_each(city: City) -> None:
    city.policy(places=2)
    officers = [city.officer_at(metres=metres) for metres in (200, 400, 600)]
    operator = city.operator()
    alarm = await city.resident().press()
    await officers[0].accepts(alarm)
    assert await officers[1].has_offer(alarm)
    third = (await officers[2].expects_offer(alarm))["id"]

    await officers[1].accepts(alarm)

    assert await officers[2].is_refused(f"/v1/offers/{third}/accept", "offer_taken") == 409
    await officers[2].expects_push(alarm, "offer_withdrawn")
    assert (await escalation(operator, alarm))["filled"] == 2


async def test_a_decline_may_say_why_and_the_operator_reads_it(city: City) -> None:
    officer, operator = city.officer_at(metres=200), city.operator()
    alarm = await city.resident().press()
    offer = (await officer.expects_offer(alarm))["id"]

    await officer.does(f"/v1/offers/{offer}/decline", {"reason": "Motor mogok"})

    [declined] = [e for e in (await operator.sees(alarm.incident_id))["timeline"] if e["kind"] == "offer_declined"]
    assert declined["data"]["reason"] == "Motor mogok"


async def test_what_came_due_while_the_server_was_down_happens_once_after_the_start(city: City) -> None:
    city.policy(officers_per_step=1)
    city.officer_at(metres=200), city.officer_at(metres=900)
    operator = city.operator()
    alarm = await city.resident().press()
    await city.stops()
    city.clock.advance(60)  # type: ignore[attr-defined]  # the stories' clock
    await city.starts()

    await city.passes(seconds=1)

    seen = await kinds(operator, alarm)
    assert seen.count("offers_expired") == 1
    assert [kind for kind in seen if kind == "supervisors_told"] == ["supervisors_told"] * 2
