"""The bus of a server that is alone, and of several servers within one process."""

import asyncio
from collections.abc import Callable, Sequence

from panic_server.bus.port import OfficerPosition


class Exchange:
    """Where the buses of one process meet."""

    def __init__(self) -> None:
        self.members: list[MemoryBus] = []


class MemoryBus:
    """Hears the others of the same exchange; without one it is alone."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()
        self.wake: Callable[[int | None], None] = lambda _seq: None
        self.move: Callable[[Sequence[OfficerPosition]], None] = lambda _positions: None

    def on_wake(self, callback: Callable[[int | None], None]) -> None:
        self.wake = callback

    def on_positions(self, callback: Callable[[Sequence[OfficerPosition]], None]) -> None:
        self.move = callback

    async def start(self) -> None:
        self._exchange.members.append(self)

    async def stop(self) -> None:
        if self in self._exchange.members:
            self._exchange.members.remove(self)

    def announce(self, seq: int) -> None:
        self._tell(lambda other: other.wake(seq))

    def share(self, positions: Sequence[OfficerPosition]) -> None:
        if positions:
            copy = tuple(positions)
            self._tell(lambda other: other.move(copy))

    def degraded(self) -> tuple[str, ...]:
        return ()

    def _tell(self, what: "Callable[[MemoryBus], None]") -> None:
        """Not within the caller's own call, as over a network."""
        loop = asyncio.get_running_loop()
        for other in self._exchange.members:
            if other is not self:
                loop.call_soon(what, other)
