"""What is known of an incident afterwards: when each thing came, and what the report makes of it."""

from __future__ import annotations

import csv
import io

from tests.scenarios.city import START, City
from tests.scenarios.ground import AT_SEA, IN_RT_3
from tests.scenarios.people import Alarm, Operator
from tests.scenarios.screen import Json
from tests.scenarios.waiting import eventually

REPORT = "/v1/reports/response-times"
IN_ORDER = (
    *("received_at", "placed_at", "durable_at", "console_at", "offered_at", "push_accepted_at"),
    *("receipt_at", "claimed_at", "accepted_at", "on_scene_at", "closed_at"),
)


async def moments(operator: Operator, alarm: Alarm) -> Json:
    found: Json = (await operator.sees(alarm.incident_id))["moments"]
    return found


async def test_an_incident_tells_when_each_thing_came(city_with_google: City) -> None:
    city = city_with_google
    operator, officer = city.operator(), city.officer_at(metres=200)
    await operator.watches()
    alarm = await city.resident().press()
    await officer.expects_push(alarm)

    async def is_recorded() -> object:
        await city.settles()
        return (await moments(operator, alarm))["push_accepted_at"]

    await eventually(is_recorded)
    for number, step in enumerate(
        (
            lambda: officer.receipts(alarm),
            lambda: operator.claims(alarm),
            lambda: officer.accepts(alarm),
        ),
        start=1,
    ):
        await city.passes(seconds=number)
        await step()
    [assignment] = (await operator.sees(alarm.incident_id))["incident"]["assignments"]
    for status in ("on_scene", "clear"):
        await city.passes(seconds=60, step_s=10)
        await officer.reports(assignment["id"], status)
    await city.passes(seconds=10)
    await operator.closes(alarm)

    found = await moments(operator, alarm)
    assert set(found) == set(IN_ORDER)
    assert [name for name, at in found.items() if at is None] == []
    assert [name for name, at in sorted(found.items(), key=lambda one: (one[1], IN_ORDER.index(one[0])))] == list(
        IN_ORDER
    )
    report = await operator.gets(f"{REPORT}?group=sector")
    [west] = report["groups"]
    assert (west["key"], west["name"], west["incidents"]) == ("PS-BARAT", "PS BARAT", 1)
    assert (west["claim"]["p50_s"], west["dispatch"]["p50_s"], west["on_scene"]["p50_s"]) == (3.0, 6.0, 66.0)
    assert [west[one]["met"] for one in ("claim", "dispatch", "on_scene")] == [True, True, True]


async def test_a_console_that_comes_later_is_noted_when_it_has_been_sent_the_incident(city: City) -> None:
    alarm = await city.resident().press()
    operator, late = city.operator("PS-TIMUR"), city.operator("PS-BARAT")
    await operator.watches()
    await city.passes(seconds=5)
    assert (await moments(late, alarm))["console_at"] is None
    await late.watches()
    await city.passes(seconds=2)
    found = await moments(late, alarm)
    assert found["durable_at"] == found["received_at"]
    assert seconds_of(found["console_at"]) == 5


async def test_after_a_restart_the_first_console_still_counts(city: City) -> None:
    alarm = await city.resident().press()
    await city.passes(seconds=2)
    await city.restarts()
    await city.passes(seconds=3)
    operator = city.operator()
    await operator.watches()
    await city.passes(seconds=2)
    assert seconds_of((await moments(operator, alarm))["console_at"]) == 5


async def test_what_was_seen_just_before_the_end_is_written_at_the_end(city: City) -> None:
    operator = city.operator()
    screen = await operator.watches()
    alarm = await city.resident().press()
    await screen.shows(alarm.incident_id, stage="received")
    await city.restarts()
    found = await moments(operator, alarm)
    assert found["durable_at"] == found["console_at"] == found["received_at"]


