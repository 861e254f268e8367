"""uvicorn's WebSocket with one door more: ready frames go straight to the transport.

By ASGI one message is framed a hundred times for a hundred sockets, each in a task of its own; docs/live.md has what
that costs. Here a frame is made once and the same bytes are written to every socket. All else (handshake, reading,
pings) stays uvicorn's.
"""

from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from panic_server.live.frames import Frame
from panic_server.live.session import CloseCode
from panic_server.wire.problems import METHOD_NOT_ALLOWED, REQUEST_MALFORMED, ProblemKind, malformed_answer

EXTENSION = "kentongan.line"
# A client that takes longer to answer a close is cut off; one that stalled needs time to read why it was closed.
CLOSE_WITHIN_S = 20.0


class LiveProtocol(WebSocketsSansIOProtocol):
    """Offers itself to the application as a Line, in the scope's extensions under EXTENSION."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # A head that cannot be read, for a body behind it or too long a line: uvicorn says nothing and keeps it open.
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse(REQUEST_MALFORMED)

    def handle_connect(self, event: Any) -> None:
        """What is no handshake is refused in words of ours: those of the library repeat what the client sent."""
        if (refused := self._refusal(event)) is not None:
            self.handshake_initiated = self.handshake_complete = self.close_sent = True
            self._refuse(refused)
            return
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self

    def send_receive_event_to_app(self) -> None:
        """A text that is none ends the connection without a word: uvicorn would log a traceback for each."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.close(CloseCode.NOT_A_HELLO)
            return
        super().send_receive_event_to_app()

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

    def _refusal(self, event: Any) -> ProblemKind | None:
        status = self.conn.accept(event).status_code
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            return None
        return METHOD_NOT_ALLOWED if status == HTTPStatus.METHOD_NOT_ALLOWED else REQUEST_MALFORMED

    def _refuse(self, kind: ProblemKind) -> None:
        more = ("allow: GET",) if kind is METHOD_NOT_ALLOWED else ()
        self.transport.write(malformed_answer(kind, *more))
        self.transport.close()

    def _is_open(self) -> bool:
        return (
            self.conn.state is OPEN
            and not self.disconnected
            and not self.close_sent
            and not self.transport.is_closing()
        )


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
