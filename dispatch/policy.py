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


# Kinds that people who see one and the same emergency may press. Violence is in none of them, on purpose.
JOIN_KINDS = (
    frozenset({Kind.EMERGENCY, Kind.FIRE, Kind.DISASTER}),
    frozenset({Kind.EMERGENCY, Kind.CRIME}),
    frozenset({Kind.EMERGENCY, Kind.MEDICAL}),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """`officers_per_step` are asked at once; `round_s` is the pause before those who were asked are asked again.

    `retry_s` is when an incident that nobody is asked about is looked at again: an officer may be near by then.
    `max_open_offers` bounds what one officer may be asked at a time, `position_age_s` is when a position is old.

    Another phone's alarm joins an incident within `join_radius_m` of it and the inexactness of both fixes, at most
    `join_radius_max_m` (0: none ever joins), `join_window_s` after the last, of kinds in one group of `join_kinds`.
    A fix of unknown accuracy counts as one of `join_accuracy_m`. More than `flood_presses` of one phone in
    `flood_window_s` are a flood: taken, marked, and told to nobody new.
    From `doubtful_from` pranks and false alarms on a phone is labelled as doubtful, which changes nothing else.
    A press of the same phone within `reopen_s` of the end reopens what was resolved, and within `link_s` is linked.
    Of `untold_kinds` the neighbourhood hears nothing, nor ever of violence. Who has not received the news after
    `news_receipt_s` counts as not reached. In quiet hours nobody is woken for `quiet_kinds`.
    """

    officers_per_step: int = 3
    offer_timeout_s: float = 30.0
    round_s: float = 60.0
    retry_s: float = 10.0
    max_open_offers: int = 3
    position_age_s: float = 600.0
    last_known_position_s: float = 1800.0
    join_radius_m: float = 60.0
    join_radius_max_m: float = 200.0
    join_accuracy_m: float = 30.0
    join_window_s: float = 600.0
    join_kinds: tuple[frozenset[Kind], ...] = JOIN_KINDS
    flood_presses: int = 10
    flood_window_s: float = 60.0
    doubtful_from: int = 2
    reopen_s: float = 600.0
    link_s: float = 86_400.0
    # The neighbourhood. Minutes count from midnight of the city's own time, UTC plus the offset.
    news_receipt_s: float = 30.0
    untold_kinds: tuple[Kind, ...] = ()
    quiet_kinds: tuple[Kind, ...] = (Kind.MEDICAL,)
    quiet_from_min: int = 22 * 60
    quiet_to_min: int = 5 * 60
    utc_offset_min: int = 7 * 60
