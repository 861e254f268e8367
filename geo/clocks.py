"""A phone's clock that was set back, told from positions that the phone had kept: by how its reports come.

What comes late from a phone's memory comes faster than it was recorded, or by itself. A phone whose clock was set back
goes on reporting as it moves: each report is as far behind ours as the one before.
"""

from collections.abc import Sequence
from typing import Final

REPORTS: Final = 3
"""So many must be equally far behind. Two may be by chance; with one each few seconds three have come soon."""

SPAN_S: Final = 8.0
"""And come over so long: kept positions that are sent all at once are no witnesses."""

TOLERANCE_S: Final = 3.0
"""What a mobile network adds to one report and not to another, and less than a clock that is wrong."""

KEPT: Final = 8
"""Of a phone's last reports; positions that it had kept may come in between."""

Report = tuple[float, float]
"""When it came, and its newest position's time by the phone's clock; both in Unix seconds."""


def is_set_back(reports: Sequence[Report]) -> bool:
    """Whether the last of these reports, in the order they came, is new by all that the ones before it say."""
    if not reports:
        return False
    arrived, at = reports[-1]
    last = [*reports][-KEPT:]
    alike = [came for came, told in last if abs((arrived - at) - (came - told)) <= TOLERANCE_S]
    return len(alike) >= REPORTS and arrived - min(alike) >= SPAN_S
