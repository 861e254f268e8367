"""An outbox and a sender in memory, for tests and trials; they pass the same contract suites as the real ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from panic_server.push.port import (
    Answer,
    Delivery,
    Device,
    OutboxUnavailable,
    Outcome,
    Push,
    PushResult,
    Verdict,
)


class MemoryOutbox:
    """Set `available` to False and every method raises, as a database does that is gone.

    Offers in `over` have ended.
    """

    def __init__(self) -> None:
        self.available = True
        self.over: set[str] = set()
        self._pending: dict[str, Push] = {}
        self._finished: dict[str, PushResult] = {}
        self._devices: dict[str, Device] = {}

    def add(self, pushes: Iterable[Push]) -> None:
        """What the journal's commit does."""
        self._pending.update((push.id, push) for push in pushes)

    def register(self, device: Device) -> None:
        """As `PUT /v1/me/device`: a device belongs to the person who registered it last."""
        self._devices[device.value] = device

    def pending(self) -> list[Push]:
        return list(self._pending.values())

    def finished(self, push_id: str) -> PushResult | None:
        return self._finished.get(push_id)

    async def load_due(self, now: datetime, limit: int) -> list[Push]:
        self._check()
        due = [push for push in self._pending.values() if push.next_attempt_at <= now]
        return sorted(due, key=lambda push: (not push.urgent, push.seq, push.id))[:limit]

    async def still_open(self, offer_ids: Collection[str]) -> Collection[str]:
        self._check()
        return set(offer_ids) - self.over

    async def devices_of(self, subjects: Sequence[str]) -> Mapping[str, Sequence[Device]]:
        self._check()
        wanted = set(subjects)
        found: dict[str, list[Device]] = {}
        for device in self._devices.values():
            if device.subject in wanted:
                found.setdefault(device.subject, []).append(device)
        return found

    async def record(self, results: Sequence[PushResult]) -> None:
        self._check()
        for result in results:
            push = self._pending.get(result.push_id)
            if push is None:
                continue
            if result.outcome is Outcome.RETRY and result.next_attempt_at is not None:
                self._pending[push.id] = replace(push, attempts=result.attempts, next_attempt_at=result.next_attempt_at)
            else:
                del self._pending[push.id]
                self._finished[push.id] = result

    async def forget_devices(self, values: Sequence[str]) -> None:
        self._check()
        for value in values:
            self._devices.pop(value, None)

    async def pending_age(self, now: datetime) -> float | None:
        self._check()
        oldest = min((push.created_at for push in self._pending.values()), default=None)
        return None if oldest is None else (now - oldest).total_seconds()

    async def counts(self) -> Mapping[str, int]:
        self._check()
        ended = Counter(str(result.reason or result.outcome) for result in self._finished.values())
        return {"pending": len(self._pending), **ended}

    def _check(self) -> None:
        if not self.available:
            raise OutboxUnavailable


class MemorySender:
    """Answers nothing by itself: a test answers what is in `under_way`, or sets `verdict` for all that follows."""

    def __init__(self, window: int = 100) -> None:
        self.window = window
        self.words: list[str] = []
        self.verdict: Verdict | None = None
        self.submitted: list[Delivery] = []
        self.under_way: dict[int, Delivery] = {}
        self._callback: Callable[[Sequence[Answer]], None] | None = None

    def on_answers(self, callback: Callable[[Sequence[Answer]], None]) -> None:
        self._callback = callback

    async def start(self) -> None:
        """Ready at once."""

    async def stop(self) -> None:
        self.under_way.clear()

    def room(self) -> int:
        return max(0, self.window - len(self.under_way))

    def submit(self, deliveries: Sequence[Delivery]) -> None:
        self.submitted += deliveries
        self.under_way.update((delivery.key, delivery) for delivery in deliveries)
        if self.verdict is not None:
            asyncio.get_running_loop().call_soon(self.answer_all, self.verdict)

    def answer(self, device: str, verdict: Verdict, retry_after_s: float | None = None) -> None:
        """Answers everything that is under way to one device."""
        keys = [key for key, delivery in self.under_way.items() if delivery.device.value == device]
        self._answer([Answer(key, verdict, retry_after_s) for key in keys])

    def answer_all(self, verdict: Verdict) -> None:
        self._answer([Answer(key, verdict) for key in self.under_way])

    def degraded(self) -> list[str]:
        return self.words

    def _answer(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            del self.under_way[answer.key]
        if self._callback is not None:
            self._callback(answers)
