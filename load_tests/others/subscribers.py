"""`python -m load_tests.others.subscribers`: holds the subscribers of a product, as `load_tests.observers` consoles.

Equal messages are kept once and read afterwards. It says `ready` when everybody is subscribed, answers `where` with how
many messages every one of them has, and on `stop` writes what it has.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from load_tests.lean_http import run
from load_tests.observers import Frames, say
from load_tests.others.connection import PRODUCTS, connect
from load_tests.records import Recording, Stream, write_recording


class Subscriber:
    """Keeps what one of them heard."""

    def __init__(self, name: str, frames: Frames) -> None:
        self.stream = Stream(name, True, [], [])
        self._frames = frames

    def heard(self, at_ns: int, message: bytes) -> None:
        self.stream.at_ns.append(at_ns)
        self.stream.frames.append(self._frames.number(message))


async def _serve(options: argparse.Namespace) -> None:
    frames = Frames()
    streams = []
    for number in range(options.count):
        subscriber = Subscriber(f"subscriber{number}", frames)
        await connect(options.product, options.port, subscriber.stream.subject, subscriber.heard, subscribes=True)
        streams.append(subscriber.stream)
    say("ready")
    while (order := (await asyncio.to_thread(sys.stdin.readline)).strip()) == "where":
        say(str(min(len(stream.frames) for stream in streams)))
    if order == "stop":
        write_recording(options.out, Recording(list(frames.numbers), streams))
        say("written")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m load_tests.others.subscribers", description=__doc__)
    parser.add_argument("--product", choices=PRODUCTS, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
