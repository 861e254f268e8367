"""Deadlines fire once, in order, never early, and again while they could not be acted on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from panic_server.clock import FakeClock
from panic_server.timer import LOOKING_CALM, LOOKING_HURRIED, Timer
from tests.fake_fcm.pushes import settled

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@dataclass
class Watch:
    """A timer that runs, and what it looked at. `pause_s` is what a look answers; `hold` keeps looks from ending."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    looked: list[tuple[str, float]] = field(default_factory=list)
    pause_s: float | None = None
    is_broken: bool = False
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.hold.set()
        self.timer = Timer(self.clock, self.look)

    async def look(self, incident_id: str) -> float | None:
        self.looked.append((incident_id, self.clock.monotonic()))
        await self.hold.wait()
        if self.is_broken:
            raise RuntimeError("broken on purpose")
        return self.pause_s

    def take(self, incident_id: str, seconds: float | None) -> None:
        self.timer.take([(incident_id, None if seconds is None else NOW + timedelta(seconds=seconds))])

    async def passes(self, seconds: float) -> None:
        await settled()
        for _ in range(round(seconds / 0.5)):
            self.clock.advance(0.5)
            await settled()


@pytest.fixture
async def watch() -> AsyncIterator[Watch]:
    watch = Watch()
    running = asyncio.create_task(watch.timer.run())
    yield watch
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_deadline_fires_once_when_it_is_due_and_not_before(watch: Watch) -> None:
    watch.take("incident", 3)
    await watch.passes(2.5)
    assert watch.looked == []
    await watch.passes(20)
    assert watch.looked == [("incident", 3.0)]


async def test_deadlines_fire_in_their_own_order(watch: Watch) -> None:
    for incident_id, seconds in (("late", 5.0), ("early", 1.0), ("middle", 3.0)):
        watch.take(incident_id, seconds)
    await watch.passes(6)
    assert [incident_id for incident_id, _ in watch.looked] == ["early", "middle", "late"]


async def test_a_deadline_that_moved_fires_at_its_new_time_only(watch: Watch) -> None:
    watch.take("incident", 2)
    watch.take("incident", 5)
    await watch.passes(10)
    assert watch.looked == [("incident", 5.0)]


async def test_a_deadline_that_was_taken_away_does_not_fire(watch: Watch) -> None:
    watch.take("incident", 2)
    watch.take("incident", None)
    await watch.passes(10)
    assert watch.looked == []


async def test_a_deadline_in_the_past_fires_at_once(watch: Watch) -> None:
    watch.take("incident", -60)
    await settled()
    assert watch.looked == [("incident", 0.0)]


async def test_what_could_not_be_done_is_tried_again_after_the_pause(watch: Watch) -> None:
    watch.pause_s = 10.0
    watch.take("incident", 1)
    await watch.passes(22)
    assert watch.looked == [("incident", 1.0), ("incident", 11.0), ("incident", 21.0)]


async def test_a_timer_that_runs_is_well_and_one_that_does_not_is_seen_within_ten_seconds(watch: Watch) -> None:
    await watch.passes(30)
    assert watch.timer.check().ok
    assert watch.timer.check().detail == "last beat 0.0 s ago"
    stopped = Timer(watch.clock, watch.look)
    await watch.passes(4)
    assert not stopped.check().ok
    assert "no beat" in stopped.check().detail


async def test_the_health_page_does_not_say_whether_anything_is_due(watch: Watch) -> None:
    idle = watch.timer.check()
    watch.take("incident", 60)
    assert watch.timer.check() == idle


async def test_a_look_that_breaks_loses_no_deadline(watch: Watch) -> None:
    watch.is_broken = True
    watch.take("incident", 1)
    await watch.passes(2.5)
    watch.is_broken = False
    await watch.passes(20)
    assert watch.looked == [("incident", 1.0), ("incident", 2.0), ("incident", 3.0)]


async def test_a_flood_of_deadlines_is_worked_off_in_order_and_alarms_wait_behind_few_of_them(watch: Watch) -> None:
    watch.hold.clear()
    flood = [f"incident-{number}" for number in range(3 * LOOKING_CALM)]
    watch.timer.take([(incident_id, NOW + timedelta(seconds=1)) for incident_id in sorted(flood)])
    watch.take("early", 0.5)
    await watch.passes(1)
    assert len(watch.looked) == LOOKING_CALM
    watch.hold.set()
    await settled()
    assert [incident_id for incident_id, _ in watch.looked] == ["early", *sorted(flood)]


async def test_what_gets_late_is_hurried_but_never_fills_the_journal(watch: Watch) -> None:
    watch.hold.clear()
    watch.timer.take([(f"incident-{number:04}", NOW) for number in range(3 * LOOKING_HURRIED)])
    await settled()
    assert len(watch.looked) == LOOKING_CALM
    await watch.passes(1)
    assert len(watch.looked) == LOOKING_HURRIED


async def test_looks_that_hang_are_seen_within_ten_seconds_though_the_timer_beats(watch: Watch) -> None:
    watch.hold.clear()
    watch.timer.take([(f"incident-{number}", NOW) for number in range(LOOKING_HURRIED)])
    watch.take("later", 2)
    await watch.passes(4)
    assert not watch.timer.check().ok
    assert "late" in watch.timer.check().detail
    watch.hold.set()
    await watch.passes(1)
    assert watch.timer.check().ok
    assert watch.looked[-1][0] == "later"


async def test_deadlines_of_long_ago_are_no_trouble_after_a_start(watch: Watch) -> None:
    watch.take("incident", -3600)
    assert watch.timer.check().ok
