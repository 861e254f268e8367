"""Snapshot and later events make a fresh snapshot: for every role, from any point, whatever happens in the city."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.scenarios.city import City
from tests.scenarios.ground import AT_SEA, IN_RT_1, IN_RT_2, IN_RT_3, ON_THE_BORDER, Spot
from tests.scenarios.people import Alarm, Officer, Person
from tests.scenarios.screen import Screen

KINDS = ["emergency", "crime", "violence", "medical", "fire", "disaster", "gempa", None]
SPOTS: list[Spot | None] = [IN_RT_1, IN_RT_1, IN_RT_2, IN_RT_3, ON_THE_BORDER.within(40), AT_SEA, None]
ACTIONS = 160
LOOKS = 20


class Life:
    """A city in which things happen by chance, the same for the same seed, and screens that come and go."""

    def __init__(self, city: City, seed: int) -> None:
        self.city, self.dice = city, random.Random(seed)
        self.residents = [city.resident() for _ in range(5)]
        self.officers = [city.officer_at(metres=100 + 300 * number) for number in range(5)]
        self.operators = [city.operator(), city.operator("PS-BARAT"), city.operator("PS-TIMUR")]
        self.watchers: list[Person] = [
            *self.operators,
            city.operator("PS-BARAT", "PS-TIMUR"),
            city.representative("RT-1"),
            city.representative("RT-2", "RT-3"),
            *self.officers[:3],
        ]
        self.alarms: list[Alarm] = []
        self.assignments: list[tuple[Officer, str]] = []
        self.away: list[Screen] = []

    async def step(self) -> None:
        happenings: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self._press), (2, self._press_again), (8, self._answer), (4, self._report), (5, self._operate),
            (2, self._change_duty), (4, self._let_time_pass), (2, self._come), (2, self._go), (2, self._return),
        ]  # fmt: skip
        weights, choices = zip(*happenings, strict=True)
        await self.dice.choices(choices, weights)[0]()

    async def _press(self) -> None:
        resident = self.dice.choice(self.residents)
        silent, drill = self.dice.random() < 0.1, self.dice.random() < 0.1
        where = self.dice.choice(SPOTS)
        self.alarms.append(await resident.press(where, kind=self.dice.choice(KINDS), silent=silent, drill=drill))

    async def _press_again(self) -> None:
        if self.alarms:
            sent = self.dice.choice(self.alarms).body
            changed = {**sent, "kind": self.dice.choice(KINDS)} if self.dice.random() < 0.5 else sent
            await self.dice.choice(self.residents).press(None, **changed)

    async def _answer(self) -> None:
        officer = self.dice.choice(self.officers)
        offers = await officer.offers()
        if not offers:
            return
        offer, what = self.dice.choice(offers)["id"], self.dice.choice(["receipt", "accept", "accept", "decline"])
        answer = await officer.asks("POST", f"/v1/offers/{offer}/{what}")
        assert answer.status_code in (200, 404, 409), answer.text
        if answer.status_code == 200 and what == "accept":
            self.assignments.append((officer, answer.json()["assignment_id"]))

    async def _report(self) -> None:
        if self.assignments:
            officer, assignment = self.dice.choice(self.assignments)
            await officer.reports(assignment, self.dice.choice(["en_route", "on_scene", "clear"]))

    async def _operate(self) -> None:
        if not self.alarms:
            return
        incident_id = self.dice.choice(self.alarms).incident_id
        what, body = self.dice.choice(
            [("claim", None), ("release", None), ("notes", {"text": "catatan"}), ("close", {"disposition": "test"})]
        )
        answer = await self.dice.choice(self.operators).asks("POST", f"/v1/incidents/{incident_id}/{what}", body)
        assert answer.status_code in (200, 404, 409), answer.text

    async def _change_duty(self) -> None:
        officer, on_duty = self.dice.choice(self.officers), self.dice.random() < 0.7
        await officer.goes(on_duty=on_duty)
        if on_duty:
            await officer.is_at(IN_RT_1.east(self.dice.uniform(0, 3000)))

    async def _let_time_pass(self) -> None:
        await self.city.passes(seconds=self.dice.choice([0.5, 2.0, 15.0, 35.0]), step_s=1.0)

    async def _come(self) -> None:
        await self.dice.choice(self.watchers).watches()

    async def _go(self) -> None:
        here = [screen for screen in self.city.screens if screen not in self.away]
        if here:
            self.away.append(self.dice.choice(here))
            await self.away[-1].drops()

    async def _return(self) -> None:
        if self.away:
            await self.away.pop(self.dice.randrange(len(self.away))).opens()

    async def all_screens_agree_with_fresh_ones(self) -> None:
        """Compared while time stands still: what it has set off may go on for a moment, and then all look again."""
        while self.away:
            await self.away.pop().opens()
        for _ in range(LOOKS):
            if await self._agree_at(await self._resting_head()):
                return
        raise AssertionError(f"the journal moved on during each of {LOOKS} looks")

    async def _resting_head(self) -> int:
        """Where the journal is once nothing was added for half a second."""
        seen: list[int] = []
        while len(seen) < 6 or len(set(seen[-6:])) > 1:
            _, head = await self.city.server.queries.head()
            seen.append(head)
            await asyncio.sleep(0.1)
        return seen[-1]

    async def _agree_at(self, head: int) -> bool:
        """Whether everybody could be compared at this head. Then no screen may stay behind it."""
        fresh: dict[str, dict[str, Any]] = {}
        for watcher in self.watchers:
            screen = await Screen(self.city.url, watcher.token).opens()
            fresh[watcher.token] = screen.incidents
            await screen.closes()
            if screen.position != head:
                return False
        for watcher in self.watchers:
            for screen in watcher.screens:
                await screen.sees(lambda screen=screen, anew=fresh[watcher.token]: screen.incidents == anew)  # type: ignore[misc]  # bound at once
        # A heartbeat for everybody: what a screen may see nothing of moves it on with a heartbeat alone.
        await self.city.passes(seconds=6)
        for watcher in self.watchers:
            for screen in watcher.screens:
                await screen.sees(lambda screen=screen: screen.position >= head)  # type: ignore[misc]  # bound at once
        return True


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_screen_holds_what_a_fresh_one_gets(city: City, seed: int) -> None:
    life = Life(city, seed)
    for watcher in life.watchers:
        await watcher.watches()

    for number in range(ACTIONS):
        await life.step()
        if number in (ACTIONS // 3, 2 * ACTIONS // 3):
            await life.all_screens_agree_with_fresh_ones()

    await life.all_screens_agree_with_fresh_ones()
    console = life.watchers[0].screens[0]
    kinds = {event["kind"] for event in console.events}
    assert {"incident_opened", "alarm_joined", "offers_made", "offer_accepted", "offers_expired", "closed"} <= kinds
