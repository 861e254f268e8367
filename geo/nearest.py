"""Who is nearest: ranks officers around a place by geodesic distance, without measuring each of them with geopy.

The straight line through the Earth between two points at sea level is c metres long. The geodesic between them is at least
that long, and, as no geodesic of WGS 84 curves more than a circle of `_TIGHTEST_M`, at most `2 R asin(c / 2R)` with that R
(Schur's comparison theorem). The two differ by 1 mm at 10 km and 13 cm at 50 km. Where this could change the order,
geopy decides.
"""

import math
from collections.abc import Callable, Collection, Sequence
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

Flags = npt.NDArray[np.bool_]


def earth_xyz(lat: Floats, lon: Floats) -> Floats:
    """Degrees to metres from the Earth's centre on WGS 84's surface, as 3 x n. Source: Snyder, eq. 3-12 ff. (h = 0)."""
    phi, lam = np.radians(lat), np.radians(lon)
    sin, cos = np.sin(phi), np.cos(phi)
    across = EARTH_A_M / np.sqrt(1 - EARTH_E2 * sin * sin)
    return np.stack((across * cos * np.cos(lam), across * cos * np.sin(lam), across * (1 - EARTH_E2) * sin))


@dataclass(frozen=True, slots=True, eq=False)
class Officers:
    """n officers as columns, at one moment. Whoever has no position has NaN for it, and is never ranked."""

    ids: Sequence[str]
    lat: Floats  # degrees
    lon: Floats
    xyz: Floats  # 3 x n, see earth_xyz
    position_at: Floats  # Unix seconds
    sectors: Sequence[frozenset[str]]  # codes of each officer's own sectors
    available: Flags

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        lat: npt.ArrayLike,
        lon: npt.ArrayLike,
        position_at: npt.ArrayLike,
        sectors: Sequence[frozenset[str]],
        available: npt.ArrayLike | None = None,
    ) -> Self:
        """Without `available` everybody is."""
        lats, lons = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        return cls(
            ids=ids,
            lat=lats,
            lon=lons,
            xyz=earth_xyz(lats, lons),
            position_at=np.asarray(position_at, dtype=np.float64),
            sectors=sectors,
            available=np.ones(len(ids), dtype=bool) if available is None else np.asarray(available, dtype=bool),
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """One officer, why there; distance_m along the ground as the crow flies, good to 1 mm at 10 km."""

    officer_id: str
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
    """The best `limit` of those available (and eligible): fresh positions before stale ones; then by bands of 500 m; in a
    band the sectors' own first, then the fresher position, then the nearer, then by id.
    """
    ready = officers.available if eligible is None else officers.available & eligible
    chord = _chords(officers.xyz, origin)
    age_s = now.timestamp() - officers.position_at
    # Comparing with NaN is false, so this also leaves out those without a position.
    known = ready & (chord >= 0) & np.isfinite(age_s)
    stale = age_s > max_age_s
    ranked: list[Ranked] = []
    for are_stale in (False, True):
        group = np.flatnonzero(known & (stale == are_stale))
        wanted = limit - len(ranked)
        if wanted > 0 and len(group):
            ranked += _rank_group(officers, origin, sectors, group, chord, age_s, are_stale)[:wanted]
    return ranked
