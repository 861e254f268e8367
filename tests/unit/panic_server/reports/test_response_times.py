"""Response times against the goals: who is counted, who is late, and which hour it was in the city."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panic_server.reports.response_times import GOALS, WEEKDAYS, Goal, Group, Line, Measure, Responses, response_times

JAKARTA = ZoneInfo("Asia/Jakarta")
# A Sunday: in Jakarta 07.00.
START = datetime(2026, 11, 22, tzinfo=UTC)
NEVER = -1


class Row(NamedTuple):
    """Times in seconds since START."""

    sector: str
    kind: str
    opened: float
    claim: float
    dispatch: float
    on_scene: float
    closed: float
    cancelled: float


def row(
    opened: float = 0,
    *,
    claimed: float = NEVER,
    accepted: float = NEVER,
    on_scene: float = NEVER,
    closed: float = NEVER,
    cancelled: float = NEVER,
    sector: str = "PS-1",
    kind: str = "crime",
) -> Row:
    """`opened` in seconds since START, the others in seconds since then."""
    since = [NEVER if one < 0 else opened + one for one in (claimed, accepted, on_scene, closed, cancelled)]
    return Row(sector, kind, opened, *since)


def columns(rows: list[Row]) -> Responses:
    start = round(START.timestamp() * 1e6)
    times = [[NEVER if at < 0 else start + round(at * 1e6) for at in one[2:]] for one in rows]
    table = np.array(times, dtype=np.int64).reshape(-1, 6).T
    return Responses([one[0] for one in rows], [one[1] for one in rows], *table)


def total(*rows: Row, after_s: float = 86_400) -> Line:
    return response_times(columns(list(rows)), None, JAKARTA, START + timedelta(seconds=after_s)).total


def keys(group: Group, *rows: Row, zone: tzinfo = JAKARTA) -> list[tuple[str, int]]:
    report = response_times(columns(list(rows)), group, zone, START + timedelta(days=1))
    return [(line.key, line.incidents) for line in report.groups]


def judged(measure: Measure) -> tuple[int, int, int]:
    return measure.count, measure.within_goal, measure.late


def test_a_period_without_incidents_has_no_figures_and_no_verdict() -> None:
    line = total()
    assert line.incidents == 0
    assert line.claim == Measure(0, None, None, None, 0, 0, GOALS.claim)
    assert (line.claim.share, line.claim.is_met) == (None, None)
    assert response_times(columns([]), "sector", JAKARTA, START).groups == ()


def test_times_are_counted_from_the_alarm_to_the_first_who_acted() -> None:
    line = total(row(100, claimed=4.25, accepted=30, on_scene=420))
    assert (line.claim.p50_s, line.dispatch.p50_s, line.on_scene.p50_s) == (4.25, 30.0, 420.0)
    assert all(judged(one) == (1, 1, 0) for one in (line.claim, line.dispatch, line.on_scene))


@pytest.mark.parametrize(("seconds", "is_within"), [(10, True), (10.000001, False)])
def test_exactly_the_goals_time_is_in_time(seconds: float, is_within: bool) -> None:
    assert judged(total(row(claimed=seconds)).claim) == (1, is_within, not is_within)


def test_who_was_never_claimed_is_late_as_soon_as_the_time_is_over() -> None:
    assert judged(total(row(), after_s=10).claim) == (0, 0, 0)
    assert judged(total(row(), after_s=11).claim) == (0, 0, 1)


def test_an_incident_that_ended_in_time_needed_nobody_and_is_not_judged() -> None:
    line = total(row(claimed=3, closed=45))
    assert judged(line.dispatch) == (0, 0, 0)
    assert judged(line.on_scene) == (0, 0, 0)


def test_after_a_cancel_nobody_is_sent_but_an_operator_must_still_look() -> None:
    line = total(row(cancelled=30))
    assert judged(line.claim) == (0, 0, 1)
    assert judged(line.dispatch) == judged(line.on_scene) == (0, 0, 0)
    assert judged(total(row(cancelled=90)).dispatch) == (0, 0, 1)


def test_an_incident_that_waited_for_longer_than_the_goal_is_late_though_it_ended() -> None:
    line = total(row(claimed=3, closed=61))
    assert judged(line.dispatch) == (0, 0, 1)
    assert judged(line.on_scene) == (0, 0, 0)


def test_nothing_comes_before_the_alarm_though_two_clocks_may_differ() -> None:
    line = total(row(100)._replace(claim=99.99))
    assert (line.claim.p50_s, judged(line.claim)) == (0.0, (1, 1, 0))


@pytest.mark.parametrize(("in_time", "is_met"), [(9, True), (8, False)])
def test_nine_of_ten_meet_the_goal_and_eight_do_not(in_time: int, is_met: bool) -> None:
    line = total(*[row(claimed=5)] * in_time, *[row(claimed=50)] * (10 - in_time))
    assert (line.claim.share, line.claim.is_met) == (in_time / 10, is_met)


def test_sectors_go_by_code_and_kinds_by_their_order() -> None:
    rows = [row(sector="PS-2", kind="fire"), row(sector=""), row(sector="PS-1"), row(sector="PS-2")]
    assert keys("sector", *rows) == [("", 1), ("PS-1", 1), ("PS-2", 2)]
    assert keys("kind", *rows) == [("crime", 3), ("fire", 1)]


def test_the_hour_and_the_weekday_are_the_citys() -> None:
    # 16.59 UTC on Sunday is 23.59 in Jakarta; two minutes later it is Monday there.
    rows = [row(16 * 3600 + 59 * 60), row(17 * 3600 + 60)]
    assert keys("hour", *rows) == [("00", 1), ("23", 1)]
    assert keys("weekday", *rows) == [("monday", 1), ("sunday", 1)]
    assert keys("hour", *rows, zone=ZoneInfo("Asia/Jayapura")) == [("01", 1), ("02", 1)]


def test_an_hour_that_the_clock_repeats_is_the_hour_it_showed() -> None:
    """Berlin set its clocks back at 01.00 UTC on 25 October 2026: half past two came twice."""
    before = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC) - START).total_seconds()
    report = response_times(_at(before, before + 3600, before + 7200), "hour", ZoneInfo("Europe/Berlin"), START)
    assert [(line.key, line.incidents) for line in report.groups] == [("02", 2), ("03", 1)]


def _at(*opened: float) -> Responses:
    at = np.array([round((START.timestamp() + one) * 1e6) for one in opened], dtype=np.int64)
    never = np.full(len(at), NEVER)
    return Responses([""] * len(at), ["crime"] * len(at), at, *[never] * 5)


maybe = st.one_of(st.just(NEVER), st.integers(min_value=0, max_value=1000))
any_row = st.builds(
    row,
    st.integers(min_value=0, max_value=14 * 86_400),
    claimed=maybe,
    accepted=maybe,
    on_scene=maybe,
    closed=maybe,
    cancelled=maybe,
    sector=st.sampled_from(["", "PS-1", "PS-2"]),
    kind=st.sampled_from(["crime", "fire", "disaster"]),
)


def naive_key(one: Row, group: Group) -> str:
    there = (START + timedelta(seconds=one.opened)).astimezone(JAKARTA)
    return {"sector": one.sector, "kind": one.kind, "hour": f"{there.hour:02}", "weekday": WEEKDAYS[there.weekday()]}[
        group
    ]


def naive_measure(rows: list[Row], name: str, goal: Goal, now_s: float) -> Measure:
    times = [(getattr(one, name), one) for one in rows]
    took = sorted(at - one.opened for at, one in times if at >= 0)
    ended = [naive_end(one, name, now_s) - one.opened for at, one in times if at < 0]
    in_time = sum(one <= goal.within_s for one in took)
    late = len(took) - in_time + sum(one > goal.within_s for one in ended)
    p50, p90, p95 = (naive_percentile(took, percent) for percent in (50, 90, 95))
    return Measure(len(took), p50, p90, p95, in_time, late, goal)


def naive_end(one: Row, name: str, now_s: float) -> float:
    if name != "claim" and one.cancelled >= 0:
        return one.cancelled
    return one.closed if one.closed >= 0 else now_s


def naive_percentile(ordered: list[float], percent: int) -> float | None:
    return next((one for rank, one in enumerate(ordered, 1) if rank * 100 >= percent * len(ordered)), None)


@given(
    rows=st.lists(any_row, max_size=40),
    group=st.sampled_from(["sector", "kind", "hour", "weekday"]),
    after_s=st.integers(min_value=0, max_value=15 * 86_400),
)
def test_every_figure_is_what_counting_by_hand_gives(rows: list[Row], group: Group, after_s: int) -> None:
    report = response_times(columns(rows), group, JAKARTA, START + timedelta(seconds=after_s))
    by_key = {line.key: line for line in report.groups}
    assert set(by_key) == {naive_key(one, group) for one in rows}
    for key, line in [("", report.total), *by_key.items()]:
        mine = rows if line is report.total else [one for one in rows if naive_key(one, group) == key]
        assert line.incidents == len(mine)
        for goal in fields(GOALS):
            assert getattr(line, goal.name) == naive_measure(mine, goal.name, getattr(GOALS, goal.name), after_s)
