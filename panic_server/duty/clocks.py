"""Officers' phones whose clocks were set back: their positions count as they arrive."""

from collections import deque

from geo.clocks import KEPT, Report, is_set_back


class Clocks:
    """Remembers the last reports of those phones alone that seem to be behind; not safe for several threads."""

    def __init__(self) -> None:
        self._late: dict[str, deque[Report]] = {}
        self._set_back: set[str] = set()

    def is_new(self, officer_id: str, report: Report) -> bool:
        """Of a report that is older than what is known, by the phone's clock."""
        reports = self._late.setdefault(officer_id, deque(maxlen=KEPT))
        reports.append(report)
        is_new = is_set_back(reports)
        if is_new:
            self._set_back.add(officer_id)
        return is_new

    def is_right(self, officer_id: str) -> None:
        """The phone has reported what is newer by its own clock."""
        self._late.pop(officer_id, None)
        self._set_back.discard(officer_id)

    def was_set_back(self, officer_id: str) -> bool:
        return officer_id in self._set_back
