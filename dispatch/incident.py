"""What is worked: the incident and its parts, as immutable values.

The state stays small (`Incident` encodes to at most 8 KB): counters and the last few of everything. What an incident
gathers over time, its alarms, offers and timeline, has rows of its own in the journal.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zlib import crc32

from msgspec import Struct

from geo.areas import AreaRef
from geo.geofence import Place
from geo.position import Position

# With these the fullest incident, its names of 40 and ids of 36 characters, stays under 8 KB; a test measures it.
ENDED_OFFERS_KEPT = 3
# Offers whose phones stay silent still stand while the next are asked; beyond this many the oldest of them end. Two
# steps of three fit: where each push takes longer than a receipt has time, those asked first may still answer.
OPEN_OFFERS_MAX = 6
# Beside many open offers fewer ended ones stay.
OFFERS_KEPT = 6
# Where every phone is silent three more are asked each four seconds: whoever was asked before these has waited for most
# of the policy's round of a minute, and may be asked again. With fewer the same near ones would be asked over and over,
# and nobody behind them.
ASKED_KEPT = 40
# Of those that are over; the open ones are kept all.
ASSIGNMENTS_KEPT = 2
PLACES_MAX = 6
TOLD_KEPT = 8
# Eight RT, and of those that stay silent the RW and the villages above.
NEIGHBOURHOOD_KEPT = 12
FLAGS_KEPT = 14

FLOOD = "flood"
"""The flag of an alarm whose phone has pressed again and again within a short time."""


_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"


def asked_mark(officer_id: str) -> str:
    """Stands for an officer in `Incident.asked`, in three letters: that many fit into the bounded state.

    One officer in five thousand shares the mark of somebody who was asked, and is passed over in their favour.
    """
    number = crc32(officer_id.encode())
    return "".join(_DIGITS[number >> shift & 63] for shift in (0, 6, 12))


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """Hashed as the text that it equals: an enum's own hash is worked out in Python, at every look into a dict."""

    __hash__ = str.__hash__

    EMERGENCY = "emergency"
    CRIME = "crime"
    VIOLENCE = "violence"
    MEDICAL = "medical"
    FIRE = "fire"
    DISASTER = "disaster"


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Stage(StrEnum):
    RECEIVED = "received"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ON_SCENE = "on_scene"
    CANCELLED_BY_RESIDENT = "cancelled_by_resident"
    CLOSED = "closed"


class OfferStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class AssignmentStatus(StrEnum):
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEAR = "clear"


class PinMeaning(StrEnum):
    """What the PIN says that was entered for a cancel."""

    RIGHT = "right"
    DURESS = "duress"
    WRONG = "wrong"


class Disposition(StrEnum):
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    PRANK = "prank"
    TEST = "test"
    DUPLICATE = "duplicate"
    UNFOUNDED = "unfounded"


class Person(Struct, frozen=True, gc=False):
    id: str
    name: str


class Alarm(Struct, frozen=True, gc=False):
    """One press of the button. `device` is the subject of the token that sent it.

    `origin` is where officers are looked for: the position, or the phone's last known one.
    """

    id: str
    device: str
    kind: Kind
    position: Position | None
    origin: Position | None
    place: Place
    pressed_at: datetime | None
    sent_at: datetime | None
    silent: bool
    drill: bool
    flags: tuple[str, ...]


class Offer(Struct, frozen=True, gc=False):
    """An officer was asked. `distance_m`, `own_sector`, `position_stale`, `position_age_s` and `load` say why this one.

    `load` are the open offers that the officer held elsewhere. A silent offer is one whose receipt is late: it still
    stands, and counts as nothing.
    """

    id: str
    officer: Person
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime
    received_at: datetime | None
    distance_m: float | None
    own_sector: bool
    position_stale: bool
    position_age_s: float | None = None
    load: int = 0
    is_silent: bool = False

    @property
    def is_open(self) -> bool:
        return self.status is OfferStatus.OPEN


class Assignment(Struct, frozen=True, gc=False):
    """An officer said yes. Its id is that of the offer it came from. `in_secret`: while the incident looked cancelled,
    so that phone and RT know nothing of it.
    """

    id: str
    officer: Person
    status: AssignmentStatus
    accepted_at: datetime
    changed_at: datetime
    arrived_at: datetime | None
    reported_at: datetime | None = None
    in_secret: bool = False

    @property
    def is_open(self) -> bool:
        return self.status is not AssignmentStatus.CLEAR


class Told(Struct, frozen=True, gc=False):
    """A representative who was told, for the RT, RW or village they answer for, and whether they come."""

    person: Person
    area: AreaRef
    told_at: datetime
    received_at: datetime | None
    coming: bool | None = None


class Standing(Struct, frozen=True, gc=False):
    """How many of a phone's earlier incidents ended so."""

    genuine: int
    false_alarms: int
    pranks: int


