"""A clock that was set back, and positions that a phone had kept."""

from __future__ import annotations

import pytest

from geo.clocks import is_set_back


def live(behind_s: float, *, every_s: float = 5.0, count: int = 3, since: float = 0.0) -> list[tuple[float, float]]:
    return [(since + number * every_s, since + number * every_s - behind_s) for number in range(count)]


@pytest.mark.parametrize("behind_s", [30.0, 3600.0, 86_400.0 * 365])
def test_reports_that_are_all_as_far_behind_are_of_a_clock_that_was_set_back(behind_s: float) -> None:
    assert is_set_back(live(behind_s))
    assert is_set_back(
        [(came + late, at) for (came, at), late in zip(live(behind_s, count=4), (2.5, 0.0, 1.0, 2.0), strict=True)]
    )


def test_two_are_not_enough_nor_are_three_at_once() -> None:
    assert not is_set_back([])
    assert not is_set_back(live(3600, count=2))
    assert not is_set_back(live(3600, every_s=1.0))


def test_positions_that_a_phone_had_kept_are_not_new_however_they_come() -> None:
    at_once = [(number * 0.3, -3600.0 + number * 20) for number in range(8)]
    piece_by_piece = [(number * 5.0, -3600.0 + number * 60) for number in range(8)]
    again_and_again = [(number * 5.0, -3600.0) for number in range(8)]
    for reports in (at_once, piece_by_piece, again_and_again):
        assert not any(is_set_back(reports[: count + 1]) for count in range(8))


def test_what_a_phone_had_kept_does_not_hide_what_is_new_and_is_not_taken_for_it() -> None:
    kept = (12.0, -50.0)
    assert not is_set_back([*live(3600), kept])
    assert is_set_back([*live(3600), kept, (15.0, 15.0 - 3600)])
