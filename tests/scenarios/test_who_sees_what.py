"""Nobody sees outside their area or role: by the API, on the live socket and in pushes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.city import City
from tests.scenarios.ground import AT_SEA, IN_RT_1, IN_RT_2, IN_RT_3, ON_THE_BORDER
from tests.scenarios.people import Alarm, Person, Representative
from tests.scenarios.screen import Screen


async def assert_hidden_from(person: Person, screen: Screen, alarm: Alarm) -> None:
    """Neither the API nor the socket, which has come past the alarm, nor a push tells of it."""
    page = await person.gets("/v1/incidents")
    assert alarm.incident_id not in [one["id"] for one in page["items"]]
    assert await person.is_refused(f"/v1/incidents/{alarm.incident_id}", "incident_unknown", method="GET") == 404
    seq = alarm.answer["seq"]
    await person.city.passes(seconds=5.5)
    await screen.sees(lambda: (screen.position or 0) >= seq)
    assert alarm.incident_id not in str(screen.frames)
    assert await person.city.pushes(person.subject) == []


@pytest.mark.parametrize("secret", [{"kind": "violence"}, {"silent": True}, {"kind": "fire", "silent": "yes"}])
async def test_violence_and_silent_alarms_never_reach_the_representative(city: City, secret: dict[str, Any]) -> None:
    representative, console = city.representative("RT-1"), await city.operator().watches()
    page = await representative.watches()

    alarm = await city.resident().press(IN_RT_1, **secret)

    await console.shows(alarm.incident_id)
    await assert_hidden_from(representative, page, alarm)
    assert await representative.is_refused(f"/v1/incidents/{alarm.incident_id}/receipt", "incident_unknown") == 404


async def test_an_alarm_that_turns_out_to_be_violence_disappears_from_the_representatives_page(city: City) -> None:
    representative, resident = city.representative("RT-1"), city.resident()
    page = await representative.watches()
    alarm = await resident.press(IN_RT_1)
    await page.shows(alarm.incident_id)

    await resident.press(IN_RT_1, kind="violence")

    await page.sees(lambda: alarm.incident_id not in page.incidents)
    assert page.events[-1]["kind"] == "incident_hidden"
    assert await representative.knows() == []
    assert (
        await representative.is_refused(f"/v1/incidents/{alarm.incident_id}", "incident_unknown", method="GET") == 404
    )


async def test_the_representative_learns_kind_and_rt_and_nothing_about_the_person(city: City) -> None:
    officer, representative = city.officer_at(metres=100), city.representative("RT-1")
    page = await representative.watches()
    resident = city.resident(subject="warga-rahasia")

    alarm = await resident.press(IN_RT_1, kind="medical")
    await officer.accepts(alarm)

    await page.shows(alarm.incident_id, kind="medical", stage="accepted")
    detail = await representative.gets(f"/v1/incidents/{alarm.incident_id}")
    assert (detail["timeline"], detail["alarms"], detail["track"]) == ([], [], [])
    assert (detail["incident"]["position"], detail["incident"]["assignments"]) == (None, [])
    for told in (str(page.frames), str(detail)):
        for secret in (resident.subject, officer.subject, str(IN_RT_1.lat), str(IN_RT_1.lon)):
            assert secret not in told


async def test_the_representative_does_not_learn_how_the_desk_gets_on(city: City) -> None:
    officer, representative, operator = city.officer_at(metres=100), city.representative("RT-1"), city.operator()
    page, console = await representative.watches(), await operator.watches()
    alarm = await city.resident().press(IN_RT_1)

    await officer.declines(alarm)
    await operator.does(f"/v1/incidents/{alarm.incident_id}/notes", {"text": "Kata tetangga sering ribut"})
    await city.passes(seconds=60)

    known = {event["kind"] for event in console.events}
    assert {"offer_declined", "nobody_left", "supervisors_told", "noted"} <= known
    version = (await representative.gets(f"/v1/incidents/{alarm.incident_id}"))["incident"]["version"]
    await page.shows(alarm.incident_id, version=version)
    told = {event["kind"] for event in page.events}
    assert told & known <= {"incident_opened", "offers_made", "offers_expired", "neighbours_told"}
    assert "incident_changed" in told


async def test_every_candidate_rt_is_told_and_no_other(city: City) -> None:
    told = [city.representative(f"RT-{number}") for number in (1, 2)]
    other = city.representative("RT-3")
    page = await other.watches()

    alarm = await city.resident().press(ON_THE_BORDER.within(metres=50))

    for representative in told:
        await city.expects_push(representative.subject, alarm, "neighbourhood")
        await representative.receives(alarm)
    await assert_hidden_from(other, page, alarm)
    seen = await city.operator().sees(alarm.incident_id)
    assert {one["person"]["id"]: one["received_at"] is None for one in seen["incident"]["told"]} == {
        one.subject: False for one in told
    }


async def test_a_sectors_operator_sees_only_their_sector(city: City) -> None:
    east, west = city.operator("PS-TIMUR"), city.operator("PS-BARAT")
    east_screen, west_screen = await east.watches(), await west.watches()

    alarm = await city.resident().press(IN_RT_3)

    await east_screen.shows(alarm.incident_id)
    await assert_hidden_from(west, west_screen, alarm)
    path = f"/v1/incidents/{alarm.incident_id}"
    for what, body in (("claim", None), ("notes", {"text": "x"}), ("close", {"disposition": "test"})):
        assert await west.is_refused(f"{path}/{what}", "incident_unknown", body) == 404


async def test_an_incident_that_moves_into_another_sector_moves_between_the_consoles(city: City) -> None:
    resident = city.resident()
    east, west = await city.operator("PS-TIMUR").watches(), await city.operator("PS-BARAT").watches()
    alarm = await resident.press(IN_RT_2)
    await west.shows(alarm.incident_id)

    await city.passes(seconds=1)
    await resident.press(IN_RT_3)

    await east.shows(alarm.incident_id, alarm_count=2)
    await west.sees(lambda: alarm.incident_id not in west.incidents)


@pytest.mark.parametrize("where", [AT_SEA, None])
async def test_what_belongs_to_no_sector_is_seen_by_every_operator(city: City, where: Any) -> None:
    screens = [await operator.watches() for operator in (city.operator(), city.operator("PS-TIMUR"))]
    page = await city.representative("RT-1").watches()

    alarm = await city.resident().press(where)

    assert alarm.place["sure"] == ("unlocated" if where is None else "outside")
    for screen in screens:
        await screen.shows(alarm.incident_id)
    assert page.incidents == {}


async def test_officers_see_only_what_they_are_asked_about_or_go_to(city: City) -> None:
    city.policy(officers_per_step=1)
    asked, other = city.officer_at(metres=100), city.officer_at(metres=800)
    asked_screen, other_screen = await asked.watches(), await other.watches()
    alarm = await city.resident().press()
    offer = (await asked.expects_offer(alarm))["id"]
    await asked_screen.shows(alarm.incident_id)

    for what in ("receipt", "accept", "decline"):
        assert await other.is_refused(f"/v1/offers/{offer}/{what}", "offer_unknown") == 404
    assignment = await asked.accepts(alarm)
    body = {"status": "clear"}
    assert await other.is_refused(f"/v1/assignments/{assignment}/status", "assignment_unknown", body) == 404
    await assert_hidden_from(other, other_screen, alarm)


async def test_an_offer_that_is_over_disappears_from_the_officers_screen(city: City) -> None:
    near, far = city.officer_at(metres=100), city.officer_at(metres=800)
    screen = await far.watches()
    alarm = await city.resident().press()
    await screen.shows(alarm.incident_id)

    await near.accepts(alarm)

    await screen.sees(lambda: alarm.incident_id not in screen.incidents)
    assert await far.is_refused(f"/v1/incidents/{alarm.incident_id}", "incident_unknown", method="GET") == 404


async def test_a_resident_sees_only_their_own_alarm_and_has_no_live_socket(city: City) -> None:
    resident, neighbour = city.resident(), city.resident()
    alarm = await resident.press()

    assert await neighbour.is_refused(f"/v1/alarms/{alarm.id}", "alarm_unknown", method="GET") == 404
    for path in ("/v1/incidents", f"/v1/incidents/{alarm.incident_id}", "/v1/me/offers"):
        assert await resident.is_refused(path, "role_not_allowed", method="GET") == 403
    screen = Screen(city.url, resident.token)
    await screen.opens(quietly=True)
    assert await screen.ends() == 1008
    assert screen.frames == []


@pytest.mark.parametrize("role", ["resident", "officer", "representative"])
async def test_only_operators_work_on_incidents(city: City, role: str) -> None:
    people: dict[str, Representative | Person] = {
        "resident": city.resident(),
        "officer": city.officer_at(metres=100),
        "representative": city.representative("RT-1"),
    }
    alarm = await city.resident().press()
    path = f"/v1/incidents/{alarm.incident_id}"

    for what, body in (
        ("claim", None),
        ("release", None),
        ("notes", {"text": "x"}),
        ("close", {"disposition": "test"}),
    ):
        assert await people[role].is_refused(f"{path}/{what}", "role_not_allowed", body) == 403


async def test_only_consoles_see_where_officers_are(city: City) -> None:
    officer = city.officer_at(metres=100)
    console, page = await city.operator().watches(), await city.representative("RT-1").watches()
    own = await officer.watches()
    await city.passes(seconds=1.5)

    await console.sees(lambda: officer.subject in console.officers)
    assert (page.officers, own.officers) == ({}, {})
