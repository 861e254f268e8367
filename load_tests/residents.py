"""`python -m load_tests.residents`: presses buttons in an open loop, as people do, who do not wait for each other.

Locust's users each wait for their own answer and cost a Python greenlet; from some hundred alarms a second on it
measures itself (docs/performance.md). This does nothing but write requests at their times, and keep a log of its own of
what came back.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
from msgspec import json

from load_tests.lean_http import Pool, request, run
from load_tests.records import Ack, Resident, read_people

CONNECTIONS_MAX = 1000
FLUSH_S = 0.1
LAST_ANSWER_WITHIN_S = 60.0

# The kinds as they may come; only violence matters to who is told.
KINDS = {"emergency": 40, "crime": 25, "medical": 15, "fire": 10, "violence": 7, "disaster": 3}
SILENT_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Planned:
    alarm_id: str
    subject: str
    due_s: float
    data: bytes


class _Answer(msgspec.Struct):
    seq: int
    incident_id: str


_answers = json.Decoder(_Answer)


def plan(rng: Random, residents: list[Resident], *, rate: float, seconds: float) -> Iterator[Planned]:
    """Arrivals at random (a Poisson process), each by the next resident; they begin again when all have pressed."""
    due_s, number = 0.0, 0
    while (due_s := due_s + rng.expovariate(rate)) < seconds:
        resident = residents[number % len(residents)]
        number += 1
        alarm_id = str(UUID(int=rng.getrandbits(128), version=4))
        body = json.encode(alarm(rng, resident, alarm_id))
        yield Planned(alarm_id, resident.subject, due_s, request("POST", "/v1/alarms", resident.token, body))


def alarm(rng: Random, resident: Resident, alarm_id: str) -> dict[str, object]:
    """As the resident's page sends it. Phones in cities know where they are to between 4 and some 60 metres."""
    accuracy_m = round(min(60.0, 4 + rng.expovariate(1 / 12)), 1)
    return {
        "id": alarm_id,
        "kind": rng.choices(list(KINDS), list(KINDS.values()))[0],
        "position": {"lat": resident.lat, "lon": resident.lon, "accuracy_m": accuracy_m},
        "silent": rng.random() < SILENT_SHARE,
    }


class Presses:
    """Sends what is planned and logs what is answered."""

    def __init__(self, pool: Pool, log: BufferedWriter) -> None:
        self._pool = pool
        self._log = log
        self._lines: list[Ack] = []
        self.left = 0
        self.all_answered = asyncio.Event()

    def press(self, one: Planned, due_ns: int) -> None:
        sent_ns = time.monotonic_ns()
        was_free = self._pool.send(
            one.data, lambda status, body, at_ns: self._answered(one, start_ns, due_ns, status, body, at_ns)
        )
        start_ns = sent_ns if was_free else due_ns

    def _answered(self, one: Planned, start_ns: int, due_ns: int, status: int, body: bytes, at_ns: int) -> None:
        seq, incident_id = 0, ""
        if status in (200, 201):
            answer = _answers.decode(body)
            seq, incident_id = answer.seq, answer.incident_id
        self._lines.append(Ack(one.alarm_id, one.subject, due_ns, start_ns, at_ns, status, seq, incident_id))
        self.left -= 1
        if self.left == 0:
            self.all_answered.set()

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self.write()

    def write(self) -> None:
        lines, self._lines = self._lines, []
        self._log.write(b"".join(json.encode(line) + b"\n" for line in lines))
        self._log.flush()


async def _press_all(options: argparse.Namespace) -> None:
    everybody = read_people(options.people).residents[options.first :]
    planned = list(plan(Random(options.seed), everybody, rate=options.rate, seconds=options.seconds))
    pool = Pool(options.port, most=CONNECTIONS_MAX)
    # So many are under way when each takes a second.
    await pool.open(max(16, min(CONNECTIONS_MAX, round(options.rate))))
    with options.out.open("ab") as log:
        presses = Presses(pool, log)
        presses.left = len(planned)
        writing = asyncio.create_task(presses.keep_writing())
        await in_time([one.due_s for one in planned], lambda number, due_ns: presses.press(planned[number], due_ns))
        try:
            async with asyncio.timeout(LAST_ANSWER_WITHIN_S):
                await presses.all_answered.wait()
        finally:
            writing.cancel()
            presses.write()
    pool.close()


async def in_time(due_s: Sequence[float], press: Callable[[int, int], None]) -> None:
    """Each number with the time when it was due. The loop's timers are exact to a millisecond; all that has come due by
    then goes out at once.
    """
    began_ns = time.monotonic_ns() + 50_000_000
    number = 0
    while number < len(due_s):
        now_ns = time.monotonic_ns()
        while number < len(due_s) and (due_ns := began_ns + round(due_s[number] * 1e9)) <= now_ns:
            press(number, due_ns)
            number += 1
        await asyncio.sleep(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m load_tests.residents", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--rate", type=float, required=True, help="alarms per second")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--first", type=int, default=0, help="leave out the first residents: others have been them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="one line for every alarm that was answered")
    run(_press_all(parser.parse_args()))


if __name__ == "__main__":
    main()
