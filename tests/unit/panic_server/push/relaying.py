"""A relay at work in a test, between an outbox and a sender in memory."""

from prometheus_client import CollectorRegistry

from panic_server.clock import FakeClock
from panic_server.push.memory import MemoryOutbox, MemorySender
from panic_server.push.metrics import PushMetrics
from panic_server.push.port import EndReason, Outcome, Push, PushResult, Verdict
from panic_server.push.relay import Relay
from tests.fake_fcm.pushes import NOON, a_device, settled


class House:
    """A relay and all around it; `start` it, and `commit` what the journal would."""

    def __init__(self, *, limit: int = 5000) -> None:
        self.clock = FakeClock(NOON)
        self.outbox = MemoryOutbox()
        self.limit = limit
        self.relays: list[Relay] = []
        self.registry = CollectorRegistry()
        for number in range(100):
            self.outbox.register(a_device(number))

    async def start(self) -> None:
        """Also a second time: as after a kill, with nothing but the outbox left."""
        self.sender = MemorySender()
        self.registry = CollectorRegistry()
        metrics = PushMetrics(self.registry)
        self.relay = Relay(
            self.outbox, self.sender, self.clock, metrics, random=lambda: 0.5, limit=self.limit, gather_s=0
        )
        self.relays.append(self.relay)
        await self.relay.start()
        await settled()

    async def commit(self, *pushes: Push) -> None:
        self.outbox.add(pushes)
        self.relay.wake(pushes)
        await settled()

    async def answer(self, number: int, verdict: Verdict, retry_after_s: float | None = None) -> None:
        self.sender.answer(f"device-{number}", verdict, retry_after_s)
        await settled()

    async def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await settled()

    def sent(self) -> list[str]:
        return [delivery.data["push_id"] for delivery in self.sender.submitted]

    def result(self, number: int) -> PushResult | None:
        return self.outbox.finished(f"push-{number}")

    def end_of(self, number: int) -> EndReason | Outcome | None:
        result = self.result(number)
        return None if result is None else result.reason or result.outcome