async def test_drills_count_in_no_report_and_silence_counts_as_late(city: City) -> None:
    operator = city.operator()
    await city.resident().press(drill=True)
    forgotten = await city.resident().press(kind="violence")
    await city.passes(seconds=61, step_s=5)
    report = await operator.gets(REPORT)
    total = report["total"]
    assert (total["incidents"], report["groups"]) == (1, [])
    assert [(total[one]["count"], total[one]["late"]) for one in ("claim", "dispatch", "on_scene")] == [
        (0, 1),
        (0, 1),
        (0, 0),
    ]
    await operator.claims(forgotten)
    total = (await operator.gets(REPORT))["total"]
    assert (total["claim"]["count"], total["claim"]["late"], total["claim"]["p90_s"]) == (1, 1, 61.0)


async def test_after_a_cancel_nobody_is_late_who_is_no_longer_sent_but_under_duress_they_are(city: City) -> None:
    operator = city.operator()
    for pin in ("2580", "1379"):
        resident = city.resident()
        await resident.sets_pins("2580", "1379")
        await resident.cancels(await resident.press(), pin)
    await city.passes(seconds=70, step_s=10)
    total = (await operator.gets(REPORT))["total"]
    assert [total[one]["late"] for one in ("claim", "dispatch")] == [2, 1]


async def test_what_was_merged_counts_once_and_again_by_itself_when_that_is_undone(city: City) -> None:
    operator = city.operator()
    one, other = await city.resident().press(kind="fire"), await city.resident().press(IN_RT_3, kind="crime")
    await city.passes(seconds=5)
    await operator.does(f"/v1/incidents/{one.incident_id}/merge", {"into": other.incident_id})
    assert [line["key"] for line in (await operator.gets(f"{REPORT}?group=kind"))["groups"]] == ["crime"]
    assert (await moments(operator, one))["closed_at"] is not None
    await city.passes(seconds=6)
    await operator.does(f"/v1/incidents/{other.incident_id}/split", {"incident_id": one.incident_id})
    found = await operator.gets(f"{REPORT}?group=kind")
    assert [line["key"] for line in found["groups"]] == ["crime", "fire"]
    assert found["total"]["claim"]["late"] == 2
    assert (await moments(operator, one))["closed_at"] is None


async def test_an_operator_of_a_sector_gets_the_figures_of_their_sector_and_of_none(city: City) -> None:
    everybody, east = city.operator(), city.operator("PS-TIMUR")
    for spot in (None, IN_RT_3, AT_SEA):
        await city.resident().press(spot)
    await city.resident().press()
    await city.passes(seconds=1)
    whole = await everybody.gets(f"{REPORT}?group=sector")
    own = await east.gets(f"{REPORT}?group=sector")
    assert {line["key"]: line["incidents"] for line in whole["groups"]} == {"": 2, "PS-BARAT": 1, "PS-TIMUR": 1}
    assert {line["key"]: line["incidents"] for line in own["groups"]} == {"": 2, "PS-TIMUR": 1}


async def test_the_same_report_comes_as_csv_in_the_citys_time(city: City) -> None:
    """The story begins at 20.00 UTC on a Sunday, which is three o'clock on Monday in Jakarta."""
    operator = city.operator()
    await city.resident().press(kind="fire")
    for group, key in (("hour", "03"), ("weekday", "monday"), ("kind", "fire")):
        answer = await operator.asks("GET", f"{REPORT}?group={group}&from=2026-11-23&to=2026-11-23", Accept="text/csv")
        assert answer.headers["content-type"].startswith("text/csv")
        line, total = csv.DictReader(io.StringIO(answer.text))
        assert (line["group"], line["key"], line["incidents"]) == (group, key, "1")
        assert (total["group"], total["from"]) == ("total", "2026-11-22T17:00:00+00:00")
    assert (await operator.gets(f"{REPORT}?to=2026-11-22"))["total"]["incidents"] == 0
    assert await operator.is_refused(f"{REPORT}?group=officer", "query_invalid", method="GET") == 422


def seconds_of(text: str) -> float:
    return (START.fromisoformat(text) - START).total_seconds()
