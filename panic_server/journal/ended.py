"""Which incident of a phone was closed last, and when: for a press that comes after. The oldest are forgotten."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

from dispatch.incident import Incident

KEPT: Final = 20_000
"""A large city's closed incidents of some days, at 300 bytes each."""

LOADED: Final = 2000
"""So many of the last closed ones are read after a start: half a second's work at most, and a day's in most cities."""


class Ended:
    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, bool], tuple[str, datetime]] = OrderedDict()

    def note(self, incident: Incident) -> None:
        """A closed one."""
        if incident.closed_at is None:
            return
        key = (incident.device, incident.drill)
        self._last[key] = (incident.id, incident.closed_at)
        self._last.move_to_end(key)
        if len(self._last) > KEPT:
            self._last.popitem(last=False)

    def of(self, device: str, *, drill: bool) -> tuple[str, datetime] | None:
        """Its id, and when it was closed."""
        return self._last.get((device, drill))
