"""How far the escalation is, and what people say who do not leave it to go its way. See `shapes.py` for the rest."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from dispatch.incident import PLACES_MAX

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


class Escalation(Struct, frozen=True):
    """`step` is the ring that is asked in, `radius_m` its radius, null for the whole city.

    `level`: 1 when the sector's supervisors were told that nobody claimed it, 2 when the city's were, 3 and up when all
    of them were once more; the last time they were `supervisors_told`, and the next time is at `claim_due_at`. The
    console sounds while `nobody_left_since` is set: an operator who acts ends that.
    """

    places: int
    filled: int
    step: int
    radius_m: float | None
    stopped: bool
    level: int
    supervisors_told: int
    claim_due_at: datetime | None
    nobody_left_since: datetime | None


class DeclineRequest(Struct):
    reason: Annotated[str, Meta(max_length=200)] | None = None


class OfferRequest(Struct):
    """`instead_of` is the id of an offer or an assignment that is over with it."""

    officer_id: Id
    reason: Reason
    instead_of: Id | None = None


class WithdrawRequest(Struct):
    """`id` is that of an open offer or assignment."""

    id: Id
    reason: Reason


class PlacesRequest(Struct):
    """How many officers are to go altogether."""

    places: Annotated[int, Meta(ge=1, le=PLACES_MAX)]
    reason: Reason


class EscalationRequest(Struct):
    running: bool
    reason: Reason
