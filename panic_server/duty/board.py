"""The duty board: who is on duty, where, doing what. In memory, as columns, so that ranking takes microseconds.

Duty and engagements come from the journal's writer, where it decides; positions from the event loop. The newest
position wins; of a phone whose clock was set back the last that arrived.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from dispatch.facts import Candidate
from dispatch.incident import Assignment, Person
from dispatch.units import Unit
from geo.few import FEW, Spot, rank_few, spot_of
from geo.grid import Grid
from geo.nearest import Officers, Ranked, metres_between, rank
from geo.position import STALE_AFTER, Position
from panic_server.clock import Clock
from panic_server.duty.clocks import Clocks
from panic_server.duty.staff import Staff, staff_of
from panic_server.duty.telling import FREE, Duty, Telling
from panic_server.policies import PolicyInForce
from panic_server.wire import shapes

FIRST_CAPACITY = 256


class DutyBoard:
    def __init__(self, policies: PolicyInForce, clock: Clock) -> None:
        self._policies = policies
        self._clock = clock
        self._lock = threading.Lock()
        self._index: dict[str, int] = {}
        self._ids: list[str] = []
        self._people: list[Person] = []
        self._sectors: list[frozenset[str]] = []
        self._units: dict[str, Unit | None] = {}
        self._positions: list[Position | None] = []
        self._spots: list[Spot | None] = []
        # What is looked at one officer at a time stands in lists: an array takes ten times as long to give one value.
        self._assignments: list[Assignment | None] = []
        self._on_duty: list[bool] = []
        self._offers: list[int] = []
        # Of those who are assigned: to an exercise only, which they leave for what is real.
        self._exercising: list[bool] = []
        self._revision = 0
        self._checkpointed = 0
        # Who can be asked: those without an open offer, and those who have one already.
        self._free, self._asked = Grid(), Grid()
        self._staff: Staff | None = None
        self._clocks = Clocks()
        self._on_appearance: Callable[[], None] = lambda: None
        # While the journal tells all of them again.
        self._telling: Telling | None = None
        self._make_columns(FIRST_CAPACITY)

    def on_appearance(self, callback: Callable[[], None]) -> None:
        """Called on the event loop when an officer's place becomes known for the first time: they can be asked now."""
        self._on_appearance = callback

    def _make_columns(self, capacity: int) -> None:
        self._lat = np.full(capacity, np.nan)
        self._lon = np.full(capacity, np.nan)
        self._xyz = np.full((3, capacity), np.nan)
        # Unix seconds for ranking; 0 marks a position from before a restart, which is stale whatever its age.
        self._at = np.full(capacity, np.nan)
        self._changed = np.zeros(capacity, dtype=np.int64)
        self._moved = np.zeros(capacity, dtype=np.int64)

    def _grow(self) -> None:
        """Room for twice as many. Call it with the lock held."""
        unknown = np.full_like(self._at, np.nan)
        self._lat, self._lon = np.append(self._lat, unknown), np.append(self._lon, unknown)
        self._xyz = np.append(self._xyz, np.full_like(self._xyz, np.nan), axis=1)
        self._at = np.append(self._at, unknown)
        self._changed = np.append(self._changed, np.zeros_like(self._changed))
        self._moved = np.append(self._moved, np.zeros_like(self._moved))

    def _row(self, officer_id: str) -> int:
        """The officer's row, made if need be. Call it with the lock held."""
        row = self._index.get(officer_id)
        if row is None:
            row = len(self._ids)
            if row == len(self._lat):
                self._grow()
            self._ids.append(officer_id)
            self._people.append(Person(officer_id, officer_id))
            self._sectors.append(frozenset())
            self._positions.append(None)
            self._spots.append(None)
            self._assignments.append(None)
            self._on_duty.append(False)
            self._offers.append(0)
            self._exercising.append(False)
            self._index[officer_id] = row
            self._staff = None
        return row

    def _touch(self, row: int) -> None:
        self._revision += 1
        self._changed[row] = self._revision
        self._sort(row)

    def _sort(self, row: int) -> None:
        """Who can be asked is kept, not worked out for each alarm: on duty, free to go, with a known position."""
        is_free = self._assignments[row] is None or self._exercising[row]
        position, offers = self._positions[row], self._offers[row]
        for grid, is_in in (
            (self._free, offers == 0),
            (self._asked, 0 < offers < self._policies.current.max_open_offers),
        ):
            if position is not None and is_in and is_free and self._on_duty[row]:
                grid.put(row, position.lat, position.lon)
            else:
                grid.drop(row)

    # From the journal's writer.

    def reset(self) -> None:
        """Duty and engagements will be told again. Until `told_again` everybody reads what was known before."""
        with self._lock:
            self._telling = Telling()

    def told_again(self) -> None:
        """From here on it counts: who was not told of is off duty and free. Positions stay."""
        with self._lock:
            told, self._telling = self._telling or Telling(), None
            for officer_id in told.officers(self._ids):
                row = self._row(officer_id)
                before = self._officer(row, is_fresh=True)
                self._on_duty[row] = self._on_duty[row] and officer_id in told.duty
                if officer_id in told.duty:
                    self._take_duty(row, told.duty[officer_id])
                engagement = told.engagements.get(officer_id, FREE)
                self._offers[row], self._assignments[row], self._exercising[row] = engagement
                # Who looks the same may be asked more often by now: there may be a new policy.
                (self._sort if self._officer(row, is_fresh=True) == before else self._touch)(row)

    def _take_duty(self, row: int, duty: Duty) -> None:
        name, sectors, self._on_duty[row], self._units[self._ids[row]] = duty
        self._people[row] = Person(self._ids[row], name)
        if self._sectors[row] != (own := frozenset(sectors)):
            self._sectors[row] = own
            self._staff = None
            if (spot := self._spots[row]) is not None:
                self._spots[row] = spot._replace(sectors=own)

    def set_duty(
        self, officer_id: str, name: str, sectors: tuple[str, ...], *, on_duty: bool, unit: Unit | None = None
    ) -> None:
        with self._lock:
            if self._telling is not None:
                self._telling.duty[officer_id] = name, sectors, on_duty, unit
                return
            row = self._row(officer_id)
            self._take_duty(row, (name, sectors, on_duty, unit))
            self._touch(row)

    def set_engagement(
        self, officer_id: str, *, open_offers: int, assignment: Assignment | None, exercising: bool = False
    ) -> None:
        engagement = open_offers, assignment, exercising
        with self._lock:
            if self._telling is not None:
                self._telling.engagements[officer_id] = engagement
                return
            row = self._row(officer_id)
            self._offers[row], self._assignments[row], self._exercising[row] = engagement
            self._touch(row)

    def has_free_officer(self) -> bool:
        """Whether anybody at all can be asked one more."""
        return len(self._free) + len(self._asked) > 0

    def candidates(
        self, origin: Position, sectors: Collection[str], *, now: datetime, limit: int, drill: bool = False
    ) -> tuple[Candidate, ...]:
        """The available before those who have an offer open already; both in the order of `geo.nearest`.

        A `drill` asks nobody who goes to another one.
        """
        found: list[Candidate] = []
        for grid in (self._free, self._asked):
            if len(found) < limit and len(grid):
                found += self._rank(grid, origin, sectors, now, limit - len(found), drill=drill)
        return tuple(found)

    def _rank(
        self, grid: Grid, origin: Position, sectors: Collection[str], now: datetime, limit: int, *, drill: bool
    ) -> list[Candidate]:
        """Only those near are ranked: over arrays of thousands numpy lets go of the interpreter at each step, and on a
        busy server another thread takes it each time.
        """
        max_age_s = self._policies.current.position_age_s
        oldest = now.timestamp() - max_age_s
        spots = self._spots
        with self._lock:
            near = grid.around(
                origin,
                limit,
                lambda row: (spot := spots[row]) is not None and spot.at >= oldest and self._may_go(row, drill=drill),
            )
            rows = [row for row in near if self._may_go(row, drill=drill)]
            officers = None if len(rows) <= FEW else self._columns(rows, sectors)
            few = [(row, spot) for row in rows if (spot := spots[row]) is not None]
        if officers is None:
            ranked = rank_few(few, origin, sectors, now=now, max_age_s=max_age_s, limit=limit)
            return [self._candidate(one.number, one, now) for one in ranked]
        ranked = rank(officers, origin, sectors, now=now, max_age_s=max_age_s, limit=limit)
        return [self._candidate(rows[one.number], one, now) for one in ranked]

    def _columns(self, rows: list[int], sectors: Collection[str]) -> Officers:
        """Call it with the lock held."""
        staff = self._staff_of()
        return Officers(
            ids=[staff.ids[row] for row in rows],
            lat=self._lat[rows],
            lon=self._lon[rows],
            xyz=self._xyz[:, rows],
            position_at=self._at[rows],
            available=np.ones(len(rows), dtype=bool),
            members={code: staff.members[code][rows] for code in sectors if code in staff.members},
            id_order=staff.id_order[rows],
        )

    def _may_go(self, row: int, *, drill: bool) -> bool:
        """A drill asks nobody who goes to another one."""
        return not drill or self._assignments[row] is None

    def _candidate(self, row: int, ranked: Ranked, now: datetime) -> Candidate:
        return Candidate(
            self._people[row],
            round(ranked.distance_m, 1),
            ranked.own_sector,
            ranked.stale,
            self._age_s(row, now),
            self._offers[row],
        )

    def _age_s(self, row: int, now: datetime) -> float | None:
        """Of a position from before a restart too: its own time is known."""
        position = self._positions[row]
        if position is None or position.at is None:
            return None
        return round(max(0.0, (now - position.at).total_seconds()), 1)

    def officer(
        self, officer_id: str, origin: Position | None, sectors: Collection[str], *, now: datetime
    ) -> Candidate | None:
        """Chosen by name: how far and how busy does not matter, only that they are on duty."""
        with self._lock:
            row = self._index.get(officer_id)
            if row is None or not self._on_duty[row]:
                return None
            position, age_limit = self._positions[row], now.timestamp() - self._policies.current.position_age_s
            return Candidate(
                officer=self._people[row],
                distance_m=None if position is None or origin is None else round(metres_between(origin, position), 1),
                own_sector=not self._sectors[row].isdisjoint(sectors),
                position_stale=not self._at[row] >= age_limit,
                position_age_s=self._age_s(row, now),
                load=self._offers[row],
            )

    def _staff_of(self) -> Staff:
        """What only changes with the staff, kept between rankings. Call it with the lock held."""
        if self._staff is None:
            self._staff = staff_of(self._ids, self._sectors)
        return self._staff

    # From the event loop.

    def is_on_duty(self, officer_id: str) -> bool:
        row = self._index.get(officer_id)
        return row is not None and self._on_duty[row]

    def unit_of(self, officer_id: str) -> Unit | None:
        """What they travel with, where somebody said so."""
        return self._units.get(officer_id)

    def take_positions(self, officer_id: str, positions: Sequence[Position]) -> int:
        """Keeps the newest; one without a time counts as of now. Returns how many were usable: none off duty."""
        if not positions or not self.is_on_duty(officer_id):
            return 0
        self._take(officer_id, positions)
        return len(positions)

    def take_shared(self, officer_id: str, position: Position) -> None:
        """From another process, which knew them to be on duty; word of that may be slower than the position."""
        self._take(officer_id, [position])

    def _take(self, officer_id: str, positions: Sequence[Position]) -> None:
        now = self._clock.now()
        newest = max(positions, key=lambda position: position.at or now)
        with self._lock:
            row = self._row(officer_id)
            is_first = bool(np.isnan(self._at[row]))
            at = (newest.at or now).timestamp()
            is_late = at < self._at[row] or now.timestamp() - at > STALE_AFTER.total_seconds()
            if is_late and self._clocks.is_new(officer_id, (now.timestamp(), at)):
                self._place(row, replace(newest, at=now), now.timestamp())
            elif not at <= self._at[row]:
                self._place(row, newest, at)
            if not is_late:
                self._clocks.is_right(officer_id)
        if is_first:
            self._on_appearance()

    def _place(self, row: int, position: Position, at: float) -> None:
        spot = self._spots[row] = spot_of(self._ids[row], self._sectors[row], position, at)
        self._lat[row] = position.lat
        self._lon[row] = position.lon
        self._xyz[:, row] = spot.x, spot.y, spot.z
        self._at[row] = at
        when = position.at or self._clock.now()
        self._positions[row] = Position(position.lat, position.lon, position.accuracy_m, when)
        self._touch(row)
        self._moved[row] = self._revision

    def restore(self, positions: Iterable[tuple[str, Position]], *, are_old: bool = True) -> None:
        """From a checkpoint, where nothing newer is known. With `are_old` from before a restart: marked as stale."""
        is_first = False
        with self._lock:
            for officer_id, position in positions:
                row = self._row(officer_id)
                known, at = self._positions[row], position.at
                if at and (known is None or (known.at and known.at < at)):
                    is_first |= known is None
                    self._place(row, position, 0.0 if are_old else at.timestamp())
                    self._moved[row] = 0
        if is_first and not are_old:
            self._on_appearance()

    def unsaved(self) -> list[tuple[str, Position]]:
        """Positions that moved since the last call, for the checkpoint."""
        with self._lock:
            rows = np.flatnonzero(self._moved[: len(self._ids)] > self._checkpointed)
            self._checkpointed = self._revision
            known = [(self._ids[row], self._positions[row]) for row in rows]
        return [(officer_id, position) for officer_id, position in known if position is not None]

    def save_again(self, officer_ids: Iterable[str]) -> None:
        """The checkpoint of these failed: the next one takes them once more."""
        with self._lock:
            for officer_id in officer_ids:
                row = self._row(officer_id)
                self._touch(row)
                self._moved[row] = self._revision

    def last_position(self, subject: str) -> Position | None:
        row = self._index.get(subject)
        return None if row is None else self._positions[row]

    def officers(self) -> list[shapes.Officer]:
        """Everybody on duty, or still engaged."""
        with self._lock:
            each = enumerate(zip(self._on_duty, self._assignments, strict=True))
            return self._shown([row for row, (on_duty, assignment) in each if on_duty or assignment is not None])

    def changed_since(self, revision: int) -> tuple[int, list[shapes.Officer]]:
        """Whoever changed after that revision, and the revision to ask with next."""
        with self._lock:
            rows = np.flatnonzero(self._changed[: len(self._ids)] > revision)
            return self._revision, self._shown(rows.tolist())

    @property
    def revision(self) -> int:
        return self._revision

    def _shown(self, rows: list[int]) -> list[shapes.Officer]:
        oldest_fresh = self._clock.now().timestamp() - self._policies.current.position_age_s
        is_fresh = self._at[rows] >= oldest_fresh
        return [self._officer(*one) for one in zip(rows, is_fresh.tolist(), strict=True)]

    def _officer(self, row: int, is_fresh: bool) -> shapes.Officer:
        position = self._positions[row]
        return shapes.Officer(
            id=self._ids[row],
            name=self._people[row].name,
            status=self._status(row),
            position=None
            if position is None
            else shapes.Position(position.lat, position.lon, position.accuracy_m, position.at),
            stale=not is_fresh,
            sectors=tuple(sorted(self._sectors[row])),
            unit=unit.value if (unit := self._units.get(self._ids[row])) else None,
            clock_set_back=self._clocks.was_set_back(self._ids[row]),
        )

    def _status(self, row: int) -> shapes.OfficerStatus:
        assignment = self._assignments[row]
        if assignment is not None:
            return "on_scene" if assignment.status.value == "on_scene" else "en_route"
        if not self._on_duty[row]:
            return "off_duty"
        return "offered" if self._offers[row] else "available"
