"""Reads a policy from its TOML text, and says of every mistake in it where it is and what was expected."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from textwrap import shorten
from typing import Any, Final

from dispatch.incident import OPEN_OFFERS_MAX, PLACES_MAX, Kind
from dispatch.policy import UNIT_KMH, Hours, Policy, Rules
from dispatch.units import Unit

DAY_S: Final = 86_400.0
NEAREST_RING_M: Final = 50.0
WIDEST_RING_M: Final = 500_000.0


class PolicyInvalid(Exception):
    """The text is no policy. `mistakes` are sentences, each beginning with the place in the text."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A value's reader: it returns the value, or raises ValueError; `words` say what it accepts."""

    words: str
    read: Callable[[Any], Any]


def _number(least: float, most: float) -> _Wanted:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError
        return float(value)

    return _Wanted(f"a number from {least:g} to {most:g}", read)


def _whole(least: int, most: int) -> _Wanted:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return _Wanted(f"a whole number from {least} to {most}", read)


def _growing(one: _Wanted, *, least: int, most: int) -> _Wanted:
    def read(value: Any) -> tuple[float, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise ValueError
        numbers = tuple(one.read(number) for number in value)
        if any(after <= before for before, after in pairwise(numbers)):
            raise ValueError
        return numbers

    return _Wanted(f"a list of {least} to {most} growing values, each {one.words}", read)


def _text(longest: int) -> _Wanted:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest or not value.isprintable():
            raise ValueError
        return value.strip()

    return _Wanted(f"a text of 1 to {longest} characters", read)


def _minute() -> _Wanted:
    def read(value: Any) -> int:
        hour, colon, minute = value.partition(":") if isinstance(value, str) else ("", "", "")
        digits = (hour + minute).isascii() and (hour + minute).isdigit()
        if not (colon and digits and len(hour) == len(minute) == 2 and int(hour) <= 23 and int(minute) <= 59):
            raise ValueError
        return int(hour) * 60 + int(minute)

    return _Wanted('a time of day such as "22:00"', read)


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise ValueError


def _kinds() -> _Wanted:
    def read(value: Any) -> tuple[Kind, ...]:
        return tuple(Kind(name) for name in _items(value))

    return _Wanted(f"a list of kinds out of {', '.join(Kind)}", read)


def _groups() -> _Wanted:
    """Violence is in none: whoever it is about must not be told of another's."""

    def read(value: Any) -> tuple[frozenset[Kind], ...]:
        groups = tuple(frozenset(Kind(name) for name in _items(group)) for group in _items(value))
        if any(Kind.VIOLENCE in group for group in groups):
            raise ValueError
        return groups

    return _Wanted("a list of groups of kinds without violence", read)


_SECONDS = _number(1, DAY_S)
_SPEED = _number(3, 150)

_POLICY: Final[Mapping[str, _Wanted]] = {
    "version": _text(40),
    "utc_offset_min": _whole(-12 * 60, 14 * 60),
    "max_open_offers": _whole(1, 20),
    "position_age_s": _SECONDS,
    "last_known_position_s": _SECONDS,
    "repeat_push_s": _number(1, 600),
    "join_radius_m": _number(0, 10_000),
    "join_radius_max_m": _number(0, 10_000),
    "join_accuracy_m": _number(0, 10_000),
    "join_window_s": _SECONDS,
    "join_kinds": _groups(),
    "flood_presses": _whole(1, 10_000),
    "flood_window_s": _SECONDS,
    "reopen_s": _number(0, DAY_S),
    "link_s": _number(0, 30 * DAY_S),
    "doubtful_from": _whole(1, 1000),
    "news_receipt_s": _SECONDS,
    "untold_kinds": _kinds(),
    "quiet_kinds": _kinds(),
    "quiet_from_min": _minute(),
    "quiet_to_min": _minute(),
}
_RULES: Final[Mapping[str, _Wanted]] = {
    "urgency": _whole(0, 9),
    "places": _whole(1, PLACES_MAX),
    "officers_per_step": _whole(1, OPEN_OFFERS_MAX),
    "offer_timeout_s": _number(1, 600),
    "receipt_s": _number(1, 600),
    "rings_m": _growing(_number(NEAREST_RING_M, WIDEST_RING_M), least=1, most=10),
    "round_s": _SECONDS,
    "retry_s": _number(1, 600),
    "claim_s": _growing(_SECONDS, least=1, most=6),
    "speed_kmh": _SPEED,
}
_UNITS: Final[Mapping[str, _Wanted]] = {unit.value: _SPEED for unit in Unit}
_TABLES: Final = ("usual", "kind", "hours", "unit_kmh")


def read_policy(text: str) -> Policy:
    """The version that incidents remember ends in a few letters of the text's digest: an edit never goes unseen.

    Raises PolicyInvalid with everything that is wrong.
    """
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        # Also a number of thousands of digits, which is TOML and yet cannot be read.
        raise PolicyInvalid([f"not TOML: {error}"]) from None
    except RecursionError:
        raise PolicyInvalid(["not TOML: its brackets stand too deep in each other"]) from None
    reading = _Reading()
    policy = reading.policy(document)
    if reading.mistakes:
        raise PolicyInvalid(reading.mistakes)
    return replace(policy, version=f"{policy.version}+{sha256(text.encode()).hexdigest()[:8]}")


def _shown(value: Any) -> str:
    """Short enough for a line on the health page, whatever stands in the file."""
    try:
        return shorten(repr(value), 80)
    except (ValueError, RecursionError):
        return "what stands there"


class _Reading:
    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def policy(self, document: Mapping[str, Any]) -> Policy:
        own = {name: value for name, value in document.items() if name not in _TABLES}
        if "version" not in own:
            self.mistakes.append("version is missing")
        known = self._values(own, _POLICY, "")
        usual = replace(Rules(), **self._rules(document.get("usual", {}), "usual"))
        tables = self._table(document.get("kind", {}), "kind")
        kinds = dict.fromkeys(Kind, usual)
        for name, table in tables.items():
            if self._is_kind(name, f"kind.{name}"):
                kinds[Kind(name)] = replace(usual, **self._rules(table, f"kind.{name}"))
        hours = self._hours(document.get("hours", []), kinds)
        return Policy(**known, unit_kmh=self._units(document), usual=usual, kinds=kinds, hours=hours)

    def _units(self, document: Mapping[str, Any]) -> dict[Unit, float]:
        named = self._values(self._table(document.get("unit_kmh", {}), "unit_kmh"), _UNITS, "unit_kmh.")
        return {unit: named.get(unit.value, usual) for unit, usual in UNIT_KMH.items()}

    def _hours(self, entries: Any, kinds: Mapping[Kind, Rules]) -> tuple[Hours, ...]:
        if not isinstance(entries, list):
            self.mistakes.append("hours must be written as [[hours]]")
            return ()
        return tuple(self._one_hours(entry, f"hours[{n}]", kinds) for n, entry in enumerate(entries, start=1))

    def _one_hours(self, entry: Any, where: str, kinds: Mapping[Kind, Rules]) -> Hours:
        table = dict(self._table(entry, where))
        edges = {name: table.pop(name, None) for name in ("from", "to")}
        minutes = self._values(edges, {"from": _minute(), "to": _minute()}, f"{where}.")
        named = table.pop("kinds", [kind.value for kind in Kind])
        if not isinstance(named, list) or not named:
            self.mistakes.append(f'{where}.kinds must be a list such as ["crime", "medical"]')
            named = []
        chosen = [Kind(name) for name in named if self._is_kind(name, f"{where}.kinds")]
        changes = self._rules(table, where)
        rules = {kind: replace(kinds[kind], **changes) for kind in chosen}
        return Hours(minutes.get("from", 0), minutes.get("to", 0), rules)

    def _rules(self, table: Any, where: str) -> dict[str, Any]:
        return self._values(self._table(table, where), _RULES, f"{where}.")

    def _table(self, table: Any, where: str) -> Mapping[str, Any]:
        if isinstance(table, dict):
            return table
        self.mistakes.append(f"{where} must be a table")
        return {}

    def _is_kind(self, name: Any, where: str) -> bool:
        if name in list(Kind):
            return True
        self.mistakes.append(f"{where}: {name!r} is no kind of alarm; there are {', '.join(Kind)}")
        return False

    def _values(self, table: Mapping[str, Any], wanted: Mapping[str, _Wanted], where: str) -> dict[str, Any]:
        """Those that can be read; each other one is a mistake."""
        values = {}
        for name, value in table.items():
            if name not in wanted:
                self.mistakes.append(f"{where}{name} is no setting; there are {', '.join(wanted)}")
                continue
            try:
                values[name] = wanted[name].read(value)
            except ValueError:
                said = "is missing" if value is None else f"must be {wanted[name].words}, not {_shown(value)}"
                self.mistakes.append(f"{where}{name} {said}")
        return values
