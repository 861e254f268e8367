"""PINs: kept as hashes, and read so that nobody can tell from the time which of the two was entered, or neither."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dispatch.incident import PinMeaning
from panic_server.journal.port import Pins

# OWASP's password storage cheat sheet, first choice for Argon2id: 19 MiB, two passes, one lane; 35 ms here.
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1

_THREADS: Final = 2
"""More at once would take the cores from the alarms; who waits for a cancel is not in danger by waiting."""


T = TypeVar("T")


class PinHashes:
    """Hashes on threads of its own: it takes as long as many alarms, and releases the interpreter meanwhile.

    Each person has one turn at a time, so that whoever floods us with PINs keeps nobody else from a cancel.
    """

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="pins")
        self._nobodys: str | None = None

    async def hash_both(self, subject: str, pin: str, duress_pin: str) -> tuple[str, str]:
        return await self._run(subject, lambda: (_hash(pin), _hash(duress_pin)))

    async def meaning(self, subject: str, entered: str, pins: Pins | None) -> PinMeaning:
        """Both hashes are always checked, one after the other; where there are none, two that fit nothing."""
        return await self._run(subject, lambda: self._read(entered, pins))

    def close(self) -> None:
        self._pool.shutdown()

    async def _run(self, subject: str, work: Callable[[], T]) -> T:
        async with self._turns.setdefault(subject, asyncio.Lock()):
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _read(self, entered: str, pins: Pins | None) -> PinMeaning:
        hashes = (pins.pin, pins.duress_pin) if pins else (self._no_pin(), self._no_pin())
        is_right, is_duress = [_fits(entered, one) for one in hashes]
        if is_duress:
            return PinMeaning.DURESS
        return PinMeaning.RIGHT if is_right else PinMeaning.WRONG

    def _no_pin(self) -> str:
        if self._nobodys is None:
            self._nobodys = _hash(os.urandom(16).hex())
        return self._nobodys


def _hash(pin: str) -> str:
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return kdf.derive_phc_encoded(pin.encode())


def _fits(entered: str, hashed: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(entered.encode(), hashed)
    except InvalidKey:
        return False
    return True
