"""Who is nearest: ranks officers around a place by geodesic distance, without measuring each of them with geopy.

If the straight line through the Earth between two points at sea level is c metres long, then the geodesic between them
is at least that long and, as no geodesic of WGS 84 curves more than a circle of radius R = `_TIGHTEST_M`, at most
`2 R asin(c / 2R)` (Schur's comparison theorem). The two differ by 1 mm at 10 km and 13 cm at 50 km. Where this leaves
open in which band somebody is, geopy decides.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from geopy.distance import geodesic

from geo.plane import EARTH_A_M, EARTH_E2, Floats, Ints
from geo.position import Position

# Within a band the order is by sector and age of position. From the contract.
BAND_M: Final = 500.0

# The smallest radius of curvature of WGS 84: along the meridian at the equator.
_TIGHTEST_M: Final = EARTH_A_M * (1 - EARTH_E2)

# No two points of WGS 84 are farther apart.
_ANTIPODE_M: Final = 20_004_000.0

# Geopy is exact to 15 nm and our sums to a few more; nothing is decided on less than this.
ROUNDING_M: Final = 1e-6

Flags = npt.NDArray[np.bool_]


def earth_xyz(lat: Floats, lon: Floats) -> Floats:
    """Degrees to metres from the Earth's centre on WGS 84's surface, as 3 x n. Source: Snyder, eq. 3-12 ff. (h = 0)."""
    phi, lam = np.radians(lat), np.radians(lon)
    sin, cos = np.sin(phi), np.cos(phi)
    across = EARTH_A_M / np.sqrt(1 - EARTH_E2 * sin * sin)
    return np.stack((across * cos * np.cos(lam), across * cos * np.sin(lam), across * (1 - EARTH_E2) * sin))


def metres_between(one: Position, other: Position) -> float:
    """Along the geodesic of WGS 84."""
    return float(geodesic((one.lat, one.lon), (other.lat, other.lon)).meters)


@dataclass(frozen=True, slots=True, eq=False)
class Officers:
    """n officers as columns, at one moment. Whoever has no position has NaN for it, and is never ranked.

    `members` and `id_order` only change with the staff: keep them, and replace the other columns as officers move.
    """

    ids: Sequence[str]
    lat: Floats  # degrees
    lon: Floats
    xyz: Floats  # 3 x n, see earth_xyz
    position_at: Floats  # Unix seconds
    available: Flags
    members: Mapping[str, Flags]  # sector code to who is one of its own
    id_order: Ints  # the place of each id among all, in ascending order

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        *,
        lat: npt.ArrayLike,
        lon: npt.ArrayLike,
        position_at: npt.ArrayLike,
        sectors: Sequence[Collection[str]],
        available: npt.ArrayLike | None = None,
    ) -> Self:
        """`sectors[i]` are the codes of officer i's own sectors; without `available` everybody is."""
        lats, lons = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        return cls(
            ids=ids,
            lat=lats,
            lon=lons,
            xyz=earth_xyz(lats, lons),
            position_at=np.asarray(position_at, dtype=np.float64),
            available=np.ones(len(ids), dtype=bool) if available is None else np.asarray(available, dtype=bool),
            members=members_by_sector(sectors),
            id_order=order_of_ids(ids),
        )


def members_by_sector(sectors: Sequence[Collection[str]]) -> dict[str, Flags]:
    """The column `members` of Officers, from the sector codes of each officer."""
    members: dict[str, Flags] = {}
    for number, codes in enumerate(sectors):
        for code in codes:
            if code not in members:
                members[code] = np.zeros(len(sectors), dtype=bool)
            members[code][number] = True
    return members


