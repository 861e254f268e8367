"""Operators merge and split: each undoes the other, and nothing is lost from either history."""

from __future__ import annotations

from typing import Any

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1, IN_RT_2
from tests.scenarios.people import Alarm, Operator


async def merges(operator: Operator, one: Alarm, into: Alarm, **headers: str) -> Any:
    return await operator.does(f"/v1/incidents/{one.incident_id}/merge", {"into": into.incident_id}, **headers)


def kinds(detail: Any) -> list[str]:
    return [entry["kind"] for entry in detail["timeline"]]


def ids(detail: Any) -> list[str]:
    return [one["id"] for one in detail["alarms"]]


async def test_two_incidents_become_one_that_has_the_alarms_of_both(city: City) -> None:
    operator, officer = city.operator(), city.officer_at(metres=100)
    one, other = await city.resident().press(kind="fire"), await city.resident().press(IN_RT_2, kind="crime")
    console, phone = await operator.watches(), await officer.watches()

    merged = await merges(operator, one, other)

    assert (merged["id"], merged["alarm_count"], merged["phone_count"]) == (other.incident_id, 2, 2)
    await console.shows(other.incident_id, alarm_count=2)
    await console.sees(lambda: one.incident_id not in console.incidents)
    await phone.sees(lambda: one.incident_id not in phone.incidents)
    source, target = await operator.sees(one.incident_id), await operator.sees(other.incident_id)
    assert (source["incident"]["disposition"], source["incident"]["merged_into"]) == ("duplicate", other.incident_id)
    assert (ids(source), ids(target)) == ([one.id], [one.id, other.id])
    assert kinds(source)[-1] == "merged_into"
    assert kinds(target)[-1] == "incident_merged"


async def test_after_a_merge_the_phone_follows_the_incident_that_goes_on(city: City) -> None:
    operator, officer, resident = city.operator(), city.officer_at(metres=100), city.resident()
    one, other = await resident.press(kind="fire"), await city.resident().press(IN_RT_2, kind="fire")
    await merges(operator, one, other)
    await officer.accepts(other)
    await city.restarts()

    progress = await resident.progress(one)
    again = await resident.press(kind="fire")

    assert (progress["incident_id"], progress["stage"]) == (other.incident_id, "accepted")
    assert again.incident_id == other.incident_id
    assert (await resident.presses_again(one)).raw == one.raw


async def test_the_officer_who_is_on_the_way_goes_on_under_the_incident_that_goes_on(city: City) -> None:
    operator, officer = city.operator(), city.officer_at(metres=100)
    one = await city.resident().press(kind="fire")
    assignment = await officer.accepts(one)
    other = await city.resident().press(IN_RT_2, kind="fire")
    phone = await officer.watches()

    merged = await merges(operator, one, other)

    assert [each["id"] for each in merged["assignments"]] == [assignment]
    await phone.shows(other.incident_id)
    await officer.does(f"/v1/assignments/{assignment}/status", {"status": "on_scene"})
    shown = (await operator.sees(other.incident_id))["incident"]
    assert shown["stage"] == "on_scene"
    await officer.does(f"/v1/assignments/{assignment}/status", {"status": "clear"})
    third = await city.resident().press()
    await officer.expects_offer(third)


async def test_incidents_to_which_several_go_already_can_be_merged_as_well(city: City) -> None:
    city.policy(places=2, officers_per_step=2)
    operator = city.operator()
    officers = [city.officer_at(metres=100 * number) for number in range(1, 5)]
    one = await city.resident().press(kind="crime")
    for officer in officers[:2]:
        await officer.accepts(one)
    other = await city.resident().press(kind="crime")
    for officer in officers[2:]:
        await officer.accepts(other)

    merged = await merges(operator, one, other)

    going = {each["officer"]["id"] for each in merged["assignments"]}
    assert going == {officer.subject for officer in officers}
    assert (merged["escalation"]["filled"], merged["stage"]) == (4, "accepted")


async def test_a_merge_is_undone_by_a_split_and_both_are_as_they_were(city: City) -> None:
    operator, officer, resident = city.operator(), city.officer_at(metres=100), city.resident()
    one = await resident.press(kind="fire")
    other = await city.resident().press(IN_RT_2, kind="crime")
    await merges(operator, one, other)
    console = await operator.watches()

    back = await operator.does(f"/v1/incidents/{other.incident_id}/split", {"incident_id": one.incident_id})

    assert (back["id"], back["status"], back["merged_into"]) == (one.incident_id, "open", None)
    assert (back["alarm_count"], back["phone_count"], back["kind"]) == (1, 1, "fire")
    whole = await console.shows(one.incident_id, alarm_count=1)
    assert whole["place"]["rt"]["code"] == "RT-1"
    await console.shows(other.incident_id, alarm_count=1)
    source, target = await operator.sees(one.incident_id), await operator.sees(other.incident_id)
    assert (ids(source), ids(target)) == ([one.id], [other.id])
    assert kinds(source)[:3] == ["incident_opened", "merged_into", "merge_undone"]
    await officer.expects_offer(one)
    assert (await resident.press()).incident_id == one.incident_id


