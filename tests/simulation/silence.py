"""Promise 4: an incident that needs somebody is not left alone while there is somebody who could be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.simulation.reading import Book, Case

SILENCE_US = 75 * 1_000_000
"""Whoever was asked and said nothing is asked again after a minute; ten seconds more until somebody looks again."""


class Silence:
    """Since when each incident is silent, and each officer free; both begin anew when the city was down."""

    def __init__(self, book: Book) -> None:
        self.offers_max = 1
        self._book = book
        self._silent: dict[str, int] = {}
        # For what is real, and for exercises.
        self._free: dict[bool, dict[str, int]] = {False: {}, True: {}}
        self._next_us = 0

    def begins_again(self, us: int) -> None:
        self._silent = dict.fromkeys(self._silent, us)

    def note(self, us: int, case: Case | None, officers: Iterable[str]) -> None:
        """After something happened to this incident, or to these officers."""
        if case is not None and case.is_silent:
            self._silent[case.id] = us
        elif case is not None:
            self._silent.pop(case.id, None)
        for officer in dict.fromkeys(officers):
            for drill, free in self._free.items():
                if not self._book.is_free(officer, self.offers_max, drill=drill):
                    free.pop(officer, None)
                else:
                    free.setdefault(officer, us)

    def check(self, us: int, holds: Callable[[int, object, str], None], *, is_end: bool = False) -> None:
        """Before something happens, now and then."""
        if us < self._next_us and not is_end:
            return
        self._next_us = us + 1_000_000
        free_us = {drill: min(free.values(), default=us) for drill, free in self._free.items()}
        for incident_id, since_us in self._silent.items():
            alone_us = us - max(since_us, free_us[self._book.cases[incident_id].is_drill])
            holds(4, alone_us <= SILENCE_US, f"nobody was asked about {incident_id} for {alone_us / 1e6:.0f} s")
