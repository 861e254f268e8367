"""Shapes of what a resident's phone does after the press, and of an operator's second thoughts."""

from datetime import datetime
from typing import Annotated

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
