"""The numbers that dispatch decides by. A policy is data: `policy_text.py` reads one from its file.

`Rules` are how an incident of one kind is dealt with; they hold for its whole life, by its kind and the time of day at
which it opened. What concerns officers whatever the incident stands in `Policy` itself. A new number gets a field here,
its bounds in `policy_text.py`, and a line with a comment in `panic_server/policy.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.incident import Incident, Kind
from dispatch.units import Unit


@dataclass(frozen=True, slots=True)
class Rules:
    """`officers_per_step` are asked at once, for `offer_timeout_s`, within a ring that each step makes wider.

    Without a receipt within `receipt_s` an offer counts as silence.
    `round_s` is the pause before those who were asked are asked again, from the first ring on. `retry_s` is when an
    incident that nobody is asked about is looked at again: an officer may be near by then. `claim_s` are the seconds
    without a claim after which the next level is told: the sector's supervisors, the city's, then all of them again. Of
    incidents that wait, the smallest `urgency` gets the next free officer. `places` are the officers who are to go, and
    `speed_kmh` is how fast those travel of whom nobody said how, for the time of arrival that is told.
    """

    urgency: int = 3
    places: int = 1
    officers_per_step: int = 3
    offer_timeout_s: float = 10.0
    receipt_s: float = 4.0
    rings_m: tuple[float, ...] = (1500.0, 3000.0, 6000.0, 12000.0)
    round_s: float = 60.0
    retry_s: float = 10.0
    claim_s: tuple[float, ...] = (10.0, 30.0, 120.0)
    speed_kmh: float = 27.0


@dataclass(frozen=True, slots=True)
class Hours:
    """Other rules for incidents that open between two times of day, in minutes after local midnight.

    The end is not included; an end before the beginning is one of the next day.
    """

    begins: int
    ends: int
    rules: Mapping[Kind, Rules]

    def hold_at(self, minute: int) -> bool:
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


# Kinds that people who see one and the same emergency may press. Violence is in none of them, on purpose.
JOIN_KINDS = (
    frozenset({Kind.EMERGENCY, Kind.FIRE, Kind.DISASTER}),
    frozenset({Kind.EMERGENCY, Kind.CRIME}),
    frozenset({Kind.EMERGENCY, Kind.MEDICAL}),
)

# In a city's traffic, over the way that they really go. Our own guesses, as long as no drives were measured.
UNIT_KMH: Mapping[Unit, float] = {
    Unit.FOOT: 5.0,
    Unit.BICYCLE: 12.0,
    Unit.MOTORCYCLE: 30.0,
    Unit.CAR: 25.0,
    Unit.AMBULANCE: 27.0,
    Unit.FIRE_ENGINE: 22.0,
    Unit.BOAT: 15.0,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """`version` names it in every incident that it decided.

    `max_open_offers` bounds what one officer may be asked at a time, `position_age_s` is when a position is old.
    An offer's push is repeated every `repeat_push_s` until it is answered or ends. Of `hours` that overlap the last one
    holds. `utc_offset_min` is the city's: WIB 420, WITA 480, WIT 540.

    Another phone's alarm joins an incident within `join_radius_m` of it and the inexactness of both fixes, at most
    `join_radius_max_m` (0: none ever joins), `join_window_s` after the last, of kinds in one group of `join_kinds`.
    A fix of unknown accuracy counts as one of `join_accuracy_m`. More than `flood_presses` of one phone in
    `flood_window_s` are a flood: taken, marked, and told to nobody new.
    From `doubtful_from` pranks and false alarms on a phone is labelled as doubtful, which changes nothing else.
    A press of the same phone within `reopen_s` of the end reopens what was resolved, and within `link_s` is linked.
    `unit_kmh` has every unit, and how fast it travels.
    Of `untold_kinds` the neighbourhood hears nothing, nor ever of violence. Who has not received the news after
    `news_receipt_s` counts as not reached. In quiet hours nobody is woken for `quiet_kinds`.
    """

    version: str = "built-in"
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
    repeat_push_s: float = 3.0
    unit_kmh: Mapping[Unit, float] = field(default_factory=lambda: dict(UNIT_KMH))
    usual: Rules = Rules()
    kinds: Mapping[Kind, Rules] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()

    def rules(self, kind: Kind, opened_at: datetime) -> Rules:
        """For an incident of this kind that opened then."""
        for hours in reversed(self.hours):
            if kind in hours.rules:
                local = opened_at + timedelta(minutes=self.utc_offset_min)
                if hours.hold_at(local.hour * 60 + local.minute):
                    return hours.rules[kind]
        return self.kinds.get(kind, self.usual)

    def rules_of(self, incident: Incident) -> Rules:
        return self.rules(incident.kind, incident.opened_at)
