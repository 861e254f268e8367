"""Waiting for what happens in real time: on sockets, in threads and in other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 15.0
"""A test fails after this; what it waits for takes milliseconds, and seconds on a machine that others use as well."""


async def eventually(find: Callable[[], Awaitable[T]], *, within_s: float = PATIENCE_S) -> T:
    """What `find` returns once that is true. Raises AssertionError when it never is."""
    try:
        async with asyncio.timeout(within_s):
            while not (found := await find()):  # noqa: ASYNC110 - what is waited for sets no event here
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"it did not come within {within_s} s") from None
    return found


async def until(is_so: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Returns once it is so. Raises AssertionError when it never is."""

    async def find() -> object:
        return is_so()

    await eventually(find, within_s=within_s)
