"""One client's queue: in order, bounded, and nobody else's business."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from panic_server.live.client import QUEUE_BYTES, QUEUE_FRAMES, Client
from panic_server.live.frames import Frame
from panic_server.live.session import CloseCode, Session
from tests.unit.panic_server.live.doubles import Tape, turn


class Desk:
    def __init__(self) -> None:
        self.tape = Tape()
        self.codes: list[CloseCode] = []
        self.client = Client(self.tape, Session(0.0), lambda _client, code: self.codes.append(code))

    def push(self, *texts: str) -> None:
        for text in texts:
            self.client.push(Frame(text.encode()))


@asynccontextmanager
async def a_desk() -> AsyncIterator[Desk]:
    desk = Desk()
    draining = asyncio.create_task(desk.client.drain())
    await turn(1)
    yield desk
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)


async def test_a_client_that_keeps_up_gets_frames_at_once():
    async with a_desk() as desk:
        desk.push("a", "b")
        assert desk.tape.texts == ["a", "b"]


async def test_what_waited_comes_in_order():
    async with a_desk() as desk:
        desk.tape.flows.clear()
        desk.push("a", "b")
        await turn(3)
        desk.tape.flows.set()
        await turn(5)
        assert desk.tape.texts == ["a", "b"]


async def test_a_new_frame_does_not_overtake_those_that_wait():
    async with a_desk() as desk:
        desk.tape.flows.clear()
        desk.push("a", "b")
        await turn(3)
        desk.tape.flows.set()
        desk.push("c")
        await turn(5)
        assert desk.tape.texts == ["a", "b", "c"]


async def test_after_having_waited_frames_go_at_once_again():
    async with a_desk() as desk:
        desk.tape.flows.clear()
        desk.push("a")
        desk.tape.flows.set()
        await turn(5)
        desk.push("b")
        assert desk.tape.texts == ["a", "b"]
        assert not desk.client.is_behind


async def test_too_many_bytes_behind_is_too_slow():
    async with a_desk() as desk:
        desk.tape.flows.clear()
        piece = "x" * (QUEUE_BYTES // 8)
        desk.push(*[piece] * 7)
        assert desk.codes == []
        desk.push(piece)
        assert (desk.codes, desk.tape.closed_with) == ([CloseCode.TOO_SLOW], 4001)


async def test_too_many_frames_behind_is_too_slow():
    async with a_desk() as desk:
        desk.tape.flows.clear()
        desk.push(*["x"] * QUEUE_FRAMES)
        assert desk.codes == []
        desk.push("x")
        assert desk.codes == [CloseCode.TOO_SLOW]


async def test_bytes_that_were_written_no_longer_count():
    async with a_desk() as desk:
        piece = "x" * (QUEUE_BYTES // 2)
        for _ in range(4):
            desk.tape.flows.clear()
            desk.push(piece)
            desk.tape.flows.set()
            await turn(5)
        assert desk.codes == []
        assert len(desk.tape.texts) == 4


async def test_after_the_close_nothing_is_sent():
    async with a_desk() as desk:
        desk.client.close(CloseCode.RESTART)
        desk.push("a")
        desk.client.close(CloseCode.TOO_SLOW)
        await turn(3)
        assert (desk.tape.texts, desk.codes) == ([], [CloseCode.RESTART])
