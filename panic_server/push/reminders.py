"""Repeats the push of an offer until the officer has answered or the offer has ended.

A phone that lies in a pocket rings again: each repetition has an id of its own, and is not in the outbox, which knows
the first push only. What this process forgets by a restart it learns again from the offers that stand.

Where other processes share the database, an answer may come in there, and a process may die with the offers it made.
So the database is asked before a phone rings again, and which phones have not said in time that an offer arrived: those
ring from every process, for nobody knows whether the one that asked them still runs.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from msgspec.structs import replace

from dispatch.incident import Incident
from panic_server.clock import Clock, new_id
from panic_server.push.port import OutboxUnavailable, Push

BEAT = timedelta(seconds=0.5)
"""How exactly the pause between two pushes is kept."""

UNHEARD_AFTER: Final = timedelta(seconds=5)
"""The four seconds that a receipt has by the policy that is shipped, and one for its way."""

LOOK_EVERY: Final = timedelta(seconds=1)


class SharedOffers(Protocol):
    """Offers that other processes may have made or ended. Raises OutboxUnavailable."""

    async def still_open(self, offer_ids: Collection[str]) -> Collection[str]: ...

    async def unheard(self, offered_before: datetime, known: Collection[str]) -> Sequence[Push]:
        """Pushes of open offers that no phone has received, made before then; without those that are `known`."""


class Reminders:
    """`send` hands pushes to the relay, `pause_s` asks the policy; `shared` where others share the database."""

    def __init__(
        self,
        clock: Clock,
        send: Callable[[Sequence[Push]], None],
        *,
        pause_s: Callable[[], float],
        shared: SharedOffers | None = None,
    ) -> None:
        self._clock = clock
        self._send = send
        self._pause_s = pause_s
        self._shared = shared
        self._look_at = clock.now()
        self._standing: dict[str, Push] = {}
        self._heap: list[tuple[datetime, str]] = []

    def take(self, pushes: Iterable[Push], ended_offers: Iterable[str]) -> None:
        """What a commit brought: new offers, and the ends of others."""
        self._add(pushes, self._clock.now() + timedelta(seconds=self._pause_s()))
        for offer_id in ended_offers:
            self._standing.pop(offer_id, None)

    def _add(self, pushes: Iterable[Push], next_at: datetime) -> None:
        for push in pushes:
            if push.kind == "offer" and push.offer_id is not None and push.offer_id not in self._standing:
                self._standing[push.offer_id] = push
                heapq.heappush(self._heap, (next_at, push.offer_id))

    async def run(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + BEAT)
            if self._shared is not None:
                # When it cannot be asked, a phone rings once too often rather than not at all.
                with suppress(OutboxUnavailable):
                    await self._follow(self._shared)
            self.repeat()

    async def _follow(self, shared: SharedOffers) -> None:
        """What others have made of the offers that ring here, and which of theirs have to ring here as well."""
        now = self._clock.now()
        due = {offer_id for when, offer_id in self._heap if when <= now and offer_id in self._standing}
        if due:
            for offer_id in due.difference(await shared.still_open(due)):
                self._standing.pop(offer_id, None)
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            self._add(await shared.unheard(now - UNHEARD_AFTER, self._standing.keys()), now)

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
            again.append(replace(push, id=new_id(), created_at=now, next_attempt_at=now, rings_again=True))
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
