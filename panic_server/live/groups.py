"""Clients who may see the same, so that what they are sent is put together once."""

from collections.abc import Iterable, Iterator

from panic_server.journal.port import JournalEvent
from panic_server.live import frames
from panic_server.live.client import Client
from panic_server.live.frames import Frame
from panic_server.live.history import rank
from panic_server.live.session import CloseCode, RangeBroken


class Group:
    """Clients with the same selectors, and what they have not been sent yet."""

    __slots__ = ("_pending", "clients", "selectors")

    def __init__(self, selectors: frozenset[str]) -> None:
        self.selectors = selectors
        self.clients: set[Client] = set()
        self._pending: list[tuple[int, str, str]] = []

    def add(self, seq: int, key: str, payload: str) -> bool:
        """Of several payloads of one event the first by rank stays. True when nothing was pending before."""
        pending = self._pending
        if pending and pending[-1][0] == seq:
            if rank(key) < rank(pending[-1][1]):
                pending[-1] = (seq, key, payload)
            return False
        pending.append((seq, key, payload))
        return len(pending) == 1

    def send(self, to: int) -> None:
        """One frame for all; who came at another place since the last one gets a frame from there."""
        pending, self._pending = self._pending, []
        made: dict[int, Frame | None] = {}
        for client in tuple(self.clients):
            position = client.session.position
            if position not in made:
                payloads = [payload for seq, _, payload in pending if seq > position]
                made[position] = frames.events(position + 1, to, payloads) if payloads else None
            frame = made[position]
            if frame is None:
                continue
            try:
                client.session.advance(position + 1, to)
            except RangeBroken:
                # One client's fault must not cost the others this event; it comes back and resumes.
                client.close(CloseCode.INTERNAL)
            else:
                client.push(frame)


class Groups:
    """Finds for an event the groups that may see it, without looking at the others."""

    def __init__(self) -> None:
        self._by_selectors: dict[frozenset[str], Group] = {}
        self._by_selector: dict[str, list[Group]] = {}
        self._dirty: list[Group] = []

    def has(self, selector: str) -> bool:
        """Somebody who holds it is connected."""
        return selector in self._by_selector

    def join(self, client: Client, selectors: frozenset[str]) -> None:
        group = self._by_selectors.get(selectors)
        if group is None:
            group = self._by_selectors[selectors] = Group(selectors)
            for selector in selectors:
                self._by_selector.setdefault(selector, []).append(group)
        group.clients.add(client)

    def leave(self, client: Client, selectors: frozenset[str]) -> None:
        group = self._by_selectors.get(selectors)
        if group is None:
            return
        group.clients.discard(client)
        if not group.clients:
            del self._by_selectors[selectors]
            for selector in selectors:
                groups = self._by_selector[selector]
                groups.remove(group)
                if not groups:
                    del self._by_selector[selector]

    def distribute(self, events: Iterable[JournalEvent]) -> None:
        by_selector = self._by_selector
        for event in events:
            for selector, key in event.routes.items():
                for group in by_selector.get(selector, ()):
                    if group.add(event.seq, key, event.payloads[key]):
                        self._dirty.append(group)

    def take_dirty(self) -> Iterator[Group]:
        dirty, self._dirty = self._dirty, []
        return iter(dirty)
