"""The mark in the data folder: how far the journal was when this process last looked.

A journal that is behind its mark was restored from a backup; see `panic_server.journal.heads.make_head`.
"""

from pathlib import Path
from typing import Final

import msgspec

from panic_server.logs import Spell


class Mark(msgspec.Struct, frozen=True):
    epoch: str
    seq: int


STRANGER: Final = ("", 0)
"""The mark of a folder without one, whose own journal is not trusted to be as far as its clients are."""


def last_mark(data_dir: Path, *, is_alone: bool) -> tuple[str, int] | None:
    """What to hold the journal against at the start.

    A server that `is_alone` has its database and its mark beside each other: a journal without a mark came from a
    backup, on another machine perhaps, and clients may have seen more. A further node on a shared database has no mark
    yet, which says nothing.
    """
    mark = read_mark(data_dir)
    return STRANGER if mark is None and is_alone else mark


def read_mark(data_dir: Path) -> tuple[str, int] | None:
    """None when there is none yet, or it cannot be read: then nothing is known, and nothing is concluded."""
    try:
        mark = msgspec.json.decode((data_dir / "head.json").read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None
    return mark.epoch, mark.seq


def write_mark(data_dir: Path, epoch: str, seq: int) -> None:
    """Replaces the old one whole. Raises OSError."""
    fresh = data_dir / "head.json.new"
    fresh.write_bytes(msgspec.json.encode(Mark(epoch, seq)))
    fresh.replace(data_dir / "head.json")


class MarkKeeper:
    """Keeps the mark of a running server; a folder that cannot be written to is said once in the log."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._kept = ("", 0)
        self._spell = Spell("mark.not_written", over="mark.written_again")

    def keep(self, head: tuple[str, int]) -> None:
        if head == self._kept or not head[0]:
            return
        try:
            write_mark(self._data_dir, *head)
        except OSError as error:
            self._spell.goes_on(error.strerror or type(error).__name__)
        else:
            self._kept = head
            self._spell.is_over()
