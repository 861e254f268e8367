"""The checker's own reading of merges and splits: where alarms and officers are when two incidents changed at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulation.reading import Assignment, Book, Case, Key, Record, Way

Holds = Callable[[int, object, str], None]
Steps = tuple[tuple[str, str, str], ...]

OTHER_SIDE = {"MergedInto": "IncidentMerged", "AlarmsSplitOff": "IncidentOpened", "IncidentLetGo": "MergeUndone"}
"""What happens to one incident happens to the other in the same commit, right behind it."""


class Moving:
    """What has left one incident and not yet come to the other is kept here, between two numbers of the log."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._awaited: tuple[str, str] | None = None
        self._alarms: dict[Key, Way] = {}
        self._going: list[Assignment] = []

    def follow(self, record: Record, holds: Holds) -> None:
        """Behind the book, which has read the record already."""
        kind, event = record["kind"], record["event"]
        awaited, self._awaited = self._awaited, None
        came = (kind, record["incident"])
        holds(2, awaited in (None, came), f"{awaited} has to follow, and not {came}")
        case = self._book.cases[record["incident"]]
        match kind:
            case "MergedInto":
                self._goes(case, record, event["target_id"])
            case "IncidentMerged":
                self._takes_in(case, event, holds)
            case "AlarmsSplitOff":
                moved = {key for key in case.alarms if key[1] in event["alarms"]}
                holds(2, len(moved) == len(event["alarms"]), f"{case.id} gives away alarms that it does not have")
                self._leaves(case, moved, record, event["new_incident"])
            case "IncidentOpened" if event["split_from"]:
                self._comes(case, event["alarm_count"], holds)
            case "IncidentLetGo":
                merge = ("MergedInto", event["source_id"], case.id)
                back = {key for key, way in case.alarms.items() if merge in way.steps}
                self._leaves(case, back, record, event["source_id"])
            case "MergeUndone":
                case.is_open, case.merged_into = True, None
                self._comes(case, event["pressed"]["alarm_count"], holds)
            case _:
                pass

    def _goes(self, case: Case, record: Record, target_id: str) -> None:
        """It holds nobody any more; who was on the way goes on under the other."""
        self._book.ends_all_offers(case, record["kind"])
        self._going = case.open_assignments()
        for assignment in self._going:
            del case.assignments[assignment.id]
        case.is_open, case.merged_into = False, target_id
        self._leaves(case, set(case.alarms), record, target_id)

    def _takes_in(self, case: Case, event: Any, holds: Holds) -> None:
        told = {one["id"] for one in event["assignments"]}
        lost = {one.id for one in self._going} ^ told
        holds(5, not lost, f"{lost} went to {event['source_id']}, or did not, and it is otherwise for {case.id}")
        case.assignments.update((one.id, one) for one in self._going)
        self._going = []
        self._comes(case, event["pressed"]["alarm_count"], holds)

    def _leaves(self, case: Case, keys: set[Key], record: Record, to: str) -> None:
        self._awaited = (OTHER_SIDE[record["kind"]], to)
        for key in keys:
            way = case.alarms.pop(key)
            self._alarms[key] = Way(way.alarm, _went(way.steps, record["kind"], case.id, to))
        case.is_sorted, case.is_plain = True, False

    def _comes(self, case: Case, count: int, holds: Holds) -> None:
        case.alarms.update(self._alarms)
        self._alarms = {}
        case.is_sorted, case.is_plain = True, False
        holds(2, count == len(case.alarms), f"{case.id} has {len(case.alarms)} alarms, and says {count}")


def _went(steps: Steps, kind: str, left: str, to: str) -> Steps:
    """A split is one step more; with a merge that is undone all that followed it is as if it had not been."""
    if kind != "IncidentLetGo":
        return (*steps, (kind, left, to))
    last = max(number for number, step in enumerate(steps) if step == ("MergedInto", to, left))
    return steps[:last]
