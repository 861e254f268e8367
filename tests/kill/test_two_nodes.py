"""Two `serve` processes on one PostgreSQL and one Redis, as docker-compose.yml describes them, as plain processes."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from panic_server.people import Role
from tests.kill.node import Node
from tests.kill.phones import LAT, LON
from tests.scenarios.ground import town_map
from tests.scenarios.screen import Screen
from tests.scenarios.waiting import eventually
from tests.services import PostgresServer, RedisServer

pytestmark = [pytest.mark.serial, pytest.mark.faults, pytest.mark.timeout(300)]


def fresh_id() -> str:
    return str(uuid.UUID(bytes=os.urandom(16), version=4))


class Pair:
    """Two nodes, and people with tokens; every request names the node it goes to."""

    def __init__(self, folder: Path, postgres: PostgresServer, redis: RedisServer) -> None:
        settings = {"database_url": postgres.new_database(), "redis_url": redis.url}
        self.postgres, self.redis = postgres, redis
        self.one, self.other = (Node(folder / name, **settings) for name in ("one", "other"))
        self.screens: list[Screen] = []

    def prepare(self, folder: Path) -> None:
        file = folder / "town.geojson"
        file.write_bytes(town_map())
        self.one.run("import-areas", str(file))
        self.phone = self.token(Role.RESIDENT, "warga")
        self.operator = self.token(Role.OPERATOR, "operator")
        self.officers = [self.token(Role.OFFICER, f"petugas-{number}") for number in range(2)]

    def token(self, role: Role, subject: str) -> str:
        return self.one.run("token", "--role", role.value, "--subject", subject)

    async def screen(self, node: Node) -> Screen:
        screen = await Screen(node.url, self.operator).opens()
        self.screens.append(screen)
        return screen

    async def press(self, node: Node, alarm_id: str | None = None) -> dict[str, Any]:
        body = {"id": alarm_id or fresh_id(), "position": {"lat": LAT, "lon": LON, "accuracy_m": 10}}
        status, answer = await asyncio.to_thread(node.ask, "POST", "/v1/alarms", self.phone, body)
        assert status in (200, 201), answer
        return {**answer, "status": status}

    async def ask(self, node: Node, method: str, path: str, token: str, body: object = None) -> tuple[int, Any]:
        return await asyncio.to_thread(node.ask, method, path, token, body)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[PostgresServer, RedisServer]]:
    with PostgresServer() as postgres, RedisServer() as redis:
        yield postgres, redis


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, servers: tuple[PostgresServer, RedisServer]) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    pair = Pair(folder, *servers)
    pair.prepare(folder)
    with pair.one, pair.other:
        yield pair


@pytest.fixture
async def pair(running: Pair) -> AsyncIterator[Pair]:
    """Both nodes at their best, and nobody on duty."""
    yield running
    for screen in running.screens:
        await screen.closes()
    running.screens.clear()


async def seconds_until_seen(screen: Screen, pressed: dict[str, Any], since_s: float) -> float:
    await screen.sees(lambda: (screen.position or 0) >= pressed["seq"])
    assert pressed["incident_id"] in screen.incidents
    return time.monotonic() - since_s


async def begin_duty(pair: Pair, node: Node, officer: str) -> None:
    assert (await pair.ask(node, "PUT", "/v1/me/duty", officer, {"on_duty": True}))[0] == 200
    position = {"lat": LAT, "lon": LON, "accuracy_m": 10}
    assert (await pair.ask(node, "POST", "/v1/me/positions", officer, {"positions": [position]}))[0] == 200


async def close(pair: Pair, incident_id: str) -> None:
    path = f"/v1/incidents/{incident_id}/close"
    assert (await pair.ask(pair.one, "POST", path, pair.operator, {"disposition": "test"}))[0] == 200


async def test_each_node_shows_the_others_alarms(pair: Pair) -> None:
    on_one, on_other = await pair.screen(pair.one), await pair.screen(pair.other)
    for node in (pair.one, pair.other):
        began_s = time.monotonic()
        pressed = await pair.press(node)
        for screen in (on_one, on_other):
            assert await seconds_until_seen(screen, pressed, began_s) < 1.0
        await close(pair, pressed["incident_id"])


async def test_each_node_shows_the_others_alarms_within_a_second_also_without_redis(pair: Pair) -> None:
    on_other = await pair.screen(pair.other)
    pair.redis.kill()
    try:
        for _ in range(5):
            began_s = time.monotonic()
            pressed = await pair.press(pair.one)
            assert await seconds_until_seen(on_other, pressed, began_s) < 1.0
            await close(pair, pressed["incident_id"])
        await on_other.sees(lambda: "bus" in on_other.degraded)
        assert await asyncio.to_thread(pair.other.is_ready)
    finally:
        pair.redis.start()
    await on_other.sees(lambda: "bus" not in on_other.degraded)


async def test_an_alarm_that_is_sent_to_both_nodes_is_one_alarm(pair: Pair) -> None:
    for alarm_id in [fresh_id() for _ in range(10)]:
        answers = await asyncio.gather(pair.press(pair.one, alarm_id), pair.press(pair.other, alarm_id))

        assert sorted(answer.pop("status") for answer in answers) == [200, 201]
        assert answers[0] == answers[1]
        await close(pair, answers[0]["incident_id"])


async def test_of_two_officers_on_two_nodes_only_one_wins(pair: Pair) -> None:
    for node, officer in zip((pair.one, pair.other), pair.officers, strict=True):
        await begin_duty(pair, node, officer)
    on_one = await pair.screen(pair.one)
    await on_one.sees(lambda: {"petugas-0", "petugas-1"} <= on_one.officers.keys())
    await on_one.sees(lambda: all(one["position"] for one in on_one.officers.values()))
    for _ in range(5):
        pressed = await pair.press(pair.one)
        offers = [await offer_to(pair, officer, pressed) for officer in pair.officers]

        answers = await asyncio.gather(
            pair.ask(pair.one, "POST", f"/v1/offers/{offers[0]}/accept", pair.officers[0]),
            pair.ask(pair.other, "POST", f"/v1/offers/{offers[1]}/accept", pair.officers[1]),
        )

        assert sorted(status for status, _ in answers) == [200, 409]
        assert [answer["code"] for status, answer in answers if status == 409] == ["offer_taken"]
        await close(pair, pressed["incident_id"])


async def offer_to(pair: Pair, officer: str, pressed: dict[str, Any]) -> str:
    async def find() -> str | None:
        _, offers = await pair.ask(pair.other, "GET", "/v1/me/offers", officer)
        mine = (one["id"] for one in offers["items"] if one["incident"]["id"] == pressed["incident_id"])
        return next(mine, None)

    found = await eventually(find)
    assert found is not None
    return found


async def test_tokens_and_maps_made_beside_one_node_are_known_to_both_within_a_second(
    pair: Pair, tmp_path: Path
) -> None:
    file = tmp_path / "town.geojson"
    file.write_bytes(town_map(border_shift=0.001))
    token = await asyncio.to_thread(pair.token, Role.OPERATOR, "kepala")
    for node in (pair.one, pair.other):
        assert (await pair.ask(node, "GET", "/v1/me", token))[0] == 200
    await asyncio.to_thread(pair.other.run, "import-areas", str(file))
    done_s = time.monotonic()

    for node in (pair.one, pair.other):
        await eventually(lambda node=node: map_version(pair, node, 2))  # type: ignore[misc]  # bound at once
    assert time.monotonic() - done_s < 1.0


async def map_version(pair: Pair, node: Node, version: int) -> bool:
    _, place = await pair.ask(node, "GET", f"/v1/areas/at?lat={LAT}&lon={LON}", pair.operator)
    return bool(place["map_version"] == version)


async def test_after_a_crash_of_postgres_both_nodes_refuse_and_then_go_on_by_themselves(pair: Pair) -> None:
    screens = [await pair.screen(pair.one), await pair.screen(pair.other)]
    before = await pair.press(pair.one)
    pair.postgres.crash()
    try:
        for node in (pair.one, pair.other):
            body = {"id": fresh_id()}
            status, problem = await pair.ask(node, "POST", "/v1/alarms", pair.phone, body)
            assert (status, problem["code"]) == (503, "journal_unavailable")
        for screen in screens:
            await screen.sees(lambda screen=screen: {"journal", "database"} & set(screen.degraded))  # type: ignore[misc]  # bound at once
        assert not await asyncio.to_thread(pair.one.is_ready)
    finally:
        pair.postgres.start()

    for node in (pair.one, pair.other):
        await eventually(answers_again(pair, node))
    after = await pair.press(pair.other)
    for screen in screens:
        await screen.sees(lambda screen=screen: (screen.position or 0) >= after["seq"])  # type: ignore[misc]  # as above
        assert before["incident_id"] in screen.incidents
    for node in (pair.one, pair.other):
        await eventually(lambda node=node: asyncio.to_thread(node.is_ready), within_s=30)  # type: ignore[misc]  # as above


async def test_while_postgres_hangs_every_press_is_refused_in_time_and_what_was_pressed_is_there_afterwards(
    pair: Pair,
) -> None:
    # The node knows the phone from now on, and need not ask the database who it is.
    await pair.press(pair.one)
    body = {"id": fresh_id(), "position": {"lat": LAT, "lon": LON, "accuracy_m": 10}}
    with pair.postgres.hangs():
        began = time.monotonic()
        status, problem = await pair.ask(pair.one, "POST", "/v1/alarms", pair.phone, body)
        assert (status, problem["code"]) == (503, "journal_unavailable")
        assert time.monotonic() - began < 10
        assert not await asyncio.to_thread(pair.one.is_ready)

    await eventually(answers_again(pair, pair.one))
    assert (await pair.ask(pair.other, "GET", f"/v1/alarms/{body['id']}", pair.phone))[0] == 200
    status, _ = await pair.ask(pair.one, "POST", "/v1/alarms", pair.phone, body)
    assert status == 200


def answers_again(pair: Pair, node: Node) -> Callable[[], Any]:
    async def find() -> bool:
        body = {"id": fresh_id(), "position": {"lat": LAT, "lon": LON, "accuracy_m": 10}}
        status, _ = await pair.ask(node, "POST", "/v1/alarms", pair.phone, body)
        assert status in (201, 503)
        return status == 201

    return find
