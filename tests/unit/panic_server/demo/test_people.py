"""What the demo's officers travel with."""

from __future__ import annotations

from collections import Counter
from random import Random

from dispatch.units import Unit
from panic_server.demo.patrol import DRIVE_M_S
from panic_server.demo.people import patrol_units

SUBJECTS = [f"officer-{number}" for number in range(60)]


def test_the_same_seed_gives_everybody_the_same_unit_and_another_seed_another() -> None:
    assert patrol_units(Random(1), SUBJECTS) == patrol_units(Random(1), SUBJECTS)
    assert patrol_units(Random(1), SUBJECTS) != patrol_units(Random(2), SUBJECTS)


def test_even_a_handful_of_officers_shows_every_unit_and_most_of_many_ride() -> None:
    assert set(patrol_units(Random(1), SUBJECTS[:4]).values()) == set(DRIVE_M_S)
    [(most, _)] = Counter(patrol_units(Random(1), SUBJECTS).values()).most_common(1)
    assert most is Unit.MOTORCYCLE
