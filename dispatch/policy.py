"""The numbers that dispatch decides by."""

from dataclasses import dataclass

from dispatch.incident import Kind

# The more dangerous to life within minutes, the sooner an incident gets the next free officer.
URGENCY = {
    Kind.VIOLENCE: 0,
    Kind.FIRE: 1,
    Kind.MEDICAL: 1,
    Kind.CRIME: 2,
    Kind.EMERGENCY: 2,
    Kind.DISASTER: 3,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """`officers_per_step` are asked at once; `round_s` is the pause before those who were asked are asked again.

    `retry_s` is when an incident that nobody is asked about is looked at again: an officer may be near by then.
    `max_open_offers` bounds what one officer may be asked at a time, `position_age_s` is when a position is old.
    """

    officers_per_step: int = 3
    offer_timeout_s: float = 30.0
    round_s: float = 60.0
    retry_s: float = 10.0
    max_open_offers: int = 3
    position_age_s: float = 600.0
    last_known_position_s: float = 1800.0
