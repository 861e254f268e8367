"""`python -m load_tests.observers`: holds consoles' and representatives' sockets, and keeps every frame with its time.

While the load runs it only cuts frames out and numbers them; equal ones are kept once. It says `ready` when everybody
has been welcomed, answers `where` with the seq that every console has reached, and on `stop` writes what it has.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import cast

from msgspec import json

from load_tests.lean_http import run
from load_tests.records import Operator, Recording, Representative, Stream, read_people, write_recording
from load_tests.websocket import CLOSE, PING, TEXT, FrameReader, handshake, masked

PONG = 10


class Frames:
    """Numbers the different messages."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}

    def number(self, message: bytes) -> int:
        return self.numbers.setdefault(message, len(self.numbers))


class Observer(asyncio.Protocol):
    """One socket. `welcomed` is set with its first message."""

    def __init__(self, port: int, person: Operator | Representative, frames: Frames) -> None:
        self._port = port
        self._token = person.token
        self._frames = frames
        self._reader: FrameReader | None = None
        self._head = b""
        self._transport: asyncio.Transport | None = None
        self.stream = Stream(person.subject, isinstance(person, Operator), [], [])
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(handshake(self._port, "/v1/live"))

    def data_received(self, data: bytes) -> None:
        if self._reader is None:
            data = self._finish_handshake(data)
        if self._reader is None:
            return
        now_ns = time.monotonic_ns()
        for opcode, payload in self._reader.feed(data):
            if opcode == TEXT:
                self.stream.at_ns.append(now_ns)
                self.stream.frames.append(self._frames.number(payload))
                if not self.welcomed.done():
                    self.welcomed.set_result(None)
            elif opcode == PING:
                self._write(masked(PONG, payload))
            elif opcode == CLOSE:
                self.is_closed = True

    def _finish_handshake(self, data: bytes) -> bytes:
        self._head += data
        head, found, rest = self._head.partition(b"\r\n\r\n")
        if not found:
            return b""
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(head.decode(errors="replace"))
        self._reader = FrameReader()
        self._write(masked(TEXT, json.encode({"type": "hello", "token": self._token})))
        return rest

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - a lost socket shows in the recording
        self.is_closed = True
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError(f"{self.stream.subject} was not welcomed"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def position(observers: list[Observer], messages: list[bytes]) -> int:
    """The seq that every console has reached, by its last frame that says so."""
    reached = []
    for observer in observers:
        if observer.stream.is_console:
            ends = (json.decode(messages[number]) for number in reversed(observer.stream.frames))
            reached.append(next((end["to"] for end in ends if "to" in end), 0))
    return min(reached, default=0)


async def _serve(options: argparse.Namespace) -> None:
    people = read_people(options.people)
    watched: list[Operator | Representative] = [*people.operators[: options.consoles]]
    watched += people.representatives[: options.representatives]
    loop = asyncio.get_running_loop()
    frames = Frames()
    observers: list[Observer] = []
    for person in watched:
        observer = Observer(options.port, person, frames)
        await loop.create_connection(lambda observer=observer: observer, "127.0.0.1", options.port)  # type: ignore[misc]  # mypy cannot type a lambda's default
        await observer.welcomed
        observers.append(observer)
    say("ready")
    while (order := (await asyncio.to_thread(sys.stdin.readline)).strip()) == "where":
        say(str(position(observers, list(frames.numbers))))
    if order == "stop":
        streams = [observer.stream for observer in observers]
        write_recording(options.out, Recording(list(frames.numbers), streams))
        say("written")


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m load_tests.observers", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--consoles", type=int, required=True)
    parser.add_argument("--representatives", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
