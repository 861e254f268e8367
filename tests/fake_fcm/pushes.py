"""Pushes and devices for tests, and waiting for what another process does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from panic_server.push.port import Device, Push

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_push(number: int, **changes: Any) -> Push:
    """An offer of NOON to `officer-N` that expires half a minute later; `changes` are fields of Push."""
    push = Push(
        id=f"push-{number}",
        seq=number,
        recipient=f"officer-{number}",
        kind="offer",
        incident_id=f"incident-{number}",
        offer_id=f"offer-{number}",
        created_at=NOON,
        expires_at=NOON + timedelta(seconds=30),
        urgent=True,
        attempts=0,
        next_attempt_at=NOON,
    )
    return msgspec.structs.replace(push, **changes)


def a_piece_of_news(number: int, **changes: Any) -> Push:
    """Neighbourhood news of NOON to `officer-N`, neither urgent nor with an expiry of its own."""
    return a_push(number, **{"kind": "neighbourhood", "offer_id": None, "expires_at": None, "urgent": False, **changes})


def a_device(number: int, **changes: Any) -> Device:
    """The FCM token `device-N` of `officer-N`."""
    return replace(Device(f"officer-{number}", "fcm_token", f"device-{number}"), **changes)


async def eventually(is_so: Callable[[], bool], *, within_s: float = 20.0) -> None:
    """Returns as soon as it is so; raises TimeoutError when it never is. For what real processes do in real time."""
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110  What another process does sets no event here.
            await asyncio.sleep(0.01)


async def settled() -> None:
    """Lets every task of this loop go as far as it can without time passing."""
    for _ in range(50):
        await asyncio.sleep(0)
