"""uvicorn's HTTP that takes a request with an offer of another protocol for what it is without the offer.

Java's HttpClient and `curl --http2` offer HTTP/2 (`Upgrade: h2c`) with their first request to any server without TLS.
The parser takes what follows for that protocol, so an alarm's body would be lost. A server may pass over the offer
(RFC 9110, 7.8); WebSocket is the one that we take.
"""

from array import array
from typing import Any

from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PlainProtocol(HttpToolsProtocol):
    """Reads the head of such a request a second time, without the offer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.parser = _Parser(self)
        # As uvicorn sets it on the parser that this one replaces.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def on_headers_complete(self) -> None:
        if not self.has_offer():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self.has_offer():
            super().on_message_complete()

    def has_offer(self) -> bool:
        """Whether the head was read for the first time. CONNECT, which the parser treats alike, has no such header."""
        return (
            self.parser.should_upgrade()
            and any(name == b"upgrade" for name, _ in self.headers)
            and not self._should_upgrade()
        )

    def head_without_offer(self) -> bytes:
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"\r\n"])


class _Parser(HttpRequestParser):
    def __init__(self, protocol: PlainProtocol) -> None:
        super().__init__(protocol)
        self._protocol = protocol

    def feed_data(self, data: "bytes | bytearray | memoryview | array[int]") -> None:
        rest = memoryview(data)
        while True:
            try:
                super().feed_data(rest)
            except HttpParserUpgrade as offer:
                if not self._protocol.has_offer():
                    raise
                # Where the head ended.
                rest = rest[offer.args[0] :]
            else:
                return
            super().feed_data(self._protocol.head_without_offer())
