"""The live socket on the real server: coming back, falling behind, and a thousand who come back at once."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import sqlite3
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dispatch.incident import Kind
from panic_server.people import Role
from panic_server.settings import Settings
from tests.contract.desk import press
from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1, IN_RT_2, IN_RT_3
from tests.scenarios.screen import Screen
from tests.scenarios.waiting import eventually


async def press_many(city: City, count: int) -> int:
    """Straight into the journal, from as many phones; returns the last seq."""
    known = len(city.screens)
    presses = [press(f"phone-{known}-{city.random.getrandbits(60)}", kind=Kind.CRIME) for _ in range(count)]
    answers = await asyncio.gather(*(city.server.writer.submit(one) for one in presses))
    return max(int(msgspec.json.decode(answer.answer)["seq"]) for answer in answers)


async def test_after_a_dropped_connection_nothing_is_missing_and_nothing_comes_twice(city: City) -> None:
    resident, console = city.resident(), await city.operator().watches()
    before = await resident.press()
    await console.shows(before.incident_id)
    await console.drops()

    missed = [await city.resident().press() for _ in range(5)]
    await console.opens()
    after = await city.resident().press()

    await console.shows(after.incident_id)
    assert console.snapshots == 1
    assert [event["seq"] for event in console.events] == [one.answer["seq"] for one in (before, *missed, after)]


async def test_what_a_client_may_not_see_leaves_no_gap_either(city: City) -> None:
    east = await city.operator("PS-TIMUR").watches()
    await city.resident().press(IN_RT_1)
    await east.drops()
    await city.resident().press(IN_RT_2)
    await east.opens()

    seen = await city.resident().press(IN_RT_3)

    await east.shows(seen.incident_id)
    assert [event["seq"] for event in east.events] == [seen.answer["seq"]]


async def test_heartbeats_carry_the_place_over_what_cannot_be_seen(city: City) -> None:
    east = await city.operator("PS-TIMUR").watches()
    hidden = await city.resident().press(IN_RT_1)

    await city.passes(seconds=5.5)

    await east.sees(lambda: east.position == hidden.answer["seq"])
    assert east.events == []


async def test_a_client_of_another_history_or_from_the_future_gets_a_snapshot(city: City) -> None:
    alarm = await city.resident().press()
    operator = city.operator()
    for epoch, after in (("another", 1), (None, 0), ("same", 10**9), ("same", None)):
        screen = await operator.watches()
        await screen.drops()
        screen.incidents = {}
        screen.epoch = screen.epoch if epoch == "same" else epoch
        screen.position = after

        await screen.opens()

        assert screen.snapshots == 2
        await screen.shows(alarm.incident_id)


async def test_a_restart_of_the_server_costs_a_screen_no_event_and_no_snapshot(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    console = await operator.watches()
    first = await resident.press()
    await console.shows(first.incident_id)

    await city.stops()
    assert await console.ends() == 1012
    await city.starts()
    second = await city.resident().press()
    moved = Screen(city.url, operator.token)
    moved.epoch, moved.position, moved.incidents = console.epoch, console.position, console.incidents
    city.screens.append(await moved.opens())

    await moved.shows(second.incident_id)
    assert (moved.snapshots, moved.position) == (0, second.answer["seq"])
    assert list(moved.incidents) == [first.incident_id, second.incident_id]


async def test_a_backup_restored_without_the_old_folder_does_not_pass_for_the_journal_that_a_screen_knows(
    city: City, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another machine"
    elsewhere.mkdir()
    operator = city.operator()
    console = await operator.watches()
    with contextlib.closing(sqlite3.connect(city.settings.data_dir / "kentongan.db")) as database:
        database.execute("VACUUM INTO ?", (str(elsewhere / "kentongan.db"),))
    lost = await city.resident().press()
    await console.shows(lost.incident_id)

    await city.stops()
    city.settings = city.settings.model_copy(
        update={"data_dir": elsewhere, "database_url": Settings(data_dir=elsewhere).database_url}
    )
    await city.starts()
    # The restored journal is further than the screen by the time that it comes back, with other events.
    others = [await city.resident().press() for _ in range(2)]
    back = Screen(city.url, operator.token)
    back.epoch, back.position, back.incidents = console.epoch, console.position, console.incidents
    city.screens.append(await back.opens())

    assert back.snapshots == 1
    assert list(back.incidents) == [other.incident_id for other in others]


async def test_a_client_that_does_not_read_is_closed_and_resumes_while_others_feel_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The kernel's buffers alone hold megabytes; with 8 MB more of ours this would take ten thousand alarms.
    monkeypatch.setattr("panic_server.live.client.QUEUE_BYTES", 256 * 1024)
    operator = city.operator()
    good = await operator.watches()
    host, port = city.url.removeprefix("http://").split(":")
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    narrow.connect((host, int(port)))
    slow = await connect(f"ws://{host}:{port}/v1/live", sock=narrow, max_queue=1, max_size=None, ping_interval=None)
    await slow.send(msgspec.json.encode({"type": "hello", "token": operator.token}).decode())
    reader = Screen(city.url, operator.token)
    reader.take(msgspec.json.decode(await slow.recv()))

    async def is_cut() -> bool:
        last = await press_many(city, 250)
        await good.sees(lambda: good.position == last)
        return b'kentongan_live_closed_total{code="4001"} 1.0' in city.server.metrics.render()

    await eventually(is_cut, within_s=40)
    with contextlib.suppress(ConnectionClosed):
        while True:
            reader.take(msgspec.json.decode(await slow.recv()))
    assert slow.close_code == 4001
    assert good.close_code is None

    city.screens.append(await reader.opens())
    await reader.sees(lambda: reader.position == good.position)
    assert reader.incidents == good.incidents


@pytest.mark.timeout(120)
async def test_a_thousand_clients_that_drop_and_come_back_at_once_miss_nothing(city: City) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    roles = [(Role.OPERATOR, ())] * 12 + [(Role.OPERATOR, ("PS-BARAT",))] * 4 + [(Role.REPRESENTATIVE, ("RT-1",))] * 4
    tokens = [city.enlists(f"storm-{number}", *role) for number, role in enumerate(roles)]
    await city.ready()
    screens = [Screen(city.url, tokens[number % len(tokens)]) for number in range(1000)]
    gate = asyncio.Semaphore(200)

    async def come(screen: Screen) -> None:
        async with gate:
            await screen.opens()

    try:
        await asyncio.gather(*(come(screen) for screen in screens))
        await press_many(city, 5)
        await asyncio.gather(*(screen.drops() for screen in screens))
        await press_many(city, 20)
        _, last = await asyncio.gather(asyncio.gather(*(come(screen) for screen in screens)), press_many(city, 20))
        last = max(last, await press_many(city, 1))
        for screen in screens:
            await screen.sees(lambda screen=screen: screen.position == last)  # type: ignore[misc]  # bound at once
        for screen in screens:
            assert screen.snapshots == 1
            assert [event["seq"] for event in screen.events] == list(range(1, last + 1))
    finally:
        await asyncio.gather(*(screen.drops() for screen in screens))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
