"""The period of a report: days of the city's calendar, exact times, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from panic_server.reports.period import PATTERN, read_period
from panic_server.wire.problems import Refusal

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def period(since: str | None, until: str | None) -> tuple[str, str]:
    begin, end = read_period(since, until, JAKARTA, NOW)
    return begin.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat()


def test_a_time_may_be_as_fine_as_other_languages_write_it() -> None:
    assert re.fullmatch(PATTERN, finest := "2026-11-01T02:00:00.123456789Z")
    assert period(finest, "2026-11-01")[0] == "2026-11-01T02:00:00.123456+00:00"


def test_without_a_word_it_is_the_last_thirty_days() -> None:
    assert period(None, None) == ("2026-10-23T12:30:00+00:00", "2026-11-22T12:30:00+00:00")


def test_days_are_the_citys_and_the_last_one_is_within() -> None:
    assert period("2026-11-01", "2026-11-01") == ("2026-10-31T17:00:00+00:00", "2026-11-01T17:00:00+00:00")


@pytest.mark.parametrize("plus", ["+", " "], ids=["escaped", "not escaped"])
def test_a_time_is_exact_whether_or_not_its_plus_sign_was_escaped(plus: str) -> None:
    since, until = f"2026-11-01T08:00:00{plus}07:00", "2026-11-01t02:00:00.5z"
    assert re.fullmatch(PATTERN, since)
    assert re.fullmatch(PATTERN, until)
    assert period(since, until) == ("2026-11-01T01:00:00+00:00", "2026-11-01T02:00:00.500000+00:00")


@pytest.mark.parametrize(
    "text", ["2026-11-01T08:00:00", "2026-11", "yesterday", "1e9", "", "2026-11-01\n", "²026-11-01"]
)
def test_what_is_no_day_and_no_exact_time_does_not_fit_the_pattern(text: str) -> None:
    assert re.search(PATTERN.replace("$", r"\Z"), text) is None


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-02-30", None),
        ("2026-11-01", "2026-13-01"),
        ("2026-11-01T08:61:00Z", None),
        ("2026-11-01T08:00:00+99:00", None),
        ("2026-11-02", "2026-11-01"),
        ("2026-11-23", None),
        ("2025-11-01", "2026-11-02"),
    ],
    ids=["no such day", "no such month", "no such minute", "no such offset", "backwards", "in the future", "too long"],
)
def test_what_cannot_be_a_period_is_refused_without_being_repeated(since: str, until: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        read_period(since, until, JAKARTA, NOW)
    assert caught.value.kind.status == 422
    assert caught.value.detail is not None
    assert since not in caught.value.detail
