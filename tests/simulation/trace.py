"""What was seen to happen, as plain values: all that the checker knows. Nothing here is read by the city itself."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

Record = dict[str, Any]


class Trace:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def note(self, what: str, **facts: Any) -> None:
        """`us` is the true time, `now` what the clock of the process said that did it."""
        facts["what"] = what
        self.records.append(facts)

    def digest(self) -> str:
        """The same for the same run, on whatever machine."""
        return hashlib.sha256(msgspec.json.encode(self.records)).hexdigest()


def plain(value: Any) -> Any:
    """Dataclasses as dicts, enums as text; times stay times."""
    return msgspec.to_builtins(value, builtin_types=(datetime,))
