"""The shapes of reports."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class ResponseGoal(Struct, frozen=True):
    """This share of the incidents within so many seconds of the alarm."""

    within_s: int
    share: float


class ResponseGoals(Struct, frozen=True):
    claim: ResponseGoal
    dispatch: ResponseGoal
    on_scene: ResponseGoal


class ResponseMeasure(Struct, frozen=True):
    """`count` incidents came so far, after so many seconds. `late` ones came after the goal's time, or have not come.

    `share` is that of `within_goal` among both, null when there is none; `met` says whether it reaches the goal's.
    """

    count: int
    p50_s: float | None
    p90_s: float | None
    p95_s: float | None
    within_goal: int
    late: int
    share: float | None
    met: bool | None


class ResponseGroup(Struct, frozen=True):
    """`key` is the sector's code (empty for none), the kind, the hour from 00 to 23, or the weekday in English."""

    key: str
    name: str
    incidents: int
    claim: ResponseMeasure
    dispatch: ResponseMeasure
    on_scene: ResponseMeasure


class ResponseTimes(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """From `from` up to before `to`, without drills. Hours and weekdays are those of `time_zone`."""

    since: datetime
    until: datetime
    time_zone: str
    group: Literal["sector", "kind", "hour", "weekday"] | None
    goals: ResponseGoals
    total: ResponseGroup
    groups: tuple[ResponseGroup, ...]
