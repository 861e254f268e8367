"""The duty board: who can be asked, in which order, and what the consoles are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.incident import Assignment, AssignmentStatus, Person
from dispatch.policy import Policy
from geo.position import Position
from panic_server.clock import FakeClock
from panic_server.duty.board import FIRST_CAPACITY, DutyBoard
from panic_server.policies import PolicyInForce

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
HERE = Position(-7.0, 110.4, 10.0, NOW)


def at(metres: float, *, age_s: float = 0.0) -> Position:
    return Position(-7.0, 110.4 + metres / 110_495, 10.0, NOW - timedelta(seconds=age_s))


def assignment(officer_id: str, status: AssignmentStatus) -> Assignment:
    return Assignment(f"offer-{officer_id}", Person(officer_id, officer_id), status, NOW, NOW, None)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def board(clock: FakeClock) -> DutyBoard:
    return DutyBoard(PolicyInForce(Policy()), clock)


def begin(board: DutyBoard, officer_id: str, metres: float = 100, sectors: tuple[str, ...] = ()) -> None:
    board.set_duty(officer_id, officer_id.title(), sectors, on_duty=True)
    board.take_positions(officer_id, [at(metres)])


def ranked(board: DutyBoard, limit: int = 9) -> list[str]:
    return [one.officer.id for one in board.candidates(HERE, (), now=NOW, limit=limit)]


def statuses(board: DutyBoard) -> dict[str, str]:
    return {officer.id: officer.status for officer in board.officers()}


def test_the_nearest_comes_first_and_no_more_than_are_wanted(board: DutyBoard) -> None:
    for officer_id, metres in (("far", 1900), ("near", 100), ("middle", 900)):
        begin(board, officer_id, metres)
    assert ranked(board) == ["near", "middle", "far"]
    assert ranked(board, limit=2) == ["near", "middle"]


def test_only_who_is_on_duty_and_somewhere_can_be_asked(board: DutyBoard) -> None:
    board.set_duty("nowhere", "Nowhere", (), on_duty=True)
    assert not board.has_free_officer()
    begin(board, "leaving")
    board.set_duty("leaving", "Leaving", (), on_duty=False)
    assert ranked(board) == []
    assert not board.has_free_officer()


def test_who_holds_an_offer_comes_after_the_free_and_who_holds_too_many_not_at_all(board: DutyBoard) -> None:
    for officer_id, metres in (("free", 1900), ("asked", 100), ("overasked", 200)):
        begin(board, officer_id, metres)
    board.set_engagement("asked", open_offers=1, assignment=None)
    board.set_engagement("overasked", open_offers=3, assignment=None)
    assert ranked(board) == ["free", "asked"]


def test_who_is_on_the_way_is_not_asked(board: DutyBoard) -> None:
    begin(board, "busy")
    board.set_engagement("busy", open_offers=0, assignment=assignment("busy", AssignmentStatus.EN_ROUTE))
    assert ranked(board) == []
    board.set_engagement("busy", open_offers=0, assignment=None)
    assert ranked(board) == ["busy"]


def test_the_newest_position_wins_in_whatever_order_they_come(board: DutyBoard) -> None:
    begin(board, "officer", 500)
    assert board.take_positions("officer", [at(100, age_s=60), at(50, age_s=90)]) == 2
    found = board.last_position("officer")
    assert found is not None
    assert found.lon == at(500).lon


def reports(board: DutyBoard, clock: FakeClock, metres: float, *, behind_s: float) -> None:
    clock.advance(5)
    board.take_positions("officer", [replace(at(metres), at=clock.now() - timedelta(seconds=behind_s))])


def shown(board: DutyBoard) -> tuple[float, float, bool, bool]:
    """Metres, seconds since then, whether stale, and whether by a clock that was set back."""
    [officer] = board.officers()
    assert officer.position is not None
    assert officer.position.at is not None
    age_s = (board._clock.now() - officer.position.at).total_seconds()
    return round((officer.position.lon - 110.4) * 110_495), age_s, officer.stale, officer.clock_set_back


def test_a_phone_whose_clock_was_set_back_is_where_it_says_within_seconds(board: DutyBoard, clock: FakeClock) -> None:
    begin(board, "officer", 500)
    for metres in (510, 520):
        reports(board, clock, metres, behind_s=3600)
    assert shown(board) == (500, 10, False, False)
    for metres in (530, 540):
        reports(board, clock, metres, behind_s=3600)
        assert shown(board) == (metres, 0, False, True)
    # What it had kept from before is older than what is known, and no more than that.
    board.take_positions("officer", [at(100, age_s=1)])
    assert shown(board) == (540, 0, False, True)
    reports(board, clock, 550, behind_s=3600)
    assert shown(board) == (550, 0, False, True)
    reports(board, clock, 560, behind_s=0)
    assert shown(board) == (560, 0, False, False)


def test_a_phone_whose_clock_was_behind_before_a_start_is_not_stale_for_it(board: DutyBoard, clock: FakeClock) -> None:
    board.set_duty("officer", "Officer", (), on_duty=True)
    for metres in (10, 20, 30):
        reports(board, clock, metres, behind_s=3600)
    assert shown(board) == (30, 0, False, True)


def test_positions_that_a_phone_had_kept_never_move_it_back_in_however_many_parts_they_come(
    board: DutyBoard, clock: FakeClock
) -> None:
    begin(board, "officer", 500)
    for part in range(8):
        reports(board, clock, 10 * part, behind_s=3600 - 120 * part)
    assert shown(board) == (500, 40, False, False)


def test_a_position_without_a_time_counts_as_of_now(board: DutyBoard, clock: FakeClock) -> None:
    begin(board, "officer", 500)
    clock.advance(10)
    board.take_positions("officer", [Position(-7.0, 110.5, None, None)])
    found = board.last_position("officer")
    assert found is not None
    assert (found.lon, found.at) == (110.5, clock.now())


def test_off_duty_no_position_is_taken(board: DutyBoard) -> None:
    board.set_duty("officer", "Officer", (), on_duty=False)
    assert board.take_positions("officer", [at(100)]) == 0
    assert board.take_positions("unheard of", [at(100)]) == 0
    assert board.last_position("officer") is None


def test_a_shared_position_counts_once_the_word_of_duty_arrives(board: DutyBoard) -> None:
    board.take_shared("officer", at(100))
    assert ranked(board) == []
    board.set_duty("officer", "Officer", (), on_duty=True)
    assert ranked(board) == ["officer"]


def test_the_first_position_is_announced_and_no_later_one(board: DutyBoard) -> None:
    seen: list[bool] = []
    board.on_appearance(lambda: seen.append(board.has_free_officer()))
    begin(board, "officer")
    board.take_positions("officer", [at(200)])
    assert seen == [True]


def test_a_position_from_before_a_restart_is_used_but_marked_and_never_beats_a_new_one(board: DutyBoard) -> None:
    board.restore([("officer", at(100)), ("other", at(300))])
    for officer_id in ("officer", "other"):
        board.set_duty(officer_id, officer_id, (), on_duty=True)
    assert [one.position_stale for one in board.candidates(HERE, (), now=NOW, limit=9)] == [True, True]
    board.take_positions("other", [at(400)])
    board.restore([("other", at(100))])
    assert ranked(board) == ["other", "officer"]
    assert board.last_position("other") == at(400)


def test_a_position_becomes_stale_with_time(board: DutyBoard, clock: FakeClock) -> None:
    begin(board, "officer")
    assert [one.stale for one in board.officers()] == [False]
    clock.advance(Policy().position_age_s + 1)
    assert [one.stale for one in board.officers()] == [True]


def test_only_what_moved_is_saved_and_once(board: DutyBoard) -> None:
    board.restore([("restored", at(100))])
    begin(board, "moved")
    assert board.unsaved() == [("moved", at(100))]
    assert board.unsaved() == []
    board.take_positions("moved", [Position(-7.0, 110.5, 5.0, NOW + timedelta(seconds=5))])
    assert [officer_id for officer_id, _ in board.unsaved()] == ["moved"]


def test_what_an_officer_does_is_shown_and_off_duty_only_while_engaged(board: DutyBoard) -> None:
    for officer_id in ("available", "offered", "driving", "there", "gone", "leaving"):
        begin(board, officer_id)
    board.set_engagement("offered", open_offers=1, assignment=None)
    for officer_id in ("driving", "leaving"):
        board.set_engagement(officer_id, open_offers=0, assignment=assignment(officer_id, AssignmentStatus.EN_ROUTE))
    board.set_engagement("there", open_offers=0, assignment=assignment("there", AssignmentStatus.ON_SCENE))
    for officer_id in ("gone", "leaving"):
        board.set_duty(officer_id, officer_id, (), on_duty=False)
    on_the_way = {"driving": "en_route", "leaving": "en_route"}
    assert statuses(board) == {"available": "available", "offered": "offered", "there": "on_scene", **on_the_way}


def test_changes_since_a_revision_name_everybody_who_changed_also_who_left(board: DutyBoard) -> None:
    begin(board, "staying")
    begin(board, "leaving")
    revision, _ = board.changed_since(0)
    board.set_duty("leaving", "Leaving", (), on_duty=False)
    later, changed = board.changed_since(revision)
    assert [(officer.id, officer.status) for officer in changed] == [("leaving", "off_duty")]
    assert board.changed_since(later) == (later, [])


def test_what_is_not_told_again_is_over_and_places_stay(board: DutyBoard) -> None:
    begin(board, "officer")
    board.set_engagement("officer", open_offers=2, assignment=None)
    board.reset()
    board.told_again()
    assert (ranked(board), board.officers()) == ([], [])
    board.set_duty("officer", "Officer", (), on_duty=True)
    assert ranked(board) == ["officer"]
    assert statuses(board) == {"officer": "available"}


def test_until_all_is_told_again_everybody_reads_what_was_known_before(board: DutyBoard) -> None:
    for officer_id in ("staying", "driving", "leaving"):
        begin(board, officer_id)
    going = assignment("driving", AssignmentStatus.EN_ROUTE)
    board.set_engagement("driving", open_offers=0, assignment=going)
    revision, _ = board.changed_since(0)
    known = board.officers()

    board.reset()
    for officer_id in ("new", "staying", "driving"):
        board.set_duty(officer_id, officer_id.title(), (), on_duty=True)
    board.set_engagement("staying", open_offers=1, assignment=None)

    assert [board.is_on_duty(one) for one in ("staying", "driving", "leaving", "new")] == [True, True, True, False]
    assert board.officers() == known
    assert board.changed_since(revision) == (revision, [])
    assert board.take_positions("driving", [at(300)]) == 1

    board.set_engagement("driving", open_offers=0, assignment=going)
    board.told_again()

    assert statuses(board) == {"staying": "offered", "driving": "en_route", "new": "available"}
    assert not board.is_on_duty("leaving")
    _, changed = board.changed_since(revision)
    assert {officer.id for officer in changed} == {"staying", "leaving", "new"}
    assert ranked(board) == ["staying"]


def test_a_telling_that_breaks_off_counts_for_nothing(board: DutyBoard) -> None:
    begin(board, "officer")
    board.reset()
    board.set_duty("nobody", "Nobody", (), on_duty=True)
    board.reset()
    board.set_duty("officer", "Officer", (), on_duty=True)
    board.told_again()
    assert statuses(board) == {"officer": "available"}


def test_more_officers_than_at_first_lose_nothing(board: DutyBoard) -> None:
    count = 3 * FIRST_CAPACITY
    for number in range(count):
        begin(board, f"officer-{number:04}", metres=number + 1.0)
    assert len(board.officers()) == count
    assert ranked(board, limit=2) == ["officer-0000", "officer-0001"]
    assert board.last_position("officer-0100") == at(101)


def test_a_sectors_own_come_first_within_a_band(board: DutyBoard) -> None:
    begin(board, "foreign", 100)
    begin(board, "own", 300, ("PS-1",))
    found = board.candidates(HERE, ("PS-1",), now=NOW, limit=9)
    assert [(one.officer.id, one.own_sector) for one in found] == [("own", True), ("foreign", False)]


def test_positions_whose_checkpoint_failed_are_taken_by_the_next(board: DutyBoard) -> None:
    begin(board, "officer", 100)
    first = board.unsaved()
    board.save_again(officer_id for officer_id, _ in first)
    assert [officer_id for officer_id, _ in board.unsaved()] == ["officer"]
    assert board.unsaved() == []


def test_who_exercises_is_shown_as_engaged_and_can_be_asked_about_what_is_real_alone(board: DutyBoard) -> None:
    begin(board, "training", metres=10)
    begin(board, "free", metres=20)
    going = assignment("training", AssignmentStatus.EN_ROUTE)
    board.set_engagement("training", open_offers=0, assignment=going, exercising=True)
    assert ranked(board) == ["training", "free"]
    assert [one.officer.id for one in board.candidates(HERE, (), now=NOW, limit=1, drill=True)] == ["free"]
    assert statuses(board) == {"training": "en_route", "free": "available"}
    board.set_engagement("training", open_offers=0, assignment=going)
    assert ranked(board) == ["free"]
