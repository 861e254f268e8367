"""What the fake does to a device: a sequence of steps such as `500,429:3,ok`, whose last step stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_STEP = re.compile(
    r"(?P<word>ok|slow|429|500|503|401|UNREGISTERED|SENDER_ID_MISMATCH|INVALID_ARGUMENT|hang|reset)(:(?P<number>\d+(\.\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One answer. `number` is milliseconds for slow and the Retry-After in seconds for 429 and 503."""

    word: str
    number: float | None = None


OK = Step("ok")


def parse_script(text: str) -> list[Step]:
    """Raises ValueError on a word that the fake does not know."""
    return [_parse_step(part.strip()) for part in text.split(",")]


def _parse_step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if found is None:
        raise ValueError(f"not a step of a script: {text!r}")
    number = found["number"]
    return Step(found["word"], float(number) if number else None)


@dataclass(slots=True)
class Scripts:
    """The scripts of all devices; `*` is for those without one of their own."""

    _of: dict[str, list[Step]] = field(default_factory=dict)

    def set(self, device: str, text: str) -> None:
        self._of[device] = parse_script(text)

    def clear(self) -> None:
        self._of.clear()

    def next_step(self, device: str) -> Step:
        """Takes one step; the last one of a script is repeated for ever."""
        steps = self._of.get(device) or self._of.get("*")
        if not steps:
            return OK
        return steps.pop(0) if len(steps) > 1 else steps[0]
