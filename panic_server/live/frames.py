"""The bytes of live frames: written once, and the same for every socket that gets them.

The shapes are those of `wire/live.py`; they are put together here from pieces that are JSON already.
"""

import struct
from collections.abc import Sequence
from datetime import datetime

import msgspec

from panic_server.wire import live
from panic_server.wire.shapes import Me, Officer

_encode = msgspec.json.encode


class Frame:
    """A text message in the framing of RFC 6455, as a server sends it: whole, unmasked, uncompressed."""

    __slots__ = ("_start", "framed")

    def __init__(self, text: bytes) -> None:
        header = _header(len(text))
        self._start = len(header)
        self.framed = header + text

    def __len__(self) -> int:
        return len(self.framed)

    @property
    def text(self) -> str:
        return self.framed[self._start :].decode()


def _header(length: int) -> bytes:
    """FIN and opcode 1, then the length in one of its three forms (RFC 6455, section 5.2)."""
    if length < 126:
        return struct.pack("!BB", 0x81, length)
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length)
    return struct.pack("!BBQ", 0x81, 127, length)


def events(from_: int, to: int, payloads: Sequence[str]) -> Frame:
    """`payloads` are the ready JSON of the events, in order of seq."""
    return Frame(f'{{"type":"events","from":{from_},"to":{to},"events":[{",".join(payloads)}]}}'.encode())


def heartbeat(to: int, now: datetime, degraded: tuple[str, ...]) -> Frame:
    return Frame(_encode(live.Heartbeat(to, now, degraded)))


def welcome(epoch: str, at: int, incidents: bytes | None, you: Me, heartbeat_s: int) -> Frame:
    """`incidents` is a JSON array; without a snapshot it is None."""
    snapshot = b"null" if incidents is None else b'{"incidents":%b}' % incidents
    return Frame(
        b'{"type":"welcome","epoch":%b,"at":%d,"snapshot":%b,"you":%b,"heartbeat_s":%d}'
        % (_encode(epoch), at, snapshot, _encode(you), heartbeat_s)
    )


def officers(*, full: bool, changed: Sequence[Officer]) -> Frame:
    return Frame(_encode(live.Officers(full, tuple(changed))))
