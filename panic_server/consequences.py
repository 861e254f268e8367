"""What follows from a commit, part by part. One part that fails keeps it from none of the others."""

from collections.abc import Callable

import structlog

from panic_server.journal.writer import Committed

log = structlog.get_logger(__name__)


class Consequences:
    """`fault` counts a part that failed, by its name. What it missed each part finds in the journal by itself, or the
    next commit brings it; deadlines that the timer did not get would be missed until a restart.
    """

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._parts: list[tuple[str, Callable[[Committed], None]]] = []

    def add(self, name: str, take: Callable[[Committed], None]) -> None:
        """Parts are told in the order in which they were added."""
        self._parts.append((name, take))

    def follow(self, committed: Committed) -> None:
        for name, take in self._parts:
            try:
                take(committed)
            except Exception:
                log.exception("commit.not_taken", part=name)
                self._fault(name)
