"""When somebody will be there: a guess from the straight distance, and said to be one wherever it is shown."""

from typing import Final

from dispatch.policy import Rules

# Streets against the straight line: our own guess until real drives are measured.
_DETOUR: Final = 1.33


def eta_s(distance_m: float, rules: Rules) -> int:
    """`rules` are those of the incident: who is sent to a fire does not drive like who is sent to a theft."""
    return round(distance_m * _DETOUR / (rules.speed_kmh / 3.6))
