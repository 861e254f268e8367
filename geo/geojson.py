"""GeoJSON to areas and back. The only place where a file's longitude-before-latitude is read or written.

Reading collects everything that is wrong instead of stopping at the first mistake; no input makes it fail otherwise.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely

from geo.areas import Area, AreaMap, Level, Problem, Sector
from geo.plane import as_geometries

# A file's name and what it holds: its bytes, or the JSON already decoded.
File = tuple[str, bytes | Mapping[str, Any]]

_SECTOR: Final = "sector"

# The contract's names, and what Indonesian administrations call the same.
_LEVELS: Final[Mapping[str, str]] = {level.value: level.value for level in Level} | {
    "kelurahan": "village",
    "desa": "village",
    "kecamatan": "district",
    "kota": "city",
    "kabupaten": "city",
    "sektor": _SECTOR,
    "sector": _SECTOR,
}

# GeoJSON is always WGS 84; these are how older files say so themselves (RFC 7946, section 4, and GeoJSON 2008).
_WGS84: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "WGS84", "WGS 84")

# What a code or a name may measure; longer ones are a mistake in the file.
_LONGEST_CODE: Final = 64
_LONGEST_NAME: Final = 200

_RING: Final = 4  # the fewest positions that enclose anything, the first one repeated


class _Wrong(Exception):
    """What is wrong with one feature."""


@dataclass(slots=True)
class Reading:
    """What files hold; `unreadable` are the codes of features that have a problem."""

    areas: list[Area] = field(default_factory=list)
    sectors: list[Sector] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)


def read_map(content: bytes | Mapping[str, Any] | Sequence[File], *, version: int) -> AreaMap:
    """One map from one document, or from several files together. Raises MapRefused with everything that is wrong."""
    files = [("map", content)] if isinstance(content, (bytes, Mapping)) else content
    reading = read_files(files)
    return AreaMap.build(
        reading.areas,
        reading.sectors,
        version=version,
        unreadable=frozenset(reading.unreadable),
        problems=reading.problems,
    )


def read_files(files: Sequence[File]) -> Reading:
    """Everything in these files, and everything in them that cannot be read."""
    reading = Reading()
    for name, content in files:
        try:
            features = _features(content)
        except _Wrong as wrong:
            reading.problems.append(Problem(name, str(wrong)))
            continue
        for number, feature in enumerate(features, start=1):
            _take(reading, f"{name}, feature {number}", feature)
    if not (reading.areas or reading.sectors or reading.problems):
        reading.problems.append(Problem(", ".join(name for name, _ in files), "there is no area and no sector in it"))
    return reading


def _features(content: bytes | Mapping[str, Any]) -> list[object]:
    document = _decode(content) if isinstance(content, bytes) else content
    if not isinstance(document, Mapping):
        raise _Wrong("is not GeoJSON: it is no object")
    _refuse_other_crs(document.get("crs"))
    if document.get("type") == "Feature":
        return [document]
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _Wrong("is not GeoJSON: it is neither a FeatureCollection nor a Feature")
    return features


def _decode(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _Wrong("is not GeoJSON: it is not UTF-8") from None
    except RecursionError:
        raise _Wrong("is not GeoJSON: it is nested too deeply") from None
    except ValueError as error:
        raise _Wrong(f"is not GeoJSON: {error}") from None


def _refuse_other_crs(crs: object) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if not (isinstance(name, str) and name.upper().endswith(_WGS84)):
        raise _Wrong("has another coordinate system than WGS 84 (EPSG:4326)")


def _take(reading: Reading, where: str, feature: object) -> None:
    """One feature into the reading, or what is wrong with it."""
    code: str | None = None
    try:
        properties = _properties(feature)
        code = _own_code(properties)
        found = _read_feature(code, properties, feature.get("geometry") if isinstance(feature, Mapping) else None)
    except _Wrong as wrong:
        reading.problems.append(Problem(where if code is None else f"{code} ({where})", str(wrong)))
        if code is not None:
            reading.unreadable.add(code)
        return
    if isinstance(found, Area):
        reading.areas.append(found)
    else:
        reading.sectors.append(found)


def _properties(feature: object) -> Mapping[str, object]:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise _Wrong("is no feature")
    properties = feature.get("properties")
    if not isinstance(properties, Mapping):
        raise _Wrong("has no properties")
    return properties


def _read_feature(code: str, properties: Mapping[str, object], geometry: object) -> Area | Sector:
    name = _text(properties.get("name"), "name", _LONGEST_NAME)
    if name is None:
        raise _Wrong("has no name")
    level = _level(properties.get("level"))
    parent = _code(properties.get("parent"), "parent")
    if level != _SECTOR:
        if geometry is None:
            raise _Wrong("has no polygon")
        return Area(code, name, Level(level), parent, _polygon(geometry))
    return Sector(
        code=code,
        name=name,
        geometry=None if geometry is None else _polygon(geometry),
        areas=_area_codes(properties.get("areas")),
        priority=_priority(properties.get("priority")),
        parent=parent,
    )


def _text(raw: object, what: str, longest: int) -> str | None:
    """Trimmed text; None when there is none."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise _Wrong(f"its {what} is no text")
    text = raw.strip()
    if len(text) > longest:
        raise _Wrong(f"its {what} is longer than {longest} characters")
    if not text.isprintable():
        # Among others a lone surrogate, which no UTF-8 document can carry on.
        raise _Wrong(f"its {what} has characters that cannot be printed")
    return text or None


