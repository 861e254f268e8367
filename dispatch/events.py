"""What happened to an incident. Each event is one line of its timeline and one live event; its facts never change."""

from datetime import datetime

from msgspec import Struct

from dispatch.incident import Alarm, AssignmentStatus, Disposition, Offer, Person, Standing, Told
from dispatch.merging import AlarmsSplitOff, IncidentLetGo, IncidentMerged, MergedInto, MergeUndone
from geo.areas import AreaRef
from geo.geofence import Place
from geo.position import Position


class IncidentOpened(Struct, frozen=True, gc=False):
    """One tap is one event: the place, the offers and who was told are inside. `quiet`: told without waking anybody.

    With `split_from` an operator took it, and so many alarms, out of another incident. `policy` is the version that
    decided.
    """

    incident_id: str
    alarm: Alarm
    offers: tuple[Offer, ...]
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    at: datetime
    standing: Standing | None = None
    quiet: bool = False
    split_from: str | None = None
    alarm_count: int = 1
    phone_count: int = 1
    linked_to: str | None = None
    policy: str = ""
    places: int = 1
    step: int = 0


class AlarmJoined(Struct, frozen=True, gc=False):
    """One more press for the incident, which it `reopens` if that was closed. `new_phone`: the first of its phone.

    `places` are the officers wanted now; None leaves them as they were.
    """

    alarm: Alarm
    offers: tuple[Offer, ...]
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    at: datetime
    new_phone: bool = False
    quiet: bool = False
    reopens: bool = False
    places: int | None = None


class AlarmUpdated(Struct, frozen=True, gc=False):
    """The first answer stands. If the incident had no position and this alarm has one, that is where it is now."""

    alarm: Alarm
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    at: datetime
    quiet: bool = False


class OffersMade(Struct, frozen=True, gc=False):
    """`new_round` means that everybody within reach had been asked and asking starts again; `step` is the ring."""

    offers: tuple[Offer, ...]
    new_round: bool
    at: datetime
    policy: str = ""
    step: int = 0


class OffersSilent(Struct, frozen=True, gc=False):
    """The phones have not said in time that the offers arrived."""

    offer_ids: tuple[str, ...]
    at: datetime


class NobodyLeft(Struct, frozen=True, gc=False):
    """Everybody within reach was asked, and nobody comes."""

    at: datetime


class SupervisorsTold(Struct, frozen=True, gc=False):
    """No operator claimed the incident in time. Level 1 are the sector's supervisors, 2 the city's, 3 and up both."""

    level: int
    people: tuple[Person, ...]
    at: datetime


class OfferReceived(Struct, frozen=True, gc=False):
    offer_id: str
    officer_id: str
    at: datetime


class OfferAccepted(Struct, frozen=True, gc=False):
    offer_id: str
    officer: Person
    withdrawn: tuple[str, ...]
    at: datetime


class OfferDeclined(Struct, frozen=True, gc=False):
    offer_id: str
    officer_id: str
    at: datetime
    reason: str | None = None


class OffersExpired(Struct, frozen=True, gc=False):
    offer_ids: tuple[str, ...]
    at: datetime


class OffersWithdrawn(Struct, frozen=True, gc=False):
    offer_ids: tuple[str, ...]
    at: datetime


class AssignmentChanged(Struct, frozen=True, gc=False):
    """`called_away`: out of an exercise, to an emergency."""

    assignment_id: str
    officer_id: str
    status: AssignmentStatus
    at: datetime
    correction: bool = False
    reported_at: datetime | None = None
    called_away: bool = False


class PinRefused(Struct, frozen=True, gc=False):
    """A cancel was tried with a wrong PIN, and told so. `wrong_pins` counts this phone's."""

    alarm_id: str
    device: str
    wrong_pins: int
    at: datetime


class CancelledByResident(Struct, frozen=True, gc=False):
    """`is_whole` is false where other phones have pressed as well: then it is this phone's alarm alone."""

    alarm_id: str
    device: str
    is_whole: bool
    withdrawn: tuple[str, ...]
    at: datetime


