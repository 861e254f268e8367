"""Percentiles are exact: held against the definition, written out naively."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panic_server.reports.percentiles import percentiles


def naive(values: list[int], percent: int) -> int:
    """The smallest value that at least so many percent of all values do not exceed."""
    for value in sorted(values):
        if Fraction(sum(other <= value for other in values), len(values)) >= Fraction(percent, 100):
            return value
    raise AssertionError("all values do not exceed the largest")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7], [7, 7, 7]),
        ([10, 20], [10, 20, 20]),
        ([3, 1, 2], [2, 3, 3]),
        (list(range(1, 11)), [5, 9, 10]),
        (list(range(1, 101)), [50, 90, 95]),
        ([5] * 9 + [600], [5, 5, 600]),
    ],
)
def test_a_percentile_is_one_of_the_values(values: list[int], expected: list[int]) -> None:
    assert percentiles(np.array(values), (50, 90, 95)) == expected


def test_the_rank_is_exact_for_every_count_and_percent() -> None:
    for count in range(1, 151):
        found = percentiles(np.arange(1, count + 1), range(1, 101))
        assert found == [ceil(Fraction(percent * count, 100)) for percent in range(1, 101)]


@given(
    values=st.lists(st.integers(min_value=0, max_value=2**62), min_size=1, max_size=60),
    percent=st.integers(min_value=1, max_value=100),
)
def test_it_is_what_the_definition_says(values: list[int], percent: int) -> None:
    assert percentiles(np.array(values, dtype=np.int64), [percent]) == [naive(values, percent)]
