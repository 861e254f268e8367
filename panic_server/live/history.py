"""The last events, in memory: what clients resume from, and what each reader may see of them."""

from collections import deque
from collections.abc import Iterable
from functools import cache
from itertools import islice

from panic_server.journal.port import VARIANTS, JournalEvent
from panic_server.live import frames
from panic_server.live.frames import Frame
from panic_server.live.session import HISTORY_MAX

# Twice the longest resume, so that nobody who has begun one falls out at its end; bounded in bytes for large payloads.
EVENTS_KEPT = 2 * HISTORY_MAX
BYTES_KEPT = 16 * 1024 * 1024
# Ranges end at multiples of this, so that clients who come back at different places share all frames but the first.
CHUNK = 250
FRAMES_KEPT = 64
# What an event weighs beside its payloads: its two dictionaries and their keys, as measured with tracemalloc.
_EVENT_BYTES = 1000
_ROUTE_BYTES = 100


class NotKept(Exception):
    """The events asked for are older than the history."""


@cache
def rank(payload_key: str) -> int:
    """Of several payloads for one reader the one with the lowest rank is theirs. Keys are few: variants by views."""
    return VARIANTS.index(payload_key.partition(":")[0])


def payload_for(event: JournalEvent, selectors: frozenset[str]) -> str | None:
    """The JSON that a holder of `selectors` gets; None when it is not for them."""
    keys = [event.routes[selector] for selector in selectors if selector in event.routes]
    return event.payloads[min(keys, key=rank)] if keys else None


class History:
    """Events without a hole up to `head`. `oldest` is the first at hand, or head + 1."""

    def __init__(self, head: int, *, events_kept: int = EVENTS_KEPT, bytes_kept: int = BYTES_KEPT) -> None:
        self.head = head
        self._events: deque[JournalEvent] = deque()
        self._events_kept = events_kept
        self._bytes_kept = bytes_kept
        self._bytes = 0
        self._frames: dict[tuple[frozenset[str], int, int, int], Frame | None] = {}

    @property
    def oldest(self) -> int:
        return self.head + 1 - len(self._events)

    def append(self, events: Iterable[JournalEvent]) -> None:
        """Raises ValueError for an event that does not follow the head."""
        for event in events:
            if event.seq != self.head + 1:
                raise ValueError(f"event {event.seq} does not follow {self.head}")
            self.head = event.seq
            self._events.append(event)
            self._bytes += _weight(event)
        while len(self._events) > self._events_kept or self._bytes > self._bytes_kept:
            self._bytes -= _weight(self._events.popleft())

    def next_chunk(self, after: int) -> int:
        """Where the chunk that begins after `after` ends."""
        return min(self.head, (after // CHUNK + 1) * CHUNK)

    def frame(self, selectors: frozenset[str], *, position: int, after: int, to: int) -> Frame | None:
        """The events from `after` + 1 to `to` for a client at `position`, between which and `after` it may see none.

        None when it may see none of these either. Raises NotKept.
        """
        if after + 1 < self.oldest:
            raise NotKept(after + 1)
        key = (selectors, position, after, to)
        if key not in self._frames:
            if len(self._frames) >= FRAMES_KEPT:
                self._frames.clear()
            self._frames[key] = self._make(*key)
        return self._frames[key]

    def forget_frames(self) -> None:
        """They help while many come back at once, and only then."""
        self._frames.clear()

    def _make(self, selectors: frozenset[str], position: int, after: int, to: int) -> Frame | None:
        start = after + 1 - self.oldest
        chosen = (payload_for(event, selectors) for event in islice(self._events, start, start + to - after))
        payloads = [payload for payload in chosen if payload is not None]
        return frames.events(position + 1, to, payloads) if payloads else None


def _weight(event: JournalEvent) -> int:
    return sum(map(len, event.payloads.values())) + _ROUTE_BYTES * len(event.routes) + _EVENT_BYTES
