"""The only place that asks what time it is and makes random ids.

Wall time is read once, at start, and from then on runs on the monotonic clock: a deadline is not moved by somebody
setting the machine's clock.
"""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the server knows of time. `now` never goes back."""

    def now(self) -> datetime:
        """The present, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment, for measuring how long something took."""

    async def sleep_until(self, when: datetime) -> None:
        """Returns once `now() >= when`."""

    def not_before(self, when: datetime) -> None:
        """From here on it is at least that late."""

    def ahead_s(self) -> float:
        """By how much it differs from what the machine says now; negative when it is behind."""


class SystemClock:
    """Wall time anchored at start, carried on by the monotonic clock."""

    def __init__(self) -> None:
        self._anchor = datetime.now(UTC)
        self._anchor_s = time.monotonic()

    def now(self) -> datetime:
        return self._anchor + timedelta(seconds=time.monotonic() - self._anchor_s)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep_until(self, when: datetime) -> None:
        # The loop's timer may fire a moment early, and a deadline never may.
        while (left_s := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(left_s)

    def not_before(self, when: datetime) -> None:
        self._anchor += max(when - self.now(), timedelta(0))

    def ahead_s(self) -> float:
        return (self.now() - datetime.now(UTC)).total_seconds()


class FakeClock:
    """Time that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._start = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep_until(self, when: datetime) -> None:
        if when <= self._now:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((when, woken))
        await woken

    def not_before(self, when: datetime) -> None:
        self.advance(max(0.0, (when - self._now).total_seconds()))

    def ahead_s(self) -> float:
        return 0.0

    def advance(self, seconds: float) -> None:
        """Moves time on and wakes whoever slept until then, earliest first."""
        self._now += timedelta(seconds=seconds)
        due = sorted((s for s in self._sleepers if s[0] <= self._now), key=lambda sleeper: sleeper[0])
        self._sleepers = [s for s in self._sleepers if s[0] > self._now]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)


_IDS_AT_ONCE = 512
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
_random: list[str] = []


def new_id() -> str:
    """A UUID that sorts by the time it was made (RFC 9562, version 7), as text.

    Random bytes are fetched for many at once: each fetch lets go of the interpreter, and another thread takes it.
    """
    try:
        random = _random.pop()
    except IndexError:
        digits = os.urandom(10 * _IDS_AT_ONCE).hex()
        _random.extend(digits[i : i + 20] for i in range(0, len(digits), 20))
        random = _random.pop()
    millis = f"{time.time_ns() // 1_000_000:012x}"
    # Written out by hand: uuid.UUID would take as long again, several times for each alarm.
    return f"{millis[-12:-4]}-{millis[-4:]}-7{random[:3]}-{_VARIANT[random[3]]}{random[4:7]}-{random[7:19]}"