class Cancellation(Struct, frozen=True, gc=False):
    """The resident has cancelled, as far as the phone and the RT can tell; `version` is the incident's by it."""

    at: datetime
    version: int


class Incident(Struct, frozen=True, gc=False):
    """`origin` is where officers are looked for: the position, or the phone's last known one.

    `neighbourhood` has the areas whose representatives may see the incident, with its exact place when
    `place_shared`; nobody there is to be woken when `quiet`. `told` has the last of `told_count` people; at
    `news_looked_at` it was last looked who of them had not received the news. `asked` has the marks of the officers
    asked in this round, the last of them at `round_at`. `offers` has the ended ones first, as they ended, the last at
    `offer_ended_at`. `device` is the phone that opened it, `phone_count` how many have pressed for it, the last at
    `last_alarm_at`. `standing` is that of its phone when it opened, None for one that nothing is known of.
    With `duress` it goes on whatever `cancelled` says; `unseen` counts the versions of while it looked cancelled, of
    which the RT knows nothing. `former_sectors` were in charge before the phone moved.
    `linked_to` is the phone's incident before this one, `late_s` how long its first alarm had waited in the phone.

    `policy` is the version that decided last who is asked. `places` are the officers wanted, of whom `finished` have
    been there and are forgotten. `step` is the ring that is asked in since `step_at`; `level` how many supervisors'
    levels were told since `unclaimed_since`, the last of them with `supervisors_told` people. The console sounds since
    `nobody_left_at`, until an operator acts; they last did so at `quieted_at`.
    """

    id: str
    version: int
    device: str
    kind: Kind
    silent: bool
    drill: bool
    position: Position | None
    origin: Position | None
    place: Place
    flags: tuple[str, ...]
    opened_at: datetime
    alarm_count: int
    offers_made: int
    asked: tuple[str, ...]
    round_at: datetime
    offers: tuple[Offer, ...]
    assignments: tuple[Assignment, ...]
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    claimed_by: Person | None
    disposition: Disposition | None
    status: Status
    offer_ended_at: datetime | None = None
    phone_count: int = 1
    last_alarm_at: datetime | None = None
    standing: Standing | None = None
    told_count: int = 0
    news_looked_at: datetime | None = None
    quiet: bool = False
    place_shared: bool = False
    cancelled: Cancellation | None = None
    duress: bool = False
    unseen: int = 0
    former_sectors: tuple[AreaRef, ...] = ()
    merged_into: str | None = None
    closed_at: datetime | None = None
    linked_to: str | None = None
    late_s: int | None = None
    policy: str = ""
    places: int = 1
    finished: int = 0
    step: int = 0
    step_at: datetime = LONG_AGO
    is_stopped: bool = False
    level: int = 0
    supervisors_told: int = 0
    unclaimed_since: datetime | None = None
    nobody_left_at: datetime | None = None
    quieted_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status is Status.OPEN

    @property
    def is_cancelled(self) -> bool:
        """By the resident, of their own free will as far as anybody knows: it waits for an operator to close it."""
        return self.cancelled is not None and not self.duress

    @property
    def is_answered(self) -> bool:
        """Somebody is on the way or has been there. An officer who turned back before arriving leaves it unanswered."""
        return any(assignment.is_open or assignment.arrived_at for assignment in self.assignments)

    @property
    def filled(self) -> int:
        """How many places somebody goes to, or has been to."""
        return self.finished + sum(1 for one in self.assignments if one.is_open or one.arrived_at)

    @property
    def is_filled(self) -> bool:
        return self.filled >= self.places

    @property
    def stage(self) -> Stage:
        if not self.is_open:
            return Stage.CLOSED
        if self.is_cancelled:
            return Stage.CANCELLED_BY_RESIDENT
        if any(assignment.arrived_at for assignment in self.assignments):
            return Stage.ON_SCENE
        if self.is_answered:
            return Stage.ACCEPTED
        return Stage.OFFERED if any(offer.is_open for offer in self.offers) else Stage.RECEIVED

    def open_offers(self) -> Iterator[Offer]:
        return (offer for offer in self.offers if offer.is_open)

    def alive_offers(self) -> Iterator[Offer]:
        """Open, and not of a phone that stays silent."""
        return (offer for offer in self.offers if offer.is_open and not offer.is_silent)

    def offer(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.id == offer_id), None)

    def open_assignments(self) -> Iterator[Assignment]:
        return (assignment for assignment in self.assignments if assignment.is_open)

    def seen_assignments(self) -> Iterator[Assignment]:
        """Of the open ones those that the phone and the RT may know of."""
        return (assignment for assignment in self.open_assignments() if not assignment.in_secret)

    def assignment(self, assignment_id: str) -> Assignment | None:
        return next((a for a in self.assignments if a.id == assignment_id), None)
