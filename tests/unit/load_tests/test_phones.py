"""The load's officers, whose phones answer."""

import asyncio
import time

import pytest
from msgspec import json

from load_tests import phones as module
from load_tests.lean_http import Answered
from load_tests.phones import Phones


class Fcm:
    """Has taken two pushes of one offer."""

    def __init__(self) -> None:
        data = {"type": "offer", "offer_id": "offer-1"}
        record = {"device": "phone", "at_monotonic_s": time.monotonic() + 1, "message": {"data": data}}
        self._pages = [[record, record]]

    def send(self, _data: bytes, answered: Answered) -> bool:
        sent = self._pages.pop() if self._pages else []
        answered(200, json.encode({"sent": sent, "next": 2}), 0)
        return True


class Server:
    def __init__(self, status: int) -> None:
        self.asked: list[str] = []
        self._status = status

    def send(self, data: bytes, answered: Answered) -> bool:
        self.asked.append(data.split(b" ")[1].decode())
        answered(self._status, b"", 0)
        return True


async def listen(server: Server, monkeypatch: pytest.MonkeyPatch) -> Phones:
    monkeypatch.setattr(module, "THINK_S", 0)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0)
    phones = Phones(server, Fcm(), {"phone": "token"})  # type: ignore[arg-type]  # they are asked to send, and no more
    listening = asyncio.create_task(phones.keep_listening())
    done, _ = await asyncio.wait([listening], timeout=0.2)
    if done:
        listening.result()
    listening.cancel()
    return phones


async def test_each_offer_is_received_and_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(200)
    phones = await listen(server, monkeypatch)
    assert server.asked == ["/v1/offers/offer-1/receipt", "/v1/offers/offer-1/accept"]
    assert phones.took == 1


async def test_an_offer_that_has_ended_is_no_trouble_and_nobody_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await listen(Server(409), monkeypatch)).took == 0


async def test_a_server_that_breaks_breaks_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExceptionGroup) as error:
        await listen(Server(500), monkeypatch)
    assert error.group_contains(ConnectionError, match="500")
