"""What the RT may know."""

from datetime import datetime

from dispatch.facts import Facts
from dispatch.incident import Alarm, Kind, Told


def areas_told(alarm: Alarm) -> tuple[str, ...]:
    """Codes of the RT whose representatives are told: every candidate, or only the containing one of too many.

    Violence and silent alarms never reach them: whoever it is about may live next door, or be the representative.
    """
    if alarm.silent or alarm.kind is Kind.VIOLENCE:
        return ()
    place = alarm.place
    if place.candidates_truncated:
        return (place.rt.code,) if place.rt else ()
    codes = [place.rt.code] if place.rt else []
    return tuple(dict.fromkeys(codes + [area.code for area in place.candidates]))


def representatives_told(
    codes: tuple[str, ...], facts: Facts, *, known: frozenset[str], now: datetime
) -> tuple[Told, ...]:
    """The representatives of these RT who were not told before."""
    return tuple(
        Told(neighbour.person, neighbour.area, now, None)
        for neighbour in facts.neighbours
        if neighbour.area.code in codes and neighbour.person.id not in known
    )
