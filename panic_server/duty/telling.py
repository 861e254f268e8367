"""What the journal tells of officers while it is loaded again: it counts once all is told, and not a part before."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatch.incident import Assignment
from dispatch.units import Unit

Duty = tuple[str, tuple[str, ...], bool, Unit | None]
"""Name, sectors, whether they are on duty, and what they travel with."""

Engagement = tuple[int, Assignment | None, bool]
"""Open offers, where they go, and whether to an exercise only."""

FREE: Engagement = (0, None, False)


@dataclass(slots=True)
class Telling:
    duty: dict[str, Duty] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)

    def officers(self, known: Iterable[str]) -> list[str]:
        """All who were told of, behind those who are known."""
        return list(dict.fromkeys((*known, *self.duty, *self.engagements)))
