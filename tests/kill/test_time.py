"""A process that is stopped, or killed, while deadlines run: each is acted on once, as soon as can be, never early."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.kill.books import check_books, open_books
from tests.kill.node import Node
from tests.kill.phones import LAT, LON
from tests.kill.test_kill import Town, begin_duty
from tests.services import wait_until

pytestmark = [pytest.mark.serial, pytest.mark.faults, pytest.mark.timeout(300)]

STOPPED_S = 30.0 if os.environ.get("KENTONGAN_TEST_LONG") else 8.0
PUNCTUAL_S = 1.0
PATIENCE_S = 5.0
BEFORE_S = 0.5
"""The stop begins so long before the deadline."""


class Watched:
    """A town with three alarms, the offers of which have been receipted: they stay open until their time is over."""

    def __init__(self, folder: Path) -> None:
        self.town = Town(folder)
        self.node = Node(folder)

    def begins(self) -> float:
        """Unix seconds at which the first offer expires."""
        begin_duty(self.node, self.town)
        for number in range(3):
            body = {"id": f"00000000-0000-4000-8000-00000000000{number}", "position": self._position(number)}
            assert self.node.ask("POST", "/v1/alarms", self.town.phones[number], body)[0] == 201
        self.offers = [(one, officer) for officer in self.town.officers for one in self._offers_of(officer)]
        for offer, officer in self.offers:
            assert self.node.ask("POST", f"/v1/offers/{offer['id']}/receipt", officer)[0] < 300
        return min(datetime.fromisoformat(offer["expires_at"]).timestamp() for offer, _ in self.offers)

    def _position(self, number: int) -> dict[str, float]:
        return {"lat": LAT, "lon": LON + number / 1000, "accuracy_m": 10}

    def _offers_of(self, officer: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.node.ask("GET", "/v1/me/offers", officer)[1]["items"]
        return items

    def expired(self) -> list[tuple[str, float, float]]:
        """Offer, when it was due, and when it expired, by what the journal says."""
        with open_books(self.town.path) as books:
            due = dict(books.execute("SELECT id, expires_at FROM offers"))
            rows = books.execute("SELECT at, data FROM events WHERE kind = 'offers_expired' ORDER BY seq").fetchall()
        return [(one, due[one] / 1e6, at / 1e6) for at, data in rows for one in json.loads(data)["offer_ids"]]

    def first_have_expired(self) -> bool:
        return {offer["id"] for offer, _ in self.offers} <= {offer_id for offer_id, _, _ in self.expired()}

    def check(self, back_at: float) -> None:
        """`back_at`: from then on nothing kept the server from acting."""
        expired = self.expired()
        assert max(Counter(offer_id for offer_id, _, _ in expired).values()) == 1, "a deadline fired twice"
        for offer_id, due, at in expired:
            assert at >= due, f"{offer_id} expired early"
            assert at - max(due, back_at) <= PUNCTUAL_S, f"{offer_id} expired {at - max(due, back_at):.2f} s late"
        first = [(due, offer_id) for offer_id, due, at in expired if at - back_at <= PUNCTUAL_S and due <= back_at]
        assert first, "nothing was due when it came back"
        assert [due for due, _ in first] == sorted(due for due, _ in first)
        check_books(self.town.path, (), {})


def sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))  # noqa: TID251 - the server's deadlines are in real time here


def test_a_process_that_was_stopped_acts_once_at_once_and_never_early(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    answers: list[tuple[int, Any]] = []
    with watched.node as node:
        due = watched.begins()
        offer, officer = watched.offers[0]
        sleep_until(due - BEFORE_S)
        node.running.send_signal(signal.SIGSTOP)
        # An answer from a phone that does not know, and that arrives when the time is over.
        sleep_until(due - BEFORE_S + STOPPED_S - PATIENCE_S)
        path = f"/v1/offers/{offer['id']}/accept"
        late = threading.Thread(target=lambda: answers.append(node.ask("POST", path, officer)))
        late.start()
        time.sleep(PATIENCE_S)
        node.running.send_signal(signal.SIGCONT)
        back_at = time.time()  # noqa: TID251 - as above
        late.join()
        wait_until(watched.first_have_expired, node.running, node.log)
        wait_until(node.is_ready, node.running, node.log)
        time.sleep(3.0)
        watched.check(back_at)
    assert [(status, answer["code"]) for status, answer in answers] == [(409, "offer_expired")]


def test_what_came_due_while_the_process_was_dead_is_done_at_once_after_the_start(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    with watched.node as node:
        due = watched.begins()
        sleep_until(due - BEFORE_S)
        node.kill()
        sleep_until(due + 2.0)
        node.start()
        ready_at = time.time()  # noqa: TID251 - as above
        wait_until(watched.first_have_expired, node.running, node.log)
        time.sleep(3.0)
        first_at = min(at for _, _, at in watched.expired())
        watched.check(max(first_at, due))
    assert first_at <= ready_at + PUNCTUAL_S
