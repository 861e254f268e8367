"""The pushes held in memory, in the order in which they go out. No I/O and no clock: `now` is an argument.

First what somebody does not know yet, the urgent before the neighbourhood's news; then later rings and withdrawals;
then by seq. When the phones of a whole city stay mute, neither an offer that was just made nor the news of a fire next
door may wait behind the tenth ring of older offers. What failed before waits for its time and has a lane of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from panic_server.push.message import deadline_of
from panic_server.push.port import Push, Verdict


@dataclass(slots=True, eq=False)
class Errand:
    """A push on its way to all devices of its recipient, over as many tries as that takes.

    `done` holds the devices with a final verdict, so that a retry does not ask them again; `delay_s` is set when a
    device has to be tried again; `ticket` is 0 while the errand is not waiting.
    """

    push: Push
    done: dict[str, Verdict] = field(default_factory=dict)
    under_way: int = 0
    delay_s: float | None = None
    ticket: int = 0

    def is_again(self) -> bool:
        return self.push.attempts > 0


class Shelf:
    """A heap of errands of which any may have left; those are skipped, and swept out when they pile up."""

    def __init__(self) -> None:
        self._heap: list[tuple[Any, int, Errand]] = []

    def put(self, key: Any, errand: Errand) -> None:
        heapq.heappush(self._heap, (key, errand.ticket, errand))

    def first(self) -> tuple[Any, Errand] | None:
        while self._heap:
            key, ticket, errand = self._heap[0]
            if errand.ticket == ticket:
                return key, errand
            heapq.heappop(self._heap)
        return None

    def pop(self) -> None:
        heapq.heappop(self._heap)

    def sweep(self, held: int) -> None:
        """Keeps memory in proportion to what is held; the slack makes the cost per errand constant."""
        if len(self._heap) > 2 * held + 1000:
            self._heap = [entry for entry in self._heap if entry[2].ticket == entry[1]]
            heapq.heapify(self._heap)


class Waiting:
    """What has to go out, bounded per class (urgent or not) by `limit`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tickets = 0
        self._counts = {True: 0, False: 0}
        self._offers: dict[str, list[Errand]] = {}
        self._new = Shelf()
        self._again = Shelf()
        self._later = Shelf()
        self._deadlines = Shelf()

    def __len__(self) -> int:
        return sum(self._counts.values())

    def count(self, *, urgent: bool) -> int:
        return self._counts[urgent]

    def has_room(self, *, urgent: bool) -> bool:
        return self._counts[urgent] < self._limit

    def has_ring_for(self, push: Push) -> bool:
        """Whether a push of the same offer waits already."""
        return push.offer_id in self._offers

    def put(self, errand: Errand, *, now: datetime) -> None:
        """Also beyond the limit: what comes back from a try was counted before."""
        self._tickets += 1
        errand.ticket = self._tickets
        push = errand.push
        self._counts[push.urgent] += 1
        if push.kind == "offer" and push.offer_id is not None:
            self._offers.setdefault(push.offer_id, []).append(errand)
        self._deadlines.put(deadline_of(push), errand)
        # What was never tried has nothing to wait for; its time may be another node's lease on it.
        if errand.is_again() and push.next_attempt_at > now:
            self._later.put(push.next_attempt_at, errand)
        else:
            self._make_ready(errand)

    def take(self, *, now: datetime, room: int, again_room: int) -> list[Errand]:
        """The next `room` errands, at most `again_room` of them failed before: those never crowd out the rest."""
        self._ripen(now)
        taken: list[Errand] = []
        while len(taken) < room:
            errand = self._next(again_room)
            if errand is None:
                break
            again_room -= errand.is_again()
            self._leave(errand)
            taken.append(errand)
        return taken

    def withdraw(self, offer_ids: Iterable[str]) -> list[Errand]:
        """Takes out the offers themselves; the news that they were withdrawn still goes out."""
        gone = [errand for offer_id in offer_ids for errand in self._offers.get(offer_id, ())]
        for errand in gone:
            self._leave(errand)
        self._sweep()
        return gone

    def expired(self, now: datetime) -> list[Errand]:
        """Takes out everything whose deadline has come."""
        gone: list[Errand] = []
        while (first := self._deadlines.first()) is not None and first[0] <= now:
            self._leave(first[1])
            gone.append(first[1])
        self._sweep()
        return gone

    def next_time(self) -> datetime | None:
        """When `take` or `expired` may have something new, should nothing else happen."""
        times = [first[0] for shelf in (self._later, self._deadlines) if (first := shelf.first()) is not None]
        return min(times, default=None)

    def _make_ready(self, errand: Errand) -> None:
        lane = self._again if errand.is_again() else self._new
        push = errand.push
        can_wait = push.rings_again or push.kind == "offer_withdrawn"
        lane.put((can_wait, not push.urgent, push.seq, push.id), errand)

    def _ripen(self, now: datetime) -> None:
        while (first := self._later.first()) is not None and first[0] <= now:
            self._later.pop()
            self._make_ready(first[1])

    def _next(self, again_room: int) -> Errand | None:
        again = self._again.first() if again_room > 0 else None
        first = min((entry for entry in (self._new.first(), again) if entry is not None), default=None, key=_order)
        return first[1] if first is not None else None

    def _leave(self, errand: Errand) -> None:
        errand.ticket = 0
        push = errand.push
        self._counts[push.urgent] -= 1
        if push.offer_id is None or push.offer_id not in self._offers or push.kind != "offer":
            return
        left = [other for other in self._offers[push.offer_id] if other is not errand]
        if left:
            self._offers[push.offer_id] = left
        else:
            del self._offers[push.offer_id]

    def _sweep(self) -> None:
        for shelf in (self._new, self._again, self._later, self._deadlines):
            shelf.sweep(len(self))


def _order(entry: tuple[Any, Errand]) -> Any:
    return entry[0]
