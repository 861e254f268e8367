"""The neighbourhood: who is told, who comes, who is told instead, and that everybody hears when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.city import START, City
from tests.scenarios.ground import IN_RT_1, IN_RT_2, IN_RT_3, ON_THE_BORDER, kampung_map, partly_mapped
from tests.scenarios.people import Alarm, Operator, Person
from tests.scenarios.screen import Json


@pytest.fixture
async def kampung(city: City) -> City:
    """A map with RW and village above the RT."""
    await city.ready()
    await city.imports(kampung_map())
    return city


async def told_to(operator: Operator, alarm: Alarm) -> dict[str, Json]:
    incident = (await operator.sees(alarm.incident_id))["incident"]
    return {one["person"]["id"]: one for one in incident["told"]}


async def timeline(operator: Operator, alarm: Alarm, kind: str) -> list[Json]:
    return [entry for entry in (await operator.sees(alarm.incident_id))["timeline"] if entry["kind"] == kind]


async def was_pushed(city: City, person: Person, alarm: Alarm) -> list[str]:
    return [one["type"] for one in await city.pushes(person.subject) if one["incident_id"] == alarm.incident_id]


async def test_the_operator_sees_who_knows_and_who_comes(city: City) -> None:
    operator, ketua, other = city.operator(), city.representative("RT-1"), city.representative("RT-2")
    console = await operator.watches()
    alarm = await city.resident().press(ON_THE_BORDER.within(metres=50), kind="fire")

    await ketua.receives(alarm)
    await other.receives(alarm)
    answer = await ketua.answers(alarm, coming=True)
    await other.answers(alarm, coming=False)

    assert (answer["incident_id"], answer["coming"]) == (alarm.incident_id, True)
    known = await told_to(operator, alarm)
    assert {who: one["coming"] for who, one in known.items()} == {ketua.subject: True, other.subject: False}
    await console.sees(lambda: console.incidents[alarm.incident_id]["told"] == list(known.values()))
    answers = await timeline(operator, alarm, "representative_answered")
    assert [(entry["actor"], entry["data"]["coming"]) for entry in answers] == [
        ({"role": "representative", "id": ketua.subject}, True),
        ({"role": "representative", "id": other.subject}, False),
    ]


async def test_an_answer_may_be_changed_and_said_again_is_one_event(city: City) -> None:
    operator, ketua = city.operator(), city.representative("RT-1")
    alarm = await city.resident().press()

    for coming in (True, True, False):
        assert (await ketua.answers(alarm, coming=coming))["coming"] is coming

    assert (await told_to(operator, alarm))[ketua.subject]["coming"] is False
    assert len(await timeline(operator, alarm, "representative_answered")) == 2


async def test_after_thirty_silent_seconds_the_rws_head_is_told_and_then_the_community_officer(kampung: City) -> None:
    operator, ketua = kampung.operator(), kampung.representative("RT-1")
    rw, other_rw = kampung.representative("RW-1"), kampung.representative("RW-2")
    polmas = kampung.representative("KEL")
    page = await rw.watches()
    alarm = await kampung.resident().press(kind="fire")

    await kampung.passes(seconds=29)
    assert list(await told_to(operator, alarm)) == [ketua.subject]
    assert page.incidents == {}
    await kampung.passes(seconds=1.5)
    await kampung.expects_push(rw.subject, alarm, "neighbourhood")
    await page.shows(alarm.incident_id, kind="fire", position=None)
    await kampung.passes(seconds=29)
    assert polmas.subject not in await told_to(operator, alarm)
    await kampung.passes(seconds=1.5)

    await kampung.expects_push(polmas.subject, alarm, "neighbourhood")
    assert list(await told_to(operator, alarm)) == [ketua.subject, rw.subject, polmas.subject]
    assert await was_pushed(kampung, other_rw, alarm) == []
    steps = [entry["data"] for entry in await timeline(operator, alarm, "neighbours_told")]
    assert [([area["code"] for area in step["silent"]], step["told"][0]["person"]["id"]) for step in steps] == [
        (["RT-1"], rw.subject),
        (["RW-1"], polmas.subject),
    ]
    await kampung.passes(seconds=31)
    await kampung.passes(seconds=120, step_s=10)
    last = (await timeline(operator, alarm, "neighbours_told"))[2:]
    assert [(step["data"]["told"], step["data"]["silent"][0]["code"]) for step in last] == [([], "KEL")]


async def test_nobody_above_is_told_when_the_rts_phone_said_that_it_got_the_news(kampung: City) -> None:
    operator, ketua, rw = kampung.operator(), kampung.representative("RT-1"), kampung.representative("RW-1")
    alarm = await kampung.resident().press()
    await kampung.passes(seconds=20)
    await ketua.receives(alarm)

    await kampung.passes(seconds=60, step_s=5)

    assert await was_pushed(kampung, rw, alarm) == []
    assert list(await told_to(operator, alarm)) == [ketua.subject]


async def test_a_deadline_that_passed_while_the_server_was_down_tells_the_rw_once(kampung: City) -> None:
    operator, rw = kampung.operator(), kampung.representative("RW-1")
    kampung.representative("RT-1")
    alarm = await kampung.resident().press()
    await kampung.stops()
    kampung.clock.advance(45)  # type: ignore[attr-defined]  # the city's clock is the fake one

    await kampung.starts()
    await kampung.passes(seconds=5)

    assert await was_pushed(kampung, rw, alarm) == ["neighbourhood"]
    assert len(await timeline(operator, alarm, "neighbours_told")) == 1


async def test_an_rt_without_a_representative_has_its_rws_head(kampung: City) -> None:
    rw = kampung.representative("RW-1")
    page = await rw.watches()

    alarm = await kampung.resident().press(kind="fire")

    await page.shows(alarm.incident_id, kind="fire")
    await kampung.expects_push(rw.subject, alarm, "neighbourhood")
    assert (await rw.answers(alarm, coming=True))["coming"] is True


async def test_where_no_rt_is_mapped_the_head_of_the_rw_or_else_the_community_officer_is_told(city: City) -> None:
    await city.ready()
    await city.imports(partly_mapped())
    operator, rw, polmas = city.operator(), city.representative("RW-1"), city.representative("KEL")
    page = await rw.watches()

    in_rw = await city.resident().press(IN_RT_1, kind="fire")
    elsewhere = await city.resident().press(IN_RT_3, kind="fire")

    await page.shows(in_rw.incident_id, kind="fire", position=None)
    await city.expects_push(polmas.subject, elsewhere, "neighbourhood")
    assert list(await told_to(operator, in_rw)) == [rw.subject]
    assert list(await told_to(operator, elsewhere)) == [polmas.subject]
    assert elsewhere.incident_id not in page.incidents


async def test_the_neighbourhood_sees_the_exact_place_only_while_it_is_shared(city: City) -> None:
    operator, ketua = city.operator(), city.representative("RT-1")
    page = await ketua.watches()
    alarm = await city.resident().press(kind="fire")
    await page.shows(alarm.incident_id, position=None)

    await operator.shares(alarm, place=True, reason="agar selang sampai")
    shown = await page.shows(alarm.incident_id, place_shared=True)
    assert (shown["position"]["lat"], shown["position"]["lon"]) == (IN_RT_1.lat, IN_RT_1.lon)
    assert (await ketua.gets(f"/v1/incidents/{alarm.incident_id}"))["incident"]["position"] == shown["position"]
    await operator.shares(alarm, place=False)

    await page.shows(alarm.incident_id, place_shared=False, position=None)
    told = await timeline(operator, alarm, "place_shared")
    assert [(one["data"]["operator"]["id"], one["data"]["shared"], one["data"]["reason"]) for one in told] == [
        (operator.subject, True, "agar selang sampai"),
        (operator.subject, False, None),
    ]


async def test_after_the_end_the_exact_place_is_gone_from_the_neighbourhood(city: City) -> None:
    operator, ketua = city.operator(), city.representative("RT-1")
    alarm = await city.resident().press()
    await operator.shares(alarm, place=True)

    await operator.closes(alarm)

    seen = (await ketua.gets(f"/v1/incidents/{alarm.incident_id}"))["incident"]
    assert (seen["status"], seen["position"], seen["place_shared"]) == ("closed", None, False)


@pytest.mark.parametrize("secret", [{"kind": "violence"}, {"silent": True}])
async def test_nothing_of_violence_or_a_silent_alarm_can_be_shared_or_reaches_anybody(
    kampung: City, secret: dict[str, Any]
) -> None:
    operator = kampung.operator()
    neighbours = [kampung.representative(area) for area in ("RT-1", "RW-1", "KEL")]
    alarm = await kampung.resident().press(**secret)

    await kampung.passes(seconds=95, step_s=5)
    assert (
        await operator.is_refused(f"/v1/incidents/{alarm.incident_id}/share", "neighbourhood_hidden", {"place": True})
        == 409
    )
    await operator.closes(alarm)
    await kampung.passes(seconds=5)

    for neighbour in neighbours:
        assert await kampung.pushes(neighbour.subject) == []
        assert await neighbour.gets("/v1/incidents") == {"items": [], "next": None}


async def test_everybody_who_was_told_hears_that_it_is_over(kampung: City) -> None:
    operator, ketua, rw = kampung.operator(), kampung.representative("RT-1"), kampung.representative("RW-1")
    other = kampung.representative("RT-3")
    alarm = await kampung.resident().press()
    await kampung.passes(seconds=31)
    page = await rw.watches()
    await page.shows(alarm.incident_id)

    await operator.closes(alarm)

    for told in (ketua, rw):
        await kampung.expects_push(told.subject, alarm, "all_clear")
    await page.sees(lambda: page.events and page.events[-1]["kind"] == "closed")
    assert page.events[-1]["data"]["incident"]["disposition"] == "resolved"
    assert await was_pushed(kampung, other, alarm) == []
    [closed] = await timeline(operator, alarm, "closed")
    assert closed["data"]["all_clear"] == [ketua.subject, rw.subject]


@pytest.mark.parametrize("ending", ["duplicate", "hidden"])
async def test_there_is_no_all_clear_where_nothing_is_clear(city: City, ending: str) -> None:
    operator, ketua, resident = city.operator(), city.representative("RT-1"), city.resident()
    alarm = await resident.press()
    if ending == "hidden":
        await resident.press(kind="violence")

    await operator.closes(alarm, "duplicate" if ending == "duplicate" else "resolved")

    assert await was_pushed(city, ketua, alarm) == ["neighbourhood"]


async def test_whom_the_incident_has_forgotten_may_still_answer_and_hears_the_all_clear(city: City) -> None:
    operator, crowd = city.operator(), [city.representative("RT-1") for _ in range(10)]
    alarm = await city.resident().press()
    assert len(await told_to(operator, alarm)) < len(crowd)

    await crowd[0].receives(alarm)
    assert (await crowd[0].answers(alarm, coming=True))["coming"] is True
    await operator.closes(alarm)

    answers = await timeline(operator, alarm, "representative_answered")
    assert [entry["data"]["person_id"] for entry in answers] == [crowd[0].subject]
    for neighbour in crowd:
        assert await was_pushed(city, neighbour, alarm) == ["neighbourhood", "all_clear"]


async def test_in_quiet_hours_an_illness_is_told_quietly_and_a_fire_is_not(kampung: City) -> None:
    local_minute = (START.hour * 60 + START.minute + 7 * 60) % (24 * 60)
    assert local_minute == 3 * 60
    ketua, rw = kampung.representative("RT-1"), kampung.representative("RW-1")
    page = await ketua.watches()

    ill = await kampung.resident().press(kind="medical")
    fire = await kampung.resident().press(kind="fire")

    await page.shows(ill.incident_id, quiet=True)
    await page.shows(fire.incident_id, quiet=False)
    await kampung.passes(seconds=35)
    assert await was_pushed(kampung, ketua, ill) == ["neighbourhood"]
    assert await was_pushed(kampung, rw, ill) == []
    assert await was_pushed(kampung, rw, fire) == ["neighbourhood"]


async def test_everybody_who_was_told_of_either_of_two_merged_incidents_hears_the_all_clear(city: City) -> None:
    operator = city.operator()
    west, east = ([city.representative(rt) for _ in range(6)] for rt in ("RT-1", "RT-2"))
    one, other = await city.resident().press(IN_RT_1), await city.resident().press(IN_RT_2)

    await operator.does(f"/v1/incidents/{one.incident_id}/merge", {"into": other.incident_id})
    await operator.closes(other)

    for neighbour in (*west, *east):
        assert "all_clear" in await was_pushed(city, neighbour, other)
        assert "all_clear" not in await was_pushed(city, neighbour, one)


@pytest.mark.parametrize("by", ["the phone", "an operator"])
async def test_who_heard_the_all_clear_hears_when_it_was_not_over(city: City, by: str) -> None:
    operator, ketua, resident = city.operator(), city.representative("RT-1"), city.resident()
    alarm = await resident.press()
    await operator.closes(alarm, "resolved")
    assert await was_pushed(city, ketua, alarm) == ["neighbourhood", "all_clear"]

    if by == "the phone":
        await resident.press()
    else:
        await operator.reopens(alarm)

    assert await was_pushed(city, ketua, alarm) == ["neighbourhood", "all_clear", "neighbourhood"]


async def test_what_comes_back_as_violence_is_told_to_nobody_again(city: City) -> None:
    operator, ketua, resident = city.operator(), city.representative("RT-1"), city.resident()
    alarm = await resident.press()
    await operator.closes(alarm, "resolved")

    assert (await resident.press(kind="violence")).incident_id == alarm.incident_id

    assert await was_pushed(city, ketua, alarm) == ["neighbourhood", "all_clear"]
