"""What every outbox keeps. A new one is one more entry in `ADAPTERS`: something that makes an `Adapter`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from panic_server.journal import tables
from panic_server.journal.admin import opened
from panic_server.journal.bulk import BulkInsert
from panic_server.journal.draft import outbox_row
from panic_server.journal.outbox import SqlOutbox
from panic_server.journal.statements import Devices
from panic_server.push.memory import MemoryOutbox
from panic_server.push.port import Device, EndReason, Outbox, Push, accepted, ended, retry
from tests.contract.desk import Desk
from tests.fake_fcm.pushes import NOON, a_device, a_piece_of_news, a_push
from tests.services import PostgresServer


class Adapter(Protocol):
    """An outbox and the two things that others do to it: the journal's commit, and people registering devices."""

    @property
    def outbox(self) -> Outbox: ...

    async def commit(self, pushes: Iterable[Push]) -> None: ...

    async def register(self, device: Device) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.outbox = MemoryOutbox()

    async def commit(self, pushes: Iterable[Push]) -> None:
        self.outbox.add(pushes)

    async def register(self, device: Device) -> None:
        self.outbox.register(device)


class OnSql:
    """The journal's outbox; its rows come and go by the very statements of a commit."""

    def __init__(self, url: str, outbox: SqlOutbox) -> None:
        self.outbox = outbox
        self._url = url

    async def commit(self, pushes: Iterable[Push]) -> None:
        with opened(self._url) as connection:
            insert = BulkInsert(tables.outbox, connection.dialect.name)
            insert(connection, [outbox_row(push, leased_until=push.next_attempt_at) for push in pushes])

    async def register(self, device: Device) -> None:
        with opened(self._url) as connection:
            Devices(connection.dialect.name)(connection, [(device.subject, device.kind, device.value)])


