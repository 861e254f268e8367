"""The words and ports of push: what waits in the outbox, who sends it, and what became of it.

A push is known by its id wherever it is seen twice; receivers drop repeats, so sending again is always safe.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from msgspec import Struct

DeviceKind = Literal["fcm_token", "fcm_fid", "webpush"]


class Push(Struct, frozen=True, gc=False):
    """One message for one person, written in the same commit as the event that caused it. Made by the thousand.

    `recipient` is a token's subject; `seq` is the causing event's; `attempts` counts the tries recorded so far.
    Without `expires_at` a push is given up an hour after `created_at` (see `message.py`). A `silent` one wakes nobody.
    One that `rings_again` is about an offer whose first push was handed over before.
    """

    id: str
    seq: int
    recipient: str
    kind: str
    incident_id: str
    offer_id: str | None
    created_at: datetime
    expires_at: datetime | None
    urgent: bool
    attempts: int
    next_attempt_at: datetime
    silent: bool = False
    drill: bool = False
    rings_again: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """Where one person can be reached; a person may have several."""

    subject: str
    kind: DeviceKind
    value: str


class Outcome(StrEnum):
    """What a recorded result does to the outbox's row: accepted and ended are final, retry is due again later."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a push ended without having been accepted."""

    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NO_DEVICE = "no_device"
    DEAD_DEVICE = "dead_device"
    REFUSED = "refused"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of one push; made by `accepted`, `retry` and `ended` below.

    `attempts` is the new total. `next_attempt_at` is set exactly for retry, `reason` exactly for ended.
    """

    push_id: str
    outcome: Outcome
    at: datetime
    attempts: int
    next_attempt_at: datetime | None = None
    reason: EndReason | None = None


def accepted(push: Push, *, at: datetime) -> PushResult:
    """FCM took it for at least one device of the recipient."""
    return PushResult(push.id, Outcome.ACCEPTED, at, push.attempts + 1)


def retry(push: Push, *, at: datetime, next_attempt_at: datetime) -> PushResult:
    """It failed in a way that may pass."""
    return PushResult(push.id, Outcome.RETRY, at, push.attempts + 1, next_attempt_at=next_attempt_at)


def ended(push: Push, reason: EndReason, *, at: datetime) -> PushResult:
    """It will not be tried again; `attempts` stays as it is, since ending is no try."""
    return PushResult(push.id, Outcome.ENDED, at, push.attempts, reason=reason)


class Outbox(Protocol):
    """Where pushes wait durably. Every implementation passes `tests/contract/test_outbox.py`.

    Any method may raise `OutboxUnavailable`; the relay keeps its results and asks again.
    """

    async def load_due(self, now: datetime, limit: int) -> list[Push]:
        """Unfinished pushes with `next_attempt_at <= now`: urgent first, then by `seq`, then by `id`.

        Where several nodes share a database, it leaves out what another living node has in hand.
        """

    async def still_open(self, offer_ids: Collection[str]) -> Collection[str]:
        """Those of these offers that wait for an answer, whichever process made or ended them."""

    async def devices_of(self, subjects: Sequence[str]) -> Mapping[str, Sequence[Device]]:
        """Every device of these people; a person without one is missing or has an empty list."""

    async def record(self, results: Sequence[PushResult]) -> None:
        """All of them in one commit; each push is in it at most once.

        Idempotent: unknown ids and pushes that are already finished stay as they are.
        """

    async def forget_devices(self, values: Sequence[str]) -> None:
        """Removes devices by value; unknown values are ignored."""

    async def pending_age(self, now: datetime) -> float | None:
        """Seconds since the oldest unfinished push was created; None when nothing waits."""

    async def counts(self) -> Mapping[str, int]:
        """How many pushes are `pending`, `accepted`, and ended, the last under their reasons; zeros may be missing."""


class OutboxUnavailable(Exception):
    """The outbox cannot be read or written at the moment."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One push for one device, as handed to a sender. `key` is the relay's and comes back in the answer."""

    key: int
    device: Device
    data: Mapping[str, str]
    ttl_s: int
    silent: bool = False


class Verdict(StrEnum):
    """A sender's answer for one delivery."""

    ACCEPTED = "accepted"
    QUOTA = "quota"
    UNAVAILABLE = "unavailable"
    LOST = "lost"
    DEAD_DEVICE = "dead_device"
    REFUSED = "refused"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class Answer:
    """`retry_after_s` is what the far side asked for; `detail` is a short code for logs, never personal data.

    LOST means that the sender does not know (its process died): the delivery may have arrived.
    """

    key: int
    verdict: Verdict
    retry_after_s: float | None = None
    detail: str = ""


class Sender(Protocol):
    """Takes deliveries and answers each exactly once, in any order, on the event loop."""

    def on_answers(self, callback: Callable[[Sequence[Answer]], None]) -> None:
        """Set once, before `start`; it is also called with an empty list when `room` may have grown."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Ends; what is under way is answered LOST or not at all."""

    def room(self) -> int:
        """How many more deliveries may be submitted now; 0 while the sender is down."""

    def submit(self, deliveries: Sequence[Delivery]) -> None:
        """Never blocks. For no more than `room()` people, who may have several devices each."""

    def degraded(self) -> list[str]:
        """Stable words for the health page; empty when all is well."""
