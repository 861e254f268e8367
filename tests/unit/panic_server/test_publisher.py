"""The publisher hands every event to the hub once and in order, whichever process committed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import pytest

from panic_server.journal.port import JournalEvent, JournalUnavailable
from panic_server.journal.writer import Committed
from panic_server.publisher import CHUNK, Publisher
from tests.fake_fcm.pushes import settled


def event(seq: int) -> JournalEvent:
    return JournalEvent(seq, f"incident-{seq}", "noted", {}, {})


def committed(first: int, last: int, *, epoch: str = "one") -> Committed:
    events = [event(seq) for seq in range(first, last + 1)]
    return Committed(epoch, first, last, events, (), (), (), 1, 0.0)


class RecordingHub:
    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.restarts: list[tuple[str, int]] = []

    def publish(self, events: Sequence[JournalEvent]) -> None:
        self.seqs += [one.seq for one in events]

    def restart(self, epoch: str, seq: int) -> None:
        self.restarts.append((epoch, seq))


class JournalOnDisk:
    """Has the events up to `head`; `is_away` is how a database is that does not answer. `meanwhile` happens while it
    is read.
    """

    def __init__(self) -> None:
        self.head, self.is_away, self.asked = 0, False, 0
        self.meanwhile: Callable[[], None] = lambda: None

    async def events(self, after: int, to: int, limit: int) -> list[JournalEvent]:
        self.asked += 1
        if self.is_away:
            raise JournalUnavailable
        self.meanwhile()
        return [event(seq) for seq in range(after + 1, min(self.head, to) + 1)][:limit]


@pytest.fixture
def hub() -> RecordingHub:
    return RecordingHub()


@pytest.fixture
def disk() -> JournalOnDisk:
    return JournalOnDisk()


@pytest.fixture
async def publisher(hub: RecordingHub, disk: JournalOnDisk) -> AsyncIterator[Publisher]:
    publisher = Publisher(cast("Any", hub), cast("Any", disk), epoch="one", seq=0)
    running = asyncio.create_task(publisher.run())
    yield publisher
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_own_commits_are_published_without_asking_the_database(
    publisher: Publisher, hub: RecordingHub, disk: JournalOnDisk
) -> None:
    publisher.take(committed(1, 3))
    publisher.take(committed(4, 4))
    await settled()
    assert (hub.seqs, disk.asked) == ([1, 2, 3, 4], 0)


async def test_what_others_committed_in_between_comes_first(
    publisher: Publisher, hub: RecordingHub, disk: JournalOnDisk
) -> None:
    disk.head = 7
    publisher.take(committed(1, 2))
    publisher.take(committed(6, 7))
    await settled()
    assert hub.seqs == [1, 2, 3, 4, 5, 6, 7]


async def test_a_commit_that_was_read_from_the_database_already_is_not_published_again(
    publisher: Publisher, hub: RecordingHub, disk: JournalOnDisk
) -> None:
    disk.head = 3
    publisher.follow(3)
    await settled()
    publisher.take(committed(2, 3))
    publisher.take(committed(4, 4))
    await settled()
    assert hub.seqs == [1, 2, 3, 4]


async def test_a_long_gap_is_read_in_chunks(publisher: Publisher, hub: RecordingHub, disk: JournalOnDisk) -> None:
    disk.head = 2 * CHUNK + 5
    publisher.follow(disk.head)
    await settled()
    assert hub.seqs == list(range(1, disk.head + 1))
    assert disk.asked == 3


async def test_what_could_not_be_read_is_read_when_the_head_is_told_again(
    publisher: Publisher, hub: RecordingHub, disk: JournalOnDisk
) -> None:
    disk.head, disk.is_away = 2, True
    publisher.follow(2)
    await settled()
    assert hub.seqs == []
    disk.is_away = False
    publisher.follow(2)
    await settled()
    assert hub.seqs == [1, 2]


async def test_an_error_in_reading_is_not_the_last_word(hub: RecordingHub, disk: JournalOnDisk) -> None:
    def break_down() -> None:
        raise RuntimeError("a fault of ours")

    publisher = Publisher(cast("Any", hub), cast("Any", disk), epoch="one", seq=0)
    disk.head, disk.meanwhile = 2, break_down
    publisher.follow(2)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await publisher.run()
    disk.meanwhile = lambda: None
    running = asyncio.create_task(publisher.run())
    publisher.follow(2)
    await settled()
    assert hub.seqs == [1, 2]
    running.cancel()


async def test_another_epoch_restarts_the_hub_where_the_journal_is(publisher: Publisher, hub: RecordingHub) -> None:
    publisher.take(committed(1, 2))
    publisher.take(committed(1, 1, epoch="two"))
    publisher.take(committed(2, 2, epoch="two"))
    assert hub.restarts == [("two", 1)]
    assert hub.seqs == [1, 2, 2]


async def test_what_was_read_of_a_history_that_is_over_is_not_published(
    publisher: Publisher, hub: RecordingHub, disk: JournalOnDisk
) -> None:
    disk.head = 5
    disk.meanwhile = lambda: publisher.take(committed(1, 1, epoch="two"))
    publisher.follow(5)
    await settled()
    assert (hub.seqs, hub.restarts, publisher.seq) == ([], [("two", 1)], 1)
    asked = disk.asked
    publisher.follow(1)
    await settled()
    assert disk.asked == asked


async def test_a_commit_without_events_publishes_nothing(publisher: Publisher, hub: RecordingHub) -> None:
    publisher.take(committed(1, 0))
    await settled()
    assert (hub.seqs, publisher.seq) == ([], 0)
