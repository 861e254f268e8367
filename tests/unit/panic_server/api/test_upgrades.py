"""Real sockets: whoever offers another protocol along with a request gets the request answered, body and all."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.unit.panic_server.api.sockets import say_it_back, served

OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n"
POST = b"POST /v1/alarms HTTP/1.1\r\nhost: x\r\n"


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with the method and the body that came."""
    if scope["type"] == "websocket":
        await say_it_back(receive, send)
        return
    body = scope["method"].encode() + b" "
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            break
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def answered(reader: asyncio.StreamReader) -> bytes:
    """The body of the next answer."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return await asyncio.wait_for(reader.readexactly(length), 30)


@pytest.mark.parametrize(
    "body",
    [b"content-length: 5\r\n\r\nalarm", b"transfer-encoding: chunked\r\n\r\n5\r\nalarm\r\n0\r\n\r\n"],
    ids=["whole", "chunked"],
)
async def test_an_alarm_that_offers_http_2_arrives_with_its_body(body: bytes) -> None:
    async with served(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + OFFER + body)
        assert await answered(reader) == b"POST alarm"
        writer.close()


async def test_a_body_that_comes_later_is_not_taken_for_a_request() -> None:
    async with served(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        secret = b"GET /hidden HTTP/1.1\r\n\r\n"
        head = POST + OFFER + b"content-length: %d\r\n\r\n" % len(secret)
        for part in (head[:20], head[20:-2], head[-2:], secret[:7], secret[7:]):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        assert await answered(reader) == b"POST " + secret
        writer.close()


async def test_requests_behind_each_other_are_all_answered_though_each_makes_the_offer() -> None:
    async with served(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.writelines(POST + OFFER + b"content-length: 1\r\n\r\n%d" % number for number in range(3))
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n" + OFFER + b"\r\n")
        assert [await answered(reader) for _ in range(4)] == [b"POST 0", b"POST 1", b"POST 2", b"GET "]
        writer.close()


async def test_a_websocket_is_still_taken() -> None:
    async with served(echo) as port, connect(f"ws://127.0.0.1:{port}/") as socket:
        await socket.send("here")
        assert await socket.recv() == "here"
