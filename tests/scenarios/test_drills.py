"""Exercises: the same way as an emergency, marked everywhere, ended by one click, and never taken for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.policy import Policy
from panic_server.wire.schema import Json
from tests.scenarios.city import START, City
from tests.scenarios.ground import IN_RT_1, IN_RT_2, kampung_map, partly_mapped, town_map
from tests.scenarios.people import Alarm, Operator


async def plans(operator: Operator, **wish: Any) -> Json:
    drill: Json = await operator.does("/v1/drills", {"name": "Latihan kebakaran", "kind": "fire", **wish})
    return drill


async def running(city: City) -> list[Json]:
    return await city.rows("SELECT id, areas FROM incidents WHERE status = 'open'")


async def test_an_exercise_in_an_rt_goes_the_same_way_and_is_marked_on_every_screen_and_push(city: City) -> None:
    operator, officer, neighbour = city.operator(), city.officer_at(metres=200), city.representative("RT-1")
    screens = [await person.watches() for person in (operator, officer, neighbour)]

    await plans(operator, area="RT-1")

    for screen in screens:
        await screen.sees(lambda screen=screen: screen.incidents)  # type: ignore[misc]  # bound at once
        [shown] = screen.incidents.values()
        assert (shown["drill"], shown["kind"], shown["place"]["rt"]["code"]) == (True, "fire", "RT-1")
    assert len(await officer.offers()) == 1
    pushes = await city.rows("SELECT recipient, drill FROM outbox")
    assert {one["recipient"] for one in pushes} == {officer.subject, neighbour.subject}
    assert all(one["drill"] for one in pushes)


async def test_an_exercise_of_a_sector_or_the_whole_city_is_spread_over_its_rt(city: City) -> None:
    operator = city.operator()
    sector = await plans(operator, area="PS-BARAT", alarms=5)
    assert sorted(one["areas"].split("|")[2] for one in await running(city)) == ["RT-1", "RT-2"]
    await operator.does(f"/v1/drills/{sector['id']}/end")
    assert await running(city) == []

    await plans(operator, alarms=50)

    assert sorted(one["areas"].split("|")[2] for one in await running(city)) == ["RT-1", "RT-2", "RT-3"]


@pytest.mark.parametrize("area", ["RW-1", "KEL", "PS-BARAT", None])
async def test_where_no_rt_is_mapped_an_exercise_is_held_in_the_smallest_area_that_is(
    city: City, area: str | None
) -> None:
    await city.ready()
    await city.imports(partly_mapped())

    await plans(city.operator(), area=area)

    assert [one["areas"].split("|")[2] for one in await running(city)] == ["RW-1"]


async def test_an_exercise_of_a_sector_that_has_no_rts_middle_is_held_in_the_sectors_own(city: City) -> None:
    await city.ready()
    await city.imports(town_map(overlay="PELABUHAN"))

    await plans(city.operator(), area="PELABUHAN", alarms=3)

    [shown] = (await city.operator().gets("/v1/incidents"))["items"]
    assert shown["place"]["sectors"][0]["code"] == "PELABUHAN"


async def test_without_a_map_there_is_no_exercise(city: City) -> None:
    await city.change_database("DELETE FROM maps")
    answer = await city.operator().asks("POST", "/v1/drills", {"name": "Latihan"})
    assert (answer.status_code, answer.json()["code"]) == (409, "drill_area_unknown")


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2020-01-01T00:00:00"])
async def test_an_exercise_at_a_time_that_nobody_can_mean_is_refused_and_not_moved(city: City, when: str) -> None:
    operator = city.operator()

    wish = {"name": "Latihan kebakaran", "starts_at": when}

    assert await operator.is_refused("/v1/drills", "drill_time_refused", wish) == 422
    assert (await operator.gets("/v1/drills"))["items"] == []


async def test_an_exercise_has_a_name_that_can_be_read(city: City) -> None:
    operator = city.operator()

    assert await operator.is_refused("/v1/drills", "body_invalid", {"name": " \u00a0 "}) == 422
    assert (await plans(operator, name=" Latihan banjir "))["name"] == "Latihan banjir"


async def test_an_exercise_that_should_have_begun_an_hour_ago_begins_now(city: City) -> None:
    drill = await plans(city.operator(), area="RT-1", starts_at=(START - timedelta(hours=1)).isoformat())

    assert datetime.fromisoformat(drill["starts_at"]) == START


async def test_a_planned_exercise_begins_and_ends_in_time_also_after_a_restart(city: City) -> None:
    operator = city.operator()
    await plans(operator, area="RT-2", starts_at=(START + timedelta(minutes=2)).isoformat(), minutes=5)
    await city.passes(seconds=110, step_s=10)
    assert await running(city) == []
    await city.restarts()

    await city.passes(seconds=15)
    assert len(await running(city)) == 1
    await city.restarts()
    await city.passes(seconds=5)
    assert len(await city.rows("SELECT id FROM alarms")) == 1

    await city.passes(seconds=310, step_s=10)
    assert await running(city) == []
    [drill] = (await operator.gets("/v1/drills"))["items"]
    assert drill["ended_at"] is not None


async def test_one_click_ends_all_of_it_frees_everybody_and_leaves_real_alarms_alone(city: City) -> None:
    operator, officer = city.operator(), city.officer_at(metres=100)
    drill = await plans(operator, alarms=2)
    exercise = await city.resident().press(drill=True)
    await officer.accepts(exercise)
    real = await city.resident().press(IN_RT_2, kind="fire")
    console = await operator.watches()

    ended = await operator.does(f"/v1/drills/{drill['id']}/end")
    again = await operator.does(f"/v1/drills/{drill['id']}/end")

    assert ended["ended_at"] == again["ended_at"] is not None
    await console.sees(lambda: list(console.incidents) == [real.incident_id])
    assert (await operator.sees(exercise.incident_id))["incident"]["disposition"] == "test"
    await officer.expects_offer(real)


async def test_a_real_alarm_during_an_exercise_is_never_taken_for_one(city: City) -> None:
    city.policy(join_radius_max_m=200)
    operator = city.operator()
    await plans(operator, area="RT-1")
    [exercise] = await running(city)

    real = await city.resident().press(IN_RT_1, kind="fire")
    fellow = await city.resident().press(IN_RT_1, kind="fire", drill=True)

    shown = (await operator.sees(real.incident_id))["incident"]
    assert (shown["drill"], shown["alarm_count"]) == (False, 1)
    assert fellow.incident_id == exercise["id"] != real.incident_id


async def test_a_sectors_operator_exercises_in_their_sector_alone(city: City) -> None:
    east, west = city.operator("PS-TIMUR"), city.operator("PS-BARAT")
    drill = await plans(east, area="PS-TIMUR")
    for area in ("PS-BARAT", None, "NOWHERE"):
        wish = {"name": "Latihan", "area": area}
        assert await east.is_refused("/v1/drills", "drill_area_unknown", wish) == 409
    assert await west.is_refused(f"/v1/drills/{drill['id']}/end", "drill_unknown") == 404
    assert (await west.gets("/v1/drills"))["items"] == []
    assert len(await running(city)) == 1


async def test_a_sectors_operator_exercises_in_all_that_lies_wholly_in_their_sector(city: City) -> None:
    await city.ready()
    await city.imports(kampung_map())
    west, east = city.operator("PS-BARAT"), city.operator("PS-TIMUR")

    for area in ("RT-1", "RW-1"):
        drill = await plans(west, area=area)
        assert len(await running(city)) == 1
        assert await east.is_refused(f"/v1/drills/{drill['id']}/end", "drill_unknown") == 404
        await west.does(f"/v1/drills/{drill['id']}/end")
        assert await running(city) == []
    for area in ("RT-3", "RW-2", "KEL", "KOTA"):
        wish = {"name": "Latihan", "area": area}
        assert await west.is_refused("/v1/drills", "drill_area_unknown", wish) == 409
    of_the_city = await plans(city.operator(), area="RT-2")
    assert {one["area"] for one in (await west.gets("/v1/drills"))["items"]} == {"RT-1", "RW-1", "RT-2"}
    assert (await east.gets("/v1/drills"))["items"] == []
    assert (await west.does(f"/v1/drills/{of_the_city['id']}/end"))["ended_at"] is not None


async def test_exercises_count_for_no_phones_standing(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    drill = await plans(operator, area="RT-1")
    await resident.press(drill=True)
    await operator.does(f"/v1/drills/{drill['id']}/end")
    assert await city.rows("SELECT device FROM standings") == []


async def test_a_freed_officer_is_offered_what_is_real_before_any_exercise(city: City) -> None:
    city.policy(max_open_offers=1)
    operator, officer = city.operator(), city.officer_at(metres=100)
    first = await city.resident().press(kind="fire")
    await officer.accepts(first)
    exercise = await city.resident().press(kind="violence", drill=True)
    real = await city.resident().press(IN_RT_2, kind="disaster")

    await operator.closes(first)

    await officer.expects_offer(real)
    assert not await officer.has_offer(exercise)


async def test_offers_of_exercises_keep_no_officer_from_a_real_alarm(city: City) -> None:
    """As many as one may hold, and not one more of them; what is real is asked all the same."""
    officer = city.officer_at(metres=100)
    exercises = [
        await city.resident().press(IN_RT_1.east(900 * number), kind="crime", drill=True) for number in range(5)
    ]
    held = [one for one in exercises if await officer.has_offer(one)]

    real = await city.resident().press(kind="crime")

    assert len(held) == Policy().max_open_offers
    assert await officer.has_offer(real)


async def test_who_goes_to_an_exercise_is_asked_what_is_real_and_leaves_the_exercise_by_saying_yes(city: City) -> None:
    officer = city.officer_at(metres=100)
    operator, resident = city.operator(), city.resident()
    exercise = await city.resident().press(kind="medical", drill=True)
    await officer.accepts(exercise)
    page, console = await officer.watches(), await operator.watches()

    real = await resident.press(IN_RT_2, kind="fire")
    assert await officer.has_offer(real)
    assert (await operator.sees(exercise.incident_id))["incident"]["stage"] == "accepted"
    assignment = await officer.accepts(real)

    await page.sees(lambda: list(page.incidents) == [real.incident_id])
    left = await operator.sees(exercise.incident_id)
    assert [one["status"] for one in left["incident"]["assignments"]] == ["clear"]
    assert [one["data"]["called_away"] for one in left["timeline"] if one["kind"] == "assignment_changed"] == [True]
    assert [one["name"] for one in (await resident.progress(real))["coming"]] == [officer.subject.title()]
    assert await city.rows("SELECT slot, offer_id FROM engagements WHERE slot = 0") == [
        {"slot": 0, "offer_id": assignment}
    ]
    other = city.officer_at(metres=1000)
    await city.ready()
    await other.accepts(exercise)
    await console.sees(lambda: console.incidents[exercise.incident_id]["stage"] == "accepted")


async def test_what_is_refused_takes_nobody_out_of_an_exercise(city: City) -> None:
    officers = [city.officer_at(metres=metres) for metres in (100, 200)]
    operator = city.operator()
    exercise = await city.resident().press(kind="medical", drill=True)
    await officers[0].accepts(exercise)
    real = await city.resident().press(IN_RT_2, kind="fire")
    late = await officers[0].expects_offer(real)
    await officers[1].accepts(real)

    assert await officers[0].is_refused(f"/v1/offers/{late['id']}/accept", "offer_taken") == 409

    assert (await operator.sees(exercise.incident_id))["incident"]["stage"] == "accepted"


async def test_who_says_yes_to_an_exercise_keeps_the_offer_of_what_is_real_and_may_still_go(city: City) -> None:
    officer = city.officer_at(metres=100)
    exercise = await city.resident().press(kind="medical", drill=True)
    another = await city.resident().press(IN_RT_2, kind="medical", drill=True)
    real = await city.resident().press(IN_RT_2, kind="fire")

    await officer.accepts(exercise)

    assert await officer.has_offer(real)
    assert not await officer.has_offer(another)
    await officer.accepts(real)


async def test_an_exercise_never_asks_or_takes_who_goes_somewhere_already(city: City) -> None:
    officer, operator = city.officer_at(metres=100), city.operator()
    exercise = await city.resident().press(kind="medical", drill=True)
    await officer.accepts(exercise)
    another = await city.resident().press(IN_RT_2, kind="fire", drill=True)
    await city.passes(seconds=12)
    assert not await officer.has_offer(another)
    wish = {"officer_id": officer.subject, "reason": "latihan"}
    assert await operator.is_refused(f"/v1/incidents/{another.incident_id}/offers", "officer_engaged", wish) == 409

    far = city.officer_at(metres=3000)
    await city.ready()
    await far.expects_offer(another)


async def test_an_operator_may_choose_who_exercises_and_they_go_once(city: City) -> None:
    officer, operator = city.officer_at(metres=100), city.operator()
    exercise = await city.resident().press(kind="medical", drill=True)
    await officer.accepts(exercise)
    real = await city.resident().press(None, kind="violence")
    wish = {"officer_id": officer.subject, "reason": "paling dekat"}
    await operator.does(f"/v1/incidents/{real.incident_id}/offers", wish)

    assignment = await officer.accepts(real)
    second = await city.resident().press(IN_RT_1, kind="crime")

    assert not await officer.has_offer(second)
    await officer.reports(assignment, "clear")
    await officer.expects_offer(second)


async def test_who_goes_to_an_exercise_may_take_back_that_the_emergency_was_over(city: City) -> None:
    officer, operator = city.officer_at(metres=100), city.operator()
    real = await city.resident().press(kind="fire")
    assignment = await officer.accepts(real)
    await officer.reports(assignment, "clear")
    await operator.does(f"/v1/incidents/{real.incident_id}/escalation", {"running": False, "reason": "selesai"})
    exercise = await city.resident().press(IN_RT_2, kind="medical", drill=True)
    await officer.accepts(exercise)

    wish = {"status": "en_route", "correction": True}
    await officer.does(f"/v1/assignments/{assignment}/status", wish)

    held = await city.rows("SELECT incident_id FROM engagements WHERE slot = 0")
    assert held == [{"incident_id": real.incident_id}]
    wish = {"status": "on_scene", "correction": True}
    [left] = (await operator.sees(exercise.incident_id))["incident"]["assignments"]
    answer = await officer.asks("POST", f"/v1/assignments/{left['id']}/status", wish)
    assert answer.json()["code"] == "officer_engaged"


@pytest.mark.parametrize("goes_there", [False, True])
async def test_whom_something_real_has_called_away_an_exercise_asks_again_once_they_are_free_and_no_sooner(
    city: City, goes_there: bool
) -> None:
    """However many rounds it begins meanwhile; and free they are only asked in a round in which they were not yet."""
    officer = city.officer_at(metres=100)
    exercise = await city.resident().press(kind="medical", drill=True)
    if goes_there:
        await officer.accepts(exercise)
    assignment = await officer.accepts(await city.resident().press(IN_RT_2, kind="fire"))
    await city.passes(seconds=20, step_s=5)
    assert await times_asked(city, exercise) == 1
    await officer.reports(assignment, "clear")
    await city.passes(seconds=20, step_s=5)
    assert await times_asked(city, exercise) == 1

    again = await officer.accepts(await city.resident().press(IN_RT_2, kind="crime"))
    await city.passes(seconds=150, step_s=5)
    assert await times_asked(city, exercise) == 1
    await officer.reports(again, "clear")
    await officer.expects_offer(exercise)


async def times_asked(city: City, alarm: Alarm) -> int:
    query = "SELECT count(*) AS times FROM offers WHERE incident_id = :incident_id"
    [row] = await city.rows(query, incident_id=alarm.incident_id)
    return int(row["times"])
