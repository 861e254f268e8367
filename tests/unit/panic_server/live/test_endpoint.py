"""`/v1/live` on a real uvicorn and real sockets: who is let in, how it ends, and clients that do not read."""

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from panic_server.clock import SystemClock
from panic_server.journal.port import JournalEvent, JournalUnavailable
from panic_server.live.endpoint import LiveEndpoint
from panic_server.live.uvicorn_line import LiveProtocol
from panic_server.people import Principal
from tests.unit.panic_server.live.doubles import CITY_OPERATOR, OFFICER, RESIDENT, Stage

TOKENS = {"op": CITY_OPERATOR, "officer": OFFICER, "resident": RESIDENT}


class House:
    """A stage behind a real server."""

    def __init__(self, port: int, server: uvicorn.Server, stage: Stage) -> None:
        self.host = f"127.0.0.1:{port}"
        self.port = port
        self.server = server
        self.stage = stage
        self.is_journal_up = True

    async def principal_of(self, token: str) -> Principal | None:
        if not self.is_journal_up:
            raise JournalUnavailable
        return TOKENS.get(token)

    def open(self, **options: Any) -> connect:
        return connect(f"ws://{self.host}/v1/live", compression=None, proxy=None, **options)

    async def has(self, condition: Callable[[], bool]) -> None:
        """Real sockets take real time; the suite's timeout is the limit."""
        while not condition():  # noqa: ASYNC110 - what is waited for comes from another process.
            await asyncio.sleep(0.01)

    @property
    def members(self) -> int:
        return len(list(self.stage.hub.members()))


def listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


@contextlib.asynccontextmanager
async def a_house() -> AsyncIterator[House]:
    stage = Stage()
    stage.clock = SystemClock()  # type: ignore[assignment]  # sockets do not wait for a clock that stands still
    stage.hub = stage._new_hub()
    await stage.hub.start("e1", 0)
    listener = listening()
    house = House(listener.getsockname()[1], None, stage)  # type: ignore[arg-type]  # the server needs the endpoint first
    endpoint = LiveEndpoint(stage.hub, house.principal_of, stage.clock, stage.metrics)
    app = Starlette(routes=[WebSocketRoute("/v1/live", endpoint)])
    house.server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", ws=LiveProtocol, ws_per_message_deflate=False)
    )
    serving = asyncio.create_task(house.server.serve([listener]))
    await house.has(lambda: house.server.started)
    try:
        yield house
    finally:
        house.server.should_exit = True
        await serving
        await stage.hub.stop()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with a_house() as made:
        yield made


