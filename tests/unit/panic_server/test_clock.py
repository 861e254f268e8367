"""Time that only goes forward, and ids that sort by it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from panic_server.clock import FakeClock, SystemClock, new_id

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_in_its_usual_form() -> None:
    made = new_id()
    assert str(uuid.UUID(made)) == made
    assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (7, uuid.RFC_4122)


def test_ids_differ() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000


async def test_a_sleeper_wakes_when_the_time_has_come_and_not_before() -> None:
    clock = SystemClock()
    due = clock.now() + timedelta(milliseconds=20)
    await clock.sleep_until(due)
    assert clock.now() >= due


async def test_fake_time_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(NOON)
    await clock.sleep_until(NOON)
    assert clock.now() == NOON
    clock.advance(5)
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(seconds=5), 5.0)


def test_a_clock_that_is_behind_what_happened_goes_on_from_there_and_says_so() -> None:
    clock = SystemClock()
    later = clock.now() + timedelta(hours=1)
    clock.not_before(later)
    assert later <= clock.now() < later + timedelta(minutes=1)
    assert 3590 < clock.ahead_s() < 3610


def test_a_clock_that_is_ahead_of_what_happened_stays_as_it_is() -> None:
    clock = SystemClock()
    clock.not_before(clock.now() - timedelta(hours=1))
    assert abs(clock.ahead_s()) < 10