def order_of_ids(ids: Sequence[str]) -> Ints:
    """The column `id_order` of Officers."""
    order = np.empty(len(ids), dtype=np.intp)
    order[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return order


@dataclass(frozen=True, slots=True)
class Ranked:
    """One officer and why there; `distance_m` is as the crow flies along the ground, good to 1 mm at 10 km.

    `number` is the officer's in the columns.
    """

    officer_id: str
    number: int
    distance_m: float
    own_sector: bool
    stale: bool
    position_age_s: float


def rank(
    officers: Officers,
    origin: Position,
    sectors: Collection[str],
    *,
    now: datetime,
    max_age_s: float,
    limit: int,
    eligible: Flags | None = None,
) -> list[Ranked]:
    """The first `limit` of those available, and `eligible` if given: fresh positions before those older than max_age_s;
    among these by bands of 500 m; in a band the sectors' own first, then the fresher, then the nearer, then by id.
    """
    ready = officers.available if eligible is None else officers.available & eligible
    at = now.timestamp()
    oldest = at - max_age_s
    field = _Field(officers, origin, _squared_chords(officers.xyz, origin), at, _own(officers, sectors))
    # A comparison with NaN is false, so neither group holds an officer whose position has no time.
    ranked = field.first(ready & (officers.position_at >= oldest), limit, stale=False)
    if len(ranked) < limit:
        ranked += field.first(ready & (officers.position_at < oldest), limit - len(ranked), stale=True)
    return ranked


def _squared_chords(xyz: Floats, origin: Position) -> Floats:
    way = xyz - np.array(point_xyz(origin)).reshape(3, 1)
    squares: Floats = np.einsum("ij,ij->j", way, way)
    return squares


def point_xyz(at: Position) -> tuple[float, float, float]:
    """As `earth_xyz`, for one point: a tenth of the time that numpy takes for arrays of one."""
    phi, lam = math.radians(at.lat), math.radians(at.lon)
    sin, cos = math.sin(phi), math.cos(phi)
    across = EARTH_A_M / math.sqrt(1 - EARTH_E2 * sin * sin)
    return across * cos * math.cos(lam), across * cos * math.sin(lam), across * (1 - EARTH_E2) * sin


def _longest(chord: Floats) -> Floats:
    """The longest geodesic that each chord can have. For the far side of the Earth the theorem says nothing."""
    if chord.max(initial=0.0) > _TIGHTEST_M:
        arc = 2 * _TIGHTEST_M * np.arcsin(np.minimum(chord / (2 * _TIGHTEST_M), 1.0))
        return np.where(chord < _TIGHTEST_M, arc, _ANTIPODE_M)
    longest: Floats = 2 * _TIGHTEST_M * np.arcsin(chord / (2 * _TIGHTEST_M))
    return longest


def longest_of_one(chord: float) -> float:
    """The longest geodesic that a chord can have, in metres."""
    return 2 * _TIGHTEST_M * math.asin(chord / (2 * _TIGHTEST_M)) if chord < _TIGHTEST_M else _ANTIPODE_M


def _own(officers: Officers, sectors: Collection[str]) -> Flags:
    flags = [officers.members[code] for code in sectors if code in officers.members]
    if not flags:
        return np.zeros(len(officers.ids), dtype=bool)
    return flags[0] if len(flags) == 1 else np.logical_or.reduce(flags)


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """The officers as seen from one place and moment, as columns."""

    officers: Officers
    origin: Position
    chord2: Floats  # squared chords, in square metres
    now_s: float  # Unix seconds
    own: Flags

    def first(self, among: Flags, wanted: int, *, stale: bool) -> list[Ranked]:
        near, chord = self._those_that_matter(among, wanted)
        distance_m, band = self._distances(near, chord)
        age_s, own = self.now_s - self.officers.position_at[near], self.own[near]
        order = np.lexsort((self.officers.id_order[near], distance_m, age_s, ~own, band))[:wanted]
        columns = (near[order].tolist(), distance_m[order].tolist(), own[order].tolist(), age_s[order].tolist())
        return [
            Ranked(self.officers.ids[number], number, metres, is_own, stale, age)
            for number, metres, is_own, age in zip(*columns, strict=True)
        ]

    def _those_that_matter(self, among: Flags, wanted: int) -> tuple[Ints, Floats]:
        """Whoever may be among the first `wanted`, with their chords: as many are surely in this band or nearer."""
        # Whoever has no position has NaN here, which is sorted behind all others and less than nothing.
        chord2 = np.where(among, self.chord2, np.inf)
        end2 = np.inf
        if len(chord2) > wanted and (last2 := float(np.partition(chord2, wanted - 1)[wanted - 1])) < np.inf:
            end2 = ((longest_of_one(math.sqrt(last2)) + ROUNDING_M) // BAND_M * BAND_M + BAND_M) ** 2
        near = np.flatnonzero(chord2 < end2)
        return near, np.sqrt(chord2[near])

    def _distances(self, near: Ints, chord: Floats) -> tuple[Floats, Floats]:
        """Metres, and the number of the band. Geopy measures those whose band the bounds leave open."""
        distance_m = _longest(chord)
        band = np.maximum(chord - ROUNDING_M, 0.0) // BAND_M
        is_open = band != (distance_m + ROUNDING_M) // BAND_M
        if is_open.any():
            here = (self.origin.lat, self.origin.lon)
            for each in np.flatnonzero(is_open):
                there = (self.officers.lat[near[each]], self.officers.lon[near[each]])
                distance_m[each] = geodesic(here, there).meters
                band[each] = distance_m[each] // BAND_M
        return distance_m, band
