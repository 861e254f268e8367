"""The demo city "Tanjung Arum": areas of all levels, sectors and a harbour, made from a seed; no downloaded data in it.

The land is split into kecamatan, these into kelurahan, RW and RT, so that every level tiles the one above it. The river
is a border of districts. Sectors are other groups of kelurahan, on purpose not those of the districts.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import shapely

from geo.areas import Area, Level, Sector
from geo.geojson import write_map
from panic_server.demo.names import CITY, CITY_CODE, district_names, sector_names, village_names
from panic_server.demo.terrain import Point, Terrain, make_terrain

DEFAULT_RT: Final = 600
FEWEST_RT: Final = 60

# How many fit into one of the next level, as in a Javanese city of 10,628 RT: 1,530 RW, 177 kelurahan, 16 kecamatan.
_RT_PER_RW: Final = 6.9
_RT_PER_VILLAGE: Final = 60.0
_RT_PER_DISTRICT: Final = 664.0
_RT_PER_SECTOR: Final = 800.0
_FEWEST_DISTRICTS: Final = 4
_FEWEST_SECTORS: Final = 3

HARBOUR_PRIORITY: Final = 10

# What the files of a city are called; `water.geojson` is for drawing and lies apart, for it is no area.
_FILES: Final = {
    "kota.geojson": Level.CITY,
    "kecamatan.geojson": Level.DISTRICT,
    "kelurahan.geojson": Level.VILLAGE,
    "rw.geojson": Level.RW,
    "rt.geojson": Level.RT,
}


@dataclass(frozen=True, slots=True)
class DemoCity:
    """`areas` from the city down to its RTs. Sea and river are polygons in degrees, to be drawn only."""

    areas: tuple[Area, ...]
    sectors: tuple[Sector, ...]
    sea: Any
    river: Any
    rts: tuple[Area, ...]


def generate_city(seed: int, rt: int = DEFAULT_RT) -> DemoCity:
    """The same city for the same seed and number of RTs. Raises ValueError for fewer than 60 RTs."""
    if rt < FEWEST_RT:
        raise ValueError(f"A city needs at least {FEWEST_RT} RT, not {rt}.")
    rng = Random(seed)
    terrain = make_terrain(rng, rt)
    areas = _Surveyor(rng, terrain).areas()
    villages = [area for area in areas if area.level is Level.VILLAGE]
    sectors = (*_sectors(rng, villages, round(rt / _RT_PER_SECTOR)), _harbour(terrain))
    rts = tuple(area for area in areas if area.level is Level.RT)
    return DemoCity(tuple(areas), sectors, terrain.sea, terrain.river, rts)


def random_point(city: DemoCity, rng: Random) -> Point:
    """Latitude and longitude of somebody's home: every RT is as likely as any other, and every spot in it."""
    outline = rng.choice(city.rts).geometry
    west, south, east, north = outline.bounds
    while True:
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(outline, lon, lat):
            return lat, lon


def write_city(city: DemoCity, folder: Path) -> list[Path]:
    """Writes the files for `kentongan import-areas` and returns them; sea and river go to `context/water.geojson`."""
    (folder / "context").mkdir(parents=True, exist_ok=True)
    documents = {name: write_map((a for a in city.areas if a.level is level), ()) for name, level in _FILES.items()}
    documents["sektor.geojson"] = write_map((), city.sectors)
    for name, document in documents.items():
        (folder / name).write_bytes(document)
    (folder / "context" / "water.geojson").write_text(_water(city), encoding="utf-8")
    return [folder / name for name in documents]


