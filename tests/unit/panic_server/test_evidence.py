"""Evidence waits until the journal takes it along, and nothing of it is lost while the journal cannot write."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from panic_server.clock import FakeClock
from panic_server.evidence import EvidenceKeeper
from panic_server.journal.port import EvidenceOrder, JournalUnavailable, Seen
from panic_server.journal.writer import Committed

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def commit(*opened: int) -> Committed:
    """Placed after 1 s, durable after 2 s."""
    return Committed("e", 1, 9, (), (), (), (), 1, 0.0, opened, after(1), after(2))


class Journal:
    def __init__(self) -> None:
        self.along: list[EvidenceOrder] = []
        self.alone: list[EvidenceOrder] = []
        self.is_broken = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def take_along(self, order: EvidenceOrder) -> None:
        await self.may_answer.wait()
        if self.is_broken:
            raise JournalUnavailable("broken")
        self.along.append(order)

    async def submit(self, order: EvidenceOrder) -> None:
        self.alone.append(order)


class Desk:
    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.journal = Journal()
        self.keeper = EvidenceKeeper(self.clock, take_along=self.journal.take_along, submit=self.journal.submit)
        self.task = asyncio.create_task(self.keeper.run())

    async def passes(self, seconds: float) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        self.clock.advance(seconds)
        for _ in range(10):
            await asyncio.sleep(0)

    async def ends(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def desk():
    desk = Desk()
    yield desk
    await desk.ends()


async def test_a_second_of_commits_and_ticks_is_one_order(desk: Desk) -> None:
    desk.keeper.committed(commit(4, 5))
    desk.keeper.committed(commit())
    desk.keeper.shown([4], after(3))
    desk.keeper.committed(commit(7))
    desk.keeper.shown([5, 2], after(4))
    await desk.passes(1)
    [order] = desk.journal.along
    assert order.rows == (
        Seen(4, after(1), after(2), after(3)),
        Seen(5, after(1), after(2), after(4)),
        Seen(7, after(1), after(2), None),
        Seen(2, None, None, after(4)),
    )


async def test_where_nothing_happens_nothing_is_asked_of_the_journal(desk: Desk) -> None:
    desk.keeper.committed(commit())
    desk.keeper.shown([], after(1))
    await desk.passes(5)
    assert desk.journal.along == []


async def test_of_a_seq_that_was_shown_twice_the_first_time_counts(desk: Desk) -> None:
    desk.keeper.shown([4], after(3))
    desk.keeper.shown([4], after(8))
    await desk.passes(1)
    assert [order.rows for order in desk.journal.along] == [(Seen(4, None, None, after(3)),)]


async def test_what_could_not_be_written_is_written_later_with_what_came_since(desk: Desk) -> None:
    desk.journal.is_broken = True
    desk.keeper.committed(commit(4))
    await desk.passes(1)
    desk.journal.is_broken = False
    desk.keeper.shown([4], after(3))
    await desk.passes(1)
    assert [order.rows for order in desk.journal.along] == [(Seen(4, after(1), after(2), after(3)),)]


async def test_at_the_end_what_still_waits_is_handed_over(desk: Desk) -> None:
    desk.journal.may_answer.clear()
    desk.keeper.committed(commit(4))
    await desk.passes(1)
    desk.keeper.shown([4], after(3))
    await desk.ends()
    await desk.keeper.finish()
    assert [order.rows for order in desk.journal.alone] == [(Seen(4, after(1), after(2), after(3)),)]
    assert desk.journal.along == []