async def code_of(socket_: ClientConnection) -> int:
    """What the server closes it with."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket_.recv()
    await socket_.wait_closed()
    assert socket_.close_code is not None
    return socket_.close_code


async def say_hello(socket_: ClientConnection, **fields: Any) -> dict[str, Any]:
    await socket_.send(json.dumps({"type": "hello", **fields}))
    return await next_frame(socket_)


async def next_frame(socket_: ClientConnection) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(await socket_.recv())
    return read


HANDSHAKE = {
    "host": "x",
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("GET", {"sec-websocket-key": "SECRET"}, 400, "request_malformed"),
        ("GET", {"sec-websocket-version": "SECRET"}, 400, "request_malformed"),
        ("GET", {"content-length": "2"}, 400, "request_malformed"),
        ("POST", {"content-length": "2"}, 400, "request_malformed"),
        ("GET", {"cookie": "SECRET" * 2000}, 400, "request_malformed"),
        ("PUT", {}, 405, "method_not_allowed"),
    ],
    ids=["key", "version", "body", "post", "long", "put"],
)
async def test_what_is_no_handshake_gets_a_problem_without_an_echo_and_the_door(
    house: House, method: str, headers: dict[str, str], status: int, code: str
):
    lines = [f"{method} /v1/live HTTP/1.1", *(f"{name}: {value}" for name, value in {**HANDSHAKE, **headers}.items())]
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write("\r\n".join([*lines, "", "hi"]).encode())
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"content-type: application/problem+json" in head
    assert (b"allow: GET" in head) == (status == 405)
    assert (json.loads(body)["status"], json.loads(body)["code"]) == (status, code)
    assert b"SECRET" not in answer


async def test_an_operator_sees_what_happens(house: House):
    async with house.open() as console:
        welcome = await say_hello(console, token="op")
        assert (welcome["type"], welcome["you"]["role"]) == ("welcome", "operator")
        assert [(await next_frame(console))["type"] for _ in range(2)] == ["officers", "heartbeat"]
        house.stage.publish(house.stage.city.open())
        events = await next_frame(console)
        assert (events["from"], events["to"], events["events"][0]["kind"]) == (1, 1, "incident_opened")


async def test_a_client_that_leaves_is_forgotten(house: House):
    async with house.open() as console:
        await say_hello(console, token="op")
        await house.has(lambda: house.members == 1)
    await house.has(lambda: house.members == 0)


@pytest.mark.parametrize("token", ["nobody", "resident", 5, None])
async def test_without_rights_it_is_closed_with_1008(house: House, token: object):
    async with house.open() as client:
        await client.send(json.dumps({"type": "hello", "token": token}))
        assert await code_of(client) == 1008


@pytest.mark.parametrize(
    ("message", "code"),
    [("garbage", 1007), (b"\x00", 1003), ("x" * 5000, 1009), ('{"type":"hello","token":"op"}{', 1007)],
)
async def test_what_is_no_hello_is_closed_without_an_answer(house: House, message: str | bytes, code: int):
    async with house.open() as client:
        await client.send(message)
        assert await code_of(client) == code
        assert "xx" not in (client.close_reason or "")


@pytest.mark.parametrize("pieces", [b"\xff\xfe", [b'{"type":', b"\xff\xfe}"]], ids=["whole", "in pieces"])
async def test_a_text_that_is_no_text_is_closed_and_leaves_no_traceback(
    house: House, pieces: bytes | list[bytes], caplog: pytest.LogCaptureFixture
):
    async with house.open() as client:
        await client.send(pieces, text=True)
        assert await code_of(client) == 1007
    await house.has(lambda: house.members == 0)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x02{}",
        b"\xc1\x80abcd",
        b"\x83\x80abcd",
        b"\x80\x80abcd",
        b"\x01\x80abcd\x81\x80abcd",
        b"\x89\xfe\x00\xc8abcd" + bytes(200),
    ],
    ids=["unmasked", "reserved bit", "unknown opcode", "end without a start", "start within a start", "long ping"],
)
async def test_a_frame_against_the_protocol_is_closed_with_1002_and_leaves_no_traceback(
    house: House, frame: bytes, caplog: pytest.LogCaptureFixture
):
    lines = ["GET /v1/live HTTP/1.1", *(f"{name}: {value}" for name, value in HANDSHAKE.items()), "", ""]
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write("\r\n".join(lines).encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(frame)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    assert (answer[0], int.from_bytes(answer[2:4])) == (0x88, 1002)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_second_hello_is_closed(house: House):
    async with house.open() as client:
        await say_hello(client, token="op")
        await client.send('{"type":"hello","token":"op"}')
        assert await code_of(client) == 1002


async def test_when_the_journal_cannot_be_asked_the_client_tries_later(house: House):
    house.is_journal_up = False
    async with house.open() as client:
        await client.send('{"type":"hello","token":"op"}')
        assert await code_of(client) == 1013


async def test_the_console_s_cookie_is_enough_from_its_own_page(house: House):
    headers = {"Cookie": "a=b; kentongan_session=op; c=d", "Origin": f"http://{house.host}"}
    async with house.open(additional_headers=headers) as client:
        assert (await say_hello(client))["type"] == "welcome"


async def test_the_cookie_counts_for_nothing_from_another_site(house: House):
    headers = {"Cookie": "kentongan_session=op", "Origin": "http://evil.example"}
    async with house.open(additional_headers=headers) as client:
        await client.send('{"type":"hello"}')
        assert await code_of(client) == 1008


async def test_a_token_of_one_s_own_counts_from_any_site(house: House):
    async with house.open(additional_headers={"Origin": "http://app.example"}) as client:
        assert (await say_hello(client, token="op"))["type"] == "welcome"


async def test_a_bearer_header_is_enough(house: House):
    async with house.open(additional_headers={"Authorization": "Bearer officer"}) as client:
        assert (await say_hello(client))["you"]["role"] == "officer"


def a_large_event(house: House) -> JournalEvent:
    event = house.stage.city.open()
    event.payloads["whole:operator"] = event.payloads["whole:operator"][:-1] + f',"note":"{"x" * 50_000}"}}'
    return event


async def test_a_client_that_does_not_read_is_closed_with_4001_and_the_others_feel_nothing(house: House):
    async with house.open(max_size=None) as slow, house.open(max_size=None) as quick:
        await say_hello(slow, token="op")
        await say_hello(quick, token="op")
        await house.has(lambda: house.members == 2)
        slow.transport.pause_reading()
        seen: list[int] = []
        reading = asyncio.create_task(read_ranges(quick, seen))
        while house.members == 2:
            house.stage.publish(a_large_event(house))
            await asyncio.sleep(0)
        await house.has(lambda: seen[-1] == house.stage.city.seq)
        slow.transport.resume_reading()
        assert await code_of(slow) == 4001
        reading.cancel()


async def test_a_client_that_answers_no_ping_is_closed_as_too_slow_and_forgotten(house: House):
    house.server.config.ws_ping_interval = house.server.config.ws_ping_timeout = 0.5
    async with house.open(ping_interval=None) as stalled:
        await say_hello(stalled, token="op")
        await house.has(lambda: house.members == 1)
        stalled.transport.pause_reading()
        await house.has(lambda: house.members == 0)
        stalled.transport.resume_reading()
        assert await code_of(stalled) == 4001


async def read_ranges(socket_: ClientConnection, seen: list[int]) -> None:
    while True:
        frame = await next_frame(socket_)
        if frame["type"] == "events":
            seen.append(frame["to"])


async def test_a_server_that_goes_down_says_so(house: House):
    async with house.open() as client:
        await say_hello(client, token="op")
        house.server.should_exit = True
        assert await code_of(client) == 1012


@pytest.mark.parametrize("act", [lambda house: house.stage.hub.stop(), None])
async def test_going_down_does_not_wait_for_a_client_that_does_not_read(act: Callable[[House], Awaitable[None]] | None):
    async with a_house() as house, house.open(max_size=None) as slow:
        await say_hello(slow, token="op")
        await house.has(lambda: house.members == 1)
        slow.transport.pause_reading()
        (client,) = [member for member, _ in house.stage.hub.members()]
        while not client.is_behind:
            house.stage.publish(a_large_event(house))
            await asyncio.sleep(0)
        if act is not None:
            await act(house)
        house.server.should_exit = True
        async with asyncio.timeout(5):
            await house.has(lambda: not house.server.server_state.connections)
        slow.transport.abort()
