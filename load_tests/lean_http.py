"""The least HTTP client that can press thousands of buttons a second: keep-alive, one request at a time per connection.

A request is bytes made beforehand; the answer is handed to a callback as status and body, with the clock's nanoseconds.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar, cast

import httptools
import uvloop

T = TypeVar("T")

Answered = Callable[[int, bytes, int], None]
"""Status, body, and CLOCK_MONOTONIC when the last byte was there; status 0 when the connection broke before."""

PATIENCE_S = 60.0
"""Whoever waits longer for `together` gives up: a server that does not answer must not hold up a test for ever."""


def request(method: str, path: str, token: str | None = None, body: bytes = b"") -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token is not None:
        head.append(f"Authorization: Bearer {token}")
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


class Connection(asyncio.Protocol):
    """Answers one request after the other; `freed` is told when it may take the next, `lost` when it is gone."""

    def __init__(self, freed: Callable[["Connection"], None], lost: Callable[["Connection"], None]) -> None:
        self._freed = freed
        self._lost = lost
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answered: Answered | None = None
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self, data: bytes, answered: Answered) -> None:
        assert self._transport is not None
        self._answered = answered
        self._body = b""
        self._transport.write(data)

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body = self._body + body if self._body else body

    def on_message_complete(self) -> None:
        self._finish(self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it broke does not matter here
        self._lost(self)
        if self._answered is not None:
            self._finish(0)

    def _finish(self, status: int) -> None:
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(status, self._body, time.monotonic_ns())
            self._freed(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Pool:
    """At most `most` connections to one server on loopback, new ones when they are needed. A request waits for one."""

    def __init__(self, port: int, *, most: int) -> None:
        self._port = port
        self._most = most
        self._free: list[Connection] = []
        self._all: set[Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[bytes, Answered]] = deque()

    async def open(self, count: int) -> None:
        for _ in range(min(count, self._most) - len(self._all)):
            await self._open_one()

    async def _open_one(self) -> None:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self._take_back, self._all.discard), "127.0.0.1", self._port
        )
        self._all.add(connection)
        self._take_back(connection)

    def send(self, data: bytes, answered: Answered) -> bool:
        """False: it has to wait for a connection."""
        while self._free:
            connection = self._free.pop()
            # The server closes connections on which nothing was asked for a while.
            if connection.is_open:
                connection.send(data, answered)
                return True
        self._waiting.append((data, answered))
        if len(self._all) + len(self._opening) < self._most:
            task = asyncio.ensure_future(self._open_one())
            self._opening.add(task)
            task.add_done_callback(self._opened)
        return False

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if self._waiting and not self._all and not self._opening and not task.cancelled() and task.exception():
            # Nobody is there who could take these any more.
            while self._waiting:
                self._waiting.popleft()[1](0, b"", time.monotonic_ns())

    def _take_back(self, connection: Connection) -> None:
        if not connection.is_open:
            return
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)

    def close(self) -> None:
        for connection in [*self._all]:
            connection.close()


async def _together(port: int, requests: Sequence[bytes], at_once: int) -> list[tuple[int, bytes]]:
    pool = Pool(port, most=at_once)
    await pool.open(min(at_once, len(requests)))
    answers: list[tuple[int, bytes]] = [(0, b"")] * len(requests)
    left = len(requests)
    done = asyncio.get_running_loop().create_future()

    def answered(number: int, status: int, body: bytes) -> None:
        nonlocal left
        answers[number] = (status, body)
        left -= 1
        if left == 0 and not done.done():
            done.set_result(None)

    for number, data in enumerate(requests):
        pool.send(data, lambda status, body, _at, number=number: answered(number, status, body))  # type: ignore[misc]  # mypy cannot type a lambda's default
    if requests:
        async with asyncio.timeout(PATIENCE_S + len(requests) / 100):
            await done
    pool.close()
    return answers


def together(port: int, requests: Iterable[bytes], *, at_once: int = 32) -> list[tuple[int, bytes]]:
    """All answers, in the order of the requests."""
    return run(_together(port, list(requests), at_once))


def run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
