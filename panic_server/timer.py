"""Deadlines: looks at an incident again when it is due. The journal keeps them; this only knows the next of each."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from panic_server.clock import Clock
from panic_server.wire.shapes import Component

log = structlog.get_logger(__name__)

BEAT = timedelta(seconds=1)
"""The timer wakes at least this often, so that one that hangs is seen by its missing beat."""

BEAT_LATE_S = 3.0
"""With a second for the health page and five for the next heartbeat every console knows within ten."""


class Timer:
    """`look_again(incident_id)` raises nothing; it is True when the incident changed, and its deadline with it.

    An incident that was looked at and stayed as it was is looked at again after `retry_s`.
    """

    def __init__(self, clock: Clock, look_again: Callable[[str], Awaitable[bool]], *, retry_s: float) -> None:
        self._retry = timedelta(seconds=retry_s)
        self._clock = clock
        self._look_again = look_again
        self._heap: list[tuple[datetime, str]] = []
        self._due: dict[str, datetime] = {}
        self._wake = asyncio.Event()
        self._looking: set[asyncio.Task[None]] = set()
        self._beat_s = clock.monotonic()

    def take(self, dues: Sequence[tuple[str, datetime | None]]) -> None:
        """Incidents' new deadlines; None takes one away."""
        for incident_id, due in dues:
            if due is None:
                self._due.pop(incident_id, None)
            elif self._due.get(incident_id) != due:
                self._due[incident_id] = due
                heapq.heappush(self._heap, (due, incident_id))
        if dues:
            self._wake.set()

    async def run(self) -> None:
        while True:
            for incident_id in self._take_due(self._clock.now()):
                task = asyncio.create_task(self._look(incident_id))
                self._looking.add(task)
                task.add_done_callback(self._looking.discard)
            self._beat_s = self._clock.monotonic()
            await self._wait()

    def _take_due(self, now: datetime) -> list[str]:
        """In the order of their deadlines."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            when, incident_id = heapq.heappop(self._heap)
            if self._due.get(incident_id) == when:
                del self._due[incident_id]
                due.append(incident_id)
        return due

    async def _look(self, incident_id: str) -> None:
        if not await self._look_again(incident_id) and incident_id not in self._due:
            self.take([(incident_id, self._clock.now() + self._retry)])

    async def _wait(self) -> None:
        until = self._clock.now() + BEAT
        if self._heap:
            until = min(until, self._heap[0][0])
        self._wake.clear()
        waits = [asyncio.ensure_future(self._clock.sleep_until(until)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def check(self) -> Component:
        late_s = self._clock.monotonic() - self._beat_s
        detail = f"{len(self._due)} deadlines" if late_s < BEAT_LATE_S else f"no beat for {late_s:.0f} s"
        return Component("timer", ok=late_s < BEAT_LATE_S, detail=detail)
