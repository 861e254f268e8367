"""Runs city after city, each from a seed of its own, and says what to do to see a broken one again."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tests.simulation.checker import Broken, Checker
from tests.simulation.city import City
from tests.simulation.core import TRUE_CORE, Core

INCIDENTS = 40
"""In one city: enough to compete for its officers, and few enough to read the log of a broken one."""

CHUNK = 20

SEED = 763_785_427
"""Of the short runs: among its first cities is one whose merge made an RT's deadline forgotten."""


@dataclass(frozen=True, slots=True)
class Outcome:
    seed: int
    incidents: int
    broken: tuple[Broken, ...]

    def __str__(self) -> str:
        lines = [f"  promise {one.promise}: {one.how}" for one in self.broken[:10]]
        return "\n".join([f"seed {self.seed} is broken; python -m tests.simulation {self.seed} shows it", *lines])


def run_city(seed: int, *, core: Core = TRUE_CORE) -> Outcome:
    city = City(seed, incidents=INCIDENTS, core=core)
    records = city.run().records
    return Outcome(seed, len(city.journal.states), tuple(Checker().check(records)))


def run_cities(first_seed: int, incidents: int) -> Iterator[Outcome]:
    """One after the other, until so many incidents have been lived through."""
    seed = first_seed
    while incidents > 0:
        outcome = run_city(seed)
        yield outcome
        incidents -= outcome.incidents
        seed += 1


def run_chunk(first_seed: int) -> list[Outcome]:
    return [run_city(seed) for seed in range(first_seed, first_seed + CHUNK)]


def run_on_all_cores(first_seed: int, incidents: int) -> Iterator[Outcome]:
    """The same on every core of the machine; the seeds follow each other all the same."""
    chunks = range(first_seed, first_seed + incidents // INCIDENTS + CHUNK, CHUNK)
    pool = ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn"))
    try:
        for outcomes in pool.map(run_chunk, chunks):
            yield from outcomes
    finally:
        pool.shutdown(cancel_futures=True)


def first_seed() -> int:
    """`KENTONGAN_TEST_SEED`; without it another one each time in the long runs, and the same one in the short."""
    anew = random.SystemRandom().randrange(10**9) if os.environ.get("KENTONGAN_TEST_LONG") else SEED
    return int(os.environ.get("KENTONGAN_TEST_SEED") or anew)


def story(seed: int, *, core: Core = TRUE_CORE) -> Iterator[str]:
    """The log of one city, a line for each thing that happened, and what was broken."""
    city = City(seed, incidents=INCIDENTS, core=core)
    records = city.run().records
    for record in records[:-1]:
        yield json.dumps(record, default=str)
    for one in Checker().check(records):
        yield f"promise {one.promise}: {one.how}"
