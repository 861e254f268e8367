"""Writes results back to the outbox in groups: whatever comes in while one group is written forms the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from panic_server.clock import Clock
from panic_server.logs import Spell
from panic_server.push.backoff import outbox_rest_s
from panic_server.push.metrics import PushMetrics
from panic_server.push.port import Outbox, OutboxUnavailable, Outcome, PushResult
from panic_server.push.waker import Waker

log = structlog.get_logger(__name__)

# One statement with this many rows stays within a few milliseconds of the writer's time.
GROUP = 1000


class Recorder:
    """Keeps each push's latest result until it is written; what is lost with the process is simply sent again.

    Nobody waits for a result to be written, so those of `gather_s` are written at once.
    """

    def __init__(
        self, outbox: Outbox, clock: Clock, random: Callable[[], float], metrics: PushMetrics, *, gather_s: float
    ) -> None:
        self._gather_s = gather_s
        self._outbox = outbox
        self._clock = clock
        self._random = random
        self._metrics = metrics
        self._waker = Waker(clock)
        self._spell = Spell("push.results_wait_for_the_journal", over="push.results_are_recorded_again")
        self._results: dict[str, PushResult] = {}
        self._dead_devices: list[str] = []
        self._on_recorded: Callable[[PushResult], None] = _nobody
        # Held while results are written and while due pushes are read, so that no push is read as still waiting whose
        # result is being written.
        self.lock = asyncio.Lock()

    def on_recorded(self, callback: Callable[[PushResult], None]) -> None:
        self._on_recorded = callback

    def add(self, result: PushResult) -> None:
        self._results[result.push_id] = result
        self._waker.wake()

    def forget_device(self, value: str) -> None:
        self._dead_devices.append(value)
        self._waker.wake()

    def is_idle(self) -> bool:
        return not self._results and not self._dead_devices

    async def run(self) -> None:
        while True:
            await self._waker.wait(None)
            if self._gather_s:
                await asyncio.sleep(self._gather_s)
            try:
                await self.flush()
                self._spell.is_over()
            except OutboxUnavailable:
                self._spell.goes_on("the database does not answer")
                await self._rest()
            except Exception:
                self._metrics.errors.inc()
                log.exception("push_recorder_failed")
                await self._rest()

    async def flush(self) -> None:
        """Writes all that waits. Raises OutboxUnavailable and then has kept it."""
        while not self.is_idle():
            async with self.lock:
                await self._write_group()

    async def _write_group(self) -> None:
        dead = self._dead_devices[:GROUP]
        if dead:
            await self._outbox.forget_devices(dead)
            del self._dead_devices[: len(dead)]
        group = list(self._results.values())[:GROUP]
        if group:
            await self._outbox.record(group)
        for result in group:
            self._written(result)

    def _written(self, result: PushResult) -> None:
        self._metrics.results.labels(result.outcome, result.reason or "").inc()
        # A newer result may have come while this one was written; it stays for the next group.
        if self._results.get(result.push_id) is result:
            del self._results[result.push_id]
            if result.outcome is not Outcome.RETRY:
                self._on_recorded(result)

    async def _rest(self) -> None:
        self._waker.wake()
        await self._clock.sleep_until(self._clock.now() + timedelta(seconds=outbox_rest_s(self._random)))


def _nobody(_: PushResult) -> None:
    """Before the relay listens, nobody does."""
