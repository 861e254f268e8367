"""A phone that moves: which of its positions count, and what a move changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dispatch.audience import audience
from dispatch.commands import CancelAlarm, Close, MoveAlarm
from dispatch.errors import IncidentClosed
from dispatch.events import IncidentMoved, OffersMade, SectorChanged
from dispatch.facts import Cancels, Facts
from dispatch.incident import Disposition, PinMeaning
from geo.areas import AreaRef
from geo.position import Position
from tests.unit.dispatch.city import (
    HEAD_1,
    NEAR,
    OPERATOR,
    RT_2,
    SECTOR,
    Story,
    after,
    alarm,
    around,
    fix,
    place_in,
    unlocated_alarm,
)

NORTH, SOUTH = AreaRef("UTARA", "Polsek Utara"), AreaRef("SELATAN", "Polsek Selatan")
HERE = Facts(place=place_in())


def move(*fixes: Position, device: str = "resident-1") -> MoveAlarm:
    return MoveAlarm(alarm().id, device, fixes)


def within(*sectors: AreaRef) -> Facts:
    return Facts(place=place_in(RT_2, sectors=sectors))


def test_the_newest_of_a_batch_moves_the_incident_whatever_its_order():
    story = Story(alarm())
    newer = fix(-6.99, at=after(20))
    [event] = story.happens(move(newer, fix(-6.985, at=after(10))), within(SECTOR), at=21)
    assert isinstance(event, IncidentMoved)
    assert (story.incident.position, story.incident.origin) == (newer, newer)
    assert story.incident.place == place_in(RT_2)


@pytest.mark.parametrize("late", [-10.0, 0.0, 19.0, 20.0])
def test_a_late_or_repeated_position_changes_nothing(late):
    story = Story(alarm())
    story.happens(move(fix(-6.99, at=after(20))), HERE, at=20)
    assert story.happens(move(fix(-6.5, at=after(late))), HERE, at=21) == []


@given(st.permutations(range(1, 8)), st.integers(1, 3))
def test_in_whatever_order_and_batches_they_come_the_last_place_is_the_newest(order, size):
    story = Story(alarm())
    fixes = [fix(-6.9 - number / 1000, at=after(number)) for number in order]
    for start in range(0, len(fixes), size):
        story.happens(move(*fixes[start : start + size]), HERE, at=10)
    assert story.incident.position == fix(-6.907, at=after(7))


def test_a_fix_from_the_cell_tower_right_after_a_good_one_does_not_move_it():
    story = Story(alarm())
    coarse = Position(-6.5, 110.42, 2000.0, after(10))
    assert story.happens(move(coarse), HERE, at=10) == []
    assert story.happens(move(replace(coarse, at=after(61))), HERE, at=61) != []


def test_a_witness_who_walks_does_not_move_the_incident():
    story = Story(alarm())
    assert story.happens(move(fix(-6.5, at=after(20)), device="resident-2"), HERE, at=20) == []


def test_the_sector_that_was_in_charge_goes_on_seeing_it():
    story = Story(alarm(place=place_in(sectors=(NORTH,))))
    [event] = story.happens(move(fix(-6.99, at=after(20))), within(SOUTH), at=20)
    assert isinstance(event, SectorChanged)
    assert story.incident.former_sectors == (NORTH,)
    assert audience(story.incident).sectors == ("SELATAN", "UTARA")
    story.happens(move(fix(-6.98, at=after(30))), within(NORTH), at=30)
    assert story.incident.former_sectors == (SOUTH,)


def test_the_first_place_tells_the_rt_and_asks_officers():
    story = Story(unlocated_alarm())
    facts = structs.replace(around(NEAR, neighbours=(HEAD_1,)), place=place_in())
    moved, offered = story.happens(move(fix(at=after(3))), facts, at=3)
    assert isinstance(moved, SectorChanged)
    assert isinstance(offered, OffersMade)
    assert [told.person for told in story.incident.told] == [HEAD_1.person]
    assert story.incident.neighbourhood == ("RT1",)


def hidden() -> Story:
    return Story(structs.replace(unlocated_alarm(), silent=True))


def cancelled(pin: PinMeaning) -> Story:
    story = Story(unlocated_alarm())
    story.happens(CancelAlarm(alarm().id, alarm().device, pin), at=1)
    return story


@pytest.mark.parametrize("story", [hidden(), cancelled(PinMeaning.RIGHT), cancelled(PinMeaning.DURESS)])
def test_the_rt_is_not_told_where_a_silent_or_cancelled_alarm_is(story):
    story.happens(move(fix(at=after(3))), structs.replace(around(neighbours=(HEAD_1,)), place=place_in()), at=3)
    assert story.incident.position == fix(at=after(3))
    assert (story.incident.told, story.incident.neighbourhood) == ((), ())


def closed() -> Story:
    story = Story(alarm())
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=5)
    return story


def test_a_closed_incident_takes_no_positions():
    with pytest.raises(IncidentClosed):
        closed().happens(move(fix(at=after(6))), HERE, at=6)


def test_for_fifteen_minutes_after_a_cancel_positions_are_taken_though_it_is_closed():
    story, facts = closed(), Facts(cancels=Cancels(cancelled_at=after(4)))
    assert story.happens(move(fix(at=after(900))), facts, at=903.9) == []
    with pytest.raises(IncidentClosed):
        story.happens(move(fix(at=after(905))), facts, at=904)
