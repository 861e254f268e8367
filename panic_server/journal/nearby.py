"""Open incidents by where they are, so that a press finds the one it may belong to whatever their number.

A grid of cells as wide as the largest radius: what is near a point is in its cell or one of the eight around it. What
is alike within a radius has become one incident, so a cell holds only as many as fit beside each other.
"""

import math
from datetime import datetime, timedelta

from dispatch.duplicates import METRES_PER_DEGREE, distance_m, is_joinable, is_private, is_same_emergency
from dispatch.incident import Alarm, Incident
from dispatch.policy import Policy
from geo.position import Position

# A cell is this much wider than the largest radius: within a row the meridians draw together by far less.
MARGIN = 1.01

# Nearer to the poles a degree of longitude is too short to divide by; nobody presses there.
SHORTEST = 0.01

Cell = tuple[bool, int, int]


class Nearby:
    """Holds what another phone's alarm can join now; what is past its window is dropped when a search meets it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._window = timedelta(seconds=policy.join_window_s)
        self._side = policy.join_radius_max_m * MARGIN / METRES_PER_DEGREE
        self._cells: dict[Cell, dict[str, Incident]] = {}
        self._cell_of: dict[str, Cell] = {}
        self._lengths: dict[int, float] = {}

    def put(self, incident: Incident) -> None:
        """The incident as it is now; one that nobody can join any more leaves."""
        position = incident.position if self._policy.join_radius_max_m > 0 and is_joinable(incident) else None
        cell = None if position is None else self._cell(incident.drill, position)
        before = self._cell_of.get(incident.id)
        if before is not None and before != cell:
            self._drop(incident.id, before)
        if cell is not None:
            self._cells.setdefault(cell, {})[incident.id] = incident
            self._cell_of[incident.id] = cell

    def find(self, alarm: Alarm, *, now: datetime) -> str | None:
        """The id of the nearest that is the same emergency; of those equally near, the first that opened."""
        if alarm.position is None or not self._cells or is_private(alarm.kind, silent=alarm.silent):
            return None
        at = alarm.position
        found: list[tuple[float, datetime, str]] = []
        for cell in self._around(at, drill=alarm.drill):
            for incident in tuple(self._cells[cell].values()):
                if now - (incident.last_alarm_at or incident.opened_at) > self._window:
                    self._drop(incident.id, cell)
                elif incident.position is None or abs(incident.position.lat - at.lat) > self._side:
                    continue
                elif is_same_emergency(incident, alarm, now=now, policy=self._policy):
                    found.append((distance_m(incident.position, at), incident.opened_at, incident.id))
        return min(found)[2] if found else None

    def _around(self, at: Position, *, drill: bool) -> list[Cell]:
        """Those of the nine cells in which there is something."""
        row = self._row(at)
        columns = ((near, self._column(near, at.lon)) for near in (row - 1, row, row + 1))
        cells = [(drill, near, column + step) for near, column in columns for step in (-1, 0, 1)]
        return [cell for cell in cells if cell in self._cells]

    def _cell(self, drill: bool, at: Position) -> Cell:
        row = self._row(at)
        return drill, row, self._column(row, at.lon)

    def _row(self, at: Position) -> int:
        return math.floor(at.lat / self._side)

    def _column(self, row: int, lon: float) -> int:
        """A degree of longitude is as long as the row's latitude makes it: every row has columns of its own."""
        length = self._lengths.get(row)
        if length is None:
            length = self._lengths[row] = max(SHORTEST, math.cos(math.radians((row + 0.5) * self._side)))
        return math.floor(lon * length / self._side)

    def _drop(self, incident_id: str, cell: Cell) -> None:
        del self._cell_of[incident_id]
        held = self._cells[cell]
        del held[incident_id]
        if not held:
            del self._cells[cell]
