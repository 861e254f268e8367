"""uvicorn's WebSocket with one door more: ready frames go straight to the transport.

By ASGI one message is framed a hundred times for a hundred sockets, each in a task of its own; docs/live.md has what
that costs. Here a frame is made once and the same bytes are written to every socket. All else (handshake, reading,
pings) stays uvicorn's.
"""

from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from panic_server.live.frames import Frame
from panic_server.live.session import CloseCode

EXTENSION = "kentongan.line"
# A client that takes longer to answer a close is cut off; one that stalled needs time to read why it was closed.
CLOSE_WITHIN_S = 20.0


class LiveProtocol(WebSocketsSansIOProtocol):
    """Offers itself to the application as a Line, in the scope's extensions under EXTENSION."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self

    def try_write(self, frame: Frame) -> bool:
        if not self.writable.is_set():
            return False
        if self._is_open():
            self.transport.write(frame.framed)
        return True

    async def write(self, frame: Frame) -> None:
        """Raises ClientDisconnected."""
        if not self._is_open():
            raise ClientDisconnected
        self.transport.write(frame.framed)
        await self.writable.wait()

    def close(self, code: int) -> None:
        """The close frame goes behind what the transport still holds; who does not read that in time is cut off."""
        if not self._is_open():
            return
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.close_timer = self.loop.call_later(CLOSE_WITHIN_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Who answers no ping reads too slowly. uvicorn would speak of an error of ours, and tell the hub nothing."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.close(CloseCode.TOO_SLOW)

    def shutdown(self) -> None:
        """The server waits for every connection's end: one that does not read must not hold it up."""
        super().shutdown()
        self.loop.call_later(1.0, self.transport.abort)

    async def run_asgi(self) -> None:
        """When the application is done, what the client has not read by then is dropped."""
        await super().run_asgi()
        self.loop.call_later(CLOSE_WITHIN_S, self.transport.abort)

    def _is_open(self) -> bool:
        return (
            self.conn.state is OPEN
            and not self.disconnected
            and not self.close_sent
            and not self.transport.is_closing()
        )
