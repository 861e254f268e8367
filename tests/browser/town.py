"""A town of four RT in one kelurahan, a square of two kilometres: small enough to know every point by heart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH, SIDE = 110.40, -7.02, 0.02
HALF = SIDE / 2


class Spot(TypedDict):
    """In degrees, as a browser's geolocation has it."""

    latitude: float
    longitude: float


# The middle of RT 01, in the south-west quarter.
IN_RT_1: Spot = {"latitude": SOUTH + HALF / 2, "longitude": WEST + HALF / 2}
NEAR_RT_1: Spot = {"latitude": SOUTH + HALF / 2, "longitude": WEST + HALF}


def write_town(folder: Path) -> list[Path]:
    """GeoJSON files for `kentongan import-areas`."""
    whole = _square(WEST, SOUTH, SIDE)
    levels = {
        "city": [_area("T", "Kota Uji", "city", None, whole)],
        "district": [_area("T.1", "Pantai", "district", "T", whole)],
        "village": [_area("T.1.1", "Melati", "village", "T.1", whole)],
        "rt": [_rt(number) for number in range(1, 5)],
        "sector": [_area("PS-1", "Polsek Pantai", "sector", None, whole)],
    }
    return [_write(folder / f"{level}.geojson", features) for level, features in levels.items()]


def _rt(number: int) -> dict[str, Any]:
    column, row = (number - 1) % 2, (number - 1) // 2
    ring = _square(WEST + column * HALF, SOUTH + row * HALF, HALF)
    return _area(f"T.1.1-RT0{number}", f"RT 0{number} Melati", "rt", "T.1.1", ring)


def _square(west: float, south: float, side: float) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _area(code: str, name: str, level: str, parent: str | None, ring: list[list[float]]) -> dict[str, Any]:
    properties = {"code": code, "name": name, "level": level, "parent": parent}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _write(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path
