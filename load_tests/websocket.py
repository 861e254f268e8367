"""A server's frames of RFC 6455, whole, unmasked and uncompressed, cut out of what arrives as cheaply as Python can."""

import base64
import struct
from collections.abc import Iterator

TEXT = 1
CLOSE = 8
PING = 9


class NotUnderstood(Exception):
    """The server sent what this reader does not expect of it: a masked, compressed or fragmented frame."""


class FrameReader:
    """`feed` takes what a socket gave and yields (opcode, payload) of every frame that is complete."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while end - at >= 2:
            first, length = data[at], data[at + 1]
            if first & 0xF0 != 0x80 or length & 0x80:
                raise NotUnderstood(f"frame begins with {data[at : at + 2].hex()}")
            start = at + 2
            if length == 126:
                start += 2
                length = int.from_bytes(data[at + 2 : start])
            elif length == 127:
                start += 8
                length = int.from_bytes(data[at + 2 : start])
            if start > end or start + length > end:
                break
            yield first & 0x0F, data[start : start + length]
            at = start + length
        self._rest = data[at:]


def handshake(port: int, path: str) -> bytes:
    """The key may be any; nobody between us and a server on loopback could mistake an old answer for ours."""
    key = base64.b64encode(bytes(16)).decode()
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
    return "\r\n".join(lines).encode()


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame; a mask of zeros is a mask. At most 64 KiB."""
    if len(payload) < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload))
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, len(payload))
    return head + bytes(4) + payload