def _code(raw: object, what: str) -> str | None:
    """Codes are text; a whole number stands for its digits. A fraction would have lost its last zeros."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        if abs(raw) >= 10**18:
            raise _Wrong(f"its {what} is too large a number")
        return str(raw)
    if isinstance(raw, float):
        raise _Wrong(f"its {what} is a number with a fraction: write it as text")
    return _text(raw, what, _LONGEST_CODE)


def _own_code(properties: Mapping[str, object]) -> str:
    code = _code(properties.get("code"), "code")
    if code is None:
        raise _Wrong("has no code")
    return code


def _level(raw: object) -> str:
    text = _text(raw, "level", _LONGEST_NAME)
    if text is None:
        raise _Wrong("has no level")
    level = _LEVELS.get(text.lower())
    if level is None:
        raise _Wrong(f"has the unknown level {text}; known are {', '.join(_LEVELS)}")
    return level


def _area_codes(raw: object) -> tuple[str, ...]:
    """A list of codes, or, from programs that know no lists, one text with commas."""
    if raw is None:
        return ()
    listed = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(listed, list):
        raise _Wrong("its areas are no list of codes")
    codes = [_code(each, "list of areas") for each in listed]
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _priority(raw: object) -> int:
    if raw is None:
        return 0
    try:
        number = int(raw) if isinstance(raw, str) and len(raw) < _LONGEST_CODE else raw
    except ValueError:
        number = None
    if not isinstance(number, (int, float)) or isinstance(raw, bool) or number not in range(-1000, 1001):
        raise _Wrong("its priority is no whole number from -1000 to 1000")
    return int(number)


def _polygon(geometry: object) -> Any:
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Wrong(f"has the geometry {str(kind)[:_LONGEST_CODE]!r} instead of a Polygon or MultiPolygon")
    if not isinstance(coordinates, list) or not coordinates:
        raise _Wrong("its polygon is empty")
    if kind == "Polygon":
        return _one_polygon(coordinates)
    return shapely.MultiPolygon([_one_polygon(part) for part in coordinates])


def _one_polygon(rings: object) -> Any:
    if not isinstance(rings, list) or not rings:
        raise _Wrong("its polygon is empty")
    shell, *holes = [_ring(ring) for ring in rings]
    return shapely.Polygon(shell, holes)


def _ring(raw: object) -> Any:
    if not isinstance(raw, list) or len(raw) < _RING:
        raise _Wrong("its polygon has a ring of less than four positions")
    # Sets and maps, because a city has a million positions, and a server takes a new map within a second.
    if set(map(type, raw)) != {list} or min(map(len, raw)) < 2:
        raise _Wrong("its polygon has a position that is no longitude and latitude")
    # A third number would be a height; where is a question without it.
    numbers = [number for position in raw for number in position[:2]]
    if not set(map(type, numbers)) <= {float, int}:
        raise _Wrong("its polygon has a coordinate that is no number")
    try:
        ring = np.array(numbers, dtype=np.float64).reshape(-1, 2)
    except OverflowError:
        raise _Wrong("its polygon has a coordinate that no number can hold") from None
    if not np.isfinite(ring).all():
        raise _Wrong("its polygon has a coordinate that is not finite")
    if numbers[:2] != numbers[-2:]:
        raise _Wrong("its polygon has a ring that does not end where it began")
    return ring


def write_map(areas: Iterable[Area], sectors: Iterable[Sector]) -> bytes:
    """A FeatureCollection that `read_map` reads back the same, to the last digit."""
    features: list[Area | Sector] = [*areas, *sectors]
    outlines = shapely.to_geojson(as_geometries([feature.geometry for feature in features])).tolist()
    written = (
        f'{{"type":"Feature","properties":{json.dumps(described(feature), ensure_ascii=False)},'
        f'"geometry":{outline if outline is not None else "null"}}}'
        for feature, outline in zip(features, outlines, strict=True)
    )
    return ('{"type":"FeatureCollection","features":[' + ",\n".join(written) + "]}").encode()


def described(feature: Area | Sector) -> dict[str, object]:
    """Its properties, as `read_map` reads them."""
    found: dict[str, object] = {"code": feature.code, "name": feature.name}
    if isinstance(feature, Area):
        return found | {"level": feature.level.value, "parent": feature.parent}
    found |= {"level": _SECTOR, "parent": feature.parent, "priority": feature.priority}
    return found | {"areas": list(feature.areas)} if feature.areas else found
