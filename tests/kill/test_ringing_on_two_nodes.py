"""An officer's phone rings: it stops on whichever node the answer came in, and goes on when its node dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.process import FakeFcmProcess
from tests.kill.node import Node
from tests.kill.phones import LAT, LON
from tests.kill.test_two_nodes import Pair, close, offer_to
from tests.scenarios.waiting import eventually, until
from tests.services import PostgresServer, RedisServer

__all__ = ["fake_fcm", "fake_fcm_process"]

pytestmark = [pytest.mark.serial, pytest.mark.faults, pytest.mark.timeout(300)]

POLICY = 'version = "one"\nrepeat_push_s = 1\n[usual]\nofficers_per_step = 1\noffer_timeout_s = 20\n'


@pytest.fixture
def pair(tmp_path: Path, fake_fcm: FakeFcmProcess, postgres: PostgresServer) -> Iterator[Pair]:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    with RedisServer() as redis:
        pair = Pair(tmp_path, postgres, redis)
        for node in (pair.one, pair.other):
            settings = {"policy": policy, "fcm_credentials": fake_fcm.credentials, "fcm_url": fake_fcm.url}
            node.settings.update({name: str(value) for name, value in settings.items()})
        pair.prepare(tmp_path)
        with pair.one, pair.other:
            yield pair


async def on_duty(pair: Pair, number: int, *, east_deg: float) -> str:
    """With a phone, and known to both nodes."""
    officer = pair.officers[number]
    assert (await pair.ask(pair.one, "PUT", "/v1/me/duty", officer, {"on_duty": True}))[0] == 200
    device = {"kind": "fcm_token", "value": f"phone-{number}"}
    assert (await pair.ask(pair.one, "PUT", "/v1/me/device", officer, device))[0] == 204
    for node in (pair.one, pair.other):
        await eventually(lambda node=node: takes_position(pair, node, officer, east_deg))  # type: ignore[misc]  # bound at once
    return officer


async def takes_position(pair: Pair, node: Node, officer: str, east_deg: float) -> bool:
    position = {"lat": LAT, "lon": LON + east_deg, "accuracy_m": 10}
    return (await pair.ask(node, "POST", "/v1/me/positions", officer, {"positions": [position]}))[0] == 200


def rings(fcm: FakeFcmProcess, device: str) -> int:
    data = [one["message"]["data"] for one in fcm.sent() if one["device"] == device]
    return sum(1 for one in data if one["type"] == "offer")


async def ringing(pair: Pair, fcm: FakeFcmProcess) -> tuple[str, dict[str, Any]]:
    """An officer near by, whose phone was rung twice by the node that took the alarm."""
    officer = await on_duty(pair, 0, east_deg=0.001)
    pressed = await pair.press(pair.one)
    await until(lambda: rings(fcm, "phone-0") >= 2)
    return officer, pressed


async def test_a_phone_stops_ringing_wherever_its_officers_answer_came_in(pair: Pair, fake_fcm: FakeFcmProcess) -> None:
    officer, pressed = await ringing(pair, fake_fcm)
    offer = await offer_to(pair, officer, pressed)

    assert (await pair.ask(pair.other, "POST", f"/v1/offers/{offer}/accept", officer))[0] == 200

    await asyncio.sleep(0.5)
    before = rings(fake_fcm, "phone-0")
    await asyncio.sleep(3)
    assert rings(fake_fcm, "phone-0") == before
    await close(pair, pressed["incident_id"])


async def test_when_the_node_that_asked_dies_the_other_asks_the_next_and_goes_on_ringing(
    pair: Pair, fake_fcm: FakeFcmProcess
) -> None:
    """Four seconds without a receipt have the next asked; on this machine, with much else going on, within ten."""
    await on_duty(pair, 1, east_deg=0.005)
    await ringing(pair, fake_fcm)
    began_s = time.monotonic()
    pair.one.kill()
    before = rings(fake_fcm, "phone-0")

    await until(lambda: rings(fake_fcm, "phone-1"))
    assert time.monotonic() - began_s < 10
    await until(lambda: rings(fake_fcm, "phone-0") > before)
