"""The world as the journal's writer asks it."""

from __future__ import annotations

import pytest

from dispatch.incident import Assignment, AssignmentStatus, Person
from dispatch.policy import Policy
from panic_server.clock import FakeClock
from panic_server.duty.board import DutyBoard
from panic_server.journal.port import PersonRow
from panic_server.maps import Maps
from panic_server.people import Role
from panic_server.policies import PolicyInForce
from panic_server.surroundings import Surroundings
from tests.contract.desk import EAST, START, WEST, two_rt_map


@pytest.fixture
def board() -> DutyBoard:
    return DutyBoard(PolicyInForce(Policy()), FakeClock(START))


@pytest.fixture
def world(board: DutyBoard) -> Surroundings:
    maps = Maps()
    maps.swap(two_rt_map(version=4))
    maps.take_representatives([PersonRow("ketua", Role.REPRESENTATIVE, "Bu Ketua", ("RT-W",))])
    return Surroundings(maps, board)


def test_places_come_from_one_map_with_the_flags_of_their_positions(world: Surroundings) -> None:
    places = world.places([WEST, None, EAST], [(), ("position_missing",), ("fix_stale",)])
    assert [place.rt.code if place.rt else None for place in places] == ["RT-W", None, "RT-E"]
    assert [place.flags for place in places] == [(), ("position_missing",), ("fix_stale",)]
    assert {place.map_version for place in places} == {4}


def test_officers_are_as_the_journal_told_last(world: Surroundings, board: DutyBoard) -> None:
    world.on_duty("officer", "Officer", (), on_duty=True, unit=None)
    board.take_positions("officer", [WEST])
    assert world.has_free_officer()
    assert world.last_position("officer") == WEST
    assert [one.officer.id for one in world.candidates(WEST, (), now=START, limit=3, drill=False)] == ["officer"]
    going = Assignment("offer", Person("officer", "Officer"), AssignmentStatus.EN_ROUTE, START, START, None)
    world.on_engagement("officer", open_offers=0, assignment=going, exercising=False)
    assert not world.has_free_officer()


def test_after_a_reload_nobody_is_on_duty_who_was_not_told_again(world: Surroundings, board: DutyBoard) -> None:
    world.on_duty("officer", "Officer", (), on_duty=True, unit=None)
    board.take_positions("officer", [WEST])
    world.on_reload()
    assert board.is_on_duty("officer")
    world.on_reloaded()
    assert not world.has_free_officer()


def test_the_neighbours_are_the_representatives_of_the_rt(world: Surroundings) -> None:
    assert [one.person.id for one in world.neighbours(["RT-W", "RT-E"])] == ["ketua"]
