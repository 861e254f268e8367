"""Repeats the push of an offer until the officer has answered or the offer has ended.

A phone that lies in a pocket rings again: each repetition has an id of its own, and is not in the outbox, which knows
the first push only. What this process forgets by a restart it learns again from the offers that stand.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from dispatch.incident import Incident
from panic_server.clock import Clock, new_id
from panic_server.push.port import Push

BEAT = timedelta(seconds=0.5)
"""How exactly the pause between two pushes is kept."""


class Reminders:
    """`send` hands pushes to the relay; `pause_s` asks the policy in force."""

    def __init__(self, clock: Clock, send: Callable[[Sequence[Push]], None], *, pause_s: Callable[[], float]) -> None:
        self._clock = clock
        self._send = send
        self._pause_s = pause_s
        self._standing: dict[str, Push] = {}
        self._heap: list[tuple[datetime, str]] = []

    def take(self, pushes: Iterable[Push], ended_offers: Iterable[str]) -> None:
        """What a commit brought: new offers, and the ends of others."""
        next_at = self._clock.now() + timedelta(seconds=self._pause_s())
        for push in pushes:
            if push.kind == "offer" and push.offer_id is not None and push.offer_id not in self._standing:
                self._standing[push.offer_id] = push
                heapq.heappush(self._heap, (next_at, push.offer_id))
        for offer_id in ended_offers:
            self._standing.pop(offer_id, None)

    async def run(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + BEAT)
            self.repeat()

    def repeat(self) -> None:
        now = self._clock.now()
        again: list[Push] = []
        next_at = now + timedelta(seconds=self._pause_s())
        while self._heap and self._heap[0][0] <= now:
            _, offer_id = heapq.heappop(self._heap)
            push = self._standing.get(offer_id)
            if push is None:
                continue
            if push.expires_at is not None and push.expires_at <= now:
                del self._standing[offer_id]
                continue
            again.append(replace(push, id=new_id(), created_at=now, next_attempt_at=now))
            heapq.heappush(self._heap, (next_at, offer_id))
        if again:
            self._send(again)


def standing_offers(incidents: Iterable[Incident]) -> list[Push]:
    """The pushes of the offers that nobody has answered, as after a restart."""
    return [
        Push(
            id=new_id(),
            seq=0,
            recipient=offer.officer.id,
            kind="offer",
            incident_id=incident.id,
            offer_id=offer.id,
            created_at=offer.offered_at,
            expires_at=offer.expires_at,
            urgent=True,
            attempts=0,
            next_attempt_at=offer.offered_at,
            drill=incident.drill,
        )
        for incident in incidents
        for offer in incident.open_offers()
    ]
