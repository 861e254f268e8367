"""How an officer travels. It says how soon they can be there, and nothing about whom they can help."""

from enum import StrEnum


class Unit(StrEnum):
    FOOT = "foot"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    AMBULANCE = "ambulance"
    FIRE_ENGINE = "fire_engine"
    BOAT = "boat"


def read_unit(text: str | None) -> Unit | None:
    """None as well for one that a later Kentongan wrote: nobody's arrival is worth a server that does not start."""
    return Unit(text) if text in list(Unit) else None
