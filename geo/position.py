"""A phone's position, read from whatever JSON the phone sent. Reading never fails: what is wrong becomes a flag.

What the flags mean. The strings are part of what clients see, so they never change.

| flag                 | what was wrong                                            | what is used instead              |
|----------------------|-----------------------------------------------------------|-----------------------------------|
| position_missing     | no position at all, or no latitude or longitude in it     | no position                       |
| position_invalid     | not an object, not numbers, NaN, infinite or out of range | no position                       |
| position_null_island | exactly 0/0, which devices report when they know nothing  | no position                       |
| position_swapped     | latitude and longitude were exchanged                     | the two, exchanged back           |
| number_as_text       | a number came as text ("-6.98", or "-6,98")               | the number                        |
| accuracy_missing     | no accuracy                                               | accuracy unknown                  |
| accuracy_invalid     | not a number, NaN, infinite, zero or negative             | accuracy unknown                  |
| accuracy_large       | more than 10 km                                           | as sent; the geofence looks 10 km |
| fix_time_missing     | the fix has no time                                       | time unknown                      |
| fix_time_invalid     | the time cannot be read                                   | time unknown                      |
| fix_time_unusual     | the time has no offset (taken as UTC) or is a Unix number | the time                          |
| fix_stale            | the fix was older than two minutes when it arrived        | as sent                           |
| fix_future           | the fix is more than two minutes ahead of the server      | time unknown: a fix from the      |
|                      |                                                           | future would outrank true ones    |
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

# Limits from the public contract: what an alarm's position may be before it is marked.
MAX_ACCURACY_M: Final = 10_000.0
STALE_AFTER: Final = timedelta(minutes=2)
FUTURE_AFTER: Final = timedelta(minutes=2)

# Indonesia with its waters, in degrees. None of its longitudes can be a latitude, so an exchanged pair is certain.
_INDONESIA_LAT: Final = (-11.5, 6.5)
_INDONESIA_LON: Final = (94.0, 142.0)

# A decimal number as phones print it, with a point or with the comma of Indonesian locales.
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(?:[.,][0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_TEXT: Final = 64

# A Unix time above this is in milliseconds, as browsers report it: in seconds it would be the year 5138.
_MILLISECONDS_FROM: Final = 1e11


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees; accuracy_m is the radius in metres that holds the true place with 68 %; at is aware, UTC."""

    lat: float
    lon: float
    accuracy_m: float | None
    at: datetime | None


def read_position(raw: object, *, now: datetime) -> tuple[Position | None, tuple[str, ...]]:
    """The position in any decoded JSON value, and the flags of the table above. Never raises; `now` is aware."""
    if raw is None:
        return None, ("position_missing",)
    if not isinstance(raw, dict):
        return None, ("position_invalid",)
    flags: list[str] = []
    point = _read_point(raw.get("lat"), raw.get("lon"), flags)
    if point is None:
        return None, tuple(flags)
    accuracy_m = _read_accuracy(raw.get("accuracy_m"), flags)
    at = _read_fix_time(raw.get("at"), now, flags)
    return Position(point[0], point[1], accuracy_m, at), tuple(dict.fromkeys(flags))


def _read_point(raw_lat: object, raw_lon: object, flags: list[str]) -> tuple[float, float] | None:
    if raw_lat is None or raw_lon is None:
        flags.append("position_missing")
        return None
    lat, lon = _read_number(raw_lat, flags), _read_number(raw_lon, flags)
    if lat is None or lon is None:
        flags.append("position_invalid")
        return None
    if lat == 0 and lon == 0:
        flags.append("position_null_island")
        return None
    if _within(lat, _INDONESIA_LON) and _within(lon, _INDONESIA_LAT):
        flags.append("position_swapped")
        lat, lon = lon, lat
    if abs(lat) > 90 or abs(lon) > 180:
        flags.append("position_invalid")
        return None
    return lat, lon


def _read_accuracy(raw: object, flags: list[str]) -> float | None:
    if raw is None:
        flags.append("accuracy_missing")
        return None
    accuracy_m = _read_number(raw, flags)
    if accuracy_m is None or accuracy_m <= 0:
        flags.append("accuracy_invalid")
        return None
    if accuracy_m > MAX_ACCURACY_M:
        flags.append("accuracy_large")
    return accuracy_m


def _read_number(raw: object, flags: list[str]) -> float | None:
    """A finite number, or None. Python counts True as 1, but a phone that sends true sends no coordinate."""
    if isinstance(raw, str):
        if len(raw) > _LONGEST_TEXT or _NUMBER.fullmatch(raw.strip()) is None:
            return None
        number = float(raw.replace(",", "."))
        if math.isfinite(number):
            flags.append("number_as_text")
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        try:
            number = float(raw)
        except OverflowError:
            return None
    else:
        return None
    return number if math.isfinite(number) else None


def _read_fix_time(raw: object, now: datetime, flags: list[str]) -> datetime | None:
    if raw is None:
        flags.append("fix_time_missing")
        return None
    at = _read_time(raw, flags)
    if at is None:
        flags.append("fix_time_invalid")
        return None
    if at - now > FUTURE_AFTER:
        flags.append("fix_future")
        return None
    if now - at > STALE_AFTER:
        flags.append("fix_stale")
    return at


def _read_time(raw: object, flags: list[str]) -> datetime | None:
    """RFC 3339 text, or a Unix time in seconds or milliseconds; in UTC. None when it is neither."""
    try:
        if isinstance(raw, str):
            at = datetime.fromisoformat(raw.strip().upper()) if len(raw) <= _LONGEST_TEXT else None
        elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
            flags.append("fix_time_unusual")
            at = datetime.fromtimestamp(raw / 1000 if raw > _MILLISECONDS_FROM else raw, UTC)
        else:
            at = None
        if at is None:
            return None
        if at.tzinfo is None:
            flags.append("fix_time_unusual")
            at = at.replace(tzinfo=UTC)
        return at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        # Not a date; or a date that no calendar holds once its offset is taken off.
        return None


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
