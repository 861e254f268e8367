"""What became of a phone's earlier alarms. It orders and labels what operators see; nothing is decided by it."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from dispatch.incident import Disposition, Incident, Standing
from dispatch.policy import Policy


class Trust(StrEnum):
    UNKNOWN = "unknown"
    PROVEN = "proven"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a phone's incident counts for its standing: by one more, or one less when that is taken back."""

    device: str
    disposition: Disposition
    step: int

    @property
    def counts_as(self) -> str:
        """The field of a standing."""
        return _COUNTED[self.disposition]


NO_STANDING = Standing(genuine=0, false_alarms=0, pranks=0)


def ended(before: Incident | None, after: Incident) -> list[Ended]:
    """What this change of an incident means for the phone that opened it. Exercises count for nobody.

    Witnesses answer for nothing: they saw what somebody else had said.
    """
    old = before.disposition if before else None
    if old is after.disposition or after.drill:
        return []
    changes = [(old, -1), (after.disposition, 1)]
    return [Ended(after.device, one, step) for one, step in changes if one in _COUNTED]


def counted(standing: Standing, one: Ended) -> Standing:
    name = one.counts_as
    return replace(standing, **{name: max(0, getattr(standing, name) + one.step)})


def trust(standing: Standing, policy: Policy) -> Trust:
    """Doubtful only when most of what is known speaks against it."""
    against = standing.pranks + standing.false_alarms
    if against >= policy.doubtful_from and against > standing.genuine:
        return Trust.DOUBTFUL
    return Trust.PROVEN if standing.genuine > against else Trust.UNKNOWN


_COUNTED = {
    Disposition.RESOLVED: "genuine",
    Disposition.FALSE_ALARM: "false_alarms",
    Disposition.PRANK: "pranks",
}
