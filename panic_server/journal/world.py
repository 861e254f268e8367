"""What the writer asks of the world outside the journal, before it decides. Called where the
writer decides: on the event loop or on a thread of its own (ADR 010).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from dispatch.facts import Candidate, Neighbour
from dispatch.incident import Assignment, Person
from dispatch.units import Unit
from geo.geofence import Place
from geo.position import Position


class World(Protocol):
    def places(self, positions: Sequence[Position | None], flags: Sequence[tuple[str, ...]]) -> Sequence[Place]:
        """All with one version of the map; `flags`, from reading each position, are carried over."""

    def candidates(
        self, origin: Position, sectors: Collection[str], *, now: datetime, limit: int, drill: bool
    ) -> tuple[Candidate, ...]:
        """Officers on duty, not going anywhere and with room for one more offer: the free before the asked.

        What is real, no `drill`, is also for those who only go to an exercise.
        """

    def officer(
        self, officer_id: str, origin: Position | None, sectors: Collection[str], *, now: datetime
    ) -> Candidate | None:
        """One officer by name, however far and whatever they do; None when they are not on duty."""

    def supervisors(self, sectors: Collection[str]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
        """Those of these sectors, and those of the whole city."""

    def has_free_officer(self) -> bool: ...

    def neighbours(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        """The representatives of these RT; for one that has none, those of the nearest area above up to the village."""

    def superiors(self, codes: Collection[str]) -> tuple[Neighbour, ...]:
        """For each of these areas, those who answer for the nearest area above that has anybody, up to the village."""

    def last_position(self, subject: str) -> Position | None:
        """Where this person's phone last was, as far as this process knows."""

    def on_duty(
        self, officer_id: str, name: str, sectors: tuple[str, ...], *, on_duty: bool, unit: Unit | None
    ) -> None: ...

    def on_engagement(
        self, officer_id: str, *, open_offers: int, assignment: Assignment | None, exercising: bool
    ) -> None:
        """`exercising`: the assignment is one of an exercise."""

    def on_reload(self) -> None:
        """Everything told by `on_duty` and `on_engagement` will be told again, and counts once all is told."""

    def on_reloaded(self) -> None:
        """All was told again: what was not is over."""
