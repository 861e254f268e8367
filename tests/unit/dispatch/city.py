"""A small city for dispatch: its people, its places, and a story that carries commands out as the writer does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from dispatch.commands import AcceptOffer, Command, LookAgain, PressAlarm
from dispatch.decide import decide
from dispatch.events import Event
from dispatch.evolve import evolve
from dispatch.facts import NO_FACTS, Candidate, Facts, Neighbour
from dispatch.incident import Alarm, Incident, Kind, Person
from dispatch.policy import Policy, Rules
from geo.areas import AreaRef
from geo.geofence import Place, Sure
from geo.position import Position

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def policy_with(**rules: Any) -> Policy:
    """The usual policy with other rules."""
    return Policy(usual=replace(Rules(), **rules))


# The stories' own numbers, in which phones need not say that an offer arrived and nobody claims: those are stories of
# their own in test_steps. What the shipped policy says is tested on its file.
POLICY = policy_with(offer_timeout_s=30.0, receipt_s=30.0, claim_s=())
INCIDENT_ID = "123e4567-e89b-42d3-a456-426614174000"

NEAR, SECOND, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH = (
    Person(f"officer-{number}", f"Officer {number}") for number in range(1, 8)
)
OPERATOR = Person("operator-1", "Dewi")
OTHER_OPERATOR = Person("operator-2", "Agus")

RT_1, RT_2, RT_3 = (AreaRef(f"RT{number}", f"RT 00{number}") for number in range(1, 4))
SECTOR = AreaRef("POLSEK", "Polsek Utara")
HEAD_1 = Neighbour(Person("head-1", "Pak Slamet"), RT_1)
HEAD_2 = Neighbour(Person("head-2", "Bu Sri"), RT_2)
RW_HEAD = Neighbour(Person("rw-head", "Pak Harto"), AreaRef("RW1", "RW 001"))
COMMUNITY_OFFICER = Neighbour(Person("community-officer", "Aiptu Joko"), AreaRef("V1", "Kelurahan Miroto"))


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def fix(lat: float = -6.98, *, at: datetime | None = NOON) -> Position:
    return Position(lat, 110.42, 12.0, at)


def place_in(
    rt: AreaRef | None = RT_1,
    *,
    candidates: tuple[AreaRef, ...] | None = None,
    truncated: bool = False,
    sectors: tuple[AreaRef, ...] = (SECTOR,),
) -> Place:
    if candidates is None:
        candidates = (rt,) if rt else ()
    sure = Sure.INSIDE if rt else Sure.UNLOCATED
    return Place(sure, rt, None, None, None, None, candidates, truncated, sectors, None, (), 1)


def alarm(number: int = 1, **changes: Any) -> Alarm:
    """An emergency in RT 1 with a good fix, unless `changes` say otherwise."""
    usual = Alarm(
        id=f"00000000-0000-4000-8000-{number:012d}",
        device="resident-1",
        kind=Kind.EMERGENCY,
        position=fix(),
        origin=fix(),
        place=place_in(),
        pressed_at=NOON,
        sent_at=NOON,
        silent=False,
        drill=False,
        flags=(),
    )
    return structs.replace(usual, **changes)


def unlocated_alarm(number: int = 1) -> Alarm:
    return alarm(number, position=None, origin=None, place=place_in(None, sectors=()))


def candidates(*officers: Person) -> tuple[Candidate, ...]:
    """The first is the nearest."""
    return tuple(Candidate(officer, 100.0 * number, True, False) for number, officer in enumerate(officers, start=1))


def around(*officers: Person, neighbours: tuple[Neighbour, ...] = ()) -> Facts:
    return Facts(candidates=candidates(*officers), neighbours=neighbours)


class Story:
    """One incident over time: every command is decided on the newest state, and its events are carried out."""

    def __init__(self, first: Alarm | None = None, facts: Facts = NO_FACTS, *, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.events: list[Event] = []
        self.states: list[Incident] = []
        self.happens(PressAlarm(first or alarm(), INCIDENT_ID), facts)

    @property
    def incident(self) -> Incident:
        return self.states[-1]

    def happens(self, command: Command, facts: Facts = NO_FACTS, *, at: float = 0.0) -> list[Event]:
        """`at` is in seconds since the first press."""
        before = self.states[-1] if self.states else None
        events = decide(before, command, facts, now=after(at), policy=self.policy)
        for event in events:
            before = evolve(before, event)
            self.states.append(before)
        self.events += events
        return events

    def looks(self, *officers: Person, at: float) -> list[Event]:
        return self.happens(LookAgain(), around(*officers), at=at)

    def accepts(self, officer: Person, *, at: float = 1.0, facts: Facts = NO_FACTS) -> list[Event]:
        return self.happens(AcceptOffer(self.offer_to(officer), officer.id), facts, at=at)

    def presses_again(self, second: Alarm, facts: Facts = NO_FACTS, *, at: float = 5.0) -> list[Event]:
        return self.happens(PressAlarm(second, INCIDENT_ID), facts, at=at)

    def offer_to(self, officer: Person) -> str:
        """The id of the officer's newest offer, whether or not the incident still remembers it."""
        made = (offer for state in reversed(self.states) for offer in reversed(state.offers))
        return next(offer.id for offer in made if offer.officer == officer)

    def asked_now(self) -> list[Person]:
        return [offer.officer for offer in self.incident.open_offers()]
