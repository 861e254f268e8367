"""Virtual time: what happens next. Time is whole microseconds since the city began, and only `run` moves it."""

from __future__ import annotations

import heapq
from collections.abc import Callable

SECOND = 1_000_000


class Agenda:
    def __init__(self) -> None:
        self.now_us = 0
        self._heap: list[tuple[int, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, when_us: int, what: Callable[[], object]) -> None:
        """What is planned for the same moment happens in the order in which it was planned."""
        self._count += 1
        heapq.heappush(self._heap, (max(when_us, self.now_us), self._count, what))

    def after(self, seconds: float, what: Callable[[], object]) -> None:
        self.at(self.now_us + round(seconds * SECOND), what)

    def run(self, until_us: int) -> None:
        while self._heap and self._heap[0][0] <= until_us:
            self.now_us, _, what = heapq.heappop(self._heap)
            what()
        self.now_us = until_us
