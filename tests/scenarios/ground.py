"""A small town on a real map: three RT in a row from west to east, two police sectors, and spots in them by name.

The town measures 3.3 km by 1.1 km. RT-1 and RT-2 are in the sector PS-BARAT, RT-3 is in PS-TIMUR.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

WEST, SOUTH, SIDE = 110.40, -7.0, 0.01
# At 7° south; a degree of longitude by the WGS 84 ellipsoid.
METRES_PER_DEGREE_EAST = 110_495.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Degrees, and the radius in metres that holds the true place."""

    lat: float
    lon: float
    accuracy_m: float = 10.0

    def east(self, metres: float) -> Spot:
        return replace(self, lon=self.lon + metres / METRES_PER_DEGREE_EAST)

    def within(self, metres: float) -> Spot:
        """The same spot, known less or more exactly."""
        return replace(self, accuracy_m=metres)

    def sent(self, at: str | None = None) -> dict[str, Any]:
        """As a phone writes it."""
        return {"lat": self.lat, "lon": self.lon, "accuracy_m": self.accuracy_m, "at": at}


def _middle_of(number: int) -> Spot:
    return Spot(SOUTH + SIDE / 2, WEST + (number - 0.5) * SIDE)


IN_RT_1, IN_RT_2, IN_RT_3 = _middle_of(1), _middle_of(2), _middle_of(3)
ON_THE_BORDER = Spot(SOUTH + SIDE / 2, WEST + SIDE)
AT_SEA = Spot(-6.5, 110.2)


def _feature(code: str, level: str, parent: str | None, box: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {"code": code, "name": code.replace("-", " "), "level": level, "parent": parent}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _sector(code: str, areas: list[str]) -> dict[str, Any]:
    properties = {"code": code, "name": code.replace("-", " "), "level": "sector", "areas": areas}
    return {"type": "Feature", "properties": properties, "geometry": None}


def town_map(*, border_shift: float = 0.0, overlay: str | None = None) -> bytes:
    """GeoJSON. `border_shift` moves the border between RT-1 and RT-2 eastwards, in degrees; `overlay` is one more
    sector, with a small polygon of its own in the corner of RT-1.
    """
    north, border = SOUTH + SIDE, WEST + SIDE + border_shift
    edges = [(WEST, border), (border, WEST + 2 * SIDE), (WEST + 2 * SIDE, WEST + 3 * SIDE)]
    features = [
        _feature("KOTA", "city", None, (WEST, SOUTH, WEST + 3 * SIDE, north)),
        *(_feature(f"RT-{i}", "rt", "KOTA", (w, SOUTH, e, north)) for i, (w, e) in enumerate(edges, start=1)),
        _sector("PS-BARAT", ["RT-1", "RT-2"]),
        _sector("PS-TIMUR", ["RT-3"]),
    ]
    if overlay is not None:
        corner = _feature(overlay, "sector", None, (WEST, SOUTH, WEST + SIDE / 5, SOUTH + SIDE / 5))
        corner["properties"]["priority"] = 1
        features.append(corner)
    return _collection(features)


def kampung_map() -> bytes:
    """The town with all its levels: RT-1 and RT-2 form RW-1, RT-3 is RW-2, both are in the village KEL."""
    north, east = SOUTH + SIDE, WEST + 3 * SIDE
    features = [
        _feature("KOTA", "city", None, (WEST, SOUTH, east, north)),
        _feature("KEL", "village", "KOTA", (WEST, SOUTH, east, north)),
        _feature("RW-1", "rw", "KEL", (WEST, SOUTH, WEST + 2 * SIDE, north)),
        _feature("RW-2", "rw", "KEL", (WEST + 2 * SIDE, SOUTH, east, north)),
    ]
    for number, rw in enumerate(("RW-1", "RW-1", "RW-2"), start=1):
        box = (WEST + (number - 1) * SIDE, SOUTH, WEST + number * SIDE, north)
        features.append(_feature(f"RT-{number}", "rt", rw, box))
    features += [_sector("PS-BARAT", ["RT-1", "RT-2"]), _sector("PS-TIMUR", ["RT-3"])]
    return _collection(features)


def partly_mapped() -> bytes:
    """The town where nobody has drawn RT yet: the west is RW-1, the rest is only known to be in the village KEL."""
    north, east = SOUTH + SIDE, WEST + 3 * SIDE
    features = [
        _feature("KOTA", "city", None, (WEST, SOUTH, east, north)),
        _feature("KEL", "village", "KOTA", (WEST, SOUTH, east, north)),
        _feature("RW-1", "rw", "KEL", (WEST, SOUTH, WEST + SIDE, north)),
        _sector("PS-BARAT", ["KEL"]),
    ]
    return _collection(features)


def _collection(features: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
