"""`python -m load_tests.others.publisher`: one connection that publishes in an open loop, as `load_tests.residents` do.

Each message begins with its number; its acknowledgement is logged as theirs are, with that number plus one as the seq.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

from msgspec import json

from load_tests.lean_http import run
from load_tests.others.connection import PRODUCTS, connect
from load_tests.records import Ack
from load_tests.residents import in_time

LAST_ACK_WITHIN_S = 60.0
NUMBER_DIGITS = 8
NAME = "publisher"


def payload_of(number: int, size: int) -> bytes:
    """`size` bytes that no two messages have alike."""
    return (b"%0*d " % (NUMBER_DIGITS, number)).ljust(size, b"x")


def number_of(payload: bytes) -> int:
    return int(payload[:NUMBER_DIGITS])


def arrivals_s(rng: Random, *, rate: float, seconds: float) -> Iterator[float]:
    """At random, as residents press."""
    due_s = 0.0
    while (due_s := due_s + rng.expovariate(rate)) < seconds:
        yield due_s


class Publications:
    """When each was due, sent and acknowledged; 0 is never."""

    def __init__(self, count: int) -> None:
        self.due_ns, self.sent_ns, self.ack_ns = [0] * count, [0] * count, [0] * count
        self._left = count
        self.all_acknowledged = asyncio.Event()

    def acknowledged(self, at_ns: int, number: bytes) -> None:
        self.ack_ns[int(number)] = at_ns
        self._left -= 1
        if self._left == 0:
            self.all_acknowledged.set()

    def log(self) -> Iterator[Ack]:
        for number, (due_ns, sent_ns, ack_ns) in enumerate(zip(self.due_ns, self.sent_ns, self.ack_ns, strict=True)):
            yield Ack(str(number), NAME, due_ns, sent_ns, ack_ns, 201 if ack_ns else 0, number + 1)


async def _publish_all(options: argparse.Namespace) -> None:
    due_s = list(arrivals_s(Random(options.seed), rate=options.rate, seconds=options.seconds))
    payloads = [payload_of(number, options.size) for number in range(len(due_s))]
    publications = Publications(len(due_s))
    connection = await connect(options.product, options.port, NAME, publications.acknowledged, subscribes=False)

    def publish(number: int, due_ns: int) -> None:
        publications.due_ns[number] = due_ns
        publications.sent_ns[number] = time.monotonic_ns()
        connection.publish(number, payloads[number])

    await in_time(due_s, publish)
    # What is not acknowledged by then shows in the log, and is lost.
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_ACK_WITHIN_S):
            await publications.all_acknowledged.wait()
    options.out.write_bytes(b"".join(json.encode(ack) + b"\n" for ack in publications.log()))
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m load_tests.others.publisher", description=__doc__)
    parser.add_argument("--product", choices=PRODUCTS, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="messages per second")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--size", type=int, required=True, help="bytes of each message")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="one line for every message")
    run(_publish_all(parser.parse_args()))


if __name__ == "__main__":
    main()
