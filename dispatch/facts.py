"""What a decision needs of the world, looked up before and handed in."""

from datetime import datetime

from msgspec import Struct

from dispatch.incident import Person, Standing
from geo.areas import AreaRef
from geo.geofence import Place
from geo.position import Position


class Candidate(Struct, frozen=True, gc=False):
    """An officer who can be asked now; the best comes first. `load` are the open offers that they hold."""

    officer: Person
    distance_m: float | None
    own_sector: bool
    position_stale: bool
    position_age_s: float | None = None
    load: int = 0


class Neighbour(Struct, frozen=True, gc=False):
    """A representative and the area they answer for; `instead_of` is the smaller area that nobody answers in."""

    person: Person
    area: AreaRef
    instead_of: str | None = None


class Cancels(Struct, frozen=True, gc=False):
    """What one phone has done about an incident so far; `cancelled_at` is when its cancel was taken, or seemed to be.

    A press after that cancel undoes it. `is_alone`: no other phone's alarm is in the incident. It first pressed for it
    at `pressed_at`, by the server's clock and before its alarm waited for a network.
    """

    wrong_pins: int = 0
    cancelled_at: datetime | None = None
    is_alone: bool = True
    pressed_at: datetime | None = None


class Facts(Struct, frozen=True, gc=False):
    """`engaged_elsewhere` and `offer_was_made` are about the officer who gives an answer, and their offer.

    `place` is where a phone that moves is now, `arrived` its fix there, dated as it came, when its clock was set back.
    `cancels` is what it has tried with its PINs.
    `chosen` is the officer whom an operator named, when they are on duty; `engaged_elsewhere` is then about them.
    `offer_was_made`: the journal has a row of this offer to this officer, though the incident may have forgotten it; of
    an assignment, that it was accepted.
    `is_known_phone`: an earlier alarm of the phone that presses is part of the incident.
    `standing`: what became of this phone's earlier incidents.
    `superiors` stand above the areas that stayed silent; `told_before` are people told so long ago that only the
    journal still knows of them.
    """

    candidates: tuple[Candidate, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    engaged_elsewhere: bool = False
    offer_was_made: bool = False
    is_known_phone: bool = False
    standing: Standing | None = None
    superiors: tuple[Neighbour, ...] = ()
    told_before: tuple[str, ...] = ()
    cancels: Cancels = Cancels()
    place: Place | None = None
    arrived: Position | None = None
    chosen: Candidate | None = None
    sector_supervisors: tuple[Person, ...] = ()
    city_supervisors: tuple[Person, ...] = ()


NO_FACTS = Facts()
