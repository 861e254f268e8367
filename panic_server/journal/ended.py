"""Which incident of a phone was closed last, and when: for a press that comes after. The oldest are forgotten."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from dispatch.incident import Incident
from panic_server.journal.phones import Key

KEPT: Final = 20_000
"""A large city's closed incidents of some days, at 300 bytes each."""

LOADED: Final = 2000
"""So many of the last closed ones are read after a start: half a second's work at most, and a day's in most cities."""


class Ended:
    def __init__(self) -> None:
        self._last: OrderedDict[Key, tuple[str, datetime]] = OrderedDict()

    def note(self, incident: Incident, phones: Iterable[Key] = ()) -> None:
        """A closed one, and the phones that have pressed for it besides the one that opened it. Of a phone's incidents
        the one that was closed last counts, also when an earlier one gets one more note.
        """
        if incident.closed_at is None:
            return
        for key in ((incident.device, incident.drill), *phones):
            known = self._last.get(key)
            if known is not None and known[1] > incident.closed_at:
                continue
            self._last[key] = (incident.id, incident.closed_at)
            self._last.move_to_end(key)
        while len(self._last) > KEPT:
            self._last.popitem(last=False)

    def take_back(self, incident_id: str) -> list[Key]:
        """It is open again: the phones that are part of it, as far as they are known."""
        phones = [key for key, (last, _) in self._last.items() if last == incident_id]
        for key in phones:
            del self._last[key]
        return phones

    def of(self, device: str, *, drill: bool) -> tuple[str, datetime] | None:
        """Its id, and when it was closed."""
        return self._last.get((device, drill))
