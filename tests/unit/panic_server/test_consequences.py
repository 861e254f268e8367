"""What follows from a commit reaches every part, whichever of them fails."""

from __future__ import annotations

import structlog

from panic_server.consequences import Consequences
from panic_server.journal.writer import Committed

COMMITTED = Committed("epoch", 1, 1, (), (), (), (), 1, 0.0)


def breaks(_: Committed) -> None:
    raise ZeroDivisionError


def test_a_part_that_fails_is_counted_and_keeps_the_commit_from_no_other() -> None:
    taken: list[Committed] = []
    faults: list[str] = []
    follows = Consequences(faults.append)
    follows.add("first", taken.append)
    follows.add("broken", breaks)
    follows.add("last", taken.append)

    with structlog.testing.capture_logs() as records:
        follows.follow(COMMITTED)

    assert taken == [COMMITTED, COMMITTED]
    assert faults == ["broken"]
    assert [(one["event"], one["part"]) for one in records] == [("commit.not_taken", "broken")]
