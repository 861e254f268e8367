"""A whole city in motion for one console: 2,000 officers who all move every second, and 500 open incidents that change.

The frames come from a server of their own, so that what is measured in the page is the page.
"""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from msgspec import Raw, json, structs
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from panic_server.clock import SystemClock
from panic_server.wire import live
from panic_server.wire.overrides import Escalation
from panic_server.wire.shapes import Area, Assignment, Incident, Me, Officer, OfficerStatus, Person, Place, Position

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.sync.server import ServerConnection

OFFICERS: Final = 2_000
INCIDENTS: Final = 500

EVENTS_PER_S: Final = 20
"""More than a city of 500 open incidents has: each of them says something every 25 seconds."""

_STEP_DEG: Final = 0.0001
"""Eleven metres in a second, a motorcycle in a hurry."""

_KINDS: Final = ("emergency", "crime", "violence", "medical", "fire", "disaster")
_STATUSES: Final[tuple[OfficerStatus, ...]] = ("available", "available", "available", "offered", "en_route", "on_scene")
_YOU: Final = Me("operator-1", "operator", "Sari", (), None)

Point = tuple[float, float]


class Crowd:
    """`with Crowd(point) as crowd`: whoever connects to `crowd.url` is shown the city. `point` gives places in it."""

    def __init__(self, point: Callable[[random.Random], Point]) -> None:
        self._rng = random.Random(7)
        self._clock = SystemClock()
        self._incidents = [self._incident(number, point(self._rng)) for number in range(INCIDENTS)]
        self._officers = [self._officer(number, point(self._rng)) for number in range(OFFICERS)]
        self._stopping = threading.Event()
        self._server = serve(self._show, "127.0.0.1", 0, compression=None)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()

    def _show(self, socket: ServerConnection) -> None:
        """Until the page or the test goes."""
        try:
            socket.recv()
            seq = 1
            send(socket, live.Welcome("crowd", seq, live.Snapshot(tuple(self._incidents)), _YOU, 5))
            send(socket, live.Officers(full=True, changed=tuple(self._officers)))
            while not self._stopping.wait(1.0 / EVENTS_PER_S):
                seq += 1
                send(socket, live.Events(seq, seq, (self._news(seq),)))
                if seq % EVENTS_PER_S == 0:
                    self._officers = [self._moved(one) for one in self._officers]
                    send(socket, live.Officers(full=False, changed=tuple(self._officers)))
                    send(socket, live.Heartbeat(seq, self._clock.now(), ()))
        except ConnectionClosed:
            return

    def _news(self, seq: int) -> live.Event:
        """Somebody sets out to one of the incidents, or comes free again: it changes its place in the list."""
        number = self._rng.randrange(INCIDENTS)
        incident = self._incidents[number]
        now = self._clock.now()
        if incident.assignments:
            changes: dict[str, Any] = {"version": seq, "stage": "received", "assignments": ()}
        else:
            person = Person(f"o{number}", f"Briptu Nomor {number}")
            changes = {
                "version": seq,
                "stage": "accepted",
                "assignments": (Assignment(f"a{seq}", person, "en_route", now, now),),
            }
        self._incidents[number] = structs.replace(incident, **changes)
        data = Raw(json.encode({"incident": {"id": incident.id, **changes}}))
        return live.Event(seq, incident.id, "assignment_changed", now, None, data)

    def _incident(self, number: int, at: Point) -> Incident:
        opened_at = self._clock.now() - timedelta(seconds=self._rng.randrange(3_600))
        due_at = opened_at + timedelta(seconds=10)
        escalation = Escalation(1, 0, 1, 1500.0, stopped=False, level=0, supervisors_told=0, claim_due_at=due_at,
                                nobody_left_since=None)  # fmt: skip
        return Incident(
            id=f"i{number:04}", version=1, status="open", stage="received", kind=self._rng.choice(_KINDS), silent=False,
            drill=False, position=Position(*at, 12.0), place=_place(number), flags=(), opened_at=opened_at,
            alarm_count=1, phone_count=1, claimed_by=None, offers=(), assignments=(), told=(), disposition=None,
            next_due_at=None, standing=None, place_shared=False, quiet=False, merged_into=None, policy="kentongan-1",
            escalation=escalation,
        )  # fmt: skip

    def _officer(self, number: int, at: Point) -> Officer:
        status = _STATUSES[number % len(_STATUSES)]
        position = Position(*at, 8.0, self._clock.now())
        return Officer(f"o{number}", f"Briptu Nomor {number}", status, position, stale=False, sectors=("PS-1",))

    def _moved(self, officer: Officer) -> Officer:
        assert officer.position is not None
        lat = officer.position.lat + self._rng.uniform(-_STEP_DEG, _STEP_DEG)
        lon = officer.position.lon + self._rng.uniform(-_STEP_DEG, _STEP_DEG)
        return structs.replace(officer, position=Position(lat, lon, 8.0, self._clock.now()))


def send(socket: ServerConnection, frame: object) -> None:
    socket.send(json.encode(frame).decode())


def _place(number: int) -> Place:
    rt = Area(f"RT-{number}", f"RT 0{number % 9 + 1} RW 02 Melati")
    district = Area("T.1", "Pantai")
    return Place("inside", rt, None, Area("T.1.1", "Melati"), district, None, (), candidates_truncated=False,
                 sectors=(Area("PS-1", "Polsek Pantai"),), distance_m=None, flags=(), map_version=1)  # fmt: skip
