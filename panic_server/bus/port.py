"""What servers on one database tell each other: that there is something to read, and where officers are now.

Nothing on the bus is needed for an alarm to be safe or seen: whoever hears nothing finds it by asking the database.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from geo.position import Position

OfficerPosition = tuple[str, Position]
"""The officer's id and where they are."""


class Bus(Protocol):
    """Every implementation passes `tests/contract/test_bus.py`. No method raises because the bus is broken."""

    def on_wake(self, callback: Callable[[int | None], None]) -> None:
        """Set once, before `start`; called on the event loop with a seq that another process has committed.

        Several commits may be told as one, by the highest. None means that some may have been missed: ask the database.
        """

    def on_positions(self, callback: Callable[[Sequence[OfficerPosition]], None]) -> None:
        """Set once, before `start`; called on the event loop with what officers sent to another process."""

    async def start(self) -> None:
        """Returns at once, also when the other side is not there."""

    async def stop(self) -> None: ...

    def announce(self, seq: int) -> None:
        """Tells the others that the journal has come to `seq`. Never blocks; while the bus is down the newest waits."""

    def share(self, positions: Sequence[OfficerPosition]) -> None:
        """Never blocks; while the bus is down each officer's newest waits."""

    def degraded(self) -> tuple[str, ...]:
        """`("bus",)` while others are not heard or cannot be told."""
