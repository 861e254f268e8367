"""Figures as clients see them: `reports` values in, wire shapes out."""

from datetime import datetime

import msgspec

from geo.areas import AreaMap
from panic_server.journal.port import Moments
from panic_server.reports.response_times import GOALS, Goal, Group, Line, Measure, Report
from panic_server.wire import figures, shapes


def response_times_view(
    report: Report, *, since: datetime, until: datetime, group: Group | None, time_zone: str, area_map: AreaMap
) -> figures.ResponseTimes:
    """A sector that the map in force does not know goes by its code."""

    def named(line: Line) -> figures.ResponseGroup:
        sector = area_map.sector(line.key) if group == "sector" else None
        return _group(line, sector.name if sector else line.key)

    return figures.ResponseTimes(
        since=since,
        until=until,
        time_zone=time_zone,
        group=group,
        goals=figures.ResponseGoals(_goal(GOALS.claim), _goal(GOALS.dispatch), _goal(GOALS.on_scene)),
        total=_group(report.total, ""),
        groups=tuple(named(line) for line in report.groups),
    )


def moments_view(known: Moments | None) -> shapes.Moments | None:
    return None if known is None else msgspec.convert(known, shapes.Moments, from_attributes=True)


def _goal(goal: Goal) -> figures.ResponseGoal:
    return figures.ResponseGoal(goal.within_s, goal.percent / 100)


def _group(line: Line, name: str) -> figures.ResponseGroup:
    return figures.ResponseGroup(
        line.key, name, line.incidents, _measure(line.claim), _measure(line.dispatch), _measure(line.on_scene)
    )


def _measure(measure: Measure) -> figures.ResponseMeasure:
    return figures.ResponseMeasure(
        count=measure.count,
        p50_s=measure.p50_s,
        p90_s=measure.p90_s,
        p95_s=measure.p95_s,
        within_goal=measure.within_goal,
        late=measure.late,
        share=None if measure.share is None else round(measure.share, 4),
        met=measure.is_met,
    )
