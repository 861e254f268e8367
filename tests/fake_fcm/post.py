"""Everything between a commit and FCM, put together for tests: the relay, the real child, and the fake behind it."""

from __future__ import annotations

import random
from collections.abc import Iterable

from prometheus_client import CollectorRegistry

from panic_server.clock import FakeClock, SystemClock
from panic_server.push.fcm_process import FcmProcess, Watch
from panic_server.push.memory import MemoryOutbox
from panic_server.push.metrics import PushMetrics
from panic_server.push.port import EndReason, Outcome, Push
from panic_server.push.relay import Relay
from tests.fake_fcm.process import FakeFcmProcess
from tests.fake_fcm.pushes import NOON, a_device, eventually

# Faults are to be noticed within a test's patience.
QUICK = Watch(timeout_s=1.0, ping_s=0.1, pings=5, down_shown_s=0.0)


class Post:
    """The relay's time is the test's to move; the child is watched in real time."""

    def __init__(self, fake: FakeFcmProcess, *, watch: Watch = QUICK) -> None:
        self.fake = fake
        self.clock = FakeClock(NOON)
        self.outbox = MemoryOutbox()
        self.watch = watch
        for number in range(1000):
            self.outbox.register(a_device(number))

    async def start(self) -> None:
        """Again after `stop`, it finds what the outbox holds, as a new process does."""
        self.registry = CollectorRegistry()
        metrics = PushMetrics(self.registry)
        self.sender = FcmProcess(
            self.fake.credentials,
            clock=SystemClock(),
            metrics=metrics,
            random=random.random,
            fcm_url=self.fake.url,
            watch=self.watch,
        )
        self.relay = Relay(self.outbox, self.sender, self.clock, metrics, random=lambda: 0.5)
        await self.relay.start()

    async def stop(self) -> None:
        await self.relay.stop()

    def commit(self, pushes: Iterable[Push]) -> None:
        """As the journal after a commit."""
        committed = list(pushes)
        self.outbox.add(committed)
        self.relay.wake(committed)

    def end_of(self, number: int) -> EndReason | Outcome | None:
        result = self.outbox.finished(f"push-{number}")
        return None if result is None else result.reason or result.outcome

    def waits_for_retry(self, number: int) -> bool:
        return any(push.id == f"push-{number}" and push.attempts for push in self.outbox.pending())

    def delivered(self) -> list[str]:
        """The push ids that FCM has taken, in its order."""
        return [record["push_id"] for record in self.fake.sent()]

    def tries(self) -> int:
        return len(self.fake.attempts())

    async def all_settled(self, within_s: float = 20.0) -> None:
        await eventually(lambda: not self.outbox.pending(), within_s=within_s)
