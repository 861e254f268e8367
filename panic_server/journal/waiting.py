"""Who waits for the writer, in the order they came, and for how long at most."""

import asyncio
import queue
from dataclasses import dataclass
from typing import Final

from panic_server.journal.orders import Answer
from panic_server.journal.port import Order, Press

BATCH_MAX: Final = 100
"""Orders per commit. They are decided in one go on the event loop, which must be back at its sockets soon."""

QUEUE_MAX: Final = 20_000
"""Orders that may wait; above that callers get 503 at once, for what waits takes seconds already."""

PATIENCE_S: Final = 8.0
"""A database that hangs fails nothing, and would keep a phone waiting for ever. Longer than a statement may take
(`database.py`), so that whatever fails by itself does so first.
"""


@dataclass(slots=True)
class Waiting:
    """An order and who waits for it; `order` None only asks for what other processes committed.

    With `freed` somebody can be asked now who could not be before.
    """

    order: Order | None
    future: asyncio.Future[Answer] | None
    freed: bool = False

    @property
    def is_void(self) -> bool:
        """Its caller was told that it failed: only an alarm is carried out all the same."""
        return self.future is not None and self.future.done() and not isinstance(self.order, Press)


class Line:
    """The writer's thread takes from it; None is the end."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._along: queue.SimpleQueue[Waiting] = queue.SimpleQueue()

    @property
    def is_full(self) -> bool:
        return self._queue.qsize() >= QUEUE_MAX

    def put(self, waiting: Waiting | None) -> None:
        self._queue.put(waiting)

    def put_along(self, waiting: Waiting) -> None:
        """It goes with the next batch that something else makes."""
        self._along.put(waiting)

    def first(self, timeout_s: float | None) -> Waiting | None:
        """Waits for it. One that asks for nothing when nobody comes in time."""
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return Waiting(None, None)

    def take_more(self, batch: list[Waiting]) -> None:
        """All that wait, up to the bound, and what goes along."""
        while len(batch) < BATCH_MAX:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                self._queue.put(None)
                break
            batch.append(waiting)
        while not self._along.empty():
            batch.append(self._along.get_nowait())
