"""What somebody, or time, asks of one incident."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.incident import Alarm, AssignmentStatus, Disposition, Person, PinMeaning
from dispatch.merging import LetGo, MergeInto, Return, SplitOff, TakeIn
from geo.position import Position


@dataclass(frozen=True, slots=True)
class PressAlarm:
    """The button was pressed. `incident_id` is used if the alarm opens an incident of its own, linked to the other."""

    alarm: Alarm
    incident_id: str
    linked_to: str | None = None


@dataclass(frozen=True, slots=True)
class RepeatAlarm:
    """The same alarm id came again with another body; the first answer stands and the difference is kept."""

    alarm: Alarm


@dataclass(frozen=True, slots=True)
class ReceiveOffer:
    offer_id: str
    officer_id: str


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    offer_id: str
    officer_id: str


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    offer_id: str
    officer_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawOfficer:
    """The officer is no longer to be asked: off duty, or accepted somewhere else."""

    officer_id: str


@dataclass(frozen=True, slots=True)
class LeaveExercise:
    """The officer goes to an emergency: an exercise keeps nobody."""

    officer_id: str


@dataclass(frozen=True, slots=True)
class ChangeAssignment:
    """`correction` says that a step was reported by mistake; `reported_at` is the officer's phone's own time."""

    assignment_id: str
    officer_id: str
    status: AssignmentStatus
    correction: bool = False
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancelAlarm:
    """A PIN was entered for one's own alarm. The phone's PINs are those of `pins_set_at`, and came in place of others
    when `pins_replaced`.
    """

    alarm_id: str
    device: str
    pin: PinMeaning
    pins_set_at: datetime | None = None
    pins_replaced: bool = False


@dataclass(frozen=True, slots=True)
class MoveAlarm:
    """Where the phone of an alarm was: in any order, and some perhaps for the second time. Each position has a time."""

    alarm_id: str
    device: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class ReceiveNews:
    """A representative's phone got the neighbourhood's news."""

    person_id: str


@dataclass(frozen=True, slots=True)
class AnswerNews:
    """A representative says whether they come."""

    person_id: str
    coming: bool


@dataclass(frozen=True, slots=True)
class SharePlace:
    """The command center lets the neighbourhood know the exact place, or takes that back."""

    operator: Person
    shared: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    operator: Person


@dataclass(frozen=True, slots=True)
class Release:
    operator: Person


@dataclass(frozen=True, slots=True)
class AddNote:
    operator: Person
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    operator: Person
    disposition: Disposition
    note: str | None


@dataclass(frozen=True, slots=True)
class Reopen:
    operator: Person
    reason: str | None


@dataclass(frozen=True, slots=True)
class OfferTo:
    """To an officer whom the operator chose. With `instead_of`, the id of an offer or assignment, that one is over."""

    operator: Person
    officer_id: str
    reason: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An open offer, or an assignment, by its id."""

    operator: Person
    offer_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangePlaces:
    """So many officers are to go altogether."""

    operator: Person
    places: int
    reason: str


@dataclass(frozen=True, slots=True)
class StopEscalation:
    operator: Person
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeEscalation:
    operator: Person
    reason: str


Override = OfferTo | Withdraw | ChangePlaces | StopEscalation | ResumeEscalation


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A deadline passed, or an officer became free."""


Command = (
    PressAlarm
    | RepeatAlarm
    | ReceiveOffer
    | AcceptOffer
    | DeclineOffer
    | WithdrawOfficer
    | LeaveExercise
    | ChangeAssignment
    | CancelAlarm
    | MoveAlarm
    | ReceiveNews
    | AnswerNews
    | SharePlace
    | Claim
    | Release
    | AddNote
    | Close
    | Reopen
    | OfferTo
    | Withdraw
    | ChangePlaces
    | StopEscalation
    | ResumeEscalation
    | LookAgain
    | MergeInto
    | TakeIn
    | SplitOff
    | Return
    | LetGo
)
