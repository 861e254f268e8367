"""Frames with officers' positions: for consoles only, newest wins, each written once for all who see the same."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from panic_server.live import frames
from panic_server.live.client import Client
from panic_server.live.frames import Frame
from panic_server.wire.shapes import Officer

Areas = tuple[str, ...]


class Board(Protocol):
    """What the duty board tells."""

    @property
    def revision(self) -> int:
        """Grows with every change."""

    def officers(self) -> Sequence[Officer]:
        """All who are on duty, and what they do."""

    def changed_since(self, revision: int) -> tuple[int, Sequence[Officer]]:
        """The present revision, and every officer who changed after the given one, also who went off duty."""


NOBODY = frames.officers(full=True, changed=())
"""What everybody but a console gets: officers and representatives do not see where officers are."""


class OfficerFrames:
    """Each console knows the board up to its own revision; those at the same one share their frames."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._full: dict[Areas, Frame] = {}
        self._full_revision = -1

    def full_for(self, client: Client) -> Frame:
        """The frame that follows a welcome."""
        if not client.is_console or client.principal is None:
            return NOBODY
        revision = self._board.revision
        if revision != self._full_revision:
            self._full.clear()
            self._full_revision = revision
        areas = client.principal.areas
        if areas not in self._full:
            self._full[areas] = frames.officers(full=True, changed=_seen_by(areas, self._board.officers()))
        client.officers_revision = revision
        return self._full[areas]

    def send(self, clients: Iterable[Client]) -> None:
        """What changed since each was told last. Who is behind with reading gets nothing now, and the sum later."""
        made: dict[tuple[Areas, int], tuple[int, Frame | None]] = {}
        for client in clients:
            since = client.officers_revision
            if since is None or client.principal is None or client.is_behind:
                continue
            key = client.principal.areas, since
            if key not in made:
                made[key] = self._changes(*key)
            client.officers_revision, frame = made[key]
            if frame is not None:
                client.push(frame)

    def _changes(self, areas: Areas, since: int) -> tuple[int, Frame | None]:
        revision, changed = self._board.changed_since(since)
        seen = _seen_by(areas, changed)
        return revision, frames.officers(full=False, changed=seen) if seen else None


def _seen_by(areas: Areas, officers: Sequence[Officer]) -> Sequence[Officer]:
    """An operator of some sectors sees their officers, and those who belong to no sector."""
    if not areas:
        return officers
    mine = frozenset(areas)
    return [officer for officer in officers if not officer.sectors or not mine.isdisjoint(officer.sectors)]
