"""When a new incident was placed, was durable, and was first sent to a console: kept until the journal takes it along.

None of it is worth a commit of its own. It goes with the next batch that is written anyway; what a crash takes with it
is not known any more, and nothing else is lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from panic_server.clock import Clock
from panic_server.journal.port import EvidenceOrder, JournalUnavailable, Seen
from panic_server.journal.writer import Committed

EVERY: Final = timedelta(seconds=1)
"""A flood's thousand incidents go along as one statement instead of a thousand."""

Submit = Callable[[EvidenceOrder], Awaitable[None]]


Stored = tuple[Sequence[int], datetime | None, datetime | None]
"""The opening seqs of a commit, and when its alarms were placed and durable."""


class EvidenceKeeper:
    """`take_along` answers once a batch has taken the order along, `submit` makes a batch if need be."""

    def __init__(self, clock: Clock, *, take_along: Submit, submit: Submit) -> None:
        self._clock = clock
        self._take_along = take_along
        self._submit = submit
        self._stored: list[Stored] = []
        self._shown: list[tuple[datetime, Sequence[int]]] = []

    def committed(self, commit: Committed) -> None:
        """Called after each commit."""
        if commit.opened:
            self._stored.append((commit.opened, commit.placed_at, commit.durable_at))

    def shown(self, seqs: Sequence[int], at: datetime) -> None:
        """Called after each tick of the live hub."""
        if seqs:
            self._shown.append((at, seqs))

    async def run(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + EVERY)
            await self._save(self._take_along)

    async def finish(self) -> None:
        """What is left at the end."""
        await self._save(self._submit)

    async def _save(self, submit: Submit) -> None:
        if not self._stored and not self._shown:
            return
        stored, self._stored = self._stored, []
        shown, self._shown = self._shown, []
        try:
            await submit(EvidenceOrder(_rows(stored, shown)))
        except (JournalUnavailable, asyncio.CancelledError) as error:
            # Taken along twice it is the same.
            self._stored[:0] = stored
            self._shown[:0] = shown
            if isinstance(error, asyncio.CancelledError):
                raise


def _rows(stored: Sequence[Stored], shown: Sequence[tuple[datetime, Sequence[int]]]) -> tuple[Seen, ...]:
    console_at = {seq: at for at, seqs in reversed(shown) for seq in seqs}
    rows = [
        Seen(seq, placed_at, durable_at, console_at.pop(seq, None))
        for opened, placed_at, durable_at in stored
        for seq in opened
    ]
    return (*rows, *(Seen(seq, None, None, at) for seq, at in console_at.items()))
