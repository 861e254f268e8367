"""When something is broken, nobody gets a false yes, and the consoles show it within ten seconds."""

from __future__ import annotations

import uuid

import pytest

from panic_server.journal.writer import Committed
from tests.scenarios.city import City
from tests.scenarios.people import Resident
from tests.scenarios.screen import Screen


async def assert_refused_for_now(resident: Resident) -> None:
    answer = await resident.asks(
        "POST", "/v1/alarms", {"id": str(uuid.UUID(int=resident.city.random.getrandbits(128)))}
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "journal_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def is_ready(city: City) -> bool:
    answer = await city.ask("GET", "/readyz", None, None, {})
    assert answer.status_code in (200, 503)
    return answer.status_code == 200


@pytest.mark.parametrize("table", ["alarms", "events", "incidents", "head"])
async def test_an_alarm_that_cannot_be_stored_gets_a_503_and_the_consoles_see_why(city: City, table: str) -> None:
    resident, console = city.resident(), await city.operator().watches()
    await resident.press()
    await city.change_database(f"ALTER TABLE {table} RENAME TO gone")

    await assert_refused_for_now(resident)

    await city.passes(seconds=10)
    await console.sees(lambda: {"journal", "database"} & set(console.degraded))
    assert not await is_ready(city)


async def test_when_the_database_is_mended_alarms_are_taken_again_and_nothing_is_missing(city: City) -> None:
    resident, console = city.resident(), await city.operator().watches()
    before = await resident.press()
    await city.change_database("ALTER TABLE alarms RENAME TO gone")
    for _ in range(3):
        await assert_refused_for_now(resident)
    await city.change_database("ALTER TABLE gone RENAME TO alarms")

    after = await city.resident().press()

    assert after.answer["seq"] == before.answer["seq"] + 1
    await console.shows(after.incident_id)
    await city.passes(seconds=10)
    await console.sees(lambda: "journal" not in console.degraded)
    assert await is_ready(city)


async def test_a_mended_database_is_noticed_without_any_alarm(city: City) -> None:
    resident, console = city.resident(), await city.operator().watches()
    await resident.press()
    await city.change_database("ALTER TABLE alarms RENAME TO gone")
    await assert_refused_for_now(resident)
    await city.change_database("ALTER TABLE gone RENAME TO alarms")

    await city.passes(seconds=20)

    await console.sees(lambda: "journal" not in console.degraded)
    assert await is_ready(city)


async def test_a_database_that_cannot_be_read_is_seen_within_ten_seconds_though_nobody_presses(city: City) -> None:
    console = await city.operator().watches()
    await city.passes(seconds=3)
    await city.change_database("ALTER TABLE head RENAME TO gone")

    await city.passes(seconds=10)

    await console.sees(lambda: "database" in console.degraded)
    await city.change_database("ALTER TABLE gone RENAME TO head")
    await city.passes(seconds=10)
    await console.sees(lambda: "database" not in console.degraded)


async def test_a_screen_that_cannot_be_let_in_is_told_to_come_back(city: City) -> None:
    operator = city.operator()
    await city.ready()
    await city.change_database("ALTER TABLE tokens RENAME TO gone")
    screen = Screen(city.url, operator.token)

    await screen.opens(quietly=True)

    assert await screen.ends() == 1013


async def test_a_timer_that_stands_still_is_seen_within_ten_seconds(city: City) -> None:
    console = await city.operator().watches()
    await city.passes(seconds=2)
    # The first of the background loops.
    city.server._tasks[0].cancel()

    await city.passes(seconds=10)

    await console.sees(lambda: "timer" in console.degraded)
    assert not await is_ready(city)


async def test_without_credentials_the_consoles_are_told_that_no_phone_is_pushed_to(city: City) -> None:
    console = await city.operator().watches()

    assert console.degraded == [] or "push_not_configured" in console.degraded
    await city.passes(seconds=5.5)

    await console.sees(lambda: "push_not_configured" in console.degraded)
    assert await is_ready(city)


async def test_a_part_that_breaks_on_an_alarm_costs_the_others_nothing_and_catches_up(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.policy(officers_per_step=1)
    near, next_one = city.officer_at(metres=100), city.officer_at(metres=200)
    console = await city.operator().watches()
    publisher, taken = city.server.publisher, city.server.publisher.take

    def breaks_once(committed: Committed) -> None:
        monkeypatch.setattr(publisher, "take", taken)
        raise ZeroDivisionError

    monkeypatch.setattr(publisher, "take", breaks_once)
    alarm = await city.resident().press()

    assert await near.has_offer(alarm)
    await city.passes(seconds=5)
    await next_one.expects_offer(alarm)
    await console.shows(alarm.incident_id)