class CancelledUnderDuress(Struct, frozen=True, gc=False):
    """Looks to the phone and the RT as a cancel does. `because` is `duress_pin`, `wrong_pins`, or that the right PIN
    was set since the press: `pins_replaced`, `pins_first_set`.
    """

    alarm_id: str
    device: str
    is_whole: bool
    because: str
    at: datetime


class IncidentMoved(Struct, frozen=True, gc=False):
    """The phone is somewhere else now. `neighbourhood` and `told` are for an incident that had no place so far."""

    alarm_id: str
    device: str
    position: Position
    place: Place
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    at: datetime
    flags: tuple[str, ...] = ()


class SectorChanged(Struct, frozen=True, gc=False):
    """It moved, and another sector is in charge now; both are told."""

    alarm_id: str
    device: str
    position: Position
    place: Place
    neighbourhood: tuple[str, ...]
    told: tuple[Told, ...]
    at: datetime
    flags: tuple[str, ...] = ()


class RepresentativeReceived(Struct, frozen=True, gc=False):
    person_id: str
    at: datetime


class RepresentativeAnswered(Struct, frozen=True, gc=False):
    person_id: str
    coming: bool
    at: datetime


class NeighboursTold(Struct, frozen=True, gc=False):
    """Nobody in the areas `silent` received the news in time, so those above were told; none when nobody is left."""

    silent: tuple[AreaRef, ...]
    told: tuple[Told, ...]
    at: datetime


class PlaceShared(Struct, frozen=True, gc=False):
    """The neighbourhood may know the exact place from here on, or no longer."""

    operator: Person
    shared: bool
    reason: str | None
    at: datetime


class Claimed(Struct, frozen=True, gc=False):
    operator: Person
    at: datetime


class Released(Struct, frozen=True, gc=False):
    operator: Person
    at: datetime


class Noted(Struct, frozen=True, gc=False):
    operator: Person
    text: str
    at: datetime


class Reopened(Struct, frozen=True, gc=False):
    operator: Person
    reason: str | None
    at: datetime


class Closed(Struct, frozen=True, gc=False):
    """`all_clear` are the people of the neighbourhood who were told and now hear that it is over."""

    operator: Person
    disposition: Disposition
    note: str | None
    at: datetime
    all_clear: tuple[str, ...] = ()


class OfficerOffered(Struct, frozen=True, gc=False):
    """An operator chose an officer to ask. `places` are the officers wanted from now on."""

    offer: Offer
    operator: Person
    reason: str
    places: int
    at: datetime


class OfficerWithdrawn(Struct, frozen=True, gc=False):
    """An operator took an offer, or an assignment, back."""

    offer_id: str
    officer: Person
    operator: Person
    reason: str
    at: datetime


class PlacesChanged(Struct, frozen=True, gc=False):
    operator: Person
    places: int
    reason: str
    withdrawn: tuple[str, ...]
    at: datetime


class EscalationStopped(Struct, frozen=True, gc=False):
    operator: Person
    reason: str
    at: datetime


class EscalationResumed(Struct, frozen=True, gc=False):
    operator: Person
    reason: str
    at: datetime


OperatorsWork = (
    Claimed
    | Released
    | Noted
    | OfficerOffered
    | OfficerWithdrawn
    | PlacesChanged
    | EscalationStopped
    | EscalationResumed
)

Event = (
    IncidentOpened
    | AlarmJoined
    | AlarmUpdated
    | OffersMade
    | OffersSilent
    | NobodyLeft
    | SupervisorsTold
    | OfficerOffered
    | OfficerWithdrawn
    | PlacesChanged
    | EscalationStopped
    | EscalationResumed
    | OfferReceived
    | OfferAccepted
    | OfferDeclined
    | OffersExpired
    | OffersWithdrawn
    | AssignmentChanged
    | PinRefused
    | CancelledByResident
    | CancelledUnderDuress
    | IncidentMoved
    | SectorChanged
    | RepresentativeReceived
    | RepresentativeAnswered
    | NeighboursTold
    | PlaceShared
    | Claimed
    | Released
    | Noted
    | Closed
    | MergedInto
    | IncidentMerged
    | AlarmsSplitOff
    | MergeUndone
    | IncidentLetGo
    | Reopened
)
