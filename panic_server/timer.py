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

LATE_S = 3.0
"""A beat or a deadline later than this is trouble. With a second for the health page and five for the next heartbeat
every console knows within ten.
"""

LOOKING_CALM = 24
"""Looks under way at a time. However many deadlines pass in the same moment, an alarm waits behind no more than these,
which are a few milliseconds.
"""

HURRY_S = 0.3
LOOKING_HURRIED = 128
"""So many once a deadline is late by that: none may be late by a second, and large batches are written sooner."""


class Timer:
    """`look_again(incident_id)` says after how many seconds it wants to be called again if nothing else becomes due
    before; None leaves it to the deadlines that the journal tells.
    """

    def __init__(self, clock: Clock, look_again: Callable[[str], Awaitable[float | None]]) -> None:
        self._clock = clock
        self._look_again = look_again
        self._heap: list[tuple[datetime, str]] = []
        self._due: dict[str, datetime] = {}
        self._wake = asyncio.Event()
        self._looking: dict[asyncio.Task[None], float] = {}
        self._beat_s = self._began_s = clock.monotonic()

    def take(self, dues: Sequence[tuple[str, datetime | None]]) -> None:
        """Incidents' new deadlines; None takes one away."""
        next_due = self._heap[0][0] if self._heap else None
        for incident_id, due in dues:
            if due is None:
                self._due.pop(incident_id, None)
            elif self._due.get(incident_id) != due:
                self._due[incident_id] = due
                heapq.heappush(self._heap, (due, incident_id))
        if self._heap and (next_due is None or self._heap[0][0] < next_due):
            self._wake.set()

    async def run(self) -> None:
        while True:
            self._look_at_due(self._clock.now())
            self._beat_s = self._clock.monotonic()
            await self._wait()

    def _look_at_due(self, now: datetime) -> None:
        """In the order of their deadlines; what finds no room is next when a look is done."""
        most = self._most(now)
        while len(self._looking) < most and (incident_id := self._take_due(now)) is not None:
            task = asyncio.create_task(self._look(incident_id))
            self._looking[task] = self._clock.monotonic()
            task.add_done_callback(self._looked)

    def _most(self, now: datetime) -> int:
        """How many looks may be under way."""
        is_hurried = bool(self._heap) and (now - self._heap[0][0]).total_seconds() >= HURRY_S
        return LOOKING_HURRIED if is_hurried else LOOKING_CALM

    def _take_due(self, now: datetime) -> str | None:
        while self._heap and self._heap[0][0] <= now:
            when, incident_id = heapq.heappop(self._heap)
            if self._due.get(incident_id) == when:
                del self._due[incident_id]
                return incident_id
        return None

    async def _look(self, incident_id: str) -> None:
        try:
            pause_s = await self._look_again(incident_id)
        except Exception:
            # Nobody else knows of this deadline: whatever went wrong, it must not be lost.
            log.exception("timer.look_failed", incident_id=incident_id)
            pause_s = BEAT.total_seconds()
        if pause_s is not None and incident_id not in self._due:
            self.take([(incident_id, self._clock.now() + timedelta(seconds=pause_s))])

    def _looked(self, task: asyncio.Task[None]) -> None:
        was_full = len(self._looking) >= LOOKING_CALM
        del self._looking[task]
        if was_full:
            self._wake.set()

    async def _wait(self) -> None:
        until = self._clock.now() + BEAT
        if self._heap and len(self._looking) < self._most(self._clock.now()):
            until = min(until, self._heap[0][0])
        self._wake.clear()
        waits = [asyncio.ensure_future(self._clock.sleep_until(until)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def check(self) -> Component:
        """Not how many deadlines there are: anybody may ask, and whoever stands beside a phone that has cancelled could
        tell by the last of them whether the incident goes on.
        """
        beat_late_s, late_s = self._clock.monotonic() - self._beat_s, self._late_s()
        if beat_late_s >= LATE_S:
            detail = f"no beat for {beat_late_s:.0f} s"
        elif late_s >= LATE_S:
            detail = f"the oldest deadline is {late_s:.0f} s late"
        else:
            detail = f"last beat {beat_late_s:.1f} s ago"
        return Component("timer", ok=max(beat_late_s, late_s) < LATE_S, detail=detail)

    def _late_s(self) -> float:
        """How long the oldest passed deadline waits; one that passed while nobody ran waits since the start."""
        now_s = self._clock.monotonic()
        waits_s = (self._clock.now() - self._heap[0][0]).total_seconds() if self._heap else 0.0
        looks_s = now_s - next(iter(self._looking.values())) if self._looking else 0.0
        return max(0.0, min(waits_s, now_s - self._began_s), looks_s)
