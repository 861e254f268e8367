"""What a tap costs the journal's writer: on one place, on as many places as taps, and from one phone that floods.

`./dev bench tests/benchmarks/test_many_taps_speed.py` prints the three side by side.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter, process_time

import pytest

from dispatch.duplicates import METRES_PER_DEGREE
from dispatch.incident import Kind
from dispatch.policy import Policy
from geo.areas import AreaMap
from geo.position import Position
from panic_server.demo.city import DemoCity, generate_city, random_point
from panic_server.journal.port import Press
from tests.contract.desk import START, Desk, press

pytestmark = [pytest.mark.bench, pytest.mark.long]

TAPS = 2_000
OFFICERS = 300

# With this radius a city of this many RT has two thousand homes that are further apart than any join reaches.
CITY_RT = 10_628
POLICY = Policy(join_radius_m=20.0, join_radius_max_m=50.0)

# The best of a few runs of processor time, each on a fresh journal: what else the machine does does not count.
RUNS = 3

# One place may cost a tenth more: less than what two runs of the same differ by on a machine that others use.
TOLERANCE = 1.1

Taps = Callable[[DemoCity, Random], list[Press]]


@dataclass(slots=True)
class Cost:
    """Seconds of all taps together, and the incidents that came of them."""

    cpu_s: float = float("inf")
    wall_s: float = float("inf")
    incidents: int = 0

    def __str__(self) -> str:
        rate = f"{TAPS / self.wall_s:>10,.0f}/s"
        return f"{self.cpu_s / TAPS * 1e6:>12.0f} {rate} {self.incidents:>10,}"


def places(city: DemoCity, rng: Random, count: int) -> list[Position]:
    """The middles of cells that are wide enough for none to join another."""
    side = 2.5 * POLICY.join_radius_max_m / METRES_PER_DEGREE
    taken: dict[tuple[int, int], Position] = {}
    for _ in range(50 * count):
        lat, lon = random_point(city, rng)
        row, column = round(lat / side), round(lon / side)
        taken.setdefault((row, column), Position(row * side, column * side, 10.0, START))
        if len(taken) == count:
            return list(taken.values())
    raise AssertionError(f"only {len(taken)} places")


def on_many_places(city: DemoCity, rng: Random) -> list[Press]:
    spots = places(city, rng, TAPS)
    return [press(f"phone-{number}", kind=Kind.FIRE, position=spot) for number, spot in enumerate(spots)]


def on_one_place(city: DemoCity, rng: Random) -> list[Press]:
    [spot] = places(city, rng, 1)
    return [
        press(
            f"phone-{number}",
            kind=Kind.FIRE,
            position=Position(spot.lat + rng.uniform(-1e-4, 1e-4), spot.lon + rng.uniform(-1e-4, 1e-4), 10.0, START),
        )
        for number in range(TAPS)
    ]


def from_one_phone(city: DemoCity, rng: Random) -> list[Press]:
    [spot] = places(city, rng, 1)
    return [press("phone", kind=Kind.FIRE, position=spot) for _ in range(TAPS)]


async def carry_out(city: DemoCity, area_map: AreaMap, taps: Taps, folder: Path, cost: Cost) -> None:
    rng = Random(5)
    async with Desk(f"sqlite:///{folder / 'journal.db'}", policy=POLICY) as desk:
        desk.maps.swap(area_map)
        for number in range(OFFICERS):
            lat, lon = random_point(city, rng)
            await desk.officer(f"officer-{number}", Position(lat, lon, 10.0, START))
        presses = taps(city, rng)
        gc.collect()
        cpu_s, wall_s = process_time(), perf_counter()
        await asyncio.gather(*(desk.writer.submit(one) for one in presses))
        cost.cpu_s = min(cost.cpu_s, process_time() - cpu_s)
        cost.wall_s = min(cost.wall_s, perf_counter() - wall_s)
        cost.incidents = len(await desk.open_incidents())


async def test_taps_on_one_place_are_as_fast_as_on_as_many_places(tmp_path: Path) -> None:
    city = generate_city(seed=7, rt=CITY_RT)
    area_map = AreaMap.build(city.areas, city.sectors, version=1)
    costs: dict[str, Cost] = {}
    for run in range(RUNS):
        for taps in (on_many_places, on_one_place, from_one_phone):
            name = taps.__name__.replace("_", " ")
            folder = tmp_path / f"{name}-{run}"
            folder.mkdir()
            await carry_out(city, area_map, taps, folder, costs.setdefault(name, Cost()))
    head = f"{f'{TAPS:,} taps':<20} {'cpu µs each':>12} {'at most':>12} {'incidents':>10}"
    rows = "\n".join(f"{name:<20} {cost}" for name, cost in costs.items())
    sys.stdout.write(f"\n{head}\n{rows}\n")
    assert [cost.incidents for cost in costs.values()] == [TAPS, 1, 1]
    apart, together, flood = costs.values()
    assert together.cpu_s <= apart.cpu_s * TOLERANCE
    assert flood.cpu_s <= apart.cpu_s * TOLERANCE
