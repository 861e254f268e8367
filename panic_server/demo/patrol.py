"""Officers on patrol: they stroll, answer what they are offered, drive there, arrive, and are free again."""

import asyncio
import math
from typing import Final

from dispatch.units import Unit
from panic_server.demo.ground import Point
from panic_server.demo.phone import Json, Phone, Screen
from panic_server.demo.town import Town

# At most on patrol; and hurrying through streets, up to twice the policy's averages: nothing stops them on the way.
STROLL_M_S: Final = 4.0
DRIVE_M_S: Final = {Unit.FOOT: 2.8, Unit.BICYCLE: 5.5, Unit.MOTORCYCLE: 14.0, Unit.CAR: 12.0}
LONGEST_DRIVE_S: Final = 150.0
"""However far it is: a visitor may press on another continent, and wants to see somebody arrive."""

REPORT_EVERY_S: Final = 8
THERE_M: Final = 25.0
STROLL_FAR_M: Final = 900.0

YOURS_AFTER_S: Final = 7.0
"""So long the demo's officers leave your alarm to your own officer's page."""

_ACCEPTS, _DECLINES = 0.85, 0.10
"""The rest says nothing, as it happens."""

_M_PER_DEGREE: Final = 111_195.0
_OPEN: Final = "open"


class Officer:
    """`at` is where the officer is; `goal` where to, with `speed` in metres per second."""

    def __init__(self, town: Town, subject: str, token: str, at: Point, unit: Unit) -> None:
        self.subject = subject
        self.at = at
        self.unit = unit
        self._town = town
        self._phone: Phone = town.phone(token)
        self._screen = Screen(self._changed)
        self._goal: Point | None = None
        self._stroll = self._speed = min(STROLL_M_S, DRIVE_M_S[unit] / 2)
        self._is_working = False
        self._considered: set[str] = set()

    async def live(self) -> None:
        await self._phone.put("/v1/me/duty", {"on_duty": True, "unit": self.unit})
        self._town.begin(self._phone.watch(self._town.live_url, self._screen, self._town.rng))
        await self._report([self._step()])
        await asyncio.sleep(self._town.rng.uniform(0, REPORT_EVERY_S))
        while True:
            moved = []
            for _ in range(REPORT_EVERY_S):
                await asyncio.sleep(1.0)
                moved.append(self._step())
            await self._report(moved)

    async def _report(self, positions: list[Json]) -> None:
        await self._phone.post("/v1/me/positions", {"positions": positions})

    # Moving.

    def _step(self) -> Json:
        """One second further; the phone's fix of it."""
        if self._goal is None and not self._is_working:
            self._goal = self._somewhere_near()
        if self._goal is not None:
            self.at = towards(self.at, self._goal, self._speed)
            if not self._is_working and distance_m(self.at, self._goal) < THERE_M:
                self._goal = None
        accuracy_m = round(self._town.rng.uniform(4, 15), 1)
        at = self._town.clock.now().isoformat()
        return {"lat": round(self.at[0], 6), "lon": round(self.at[1], 6), "accuracy_m": accuracy_m, "at": at}

    def _somewhere_near(self) -> Point:
        """A place on land within a stroll; from far outside the way home."""
        rng = self._town.rng
        for _ in range(20):
            angle, far_m = rng.uniform(0, 2 * math.pi), rng.uniform(150, STROLL_FAR_M)
            place = moved(self.at, math.cos(angle) * far_m, math.sin(angle) * far_m)
            if self._town.ground.is_inside(place):
                self._speed = self._stroll
                return place
        home = self._town.ground.point(rng)
        self._speed = self._hurry(home)
        return home

    # Working.

    def _changed(self, incident: Json, _event: Json | None) -> None:
        for offer in incident.get("offers", ()):
            is_mine = offer["officer"]["id"] == self.subject and offer["status"] == _OPEN
            if is_mine and offer["id"] not in self._considered:
                self._considered.add(offer["id"])
                self._town.begin(self._consider(incident["id"], offer["id"]))
        for assignment in incident.get("assignments", ()):
            is_mine = assignment["officer"]["id"] == self.subject and assignment["status"] != "clear"
            if is_mine and not self._is_working:
                self._is_working = True
                self._town.begin(self._work(incident["id"], assignment))

    async def _consider(self, incident_id: str, offer_id: str) -> None:
        town = self._town
        await town.some_time(0.3, 1.5)
        await self._phone.post(f"/v1/offers/{offer_id}/receipt")
        is_yours = incident_id in town.yours
        # Within the ten seconds that an offer lasts.
        if is_yours:
            await town.some_time(YOURS_AFTER_S - 1, YOURS_AFTER_S + 1)
        else:
            await town.some_time(1.5, 6)
        if not self._is_still_open(incident_id, offer_id):
            return
        mood = 0.0 if is_yours else town.rng.random()
        if mood < _ACCEPTS:
            await self._phone.post(f"/v1/offers/{offer_id}/accept")
        elif mood < _ACCEPTS + _DECLINES:
            await self._phone.post(f"/v1/offers/{offer_id}/decline")

    def _is_still_open(self, incident_id: str, offer_id: str) -> bool:
        offers = self._screen.incidents.get(incident_id, {}).get("offers", ())
        return not self._is_working and any(one["id"] == offer_id and one["status"] == _OPEN for one in offers)

    async def _work(self, incident_id: str, assignment: Json) -> None:
        """Whatever a restart interrupted goes on from where it was."""
        try:
            if assignment["status"] != "on_scene":
                await self._town.some_time(1, 4)
                await self._drive(incident_id)
                await self._say(assignment["id"], "on_scene")
            self._goal = None
            await self._town.some_time(40, 120)
            await self._say(assignment["id"], "clear")
        finally:
            self._is_working = False
            self._goal = None

    async def _drive(self, incident_id: str) -> None:
        """Until there, or until there is nothing to drive to any more."""
        self._speed = 0.0
        while (incident := self._screen.incidents.get(incident_id)) is not None:
            position = incident.get("position")
            if position is None:
                await self._town.some_time(20, 40)
                return
            self._goal = (position["lat"], position["lon"])
            left_m = distance_m(self.at, self._goal)
            if left_m < THERE_M:
                return
            if left_m > self._speed * LONGEST_DRIVE_S:
                self._speed = self._hurry(self._goal)
            await asyncio.sleep(1.0)

    def _hurry(self, goal: Point) -> float:
        return max(DRIVE_M_S[self.unit], distance_m(self.at, goal) / LONGEST_DRIVE_S)

    async def _say(self, assignment_id: str, status: str) -> None:
        await self._phone.post(f"/v1/assignments/{assignment_id}/status", {"status": status})


def distance_m(one: Point, other: Point) -> float:
    """On a flat map around them, which is good enough for walking about."""
    north = (other[0] - one[0]) * _M_PER_DEGREE
    east = (other[1] - one[1]) * _M_PER_DEGREE * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east)


def moved(at: Point, north_m: float, east_m: float) -> Point:
    per_degree = _M_PER_DEGREE * math.cos(math.radians(at[0]))
    return at[0] + north_m / _M_PER_DEGREE, at[1] + east_m / per_degree


def towards(at: Point, goal: Point, step_m: float) -> Point:
    """At most `step_m` nearer, and not beyond."""
    left_m = distance_m(at, goal)
    if left_m <= step_m:
        return goal
    part = step_m / left_m
    return at[0] + (goal[0] - at[0]) * part, at[1] + (goal[1] - at[1]) * part
