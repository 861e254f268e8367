"""PINs are hashed one person at a time: it takes long, and somebody may be waiting who is in danger."""

from __future__ import annotations

import asyncio

from dispatch.incident import PinMeaning
from panic_server.pins import PinHashes

FLOOD = 12


async def test_whoever_floods_with_pins_keeps_nobody_else_from_a_cancel() -> None:
    hashes = PinHashes()
    flood = [asyncio.create_task(hashes.hash_both("flooder", "2580", "1379")) for _ in range(FLOOD)]
    await asyncio.sleep(0)

    assert await hashes.meaning("resident", "0000", None) is PinMeaning.WRONG

    assert sum(task.done() for task in flood) < FLOOD / 2
    await asyncio.gather(*flood)
    hashes.close()
