"""Which new incidents a console has been sent for the first time. Costs a tick little, and an event next to nothing."""

from collections.abc import Collection, Sequence
from typing import Final

from panic_server.journal.port import JournalEvent
from panic_server.live.groups import Groups
from panic_server.people import Principal

OPENED: Final = "incident_opened"
CLOSED: Final = "closed"
EVERY_OPERATOR: Final = "op:*"
OPERATORS: Final = "op:"

# Only without any console do they become many: after so many the oldest are no longer waited for.
UNSEEN_MAX: Final = 10_000


class Sightings:
    """`published` and `take` go with the hub's events and ticks, `joined` with each client that comes in."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._fresh: list[JournalEvent] = []
        self._unseen: dict[str, tuple[int, Collection[str]]] = {}

    def published(self, events: Sequence[JournalEvent]) -> None:
        self._fresh += [event for event in events if event.kind == OPENED]
        if self._unseen:
            for event in events:
                if event.kind == CLOSED and event.incident_id is not None:
                    self._unseen.pop(event.incident_id, None)

    def take(self) -> list[int]:
        """The seqs of those published since the last call that went to a console; the others wait for one to join."""
        if not self._fresh:
            return []
        fresh, self._fresh = self._fresh, []
        if self._groups.has(EVERY_OPERATOR):
            return [event.seq for event in fresh]
        shown = []
        for event in fresh:
            if any(key.startswith(OPERATORS) and self._groups.has(key) for key in event.routes):
                shown.append(event.seq)
            else:
                self.expect(event.incident_id or "", event.seq, event.routes)
        return shown

    def expect(self, incident_id: str, seq: int, selectors: Collection[str]) -> None:
        """No console has been sent this one yet; `selectors` are those whose holders may see it."""
        self._unseen[incident_id] = (seq, selectors)
        if len(self._unseen) > UNSEEN_MAX:
            del self._unseen[next(iter(self._unseen))]

    def joined(self, principal: Principal) -> list[int]:
        """The seqs of those that this client, who has just been sent all it may see, is the first console to get."""
        if not self._unseen or not principal.is_at_console:
            return []
        held = principal.selectors()
        shown = {one: seq for one, (seq, selectors) in self._unseen.items() if not held.isdisjoint(selectors)}
        for incident_id in shown:
            del self._unseen[incident_id]
        return list(shown.values())

    def forget(self) -> None:
        """Another history."""
        self._fresh.clear()
        self._unseen.clear()
