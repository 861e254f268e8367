"""Exercises while the journal cannot be read."""

from __future__ import annotations

from typing import Any, cast

from structlog.testing import capture_logs

from panic_server.clock import SystemClock
from panic_server.drills import DrillMaster
from panic_server.journal.port import JournalUnavailable
from panic_server.journal.queries import Reader
from panic_server.journal.writer import Writer
from panic_server.maps import Maps


class FlakyReader:
    """Has no exercises, and fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    async def ask(self, _question: object) -> list[Any]:
        if self.failures:
            self.failures -= 1
            raise JournalUnavailable("it does not answer")
        return []


async def test_a_journal_that_is_away_is_told_once_however_often_exercises_are_looked_for() -> None:
    reader = FlakyReader(failures=3)
    master = DrillMaster(cast(Reader, reader), cast(Writer, None), Maps(), SystemClock())
    with capture_logs() as logs:
        for _ in range(5):
            await master.look()
    assert [(line["event"], line.get("reason")) for line in logs] == [
        ("drills.wait_for_the_journal", "it does not answer"),
        ("drills.go_on", None),
    ]
