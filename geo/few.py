"""Ranks some dozen people in the order of `geo.nearest`, without numpy, whose calls cost more than so few are worth."""

import math
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from geopy.distance import geodesic

from geo.nearest import BAND_M, ROUNDING_M, Ranked, longest_of_one, point_xyz
from geo.position import Position

FEW: Final = 150
"""Up to here this is quicker than `geo.nearest.rank`."""


class Spot(NamedTuple):
    """Where somebody is: degrees, metres from the Earth's centre, Unix seconds of the position."""

    officer_id: str
    sectors: frozenset[str]
    lat: float
    lon: float
    x: float
    y: float
    z: float
    at: float


def spot_of(officer_id: str, sectors: frozenset[str], at: Position, when: float) -> Spot:
    return Spot(officer_id, sectors, at.lat, at.lon, *point_xyz(at), when)


class _Seen(NamedTuple):
    """One of them from the place that is asked about; `chord2` in square metres."""

    chord2: float
    number: int
    spot: Spot


def rank_few(
    people: Iterable[tuple[int, Spot]],
    origin: Position,
    sectors: Collection[str],
    *,
    now: datetime,
    max_age_s: float,
    limit: int,
) -> list[Ranked]:
    """As `geo.nearest.rank`; each comes with their number."""
    at = now.timestamp()
    oldest = at - max_age_s
    x, y, z = point_xyz(origin)
    fresh: list[_Seen] = []
    stale: list[_Seen] = []
    for number, spot in people:
        dx, dy, dz = spot.x - x, spot.y - y, spot.z - z
        (fresh if spot.at >= oldest else stale).append(_Seen(dx * dx + dy * dy + dz * dz, number, spot))
    ranked = _first(fresh, limit, origin, sectors, at, is_stale=False)
    if len(ranked) < limit and stale:
        ranked += _first(stale, limit - len(ranked), origin, sectors, at, is_stale=True)
    return ranked


def _first(
    seen: list[_Seen], wanted: int, origin: Position, sectors: Collection[str], at: float, *, is_stale: bool
) -> list[Ranked]:
    if len(seen) > wanted:
        last = math.sqrt(sorted([one.chord2 for one in seen])[wanted - 1])
        # Whoever may be in the band of the last that is wanted, or nearer.
        end2 = ((longest_of_one(last) + ROUNDING_M) // BAND_M * BAND_M + BAND_M) ** 2
        seen = [one for one in seen if one.chord2 < end2]
    rows = []
    for chord2, number, spot in seen:
        band, distance_m = _distance(math.sqrt(chord2), origin, spot)
        is_foreign = spot.sectors.isdisjoint(sectors)
        rows.append((band, is_foreign, at - spot.at, distance_m, spot.officer_id, number))
    rows.sort()
    return [
        Ranked(officer_id, number, distance_m, not is_foreign, is_stale, age_s)
        for _, is_foreign, age_s, distance_m, officer_id, number in rows[:wanted]
    ]


def _distance(chord: float, origin: Position, spot: Spot) -> tuple[float, float]:
    """The number of the band, and metres. Geopy measures where the bounds leave the band open."""
    distance_m = longest_of_one(chord)
    band = max(chord - ROUNDING_M, 0.0) // BAND_M
    if band != (distance_m + ROUNDING_M) // BAND_M:
        distance_m = geodesic((origin.lat, origin.lon), (spot.lat, spot.lon)).meters
        band = distance_m // BAND_M
    return band, distance_m
