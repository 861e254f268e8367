"""The mark in the data folder: how far the journal was when this process last looked.

A journal that is behind its mark was restored from a backup; see `panic_server.journal.heads.make_head`.
"""

from pathlib import Path

import msgspec


class Mark(msgspec.Struct, frozen=True):
    epoch: str
    seq: int


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
