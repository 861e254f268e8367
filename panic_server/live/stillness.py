"""While an incident looks cancelled, only consoles see how the journal's numbers grow by what they may not see.

After a cancel of free will little happens; under duress officers are asked on and on, and all of it is counted. Whoever
holds a representative's phone beside the resident could read that off the heartbeats. So the others' position stands
still between the events that they may see.
"""

from collections.abc import Iterable
from typing import Final

from panic_server.journal.port import JournalEvent
from panic_server.people import Principal

_BEGINS: Final = frozenset({"cancelled_by_resident", "cancelled_under_duress", "reopened"})
"""An operator who reopens what was cancelled sends it on in secret."""

_ENDS: Final = frozenset({"alarm_joined", "closed", "merged_into"})
"""What looks cancelled only its own phone can still join, and takes the cancel back by that. Where others have pressed
too, a cancel of either kind changes nothing, and there is nothing to be read.
"""


class Stillness:
    """Hears every event that is published, from the start on."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._last_seen: dict[str, int] = {}

    def hear(self, events: Iterable[JournalEvent]) -> None:
        for event in events:
            if event.incident_id is not None and event.kind in _BEGINS:
                self._since.setdefault(event.incident_id, event.seq)
            elif event.incident_id is not None and event.kind in _ENDS:
                self._since.pop(event.incident_id, None)
            if self._since:
                self._last_seen.update(dict.fromkeys(event.routes, event.seq))
            elif self._last_seen:
                self._last_seen.clear()

    def forget(self) -> None:
        """Another epoch's."""
        self._since.clear()
        self._last_seen.clear()

    def head_for(self, reader: Principal, head: int) -> int:
        """Up to where this reader is told that there is nothing more: the journal's head, or what they saw last."""
        if not self._since or reader.is_at_console:
            return head
        seen = max((self._last_seen.get(key, 0) for key in reader.selectors()), default=0)
        return min(head, max(seen, min(self._since.values())))
