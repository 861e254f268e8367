"""Exercises: alarms of their own in one kelurahan, people who press along, and one click that ends all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.incident import Kind
from geo.position import Position
from tests.simulation.ground import ROWS, SIZE_M, Spot
from tests.simulation.orders import EndExercise, Press
from tests.simulation.people import Resident

if TYPE_CHECKING:
    from tests.simulation.city import City


class Exercise:
    def __init__(self, city: City, number: int) -> None:
        self._city = city
        self._id = f"latihan-{number}"
        self._row = city.dice.randrange(ROWS)
        self.is_running = False

    def begins(self) -> None:
        dice, agenda = self._city.dice, self._city.agenda
        self.is_running = True
        self._began_at = self._city.true_now()
        for number in range(dice.randint(1, 4)):
            trainee = Trainee(self._city, f"{self._id}-{number}", self._row)
            agenda.after(dice.uniform(0.0, 3.0), trainee.presses)
        agenda.after(dice.uniform(20.0, 120.0), self._is_ended)

    def _is_ended(self) -> None:
        """By one click, which the network may lose."""
        self.is_running = False
        order = EndExercise(self._id, f"V-{self._row}", self._began_at)
        self._city.network.request_until_answered(order, lambda _: None)


class Trainee(Resident):
    """A phone that the exercise pretends to have."""

    def __init__(self, city: City, name: str, row: int) -> None:
        super().__init__(city, name)
        self._row = row

    def _press(self) -> Press:
        now = self._city.true_now()
        kind = self._city.dice.choice(list(Kind))
        return Press(self._city.new_id(), self.name, kind, self._somewhere(), now, silent=False, drill=True)

    def _somewhere(self) -> Position:
        dice, height_m = self._city.dice, SIZE_M / ROWS
        spot = Spot(dice.uniform(0, SIZE_M), (self._row + dice.random()) * height_m)
        return Position(spot.lat, spot.lon, 10.0, self._city.true_now())
