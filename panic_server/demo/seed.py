"""`python -m panic_server.demo.seed`: a city and thousands of people with tokens in an empty data folder, for load.

`kentongan token` takes most of a second for one person, nearly all of it Python's start; here it is one transaction.
"""

import argparse
from pathlib import Path
from random import Random
from typing import Any

from msgspec import json

from geo.areas import AreaMap, Level
from geo.geojson import File, write_map
from panic_server.clock import Clock, SystemClock
from panic_server.demo import people
from panic_server.demo.city import generate_city
from panic_server.demo.ground import Ground, Point
from panic_server.journal.admin import store_map
from panic_server.people import Role

Row = dict[str, Any]


def main() -> None:
    wish = _arguments()
    wish.data_dir.mkdir(parents=True, exist_ok=True)
    wish.out.write_bytes(json.encode(seed(wish, f"sqlite:///{wish.data_dir.resolve()}/kentongan.db", SystemClock())))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m panic_server.demo.seed", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="who was made, with tokens and places, as JSON")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rt", type=int, default=600)
    for name in ("residents", "officers", "consoles", "representatives"):
        parser.add_argument(f"--{name}", type=int, default=0)
    return parser.parse_args()


def seed(wish: argparse.Namespace, url: str, clock: Clock) -> dict[str, list[Row]]:
    """Rows of `{"subject", "token"}`, residents and officers with `lat` and `lon`, representatives with `area`."""
    rng = Random(wish.seed)
    area_map = store_map(url, city_files(wish.seed, wish.rt), now=clock.now())
    ground = Ground(area_map)
    cast = _cast(wish, rng, area_map)
    tokens = people.enlist(url, (one for group in cast.values() for one in group), now=clock.now())
    return {role: [_row(one, tokens, ground.point(rng)) for one in group] for role, group in cast.items()}


def city_files(seed: int, rt: int) -> list[File]:
    """The generated city as one file to import."""
    city = generate_city(seed, rt)
    return [("city.geojson", write_map(city.areas, city.sectors))]


def _cast(wish: argparse.Namespace, rng: Random, area_map: AreaMap) -> dict[str, list[people.Person]]:
    """The RT with representatives are scattered over the whole city."""
    all_rt = area_map.areas(Level.RT)
    answered_for = rng.sample(all_rt, min(wish.representatives, len(all_rt)))
    return {
        "operators": list(people.operators(rng, wish.consoles)),
        "officers": list(people.officers(rng, wish.officers, area_map.sectors)),
        "representatives": list(people.representatives(rng, answered_for)),
        "residents": list(people.residents(rng, wish.residents)),
    }


def _row(person: people.Person, tokens: dict[str, str], at: Point) -> Row:
    row: Row = {"subject": person.subject, "token": tokens[person.subject]}
    if person.role is Role.REPRESENTATIVE:
        return row | {"area": person.areas[0]}
    return row | {"lat": round(at[0], 7), "lon": round(at[1], 7)}


if __name__ == "__main__":
    main()
