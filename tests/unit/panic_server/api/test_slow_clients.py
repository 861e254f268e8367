"""Real sockets against a real uvicorn: a client that dawdles loses its connection, one that is only slow does not."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from websockets.asyncio.client import connect

from panic_server.api.slow_clients import MAX_HEAD_BYTES, PatientProtocol
from tests.unit.panic_server.api import sockets
from tests.unit.panic_server.api.sockets import App, say_it_back

GET = b"GET / HTTP/1.1\r\nhost: x\r\n"


class Hasty(PatientProtocol):
    request_timeout_s = 0.2


async def polite(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await say_it_back(receive, send)
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def served(app: App = polite) -> AbstractAsyncContextManager[int]:
    return sockets.served(app, Hasty)


async def test_a_head_that_never_ends_is_cut_off():
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_connection_that_says_nothing_is_cut_off():
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_body_that_nobody_reads_and_that_never_ends_is_cut_off():
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"content-length: 9\r\n\r\n1")
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 204")
        writer.close()


async def test_an_answer_that_takes_its_time_is_waited_for():
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def thoughtful(scope: dict[str, Any], receive: Any, send: Any) -> None:
        asked.set()
        await may_answer.wait()
        await polite(scope, receive, send)

    async with served(thoughtful) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        # The body is never whole, so the clock runs while the application thinks.
        writer.write(GET + b"content-length: 9\r\n\r\n1")
        await asked.wait()
        asyncio.get_running_loop().call_later(3 * Hasty.request_timeout_s, may_answer.set)
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 204")
        writer.close()


async def test_a_kept_connection_is_not_cut_off_between_requests():
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        loop, rested = asyncio.get_running_loop(), asyncio.Event()
        loop.call_later(3 * Hasty.request_timeout_s, rested.set)
        await rested.wait()
        writer.write(GET + b"\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).startswith(b"HTTP/1.1 204")
        writer.close()


async def test_a_head_that_grows_too_large_is_refused_at_once():
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"x: " + b"y" * (MAX_HEAD_BYTES + 1))
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b'"code":"request_malformed"' in answer
        writer.close()


async def test_what_is_no_http_gets_a_problem_without_an_echo():
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"SECRET nonsense\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"application/problem+json" in answer
        assert b"SECRET" not in answer
        writer.close()


async def test_an_open_websocket_outlives_the_limit():
    async with served() as port, connect(f"ws://127.0.0.1:{port}/") as socket:
        loop, rested = asyncio.get_running_loop(), asyncio.Event()
        loop.call_later(3 * Hasty.request_timeout_s, rested.set)
        await rested.wait()
        await socket.send("still here")
        assert await socket.recv() == "still here"
