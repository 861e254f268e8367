"""Waiting for either a nudge or a moment."""

from __future__ import annotations

import asyncio
from datetime import datetime

from panic_server.clock import Clock


class Waker:
    """Nudges that come while nobody waits are kept (once)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._nudged = asyncio.Event()

    def wake(self) -> None:
        self._nudged.set()

    async def wait(self, until: datetime | None) -> None:
        """Returns after a nudge, or at `until` if that is given."""
        if not self._nudged.is_set():
            await (self._nudged.wait() if until is None else self._wait_until(until))
        self._nudged.clear()

    async def _wait_until(self, until: datetime) -> None:
        waits = [asyncio.ensure_future(self._nudged.wait()), asyncio.ensure_future(self._clock.sleep_until(until))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
