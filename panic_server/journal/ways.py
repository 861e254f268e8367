"""The way that an alarm came to the incident where it is: `/id/~id/`, the incidents that it was in before.

It left one with a `~` when operators split it off, and any other when that one was merged into the next.
"""

from collections.abc import Sequence
from typing import Final

_SPLIT: Final = "~"


def way_by_merge(way: str | None, left: str) -> str:
    return f"{way or '/'}{left}/"


def way_by_split(way: str | None, left: str) -> str:
    """What it was merged with before is not forgotten: merged back, it still belongs to that."""
    return f"{way or '/'}{_SPLIT}{left}/"


def came_by(way: str | None, now_in: str, *, merged: str, into: str) -> bool:
    """Whether this merge brought it here, however long ago."""
    return _last(_stops(way, now_in), merged, into) is not None


def way_before(way: str | None, now_in: str, *, merged: str, into: str) -> str | None:
    """The way as it was before that merge."""
    stops = _stops(way, now_in)
    before = stops[: _last(stops, merged, into)]
    return f"/{'/'.join(before)}/" if before else None


def came_through(way: str | None) -> Sequence[str]:
    """All that it was in before."""
    return [_id(stop) for stop in (way or "").split("/") if stop]


def _stops(way: str | None, now_in: str) -> Sequence[str]:
    return [*filter(None, (way or "").split("/")), now_in]


def _last(stops: Sequence[str], merged: str, into: str) -> int | None:
    merges = [number for number, left in enumerate(stops[:-1]) if left == merged and _id(stops[number + 1]) == into]
    return merges[-1] if merges else None


def _id(stop: str) -> str:
    return stop.removeprefix(_SPLIT)
