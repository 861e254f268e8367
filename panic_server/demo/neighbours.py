"""Residents who press now and then, and representatives whose phones say that they got the news."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Final
from uuid import UUID

from geo.areas import Area
from panic_server.demo.ground import Point, point_in
from panic_server.demo.phone import Json, Phone, Screen
from panic_server.demo.town import Town

_KINDS: Final = {"emergency": 35, "crime": 25, "medical": 18, "fire": 10, "violence": 7, "disaster": 5}
_UNLOCATED: Final = 0.04
_SILENT: Final = 0.05
_NEXT_DOOR: Final = 0.2
"""So many alarms come from an RT that the visitor answers for, or their representative's page would stay empty."""

_ANSWERS: Final = 0.7
_COMES: Final = 0.8
"""Of the representatives who read the news so many answer, and of those so many come."""

_FIRST_AFTER_S: Final = 4.0


async def press_now_and_then(town: Town, phones: Sequence[Phone], next_door: Area, per_minute: float) -> None:
    """Alarms at random times, so many a minute on average."""
    pause_s = _FIRST_AFTER_S
    number = 0
    while per_minute > 0:
        await asyncio.sleep(pause_s)
        await phones[number % len(phones)].post("/v1/alarms", make_alarm(town, next_door))
        number += 1
        pause_s = town.rng.expovariate(per_minute / 60)


def make_alarm(town: Town, next_door: Area) -> Json:
    """As the resident's page sends it."""
    rng = town.rng
    is_next_door = rng.random() < _NEXT_DOOR
    place = point_in(next_door, rng) if is_next_door else town.ground.point(rng)
    kind = "emergency" if is_next_door else rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    now = town.clock.now().isoformat()
    return {
        "id": str(UUID(int=rng.getrandbits(128), version=4)),
        "kind": kind,
        "position": None if rng.random() < _UNLOCATED else _fix(rng, place, now),
        "pressed_at": now,
        "sent_at": now,
        "silent": not is_next_door and rng.random() < _SILENT,
    }


def _fix(rng: Random, place: Point, now: str) -> Json:
    accuracy_m = round(min(80.0, 4 + rng.expovariate(1 / 12)), 1)
    return {"lat": round(place[0], 6), "lon": round(place[1], 6), "accuracy_m": accuracy_m, "at": now}


class Representative:
    """Reads the news some seconds after it came; the page itself would say so at once."""

    def __init__(self, town: Town, token: str) -> None:
        self._town = town
        self._phone = town.phone(token)
        self._known: set[str] = set()

    async def live(self) -> None:
        await self._phone.watch(self._town.live_url, Screen(self._changed), self._town.rng)

    def _changed(self, incident: Json, _event: Json | None) -> None:
        if incident["id"] not in self._known:
            self._known.add(incident["id"])
            self._town.begin(self._receive(incident["id"]))

    async def _receive(self, incident_id: str) -> None:
        await self._town.some_time(0.5, 5)
        await self._phone.post(f"/v1/incidents/{incident_id}/receipt")
        if self._town.rng.random() < _ANSWERS:
            await self._town.some_time(3, 20)
            coming = self._town.rng.random() < _COMES
            await self._phone.post(f"/v1/incidents/{incident_id}/acknowledge", {"coming": coming})
