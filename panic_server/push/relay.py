"""Empties the outbox: takes what the journal has committed, hands it to the sender, and records what became of it.

Memory is a shortcut, never the truth: whatever this process forgets is still in the outbox and is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from panic_server.clock import Clock
from panic_server.push.backoff import TRANSIENT, ProjectPause, outbox_rest_s, retry_delay_s
from panic_server.push.message import data_of, deadline_of, ttl_s
from panic_server.push.metrics import PushMetrics
from panic_server.push.port import (
    Answer,
    Delivery,
    Device,
    EndReason,
    Outbox,
    OutboxUnavailable,
    Push,
    PushResult,
    Sender,
    Verdict,
    accepted,
    ended,
    retry,
)
from panic_server.push.recorder import Recorder
from panic_server.push.waiting import Errand, Waiting
from panic_server.push.waker import Waker

log = structlog.get_logger(__name__)

# Per class; a push in memory takes about 1.2 KB (measured), so both classes together stay below 15 MB.
LIMIT = 5000
# A push that nobody nudged us about (a retry from before a restart, another node's) goes out at most this late.
SCAN_EVERY_S = 10.0
# What came in within this time goes out together: a question to the database and a wake of its thread for some ten
# pushes instead of one took a third of the server's time in a burst (py-spy, 1,000 pushes/s).
GATHER_S = 0.02
# Consecutive failures after which people are told; one failed try alone is no news.
FAILING_AFTER = 3
# Web Push needs a sender of its own, which is not built; such a device alone counts as none.
REACHABLE = frozenset({"fcm_token", "fcm_fid"})
# How long a refused message stays on the health page.
REFUSED_SHOWN_S = 300.0
# Offers whose end is remembered while their pushes may still be under way or unread in the outbox.
REMEMBERED_OFFERS = 20_000


class Relay:
    """Runs in the event loop of `serve`; `random` gives floats in [0, 1) and spreads retries.

    `gather_s` is real time, whatever the clock says.
    """

    def __init__(
        self,
        outbox: Outbox,
        sender: Sender,
        clock: Clock,
        metrics: PushMetrics,
        *,
        random: Callable[[], float],
        limit: int = LIMIT,
        gather_s: float = GATHER_S,
    ) -> None:
        self._gather_s = gather_s
        self._outbox, self._sender, self._clock, self._metrics = outbox, sender, clock, metrics
        self._random, self._limit = random, limit
        self._waiting = Waiting(limit)
        self._under_way: dict[int, tuple[Errand, Device]] = {}
        self._held: set[str] = set()
        self._withdrawn: dict[str, None] = {}
        self._keys = 0
        self._again_under_way = 0
        self._missed = {True: False, False: False}
        self._scan_at = self._outbox_back_at = clock.now()
        self._pause = ProjectPause(random)
        self._failures = 0
        self._refused_at: datetime | None = None
        self._waker = Waker(clock)
        self._recorder = Recorder(outbox, clock, random, metrics, gather_s=5 * gather_s)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts the sender too; pushes left over from before are read first."""
        self._sender.on_answers(self._on_answers)
        self._recorder.on_recorded(self._on_recorded)
        await self._sender.start()
        self._tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._recorder.run())]

    async def stop(self) -> None:
        """What is under way stays in the outbox and is sent again by the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sender.stop()
        with suppress(OutboxUnavailable):
            await self._recorder.flush()

    def take(self, pushes: Iterable[Push], ended_offers: Collection[str]) -> None:
        """What a commit brought: new pushes, and the ends of offers."""
        self.wake(pushes)
        if ended_offers:
            self.withdraw(ended_offers)

    def wake(self, pushes: Iterable[Push]) -> None:
        """Never blocks, and drops nothing but the shortcut."""
        for push in pushes:
            self._take_in(push)
        self._waker.wake()

    def withdraw(self, offer_ids: Iterable[str]) -> None:
        """These offers have ended: their pushes are not sent any more."""
        ids = list(offer_ids)
        self._withdrawn.update(dict.fromkeys(ids))
        while len(self._withdrawn) > REMEMBERED_OFFERS:
            del self._withdrawn[next(iter(self._withdrawn))]
        for errand in self._waiting.withdraw(ids):
            self._finish(errand, EndReason.WITHDRAWN)

    def degraded(self) -> list[str]:
        """`push_not_configured`, `push_down`, `push_failing`, `push_refused`; empty when all is well."""
        words = set(self._sender.degraded())
        if self._failures >= FAILING_AFTER or not self._pause.is_open():
            words.add("push_failing")
        shown_s = None if self._refused_at is None else (self._clock.now() - self._refused_at).total_seconds()
        if shown_s is not None and shown_s < REFUSED_SHOWN_S:
            words.add("push_refused")
        return sorted(words)

    # Taking in

    def _take_in(self, push: Push) -> None:
        if push.id in self._held or (push.rings_again and self._waiting.has_ring_for(push)):
            return
        if not self._waiting.has_room(urgent=push.urgent):
            self._missed[push.urgent] = True
            return
        self._held.add(push.id)
        errand = Errand(push)
        if self._is_withdrawn(push):
            self._finish(errand, EndReason.WITHDRAWN)
        else:
            self._waiting.put(errand, now=self._clock.now())

    def _is_withdrawn(self, push: Push) -> bool:
        return push.kind == "offer" and push.offer_id in self._withdrawn

    def _is_scan_due(self, now: datetime) -> bool:
        if now < self._outbox_back_at:
            return False
        half = self._limit // 2
        if any(missed and self._waiting.count(urgent=urgent) < half for urgent, missed in self._missed.items()):
            return True
        return now >= self._scan_at and len(self._held) < half

    async def _scan(self, now: datetime) -> None:
        """Reads more than is held, so that there is always something new among it when there is anything.

        An offer that ended in another process, or before a restart, is told by the database alone.
        """
        limit = len(self._held) + self._limit // 2
        async with self._recorder.lock:
            due = await self._outbox.load_due(now, limit)
            offers = {push.offer_id for push in due if push.kind == "offer" and push.offer_id is not None}
            if offers:
                self.withdraw(offers.difference(await self._outbox.still_open(offers)))
            more = len(due) == limit
            self._missed = {True: more and due[-1].urgent, False: more}
            for push in due:
                self._take_in(push)
        self._scan_at = now + timedelta(seconds=SCAN_EVERY_S)

    def _on_recorded(self, result: PushResult) -> None:
        self._held.discard(result.push_id)
        self._waker.wake()

    # Sending

    async def _pump(self) -> None:
        while True:
            try:
                await self._step()
            except OutboxUnavailable:
                self._rest()
            except Exception:
                self._metrics.errors.inc()
                log.exception("push_relay_failed")
                self._rest()
            await self._waker.wait(self._next_time())
            if self._under_way and self._gather_s:
                # While some are on their way, their answers come one by one; each would be a question to the database.
                await asyncio.sleep(self._gather_s)

    def _rest(self) -> None:
        self._outbox_back_at = self._clock.now() + timedelta(seconds=outbox_rest_s(self._random))

    def _next_time(self) -> datetime | None:
        now = self._clock.now()
        times = [self._waiting.next_time(), self._pause.until, self._scan_at, self._outbox_back_at]
        return min((time for time in times if time is not None and time > now), default=None)

    async def _step(self) -> None:
        now = self._clock.now()
        for errand in self._waiting.expired(now):
            self._finish(errand, EndReason.EXPIRED)
        if self._is_scan_due(now):
            await self._scan(now)
        if now >= self._outbox_back_at:
            await self._send(now)
        self._metrics.waiting.set(len(self._waiting))
        if self._is_scan_due(now):
            # Sending has made room in memory for what is still in the outbox alone.
            self._waker.wake()

    async def _send(self, now: datetime) -> None:
        errands = self._take(now)
        if not errands:
            return
        try:
            devices = await self._outbox.devices_of([errand.push.recipient for errand in errands])
        except BaseException:
            # Whatever went wrong, what was taken must not be forgotten.
            for errand in errands:
                self._waiting.put(errand, now=now)
            raise
        deliveries: list[Delivery] = []
        for errand in errands:
            deliveries += self._deliveries(errand, devices.get(errand.push.recipient, ()), now)
        if deliveries:
            self._sender.submit(deliveries)

    def _take(self, now: datetime) -> list[Errand]:
        room = self._pause.limit(room=self._sender.room(), under_way=len(self._under_way), now=now)
        # Failing devices, however many they are, leave three quarters of the flow to the others.
        quota = max(1, (self._sender.room() + len(self._under_way)) // 4)
        return self._waiting.take(now=now, room=room, again_room=quota - self._again_under_way)

    def _deliveries(self, errand: Errand, devices: Sequence[Device], now: datetime) -> list[Delivery]:
        reachable = [device for device in devices if device.kind in REACHABLE and device.value not in errand.done]
        errand.delay_s = None
        errand.under_way = len(reachable)
        self._again_under_way += errand.is_again()
        if not reachable or self._is_withdrawn(errand.push):
            self._settle(errand)
            return []
        data, seconds = data_of(errand.push), ttl_s(errand.push, now=now)
        silent = errand.push.silent
        return [Delivery(self._enter(errand, device), device, data, seconds, silent) for device in reachable]

    def _enter(self, errand: Errand, device: Device) -> int:
        self._keys += 1
        self._under_way[self._keys] = (errand, device)
        return self._keys

    # What came back

    def _on_answers(self, answers: Sequence[Answer]) -> None:
        now = self._clock.now()
        for answer in answers:
            errand, device = self._under_way.pop(answer.key)
            self._metrics.answers.labels(answer.verdict).inc()
            self._pause.saw(answer, device.value, now=now)
            self._note(answer, errand, device, now)
            errand.under_way -= 1
            if errand.under_way == 0:
                self._settle(errand)
        self._waker.wake()

    def _note(self, answer: Answer, errand: Errand, device: Device, now: datetime) -> None:
        if answer.verdict in TRANSIENT:
            delay_s = retry_delay_s(answer, errand.push.attempts, self._random)
            errand.delay_s = max(errand.delay_s or 0.0, delay_s)
            self._failures += answer.verdict is not Verdict.LOST
            return
        self._failures = 0
        errand.done[device.value] = answer.verdict
        if answer.verdict is Verdict.DEAD_DEVICE:
            self._recorder.forget_device(device.value)
        elif answer.verdict is Verdict.REFUSED:
            self._refused_at = now
            log.error("push_refused", push_id=errand.push.id, detail=answer.detail)

    def _settle(self, errand: Errand) -> None:
        """All devices of this round have answered."""
        self._again_under_way -= errand.is_again()
        if self._is_withdrawn(errand.push):
            self._finish(errand, EndReason.WITHDRAWN)
        elif errand.delay_s is None:
            self._finish(errand, None)
        else:
            self._try_again(errand, errand.delay_s)

    def _try_again(self, errand: Errand, delay_s: float) -> None:
        now = self._clock.now()
        when = now + timedelta(seconds=delay_s)
        if when >= deadline_of(errand.push):
            self._finish(errand, EndReason.EXPIRED)
            return
        self._recorder.add(retry(errand.push, at=now, next_attempt_at=when))
        errand.push = replace(errand.push, attempts=errand.push.attempts + 1, next_attempt_at=when)
        self._waiting.put(errand, now=now)

    def _finish(self, errand: Errand, otherwise: EndReason | None) -> None:
        """Accepted if any device took it; else `otherwise`, or what the devices' verdicts say."""
        if Verdict.ACCEPTED not in errand.done.values():
            self._recorder.add(ended(errand.push, otherwise or _reason_of(errand), at=self._clock.now()))
            return
        now = self._clock.now()
        self._metrics.seconds.observe(max(0.0, (now - errand.push.created_at).total_seconds()))
        self._recorder.add(accepted(errand.push, at=now))


# The verdict that explains best why a push reached none of several devices comes first.
_REASONS = {
    Verdict.NOT_CONFIGURED: EndReason.NOT_CONFIGURED,
    Verdict.REFUSED: EndReason.REFUSED,
    Verdict.DEAD_DEVICE: EndReason.DEAD_DEVICE,
}


def _reason_of(errand: Errand) -> EndReason:
    verdicts = set(errand.done.values())
    return next((reason for verdict, reason in _REASONS.items() if verdict in verdicts), EndReason.NO_DEVICE)
