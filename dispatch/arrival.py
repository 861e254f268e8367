"""When somebody will be there: a guess from the straight distance, and said to be one wherever it is shown."""

from typing import Final

from dispatch.policy import Policy, Rules
from dispatch.units import Unit

# Streets against the straight line: our own guess until real drives are measured.
_DETOUR: Final = 1.33


def eta_s(distance_m: float, rules: Rules, *, unit: Unit | None, policy: Policy) -> int:
    """`rules` are those of the incident, by which those travel of whom nobody said how."""
    speed_kmh = rules.speed_kmh if unit is None else policy.unit_kmh[unit]
    return round(distance_m * _DETOUR / (speed_kmh / 3.6))