def _water(city: DemoCity) -> str:
    features = [
        {"type": "Feature", "properties": {"kind": kind}, "geometry": json.loads(shapely.to_geojson(outline))}
        for kind, outline in (("sea", city.sea), ("river", city.river))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


class _Surveyor:
    """Groups plots that lie together, level by level, and gives them codes and names."""

    def __init__(self, rng: Random, terrain: Terrain) -> None:
        self._rng = rng
        self._terrain = terrain
        self._plots = np.array(terrain.plots, dtype=object)
        self._village_names = village_names(rng)
        self._found: list[Area] = []

    def areas(self) -> list[Area]:
        """The city first, RTs last; by code within a level."""
        everything = list(range(len(self._plots)))
        self._add(CITY_CODE, f"Kota {CITY}", Level.CITY, None, everything)
        for number, (members, name) in enumerate(zip(self._districts(everything), district_names(), strict=False), 1):
            code = f"{CITY_CODE}.{number:02}"
            self._add(code, name, Level.DISTRICT, CITY_CODE, members)
            self._add_villages(code, members)
        return sorted(self._found, key=lambda area: (-area.level.rank, area.code))

    def _districts(self, everything: list[int]) -> list[list[int]]:
        """No district has land on both sides of the river."""
        wanted = max(_FEWEST_DISTRICTS, round(len(everything) / _RT_PER_DISTRICT))
        west = [plot for plot in everything if self._terrain.west[plot]]
        east = [plot for plot in everything if not self._terrain.west[plot]]
        in_west = min(max(round(wanted * len(west) / len(everything)), 1), wanted - 1)
        return self._split(west, in_west) + self._split(east, wanted - in_west)

    def _add_villages(self, district: str, plots: list[int]) -> None:
        for number, members in enumerate(self._split(plots, max(2, round(len(plots) / _RT_PER_VILLAGE))), 1001):
            code, name = f"{district}.{number}", next(self._village_names)
            self._add(code, name, Level.VILLAGE, district, members)
            self._add_rws(code, name, members)

    def _add_rws(self, village: str, village_name: str, plots: list[int]) -> None:
        for number, members in enumerate(self._split(plots, max(1, round(len(plots) / _RT_PER_RW))), 1):
            code, name = f"{village}-RW{number:02}", f"RW {number:02} {village_name}"
            self._add(code, name, Level.RW, village, members)
            for rt, plot in enumerate(members, 1):
                self._add(f"{code}-RT{rt:02}", f"RT {rt:02} {name}", Level.RT, code, [plot])

    def _add(self, code: str, name: str, level: Level, parent: str | None, plots: list[int]) -> None:
        outline = self._plots[plots[0]] if len(plots) == 1 else shapely.coverage_union_all(self._plots[plots])
        self._found.append(Area(code, name, level, parent, outline))

    def _split(self, plots: list[int], parts: int) -> list[list[int]]:
        return _split(self._rng, self._terrain.middles, plots, parts)


def _split(rng: Random, points: Sequence[Point], members: list[int], parts: int) -> list[list[int]]:
    """Groups of nearly the same number that lie together: halved across the longer side, again and again."""
    parts = min(parts, len(members))
    if parts <= 1:
        return [members]
    angle = _long_side(points, members) + rng.uniform(-0.25, 0.25)
    east, north = math.cos(angle), math.sin(angle)
    ordered = sorted(members, key=lambda member: (points[member][0] * east + points[member][1] * north, member))
    first = parts // 2
    cut = round(len(ordered) * first / parts)
    return _split(rng, points, ordered[:cut], first) + _split(rng, points, ordered[cut:], parts - first)


def _long_side(points: Sequence[Point], members: list[int]) -> float:
    """The angle along which these points are spread the most."""
    x, y = np.array([points[member] for member in members]).T
    spread_x, spread_y, together = np.var(x), np.var(y), np.mean((x - x.mean()) * (y - y.mean()))
    return 0.5 * math.atan2(2 * together, spread_x - spread_y)


def _sectors(rng: Random, villages: Sequence[Area], wanted: int) -> list[Sector]:
    points = [(middle.x, middle.y) for middle in (village.geometry.centroid for village in villages)]
    groups = _split(rng, points, list(range(len(villages))), max(_FEWEST_SECTORS, wanted))
    for group, other in zip(groups, [*groups[1:], groups[0]], strict=True):
        if _is_a_district(villages, group):
            other.append(group.pop())
    return [
        Sector(f"PS-{number:02}", name, areas=tuple(sorted(villages[member].code for member in members)))
        for number, (members, name) in enumerate(zip(groups, sector_names(), strict=False), 1)
    ]


def _is_a_district(villages: Sequence[Area], group: list[int]) -> bool:
    districts = {villages[member].parent for member in group}
    return len(districts) == 1 and sum(village.parent in districts for village in villages) == len(group)


def _harbour(terrain: Terrain) -> Sector:
    """Lies over other sectors and into the sea, and is in charge wherever it lies."""
    return Sector("PS-PELABUHAN", f"Polsek Pelabuhan {CITY}", terrain.harbour, priority=HARBOUR_PRIORITY)