@asynccontextmanager
async def in_memory(_: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
    yield InMemory()


@asynccontextmanager
async def on_sqlite(request: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
    folder: Path = request.getfixturevalue("tmp_path")
    async with _on_sql(f"sqlite:///{folder / 'outbox.db'}") as adapter:
        yield adapter


@asynccontextmanager
async def on_postgresql(request: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
    postgres: PostgresServer = request.getfixturevalue("postgres")
    async with _on_sql(postgres.new_database()) as adapter:
        yield adapter


@asynccontextmanager
async def _on_sql(url: str) -> AsyncIterator[Adapter]:
    async with Desk(url) as desk:
        yield OnSql(url, SqlOutbox(url, desk.reader, desk.writer.submit, is_alone=False))


Opening = Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[Adapter]]
ADAPTERS: dict[str, Opening] = {"memory": in_memory, "sqlite": on_sqlite, "postgresql": on_postgresql}


@pytest.fixture(params=ADAPTERS)
async def city(request: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
    async with ADAPTERS[request.param](request) as adapter:
        yield adapter


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def due(city: Adapter, *, seconds: float = 60, limit: int = 100) -> list[str]:
    return [push.id for push in await city.outbox.load_due(after(seconds), limit)]


async def test_a_push_comes_back_as_it_was_committed(city: Adapter) -> None:
    push = a_push(1, silent=True, drill=True)
    await city.commit([push])
    assert await city.outbox.load_due(after(60), 10) == [push]


async def test_a_push_without_offer_or_expiry_comes_back_without(city: Adapter) -> None:
    push = a_piece_of_news(1)
    await city.commit([push])
    assert await city.outbox.load_due(after(60), 10) == [push]


async def test_urgent_pushes_come_first_then_the_oldest(city: Adapter) -> None:
    await city.commit([a_piece_of_news(1), a_push(4), a_piece_of_news(2), a_push(3)])
    assert await due(city) == ["push-3", "push-4", "push-1", "push-2"]


async def test_pushes_of_one_event_come_in_the_order_of_their_ids(city: Adapter) -> None:
    await city.commit([a_push(1, id="b"), a_push(1, id="a")])
    assert await due(city) == ["a", "b"]


async def test_no_more_than_the_limit_is_loaded(city: Adapter) -> None:
    await city.commit(a_push(number) for number in range(5))
    assert await due(city, limit=2) == ["push-0", "push-1"]


async def test_nothing_waits_in_an_empty_outbox(city: Adapter) -> None:
    assert (await due(city), await city.outbox.pending_age(NOON)) == ([], None)


async def test_an_accepted_push_waits_no_longer(city: Adapter) -> None:
    await city.commit([a_push(1), a_push(2)])
    await city.outbox.record([accepted(a_push(1), at=after(1))])
    assert await due(city) == ["push-2"]


@pytest.mark.parametrize("reason", EndReason)
async def test_an_ended_push_waits_no_longer(city: Adapter, reason: EndReason) -> None:
    await city.commit([a_push(1)])
    await city.outbox.record([ended(a_push(1), reason, at=after(1))])
    assert (await due(city), (await city.outbox.counts()).get(reason)) == ([], 1)


async def test_a_failed_push_is_due_at_its_next_time(city: Adapter) -> None:
    await city.commit([a_push(1)])
    await city.outbox.record([retry(a_push(1), at=after(20), next_attempt_at=after(50))])
    assert (await due(city, seconds=49), await due(city, seconds=50)) == ([], ["push-1"])


async def test_a_failed_push_counts_its_attempts(city: Adapter) -> None:
    push = a_push(1, attempts=1)
    await city.commit([a_push(1)])
    await city.outbox.record([retry(push, at=after(20), next_attempt_at=after(50))])
    [loaded] = await city.outbox.load_due(after(60), 10)
    assert (loaded.attempts, loaded.next_attempt_at) == (2, after(50))


async def test_recording_the_same_results_again_changes_nothing(city: Adapter) -> None:
    await city.commit([a_push(1)])
    for _ in range(2):
        await city.outbox.record([accepted(a_push(1), at=after(1))])
    assert (await city.outbox.counts()).get("accepted") == 1


async def test_a_finished_push_stays_as_it_is(city: Adapter) -> None:
    await city.commit([a_push(1)])
    await city.outbox.record([accepted(a_push(1), at=after(1))])
    await city.outbox.record([retry(a_push(1), at=after(2), next_attempt_at=after(3))])
    await city.outbox.record([ended(a_push(1), EndReason.EXPIRED, at=after(4))])
    counts = await city.outbox.counts()
    assert (await due(city), counts.get("accepted"), counts.get("expired", 0)) == ([], 1, 0)


async def test_results_of_unknown_pushes_are_ignored(city: Adapter) -> None:
    await city.commit([a_push(1)])
    await city.outbox.record([accepted(a_push(99), at=after(1))])
    assert await due(city) == ["push-1"]


async def test_recording_nothing_is_allowed(city: Adapter) -> None:
    await city.commit([a_push(1)])
    await city.outbox.record([])
    assert await due(city) == ["push-1"]


async def test_a_large_group_is_recorded_at_once(city: Adapter) -> None:
    pushes = [a_push(number) for number in range(1500)]
    await city.commit(pushes)
    await city.outbox.record([accepted(push, at=after(1)) for push in pushes])
    assert (await city.outbox.counts()).get("accepted") == 1500


async def test_a_group_may_hold_every_kind_of_result(city: Adapter) -> None:
    await city.commit(a_push(number) for number in range(3))
    waits = retry(a_push(2), at=after(1), next_attempt_at=after(2))
    await city.outbox.record(
        [accepted(a_push(0), at=after(1)), ended(a_push(1), EndReason.REFUSED, at=after(1)), waits]
    )
    counts = {name: number for name, number in (await city.outbox.counts()).items() if number}
    assert counts == {"accepted": 1, "refused": 1, "pending": 1}


async def test_devices_are_found_by_their_people(city: Adapter) -> None:
    for number in (1, 2, 3):
        await city.register(a_device(number))
    found = await city.outbox.devices_of(["officer-1", "officer-3", "nobody"])
    assert {subject: list(devices) for subject, devices in found.items() if devices} == {
        "officer-1": [a_device(1)],
        "officer-3": [a_device(3)],
    }


async def test_a_person_may_have_devices_of_every_kind(city: Adapter) -> None:
    devices = [a_device(1), a_device(1, kind="fcm_fid", value="fid"), a_device(1, kind="webpush", value="{}")]
    for device in devices:
        await city.register(device)
    found = await city.outbox.devices_of(["officer-1"])
    assert sorted(found["officer-1"], key=lambda device: device.kind) == sorted(devices, key=lambda device: device.kind)


async def test_a_person_may_be_asked_for_twice(city: Adapter) -> None:
    await city.register(a_device(1))
    assert list((await city.outbox.devices_of(["officer-1", "officer-1"]))["officer-1"]) == [a_device(1)]


async def test_a_device_belongs_to_whoever_registered_it_last(city: Adapter) -> None:
    await city.register(a_device(1))
    await city.register(a_device(2, value="device-1"))
    found = await city.outbox.devices_of(["officer-1", "officer-2"])
    assert (list(found.get("officer-1", [])), [device.value for device in found["officer-2"]]) == ([], ["device-1"])


async def test_a_forgotten_device_is_gone_and_the_others_stay(city: Adapter) -> None:
    await city.register(a_device(1))
    await city.register(a_device(1, kind="fcm_fid", value="second"))
    await city.outbox.forget_devices(["device-1", "device-unknown"])
    assert [device.value for device in (await city.outbox.devices_of(["officer-1"]))["officer-1"]] == ["second"]


async def test_the_age_is_that_of_the_oldest_unfinished_push(city: Adapter) -> None:
    await city.commit([a_push(1), a_push(2, created_at=after(10))])
    assert await city.outbox.pending_age(after(15)) == 15
    await city.outbox.record([accepted(a_push(1), at=after(15))])
    assert await city.outbox.pending_age(after(15)) == 5
