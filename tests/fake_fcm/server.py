"""The fake on a socket: HTTP/1.1 with keep-alive, as thin and quick as asyncio and httptools allow.

POST   /token                              OAuth; scripted with PUT /_token
POST   /v1/projects/{project}/messages:send
PUT    /_script/{device} or /_script/*     body: ok, slow:MS, 429[:retry_after], 500, 503[:retry_after], 401,
                                           UNREGISTERED, SENDER_ID_MISMATCH, INVALID_ARGUMENT, hang, reset, or a
                                           sequence such as 500,500,ok (its last step stays)
PUT    /_token                             body: a sequence as above, for the OAuth endpoint
DELETE /_script                            every device and the OAuth endpoint answer ok again
GET    /_sent?after=N&limit=M              {"sent": [delivered messages with n > N], "next": N}, all without a limit
GET    /_attempts?after=N                  the same with everything that was tried
GET    /_token                             {"requests": how often a token was asked for}
DELETE /_sent                              forgets all this; numbering starts again
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import httptools
import msgspec

from panic_server.clock import Clock
from tests.fake_fcm.google import SEND_PATH, Google, Record, Reply

_NOT_FOUND = Reply(404, b"{}")
_DONE = Reply(200, b"{}")


class Connection(asyncio.Protocol):
    """One client; requests on it are answered in turn, as HTTP/1.1 without pipelining has it."""

    def __init__(self, answer: Callable[[str, str, str, bytes], Reply]) -> None:
        self._answer = answer
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._cut()

    def on_message_begin(self) -> None:
        self._url = b""
        self._authorization = ""
        self._body = bytearray()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"authorization":
            self._authorization = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode()
        reply = self._answer(method, self._url.decode(), self._authorization, bytes(self._body))
        if reply.fate == "hang":
            return
        if reply.fate == "reset":
            self._cut()
        elif reply.delay_s:
            asyncio.get_running_loop().call_later(reply.delay_s, self._write, reply)
        else:
            self._write(reply)

    def _write(self, reply: Reply) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        headers = (("Content-Type", "application/json"), ("Content-Length", str(len(reply.body))), *reply.headers)
        lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in headers), "", ""]
        self._transport.write("\r\n".join(lines).encode() + reply.body)

    def _cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class FakeFcm:
    """Routes requests to `Google`; `listen` binds it to loopback."""

    def __init__(self, clock: Clock) -> None:
        self.google = Google()
        self._clock = clock

    async def listen(self, port: int = 0) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Connection(self.answer), "127.0.0.1", port, backlog=1024)

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Reply:
        url = urlsplit(target)
        sends = SEND_PATH.fullmatch(url.path) if method == "POST" else None
        if sends:
            now = self._clock.now().isoformat()
            monotonic_s = self._clock.monotonic()
            return self.google.send(authorization, body, at=now, at_monotonic_s=monotonic_s, project=sends[1])
        if (method, url.path) == ("POST", "/token"):
            return self.google.grant_token(body, now_s=self._clock.now().timestamp())
        return self._admin(method, url.path, url.query, body)

    def _admin(self, method: str, path: str, query: str, body: bytes) -> Reply:
        google = self.google
        match (method, path):
            case ("GET", "/_sent"):
                return _records(google.sent, query)
            case ("GET", "/_attempts"):
                return _records(google.attempts, query)
            case ("GET", "/_token"):
                return Reply(200, msgspec.json.encode({"requests": google.token_requests}))
            case ("DELETE", "/_sent"):
                google.forget_sent()
            case ("DELETE", "/_script"):
                google.scripts.clear()
                google.token_scripts.clear()
            case ("PUT", _):
                return self._set_script(path, body.decode())
            case _:
                return _NOT_FOUND
        return _DONE

    def _set_script(self, path: str, text: str) -> Reply:
        try:
            if path == "/_token":
                self.google.token_scripts.set("*", text)
            else:
                self.google.scripts.set(unquote(path.removeprefix("/_script/")), text)
        except ValueError as wrong:
            return Reply(400, str(wrong).encode())
        return _DONE


def _records(records: list[Record], query: str) -> Reply:
    asked = parse_qs(query)
    after, limit = int(asked.get("after", ["0"])[0]), int(asked.get("limit", ["0"])[0])
    first = bisect_right(records, after, key=lambda record: record.n)
    newer = records[first : first + limit if limit else None]
    body = {"sent": newer, "next": newer[-1].n if newer else after}
    return Reply(200, msgspec.json.encode(body))
