"""The world as the journal's writer sees it: the map in force, the duty board, the representatives."""

from collections.abc import Collection, Sequence
from datetime import datetime

from dispatch.facts import Candidate, Neighbour
from dispatch.incident import Assignment, Person
from dispatch.units import Unit
from geo.geofence import Place, locate_batch
from geo.position import Position
from panic_server.duty.board import DutyBoard
from panic_server.maps import Maps


class Surroundings:
    """`panic_server.journal.world.World` for a running server."""

    def __init__(self, maps: Maps, board: DutyBoard) -> None:
        self._maps = maps
        self._board = board

    def places(self, positions: Sequence[Position | None], flags: Sequence[tuple[str, ...]]) -> Sequence[Place]:
        return locate_batch(self._maps.current, positions, flags)

    def candidates(
        self, origin: Position, sectors: Collection[str], *, now: datetime, limit: int, drill: bool
    ) -> tuple[Candidate, ...]:
        return self._board.candidates(origin, sectors, now=now, limit=limit, drill=drill)

    def officer(
        self, officer_id: str, origin: Position | None, sectors: Collection[str], *, now: datetime
    ) -> Candidate | None:
        return self._board.officer(officer_id, origin, sectors, now=now)

    def supervisors(self, sectors: Collection[str]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
        return self._maps.supervisors(sectors)

    def has_free_officer(self) -> bool:
        return self._board.has_free_officer()

    def neighbours(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        return self._maps.neighbours(codes)

    def superiors(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        return self._maps.superiors(codes)

    def last_position(self, subject: str) -> Position | None:
        return self._board.last_position(subject)

    def on_duty(
        self, officer_id: str, name: str, sectors: tuple[str, ...], *, on_duty: bool, unit: Unit | None
    ) -> None:
        self._board.set_duty(officer_id, name, sectors, on_duty=on_duty, unit=unit)

    def on_engagement(
        self, officer_id: str, *, open_offers: int, assignment: Assignment | None, exercising: bool
    ) -> None:
        self._board.set_engagement(officer_id, open_offers=open_offers, assignment=assignment, exercising=exercising)

    def on_reload(self) -> None:
        self._board.reset()

    def on_reloaded(self) -> None:
        self._board.told_again()
