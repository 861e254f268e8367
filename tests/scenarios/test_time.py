"""Time that survives: restarts, and a machine's clock that somebody sets while deadlines run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from panic_server import clock as clock_module
from panic_server.clock import SystemClock
from tests.scenarios.city import City
from tests.scenarios.people import Alarm
from tests.scenarios.screen import Json
from tests.scenarios.waiting import eventually, until


class SetClock(datetime):
    """The machine's clock as somebody has set it: `off` from the true time."""

    off = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> datetime:  # type: ignore[override]  # arithmetic would make it a SetClock
        return datetime.now(tz) + cls.off  # noqa: TID251 - this is the machine's clock


@pytest.fixture
def machine_clock(monkeypatch: pytest.MonkeyPatch) -> type[SetClock]:
    SetClock.off = timedelta(0)
    monkeypatch.setattr(clock_module, "datetime", SetClock)
    return SetClock


async def events_of(city: City, alarm: Alarm, *kinds: str) -> list[Json]:
    rows = await city.rows(
        "SELECT kind, at, seq FROM events WHERE incident_id = :id ORDER BY seq", id=alarm.incident_id
    )
    return [row for row in rows if not kinds or row["kind"] in kinds]


async def due_of(city: City, alarm: Alarm) -> int:
    [row] = await city.rows("SELECT due_at FROM incidents WHERE id = :id", id=alarm.incident_id)
    assert row["due_at"] is not None
    return int(row["due_at"])


async def expiry_of(city: City, alarm: Alarm) -> Json:
    async def find() -> Json | None:
        return next(iter(await events_of(city, alarm, "offers_expired")), None)

    found = await eventually(find)
    assert found is not None
    return found


async def test_a_deadline_is_written_in_the_commit_that_sets_it(city: City) -> None:
    city.policy(step_s=10)
    city.officer_at(metres=200)
    alarm = await city.resident().press()
    [opened] = await events_of(city, alarm)
    assert opened["at"] < await due_of(city, alarm) <= opened["at"] + 10_000_000


async def test_what_came_due_while_the_server_was_down_happens_once_at_once_and_in_order(city: City) -> None:
    city.policy(step_s=10, receipt_s=10, officers_per_step=1)
    for metres in (200, 300, 400, 500, 600, 700):
        city.officer_at(metres=metres)
    alarms = []
    for _ in range(3):
        alarms.append(await city.resident().press())
        await city.passes(seconds=2)
    dues = [await due_of(city, alarm) for alarm in alarms]
    await city.stops()
    city.clock.advance(600)  # type: ignore[attr-defined]  # the city of a test has a fake clock

    await city.starts()
    began = city.clock.now()
    await city.settles()

    looked = [(await events_of(city, alarm, "offers_expired"))[0] for alarm in alarms]
    assert dues == sorted(dues)
    assert [event["seq"] for event in looked] == sorted(event["seq"] for event in looked)
    assert {event["at"] for event in looked} == {int(began.timestamp() * 1_000_000)}
    await city.passes(seconds=3)
    for alarm in alarms:
        assert len(await events_of(city, alarm, "offers_expired")) == 1


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_machines_clock_that_jumps_by_an_hour_moves_no_deadline(
    folder: Path, machine_clock: type[SetClock], hours: int
) -> None:
    async with City(folder, clock=SystemClock()) as city:
        city.policy(step_s=1.5, officers_per_step=1)
        city.officer_at(metres=200)
        city.officer_at(metres=300)
        alarm = await city.resident().press()
        [opened] = await events_of(city, alarm)
        machine_clock.off = timedelta(hours=hours)
        event = await expiry_of(city, alarm)
        assert 1.5 <= (event["at"] - opened["at"]) / 1e6 < 2.5
        # What it says may be a second old.
        await until(lambda: "clock" in city.server.health.degraded(), within_s=5)


async def test_after_a_start_with_a_clock_that_was_set_back_deadlines_do_not_wait_for_it(
    folder: Path, machine_clock: type[SetClock]
) -> None:
    async with City(folder, clock=SystemClock()) as city:
        city.policy(step_s=1.5, officers_per_step=1)
        city.officer_at(metres=200)
        city.officer_at(metres=300)
        alarm = await city.resident().press()
        await city.stops()
        machine_clock.off = timedelta(hours=-1)
        city.clock = SystemClock()
        await city.starts()
        event = await expiry_of(city, alarm)
        assert city.clock.ahead_s() > 3500
        [opened] = await events_of(city, alarm, "incident_opened")
        assert event["at"] - opened["at"] >= 1_500_000


async def test_once_nothing_is_open_a_start_takes_the_machines_clock_as_it_is(
    folder: Path, machine_clock: type[SetClock]
) -> None:
    async with City(folder, clock=SystemClock()) as city:
        operator = city.operator()
        await operator.closes(await city.resident().press())
        await city.stops()
        machine_clock.off = timedelta(hours=-1)
        city.clock = SystemClock()
        await city.starts()
        assert abs(city.clock.ahead_s()) < 1
