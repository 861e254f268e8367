"""How fast the city answered: percentiles and goals from the moments of its incidents. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from dispatch.incident import Kind
from panic_server.reports.percentiles import Values, percentiles

Group = Literal["sector", "kind", "hour", "weekday"]
Flags = npt.NDArray[np.bool_]

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PERCENTS: Final = (50, 90, 95)

_SECOND: Final = 1_000_000
_HOUR: Final = 3600 * _SECOND
_DAY: Final = 24 * _HOUR
# Offsets from UTC change at full quarters of an hour, everywhere and always since 1972.
_QUARTER: Final = _HOUR // 4


@dataclass(frozen=True, slots=True)
class Goal:
    """So many percent of the incidents within so many seconds."""

    within_s: int
    percent: int


@dataclass(frozen=True, slots=True)
class Goals:
    """The police's own for its emergency number 110; for the scene no share is named, and the others' is taken."""

    claim: Goal = Goal(10, 90)
    dispatch: Goal = Goal(60, 90)
    on_scene: Goal = Goal(600, 90)


GOALS: Final = Goals()


@dataclass(frozen=True, slots=True)
class Responses:
    """Incidents, one in each place of every column. Times are whole microseconds since 1970, -1 for never."""

    sector: Sequence[str]
    kind: Sequence[str]
    opened_at: Values
    claimed_at: Values
    accepted_at: Values
    on_scene_at: Values
    closed_at: Values
    cancelled_at: Values

    def __len__(self) -> int:
        return len(self.sector)


@dataclass(frozen=True, slots=True)
class Measure:
    """`count` incidents came so far. `late` are those that came too late, or have not come when the time was over.

    An incident that ended before the goal's time was over, or whose time is not over yet, is neither. For those who are
    sent, a resident's cancel is an end as well.
    """

    count: int
    p50_s: float | None
    p90_s: float | None
    p95_s: float | None
    within_goal: int
    late: int
    goal: Goal

    @property
    def share(self) -> float | None:
        judged = self.within_goal + self.late
        return self.within_goal / judged if judged else None

    @property
    def is_met(self) -> bool | None:
        judged = self.within_goal + self.late
        return self.within_goal * 100 >= self.goal.percent * judged if judged else None


@dataclass(frozen=True, slots=True)
class Line:
    """The incidents under one key; of all of them it is empty."""

    key: str
    incidents: int
    claim: Measure
    dispatch: Measure
    on_scene: Measure


@dataclass(frozen=True, slots=True)
class Report:
    total: Line
    groups: tuple[Line, ...]


def response_times(responses: Responses, group: Group | None, zone: tzinfo, now: datetime) -> Report:
    """`zone` says which hour and which weekday it was."""
    judged = _Judged(responses, now)
    total = judged.line("", np.arange(len(responses)))
    if group is None or not len(responses):
        return Report(total, ())
    keys, numbers = _keys(responses, group, zone)
    # Stable, so that one pass puts each group's incidents together.
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(keys) + 1))
    members = (order[start:end] for start, end in pairwise(starts))
    lines = (judged.line(key, some) for key, some in zip(keys, members, strict=True) if len(some))
    return Report(total, tuple(lines))


class _Judged:
    """Every incident's times, held against the goals once, whatever they are grouped by."""

    def __init__(self, responses: Responses, now: datetime) -> None:
        opened = responses.opened_at
        present = int(now.timestamp() * _SECOND)
        ended_at = np.where(responses.closed_at < 0, present, responses.closed_at)
        # Whoever has cancelled still wants an operator to look, but nobody is sent any more.
        needed_until = np.where(responses.cancelled_at < 0, ended_at, responses.cancelled_at)
        self._claim = _judge(opened, responses.claimed_at, ended_at - opened, GOALS.claim)
        self._dispatch = _judge(opened, responses.accepted_at, needed_until - opened, GOALS.dispatch)
        self._on_scene = _judge(opened, responses.on_scene_at, needed_until - opened, GOALS.on_scene)

    def line(self, key: str, members: npt.NDArray[np.intp]) -> Line:
        return Line(
            key,
            len(members),
            self._claim.measure(members),
            self._dispatch.measure(members),
            self._on_scene.measure(members),
        )


@dataclass(frozen=True, slots=True)
class _Verdicts:
    took: Values
    has_come: Flags
    in_time: Flags
    late: Flags
    goal: Goal

    def measure(self, members: npt.NDArray[np.intp]) -> Measure:
        took = self.took[members][self.has_come[members]]
        p50, p90, p95 = _seconds(percentiles(took, PERCENTS)) if len(took) else (None, None, None)
        within_goal, late = (int(np.count_nonzero(flags[members])) for flags in (self.in_time, self.late))
        return Measure(len(took), p50, p90, p95, within_goal, late, self.goal)


def _judge(opened: Values, at: Values, awaited_for: Values, goal: Goal) -> _Verdicts:
    has_come = at >= 0
    # Two nodes' clocks may differ by a little; nothing comes before the alarm.
    took = np.maximum(at - opened, 0)
    limit = goal.within_s * _SECOND
    in_time = has_come & (took <= limit)
    late = np.where(has_come, took > limit, awaited_for > limit)
    return _Verdicts(took, has_come, in_time, late, goal)


def _seconds(micros: Sequence[int]) -> Iterator[float]:
    return (round(one / _SECOND, 3) for one in micros)


def _keys(responses: Responses, group: Group, zone: tzinfo) -> tuple[Sequence[str], npt.NDArray[np.intp]]:
    """All keys in the order of the report, and each incident's place among them."""
    match group:
        case "sector":
            return _numbered(responses.sector, sorted(set(responses.sector)))
        case "kind":
            return _numbered(responses.kind, [kind.value for kind in Kind])
        case "hour":
            hours = _local(responses.opened_at, zone) // _HOUR % 24
            return [f"{hour:02}" for hour in range(24)], hours.astype(np.intp)
        case "weekday":
            # The first of January 1970 was a Thursday.
            days = (_local(responses.opened_at, zone) // _DAY + 3) % 7
            return WEEKDAYS, days.astype(np.intp)


def _numbered(found: Sequence[str], keys: Sequence[str]) -> tuple[Sequence[str], npt.NDArray[np.intp]]:
    numbers = {key: number for number, key in enumerate(keys)}
    return keys, np.array([numbers[one] for one in found], dtype=np.intp)


def _local(at: Values, zone: tzinfo) -> Values:
    """The clock on the city's wall, as microseconds since its own 1970."""
    quarters, places = np.unique(at // _QUARTER, return_inverse=True)
    local: Values = at + np.array([_offset(int(one), zone) for one in quarters], dtype=np.int64)[places]
    return local


def _offset(quarter: int, zone: tzinfo) -> int:
    there = datetime.fromtimestamp(quarter * _QUARTER // _SECOND, UTC).astimezone(zone)
    offset = there.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * _SECOND
