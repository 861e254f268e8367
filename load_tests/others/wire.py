"""What a client of each product speaks: bytes in, bytes out, no sockets. Only what this comparison needs of it."""

from collections.abc import Iterator
from typing import Protocol

Said = tuple[int, bytes]
"""What the server said, as one of the numbers below, with its bytes."""

READY = 1
"""It is connected, and what it asked for will come from now on."""
SEND = 2
"""These bytes must go to the server now."""
MESSAGE = 3
"""A published message."""
ACK = 4
"""The server has taken the message of this number (decimal digits)."""


class Refused(Exception):
    """The server said no, or something that these few bytes of protocol do not understand."""


class Wire(Protocol):
    """One connection. It subscribes, or publishes and is told of each message that the server has taken it."""

    def opening(self) -> bytes:
        """What is sent first."""
        ...

    def feed(self, data: bytes) -> Iterator[Said]:
        """What was said by all that is complete now."""
        ...

    def publish(self, number: int, payload: bytes) -> bytes: ...
