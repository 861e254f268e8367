"""Whether a press belongs to an open incident, and what it adds to it."""

from typing import Any

import pytest
from msgspec.structs import replace

from dispatch.duplicates import is_better_place, joined_kind, joins
from dispatch.incident import Incident, Kind, Status
from tests.unit.dispatch.city import Story, after, alarm, fix, unlocated_alarm


def incident(**changes: Any) -> Incident:
    return Story(alarm(**changes)).incident


def test_the_same_phone_joins_its_open_incident():
    assert joins(incident(), alarm(2))


def test_another_phone_does_not_join():
    assert not joins(incident(), alarm(2, device="resident-2"))


def test_a_drill_and_a_real_alarm_never_join():
    assert not joins(incident(), alarm(2, drill=True))
    assert not joins(incident(drill=True), alarm(2))
    assert joins(incident(drill=True), alarm(2, drill=True))


def test_nothing_joins_a_closed_incident():
    assert not joins(replace(incident(), status=Status.CLOSED), alarm(2))


@pytest.mark.parametrize(
    ("known", "said", "kind"),
    [
        (Kind.EMERGENCY, Kind.FIRE, Kind.FIRE),
        (Kind.FIRE, Kind.EMERGENCY, Kind.FIRE),
        (Kind.FIRE, Kind.CRIME, Kind.FIRE),
        (Kind.CRIME, Kind.VIOLENCE, Kind.VIOLENCE),
        (Kind.VIOLENCE, Kind.FIRE, Kind.VIOLENCE),
    ],
)
def test_a_second_press_makes_the_kind_more_precise_and_violence_outweighs_all(known, said, kind):
    assert joined_kind(incident(kind=known), alarm(2, kind=said)) is kind


def test_a_newer_fix_moves_the_incident():
    assert is_better_place(incident(), alarm(2, position=fix(at=after(5))))
    assert is_better_place(incident(), alarm(2, position=fix(at=None)))
    assert is_better_place(Story(unlocated_alarm()).incident, alarm(2))


def test_neither_an_older_fix_nor_none_moves_the_incident():
    assert not is_better_place(incident(), alarm(2, position=fix(at=after(-60))))
    assert not is_better_place(incident(), unlocated_alarm(2))
