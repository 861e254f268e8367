"""What the server and its push child say to each other: msgpack lists of messages, each list after its length.

Sans I/O: bytes in, messages out, and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from panic_server.push.port import DeviceKind, Verdict

# Far above any frame that is meant; a longer one is not a frame but something printed into the pipe.
LONGEST_FRAME = 16 * 1024 * 1024


class FrameTooLong(Exception):
    """The pipe carries something else than frames."""


class Send(msgspec.Struct, frozen=True, array_like=True, tag="send"):
    key: int
    device_kind: DeviceKind
    device: str
    data: dict[str, str]
    ttl_s: int
    silent: bool = False


class Ping(msgspec.Struct, frozen=True, array_like=True, tag="ping"):
    n: int


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """The key was read and the workers run."""

    workers: int


class Result(msgspec.Struct, frozen=True, array_like=True, tag="result"):
    key: int
    verdict: Verdict
    retry_after_s: float | None
    detail: str


class Pong(msgspec.Struct, frozen=True, array_like=True, tag="pong"):
    """`authorised`: Google has given us a token that is still good."""

    n: int
    authorised: bool


ToChild = Send | Ping
FromChild = Ready | Result | Pong

Message = TypeVar("Message")


class FrameReader(Generic[Message]):
    """Collects bytes until frames are whole. `decoder` is for a list of messages."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[list[Message]]) -> None:
        self._decoder = decoder
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Raises FrameTooLong or msgspec.DecodeError when the other side talks nonsense."""
        self._bytes += data
        messages: list[Message] = []
        while len(self._bytes) >= 4:
            length = int.from_bytes(self._bytes[:4])
            if length > LONGEST_FRAME:
                raise FrameTooLong(length)
            if len(self._bytes) < 4 + length:
                break
            messages += self._decoder.decode(bytes(self._bytes[4 : 4 + length]))
            del self._bytes[: 4 + length]
        return messages


def child_reader() -> FrameReader[ToChild]:
    return FrameReader(msgspec.msgpack.Decoder(list[ToChild]))


def server_reader() -> FrameReader[FromChild]:
    return FrameReader(msgspec.msgpack.Decoder(list[FromChild]))


_encoder = msgspec.msgpack.Encoder()


def encode_frame(messages: Sequence[ToChild | FromChild]) -> bytes:
    body = _encoder.encode(messages)
    return len(body).to_bytes(4) + body
