"""uvicorn's HTTP with a limit on how long, and how large, a request may be on its way: it has none of its own.

A connection that sends one byte a minute costs its sender nothing, and us a socket.
"""

from asyncio import TimerHandle, Transport
from typing import Final

from panic_server.api.upgrades import PlainProtocol
from panic_server.wire.problems import malformed_answer

# Where an endpoint reads a body, the body's own limit of 10 s (`wire.read`) comes first and is answered with 408.
REQUEST_TIMEOUT_S: Final = 15.0

# Browsers send some 2 KB; nginx takes 32 KB by default (large_client_header_buffers: 4 of 8 KB).
MAX_HEAD_BYTES: Final = 32 * 1024


class PatientProtocol(PlainProtocol):
    """Closes a connection whose request is not whole in time, or whose head does not end."""

    request_timeout_s = REQUEST_TIMEOUT_S
    _waiting: TimerHandle | None = None
    _head_bytes = 0
    _is_in_head = True

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn itself narrows it
        super().connection_made(transport)
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._head_bytes = self._head_bytes + len(data) if self._is_in_head else 0
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("the head does not end")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self._wait_for_request()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words; ours are the problem's.
        """For what is no HTTP, so that no application sees it."""
        self.transport.write(malformed_answer())
        self.transport.close()

    def _wait_for_request(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(self.request_timeout_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        """While an answer is under way, it is us who keep the client waiting."""
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]  # None at first
            self._wait_for_request()
        elif not self.transport.is_closing():
            self.transport.close()
