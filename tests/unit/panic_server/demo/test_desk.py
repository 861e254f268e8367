"""When the demo's own operator closes an incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from panic_server.demo.desk import CLOSES_AFTER_CLEAR, CLOSES_ANYWAY_AFTER, is_over

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def an_incident(*statuses: str) -> dict[str, Any]:
    assignments = [{"status": status, "changed_at": NOON.isoformat()} for status in statuses]
    return {"opened_at": NOON.isoformat(), "assignments": assignments}


@pytest.mark.parametrize(
    ("statuses", "after", "over"),
    [
        (["clear"], CLOSES_AFTER_CLEAR, True),
        (["clear"], CLOSES_AFTER_CLEAR - timedelta(seconds=1), False),
        (["clear", "on_scene"], CLOSES_AFTER_CLEAR, False),
        ([], CLOSES_AFTER_CLEAR, False),
        ([], CLOSES_ANYWAY_AFTER, True),
        (["en_route"], CLOSES_ANYWAY_AFTER, True),
    ],
)
def test_an_incident_is_over_when_everybody_is_free_or_long_after(
    statuses: list[str], after: timedelta, over: bool
) -> None:
    assert is_over(an_incident(*statuses), NOON + after) is over
