"""Shapes of what a resident's phone does after the press, and of an operator's second thoughts."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Pin = Annotated[str, Meta(pattern="^[0-9]{4,12}$")]


class PinsRequest(Struct):
    pin: Pin
    duress_pin: Pin


class CancelRequest(Struct):
    pin: str


class TrackPoint(Struct, frozen=True):
    """Where one of the incident's phones was, and how exactly that is known."""

    device: str
    lat: float
    lon: float
    accuracy_m: float | None
    at: datetime | None


class TrackTaken(Struct, frozen=True):
    """`until` is when the phone may stop, after a cancel; null while the alarm stands, which is until it is closed."""

    accepted: int
    rejected: int
    until: datetime | None


class ReopenRequest(Struct):
    reason: str | None = None


class AssignmentStatusRequest(Struct):
    """`at` is when it was reported, by the phone's own clock: with it a late report is known for what it is."""

    status: Literal["en_route", "on_scene", "clear"]
    correction: bool = False
    at: Annotated[datetime, Meta(tz=True)] | None = None
