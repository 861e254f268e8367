"""Officers' positions on disk: for the next start, and for other processes while the bus does not carry them."""

from datetime import timedelta
from typing import Final

import structlog

from panic_server.bus.port import Bus
from panic_server.clock import Clock
from panic_server.duty.board import DutyBoard
from panic_server.journal.port import CheckpointOrder, JournalUnavailable
from panic_server.journal.queries import SqlQueries
from panic_server.journal.writer import Writer

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(seconds=5)
"""Without the bus: who comes on duty at one node has to be known at the others, or they ask who is farther away."""

CHECKPOINT: Final = timedelta(seconds=30)


class Whereabouts:
    """`is_alone`: no other process shares the database. Call `look` every EVERY."""

    def __init__(
        self, board: DutyBoard, writer: Writer, queries: SqlQueries, bus: Bus, clock: Clock, *, is_alone: bool
    ) -> None:
        self._board, self._writer, self._queries, self._bus = board, writer, queries, bus
        self._clock = clock
        self._is_alone = is_alone
        self._next_at = clock.now() + CHECKPOINT

    async def look(self) -> None:
        """At each checkpoint too: the bus may fail another process and not this one."""
        now = self._clock.now()
        if now < self._next_at and not self._bus.degraded():
            return
        self._next_at = now + CHECKPOINT
        await self.keep()
        if not self._is_alone:
            await self._take_others()

    async def keep(self) -> None:
        positions = self._board.unsaved()
        if not positions:
            return
        try:
            await self._writer.submit(CheckpointOrder(positions))
        except JournalUnavailable:
            # They wait for the next checkpoint, unless the officer has moved on by then.
            self._board.save_again(officer_id for officer_id, _ in positions)
            log.warning("checkpoint.journal_unavailable")

    async def _take_others(self) -> None:
        try:
            rows = await self._queries.duty()
        except JournalUnavailable:
            # The health page says so, and the next look reads them.
            return
        self._board.restore(((row.officer_id, row.position) for row in rows if row.position), are_old=False)
