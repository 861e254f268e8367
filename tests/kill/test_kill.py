"""SIGKILL at random moments while phones press as fast as they can: nothing that was acknowledged is ever lost."""

from __future__ import annotations

import os
import random
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from panic_server.clock import SystemClock
from panic_server.journal.admin import issue_token, store_map
from panic_server.people import Role
from panic_server.settings import Settings
from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.process import FakeFcmProcess
from tests.kill.books import check_books, open_books
from tests.kill.crew import Crew
from tests.kill.node import Node
from tests.kill.phones import LAT, LON, Acknowledged, Line, Phones
from tests.scenarios.ground import town_map
from tests.services import wait_until

__all__ = ["fake_fcm", "fake_fcm_process"]

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("KENTONGAN_TEST_KILLS") or (500 if os.environ.get("KENTONGAN_TEST_LONG") else 50))
PUSH_KILLS = 3
SEED = int(os.environ.get("KENTONGAN_TEST_SEED") or random.SystemRandom().randrange(10**6))


class Town:
    """A database with people in it; `subjects` are the owners of the tokens."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "data" / "kentongan.db"
        self._url = Settings(data_dir=folder / "data").database_url
        self.path.parent.mkdir(parents=True)
        store_map(self._url, [("town.geojson", town_map())], now=SystemClock().now())
        self.subjects: dict[str, str] = {}
        self.phones = [self.token(Role.RESIDENT, f"warga-{number}") for number in range(48)]
        self.officers = [self.token(Role.OFFICER, f"petugas-{number}") for number in range(4)]
        self.operator = self.token(Role.OPERATOR, "operator")
        self.ketua = self.token(Role.REPRESENTATIVE, "ketua", ("RT-1",))

    def token(self, role: Role, subject: str, areas: tuple[str, ...] = ()) -> str:
        token = issue_token(self._url, role=role, subject=subject, areas=areas, name=None, now=SystemClock().now())
        self.subjects[token] = subject
        return token


def begin_duty(node: Node, town: Town) -> None:
    for officer in town.officers:
        assert node.ask("PUT", "/v1/me/duty", officer, {"on_duty": True})[0] == 200
        position = {"lat": -6.995, "lon": 110.405, "accuracy_m": 10}
        assert node.ask("POST", "/v1/me/positions", officer, {"positions": [position]})[0] == 200


def check_by_api(line: Line, sample: Sequence[Acknowledged]) -> None:
    """Each is there for its sender, and sending it again gets the first answer to the byte."""
    for one in sample:
        shown = line.ask("GET", f"/v1/alarms/{one.id}", one.token)
        assert shown is not None
        assert shown[0] == 200
        assert line.ask("POST", "/v1/alarms", one.token, one.body) == (200, one.answer)


def check_duty(node: Node, town: Town, crew: Crew) -> None:
    """Whoever was told that they are on duty, or off it, still is. The crew rests meanwhile."""
    for officer, told in crew.duty.items():
        known: bool = node.ask("GET", "/v1/me", officer)[1]["on_duty"]
        assert told in (None, known), f"{town.subjects[officer]} was told {told}"
        crew.duty[officer] = known


class Killer:
    """Kills the node again and again, and checks after each restart what must not have been lost."""

    def __init__(self, node: Node, town: Town, phones: Phones, crew: Crew) -> None:
        self._node, self._town, self._phones, self._crew = node, town, phones, crew
        self._dice = random.Random(SEED)
        self._line = Line(node.port)
        self._checked = 0
        self.kills = 0
        self.starts_s: list[float] = []

    def kill_while_it_works(self) -> None:
        time.sleep(self._dice.uniform(0.0, 0.35))
        self._kill()
        self._phones.is_up.clear()

    def kill_while_it_starts(self) -> None:
        self._node.spawn()
        time.sleep(self._dice.uniform(0.5, 1.6))
        self._kill()

    def _kill(self) -> None:
        self._node.kill()
        self.kills += 1

    def come_back(self) -> None:
        """Phones and crew wait until what they know already has been found."""
        self.starts_s.append(self._node.start())
        known = len(self._phones.log)
        check_duty(self._node, self._town, self._crew)
        check_by_api(self._line, self._phones.log[max(0, known - 8) : known])
        self._line.close()
        self._phones.is_up.set()
        check_books(self._town.path, self._phones.log[self._checked : known], self._town.subjects)
        self._checked = known


@pytest.mark.timeout(3000)
def test_nothing_that_was_acknowledged_is_lost_however_often_the_server_is_killed(tmp_path: Path) -> None:
    sys.stdout.write(f"KENTONGAN_TEST_SEED={SEED}\n")
    town, node = Town(tmp_path), Node(tmp_path)
    with node:
        begin_duty(node, town)
        phones = Phones(node.port, town.phones, threads=6, seed=SEED)
        with phones, Crew(node.port, town.officers, town.operator, phones.is_up, seed=SEED) as crew:
            killer = Killer(node, town, phones, crew)
            phones.is_up.set()
            while killer.kills < KILLS:
                killer.kill_while_it_works()
                if killer.kills % 4 == 0:
                    killer.kill_while_it_starts()
                killer.come_back()
        check_books(town.path, phones.log, town.subjects)
        line = Line(node.port)
        check_by_api(line, random.Random(SEED).sample(phones.log, min(100, len(phones.log))))
        line.close()
    assert (phones.surprises, crew.surprises) == ([], [])
    mean_s = sum(killer.starts_s) / len(killer.starts_s)
    sys.stdout.write(f"{killer.kills} kills, {len(phones.log)} alarms, {mean_s:.2f} s for a start\n")


@pytest.mark.timeout(300)
def test_pushes_that_were_not_sent_before_a_kill_go_out_after_it(tmp_path: Path, fake_fcm: FakeFcmProcess) -> None:
    town = Town(tmp_path)
    node = Node(tmp_path, fcm_credentials=str(fake_fcm.credentials), fcm_url=fake_fcm.url)
    with node:
        begin_duty(node, town)
        for token in (*town.officers, town.ketua):
            device = {"kind": "fcm_token", "value": f"phone-of-{town.subjects[token]}"}
            assert node.ask("PUT", "/v1/me/device", token, device)[0] == 204
        for round_number in range(PUSH_KILLS):
            fake_fcm.script("*", "503")
            phone = town.phones[round_number]
            body = {"id": str(uuid.UUID(int=round_number)), "position": {"lat": LAT, "lon": LON, "accuracy_m": 10}}
            # Of kinds that do not join, so that each has its own news for the RT.
            body["kind"] = ("crime", "fire", "medical")[round_number % 3]
            assert node.ask("POST", "/v1/alarms", phone, body)[0] == 201
            time.sleep(random.Random(SEED + round_number).uniform(0.0, 0.3))
            node.kill()
            fake_fcm.script("*", "ok")
            node.start()
            wait_until(lambda: not pending(town), node.running, node.log)
    outcomes = outbox(town)
    delivered = {record["push_id"] for record in fake_fcm.sent()}
    assert {push_id for push_id, _, outcome in outcomes if outcome == "accepted"} <= delivered
    assert [outcome for _, kind, outcome in outcomes if kind == "neighbourhood"] == ["accepted"] * PUSH_KILLS
    assert {outcome for _, _, outcome in outcomes} == {"accepted"}


def outbox(town: Town) -> list[tuple[str, str, str | None]]:
    with open_books(town.path) as books:
        return list(books.execute("SELECT id, kind, outcome FROM outbox"))


def pending(town: Town) -> list[str]:
    return [push_id for push_id, _, outcome in outbox(town) if outcome is None]
