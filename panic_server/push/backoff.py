"""When a failed push is tried again, and when the whole project pauses. Pure: time and randomness are arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from panic_server.push.port import Answer, Verdict

# Google's guide on scaling FCM: a 429 without Retry-After means a minute.
QUOTA_DEFAULT_S = 60.0
# The same guide: exponential from a second, with jitter.
FIRST_DELAY_S = 1.0
# An offer lives for half a minute, so waiting longer between tries would be giving up.
LONGEST_DELAY_S = 15.0
# The follower asks a database that is away four times a second; one question more is no load.
OUTBOX_REST_S = 0.5
# Asking for longer than this is a broken clock or a broken header; the push's own deadline ends it before.
LONGEST_RETRY_AFTER_S = 3600.0

# Failures of this many different devices without one success in between are no longer the devices' fault.
PAUSE_AFTER_DEVICES = 10
# Few enough to be no load on a struggling service, enough that one hanging phone does not hide its recovery.
PROBES = 4

TRANSIENT = frozenset({Verdict.QUOTA, Verdict.UNAVAILABLE, Verdict.LOST})


def retry_delay_s(answer: Answer, attempts: int, random: Callable[[], float]) -> float:
    """Seconds until the next try, never less than the far side asked for; `attempts` counts the tries so far.

    What was LOST with a dying child is first sent again at once: nothing is known against it.
    """
    asked_s = min(answer.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S)
    if answer.verdict is Verdict.QUOTA:
        return (asked_s or QUOTA_DEFAULT_S) * (1 + 0.1 * random())
    if answer.verdict is Verdict.LOST and attempts == 0:
        return 0.0
    return max(asked_s, exponential_s(attempts, random))


def outbox_rest_s(random: Callable[[], float]) -> float:
    """Before a database that did not answer is asked again. Always short: offers made since its return wait for it,
    and are over in ten seconds.
    """
    return OUTBOX_REST_S * (0.5 + random())


def exponential_s(failures: int, random: Callable[[], float]) -> float:
    """1, 2, 4 … seconds, each spread evenly over half to one and a half of itself, at most `LONGEST_DELAY_S`."""
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 10)) * (0.5 + random())


class ProjectPause:
    """Stops everything while FCM itself fails, then lets a few probes through until one succeeds.

    One failing device never pauses the others: any success in between starts the count again.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failing: set[str] = set()
        self._pauses = 0
        self.until: datetime | None = None

    def is_open(self) -> bool:
        """Whether everything may flow; False from the first pause until a success."""
        return self.until is None

    def limit(self, *, room: int, under_way: int, now: datetime) -> int:
        """How many deliveries may be sent now."""
        if self.until is None:
            return room
        return 0 if now < self.until else max(0, min(room, PROBES - under_way))

    def saw(self, answer: Answer, device: str, *, now: datetime) -> None:
        """Counts one answer. What was sent before a pause and fails during it does not prolong it."""
        if answer.verdict is Verdict.LOST:
            return
        if answer.verdict not in TRANSIENT:
            self._failing.clear()
            self._pauses = 0
            self.until = None
            return
        if self.until is not None and now < self.until:
            return
        self._failing.add(device)
        if self.until is not None or len(self._failing) >= PAUSE_AFTER_DEVICES:
            self._pause(answer, now)

    def _pause(self, answer: Answer, now: datetime) -> None:
        asked_s = min(answer.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S)
        self.until = now + timedelta(seconds=max(asked_s, exponential_s(self._pauses, self._random)))
        self._pauses += 1
        self._failing.clear()
