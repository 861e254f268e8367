"""Who is asked, in which order, and what becomes of their answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_3


async def test_when_an_officer_declines_the_next_nearest_is_asked(city: City) -> None:
    city.policy(officers_per_step=1)
    near, far = city.officer_at(metres=200), city.officer_at(metres=900)
    alarm = await city.resident().press()
    assert not await far.has_offer(alarm)

    await near.declines(alarm)

    await far.expects_push(alarm)
    await far.accepts(alarm)
    assert not await near.has_offer(alarm)


async def test_second_nearest_officer_is_asked_when_the_nearest_stays_silent(city: City) -> None:
    city.policy(officers_per_step=1, step_s=10)
    near, far = city.officer_at(metres=200), city.officer_at(metres=900)
    alarm = await city.resident().press()
    await near.expects_push(alarm)
    await near.receipts(alarm)
    await city.passes(seconds=9.5)
    assert not await far.has_offer(alarm)

    await city.passes(seconds=0.5)

    await far.expects_push(alarm)
    offer = (await far.expects_offer(alarm))["id"]
    await near.is_refused(f"/v1/offers/{offer}/accept", "offer_unknown")


async def test_an_answer_that_comes_after_the_time_is_told_so(city: City) -> None:
    city.policy(step_s=10)
    officer = city.officer_at(metres=200)
    alarm = await city.resident().press()
    offer = (await officer.expects_offer(alarm))["id"]

    await city.passes(seconds=10)

    assert await officer.is_refused(f"/v1/offers/{offer}/accept", "offer_expired") == 409


async def test_when_nobody_is_free_the_incident_waits_and_is_offered_as_soon_as_somebody_is(city: City) -> None:
    alarm = await city.resident().press()
    console = await city.operator().watches()
    await console.shows(alarm.incident_id, stage="received", offers=[])

    officer = city.officer_at(metres=700)

    await officer.expects_push(alarm)
    await console.shows(alarm.incident_id, stage="offered")
    await officer.accepts(alarm)


async def test_an_officer_who_is_clear_is_asked_about_what_waits(city: City) -> None:
    officer = city.officer_at(metres=200)
    first = await city.resident().press()
    assignment = await officer.accepts(first)
    second = await city.resident().press()
    assert not await officer.offers()

    await officer.reports(assignment, "clear")

    await officer.expects_push(second)
    await officer.accepts(second)


async def test_what_turns_out_to_be_violence_while_it_waits_comes_before_all_that_waited_longer(city: City) -> None:
    city.policy(max_open_offers=1, officers_per_step=1)
    officer, caller = city.officer_at(metres=200), city.resident()
    assignment = await officer.accepts(await city.resident().press())
    await asyncio.gather(*(city.resident().press() for _ in range(80)))
    alarm = await caller.press()
    await caller.press(kind="violence")

    await officer.reports(assignment, "clear")

    assert await officer.has_offer(alarm)


async def test_of_officers_who_accept_at_once_exactly_one_wins_and_may_say_it_again(city: City) -> None:
    officers = [city.officer_at(metres=metres) for metres in (200, 400, 600)]
    alarm = await city.resident().press()
    offers = [(await officer.expects_offer(alarm))["id"] for officer in officers]

    paths = [f"/v1/offers/{offer}/accept" for offer in offers]
    answers = await asyncio.gather(*(o.asks("POST", p) for o, p in zip(officers, paths, strict=True)))

    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"offer_taken"}
    winner = statuses.index(200)
    again = await officers[winner].does(paths[winner])
    assert again == answers[winner].json()


async def test_whoever_goes_somewhere_is_no_longer_asked_about_anything_else(city: City) -> None:
    busy, other = city.officer_at(metres=200), city.officer_at(metres=900)
    first, second = await city.resident().press(), await city.resident().press()
    await busy.expects_offer(second)

    await busy.accepts(first)

    assert not await busy.offers()
    await busy.expects_push(second, "offer_withdrawn")
    assert await other.has_offer(second)


async def test_off_duty_an_officer_holds_no_offer_and_gets_none(city: City) -> None:
    leaving, staying = city.officer_at(metres=200), city.officer_at(metres=900)
    alarm = await city.resident().press()
    await leaving.goes(on_duty=False)

    another = await city.resident().press()

    assert not await leaving.offers()
    assert await staying.has_offer(alarm)
    assert await staying.has_offer(another)
    assert await leaving.is_refused("/v1/me/positions", "officer_off_duty", {"positions": []}) == 409


async def test_who_signs_out_holds_no_offer_and_gets_none(city: City) -> None:
    city.policy(officers_per_step=1)
    leaving, staying = city.officer_at(metres=200), city.officer_at(metres=900)
    alarm = await city.resident().press()
    assert (await leaving.asks("DELETE", "/v1/session")).status_code == 204

    another = await city.resident().press()

    await leaving.expects_push(alarm, "offer_withdrawn")
    assert [await staying.has_offer(one) for one in (alarm, another)] == [True, True]


async def test_within_a_band_of_distance_the_sectors_own_officers_are_asked_first(city: City) -> None:
    city.policy(officers_per_step=1)
    foreign = city.officer_at(metres=100, sector="PS-BARAT", of=IN_RT_3)
    own = city.officer_at(metres=300, sector="PS-TIMUR", of=IN_RT_3)

    alarm = await city.resident().press(IN_RT_3)

    assert await own.has_offer(alarm)
    assert not await foreign.has_offer(alarm)


async def test_a_late_or_repeated_report_never_turns_an_assignment_back(city: City) -> None:
    officer = city.officer_at(metres=200)
    alarm = await city.resident().press()
    assignment = await officer.accepts(alarm)
    await officer.reports(assignment, "on_scene")

    late = await officer.reports(assignment, "en_route")
    repeated = await officer.reports(assignment, "on_scene")

    assert (late["status"], repeated["status"]) == ("on_scene", "on_scene")


async def test_a_phone_whose_clock_was_ahead_still_reports(city: City) -> None:
    officer = city.officer_at(metres=200)
    path = f"/v1/assignments/{await officer.accepts(await city.resident().press())}/status"
    tomorrow = city.clock.now() + timedelta(days=1)
    await officer.does(path, {"status": "on_scene", "at": tomorrow.isoformat()})
    await city.passes(seconds=60)

    done = await officer.does(path, {"status": "clear", "at": city.clock.now().isoformat()})

    assert done["status"] == "clear"


async def test_an_officer_takes_back_what_was_reported_by_mistake(city: City) -> None:
    officer, console = city.officer_at(metres=200), await city.operator().watches()
    alarm = await city.resident().press()
    path = f"/v1/assignments/{await officer.accepts(alarm)}/status"
    await city.passes(seconds=150, step_s=30)
    await officer.does(path, {"status": "clear", "at": "2026-11-22T20:01:00Z"})

    back = await officer.does(path, {"status": "en_route", "correction": True, "at": "2026-11-22T20:02:00Z"})
    late = await officer.does(path, {"status": "clear", "at": "2026-11-22T20:01:00Z"})

    assert (back["status"], late["status"]) == ("en_route", "en_route")
    await console.shows(alarm.incident_id, stage="accepted")
    assert not await officer.offers()


async def test_a_closed_incident_frees_whoever_was_asked_or_on_the_way(city: City) -> None:
    officer, operator = city.officer_at(metres=200), city.operator()
    alarm = await city.resident().press()
    assignment = await officer.accepts(alarm)

    await operator.closes(alarm, "false_alarm")

    assert (await officer.reports(assignment, "on_scene"))["status"] == "clear"
    assert await officer.has_offer(await city.resident().press())


async def test_who_is_on_the_way_is_told_that_it_is_over(city: City) -> None:
    officer, operator = city.officer_at(metres=200), city.operator()
    alarm = await city.resident().press()
    assignment = await officer.accepts(alarm)

    await operator.closes(alarm, "false_alarm")

    assert (await officer.expects_push(alarm, "assignment_withdrawn"))["offer_id"] == assignment


async def test_operators_who_claim_the_same_incident_are_told_of_each_other(city: City) -> None:
    first, second = city.operator(), city.operator()
    alarm = await city.resident().press()
    seen = await second.sees(alarm.incident_id)
    await first.claims(alarm)

    path = f"/v1/incidents/{alarm.incident_id}"
    version = str(seen["incident"]["version"])
    assert await second.is_refused(f"{path}/claim", "claimed_by_another") == 409
    assert (
        await second.is_refused(f"{path}/close", "version_conflict", {"disposition": "test"}, if_match=version) == 412
    )
    await first.releases(alarm)
    assert (await second.claims(alarm))["claimed_by"]["id"] == second.subject
