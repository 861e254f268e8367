"""socket.io, protocol 5 over a WebSocket: a text frame each, with an acknowledgement to the publisher.

https://socket.io/docs/v4/socket-io-protocol/ and https://socket.io/docs/v4/engine-io-protocol/
"""

import re
from collections.abc import Iterator

from load_tests.others.wire import ACK, MESSAGE, READY, SEND, Refused, Said
from load_tests.websocket import TEXT, FrameReader, handshake, masked

PATH = "/socket.io/?EIO=4&transport=websocket"
_ALARM = b'42["alarm","'
_ACKNOWLEDGED = re.compile(rb"43(\d+)\[")

SERVER = """
const { Server } = require("socket.io");
const http = require("http").createServer();
new Server(http).on("connection", (socket) => {
  socket.on("press", (message, taken) => { socket.broadcast.emit("alarm", message); taken(); });
});
http.listen(Number(process.argv[2]), "127.0.0.1");
"""
"""Whatever one socket presses goes to all others. It keeps nothing."""


class SocketIoWire:
    """Every socket gets every message, so subscribing is being there; payloads are text without quotes in it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._head = b""
        self._reader: FrameReader | None = None

    def opening(self) -> bytes:
        return handshake(self._port, PATH)

    def publish(self, number: int, payload: bytes) -> bytes:
        return masked(TEXT, b'42%d["press","%b"]' % (number, payload))

    def feed(self, data: bytes) -> Iterator[Said]:
        if self._reader is None:
            self._head += data
            head, found, data = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise Refused(head.decode(errors="replace"))
            self._reader = FrameReader()
        for _, frame in self._reader.feed(data):
            yield _said(frame)


def _said(frame: bytes) -> Said:
    if frame.startswith(_ALARM):
        return MESSAGE, frame[len(_ALARM) : -2]
    if (acknowledged := _ACKNOWLEDGED.match(frame)) is not None:
        return ACK, acknowledged[1]
    if frame.startswith(b"40"):
        return READY, b""
    if frame.startswith(b"0"):
        return SEND, masked(TEXT, b"40")
    if frame == b"2":
        return SEND, masked(TEXT, b"3")
    raise Refused(frame.decode(errors="replace"))