async def test_alarms_that_are_about_something_else_become_an_incident_of_their_own(city: City) -> None:
    city.policy(join_radius_max_m=200)
    operator, first, witness = city.operator(), city.resident(), city.resident()
    officers = [city.officer_at(metres=100 * number) for number in range(1, 5)]
    one, two = await first.press(kind="fire"), await witness.press(IN_RT_1.east(40), kind="fire")
    console = await operator.watches()

    made = await operator.does(
        f"/v1/incidents/{one.incident_id}/split", {"alarms": [{"device": witness.subject, "id": two.id}]}
    )

    assert made["id"] != one.incident_id
    assert (made["alarm_count"], made["phone_count"], made["kind"]) == (1, 1, "fire")
    await console.shows(made["id"], alarm_count=1)
    await console.shows(one.incident_id, alarm_count=1, phone_count=1)
    assert (await witness.progress(two))["incident_id"] == made["id"]
    offered = [offer["incident"]["id"] for officer in officers for offer in await officer.offers()]
    assert made["id"] in offered
    old, new = await operator.sees(one.incident_id), await operator.sees(made["id"])
    assert (kinds(old)[-1], kinds(new)[0]) == ("alarms_split_off", "incident_opened")
    assert new["timeline"][0]["data"]["split_from"] == one.incident_id
    assert (await witness.press(kind="fire")).incident_id == made["id"]
    assert (await first.press(kind="fire")).incident_id == one.incident_id


async def test_a_split_is_undone_by_a_merge(city: City) -> None:
    city.policy(join_radius_max_m=200)
    operator, first, witness = city.operator(), city.resident(), city.resident()
    one, two = await first.press(kind="fire"), await witness.press(kind="fire")
    path = f"/v1/incidents/{one.incident_id}"
    made = await operator.does(f"{path}/split", {"alarms": [{"device": first.subject, "id": one.id}]})

    merged = await operator.does(f"/v1/incidents/{made['id']}/merge", {"into": one.incident_id})

    assert (merged["id"], merged["alarm_count"], merged["phone_count"]) == (one.incident_id, 2, 2)
    assert ids(await operator.sees(one.incident_id)) == [one.id, two.id]
    await city.restarts()
    assert (await first.press(IN_RT_2)).incident_id == one.incident_id


async def test_a_chain_of_merges_is_undone_link_by_link(city: City) -> None:
    operator = city.operator()
    a, b, c = [await city.resident().press(kind="fire") for _ in range(3)]
    await merges(operator, a, b)
    await merges(operator, b, c)
    assert ids(await operator.sees(c.incident_id)) == [a.id, b.id, c.id]
    assert ids(await operator.sees(a.incident_id)) == [a.id]
    await operator.is_refused(f"/v1/incidents/{c.incident_id}/split", "not_merged", {"incident_id": a.incident_id})

    back = await operator.does(f"/v1/incidents/{c.incident_id}/split", {"incident_id": b.incident_id})
    assert (back["id"], back["alarm_count"]) == (b.incident_id, 2)
    back = await operator.does(f"/v1/incidents/{b.incident_id}/split", {"incident_id": a.incident_id})

    assert (back["id"], back["alarm_count"]) == (a.incident_id, 1)
    assert [ids(await operator.sees(one.incident_id)) for one in (a, b, c)] == [[a.id], [b.id], [c.id]]


async def test_what_has_to_stay_apart_cannot_be_merged(city: City) -> None:
    operator = city.operator()
    plain = await city.resident().press(kind="fire")
    path = f"/v1/incidents/{plain.incident_id}/merge"
    for changes in ({"kind": "violence"}, {"silent": True}, {"drill": True}):
        other = await city.resident().press(**changes)
        assert await operator.is_refused(path, "merge_refused", {"into": other.incident_id}) == 409
    assert await operator.is_refused(path, "merge_refused", {"into": plain.incident_id}) == 409
    shown = (await operator.sees(plain.incident_id))["incident"]
    assert (shown["status"], shown["version"]) == ("open", 1)


async def test_what_somebody_cancelled_takes_in_nothing_that_still_stands(city: City) -> None:
    operator, officer = city.operator(), city.officer_at(metres=100)
    takes_back = city.resident()
    await takes_back.sets_pins()
    stands, cancelled = await city.resident().press(kind="fire"), await takes_back.press(kind="fire")
    await takes_back.cancels(cancelled)

    path = f"/v1/incidents/{stands.incident_id}/merge"
    assert await operator.is_refused(path, "merge_refused", {"into": cancelled.incident_id}) == 409
    merged = await merges(operator, cancelled, stands)

    assert (merged["stage"], merged["alarm_count"]) == ("offered", 2)
    assert await officer.has_offer(stands)
    assert (await takes_back.progress(cancelled))["stage"] == "cancelled_by_resident"
    assert (await takes_back.cancels(cancelled, "1379"))["stage"] == "cancelled_by_resident"


async def test_a_merge_or_split_of_what_has_changed_or_is_not_there_is_refused(city: City) -> None:
    operator, stranger = city.operator(), city.operator("PS-TIMUR")
    one, other = await city.resident().press(), await city.resident().press(IN_RT_2)
    merge, split = (f"/v1/incidents/{one.incident_id}/{what}" for what in ("merge", "split"))
    into = {"into": other.incident_id}
    alone = {"alarms": [{"device": "resident-1", "id": one.id}]}

    assert await operator.is_refused(merge, "version_conflict", into, if_match="7") == 412
    assert await stranger.is_refused(merge, "incident_unknown", into) == 404
    assert await operator.is_refused(merge, "incident_unknown", {"into": one.id}) == 404
    assert await operator.is_refused(merge, "body_invalid", {"into": "nonsense\0"}) == 422
    assert await operator.is_refused(split, "split_refused", alone) == 409
    assert await operator.is_refused(split, "split_refused", {}) == 409
    await operator.closes(one)
    assert await operator.is_refused(merge, "incident_closed", into) == 409
    assert await operator.is_refused(split, "incident_closed", alone) == 409
