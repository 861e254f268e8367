"""The name and the facts of an event, as the timeline tells them to operators."""

import re
from typing import Any

from dispatch.events import (
    AlarmJoined,
    AlarmUpdated,
    Event,
    IncidentOpened,
    NeighboursTold,
    OffersMade,
    OfficerOffered,
)
from dispatch.incident import Alarm, Offer, Told
from dispatch.merging import MergedInto
from panic_server.journal.codec import encoder

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def event_kind(event: Event) -> str:
    """`OfferAccepted` is `offer_accepted` on the wire."""
    return _KINDS[type(event)]


_KINDS: dict[type[Event], str] = {cls: _WORD.sub("_", cls.__name__).lower() for cls in Event.__args__}

MERGED_INTO = _KINDS[MergedInto]

TELLING = tuple(kind for cls, kind in _KINDS.items() if "told" in cls.__struct_fields__)
"""The kinds of events whose facts have who was `told`."""


def facts_text(event: Event) -> str:
    """A JSON object. Alarms and offers are named by id: they have rows of their own."""
    return encoder.encode(_facts(event)).decode()


def _facts(event: Event) -> Any:
    match event:
        case IncidentOpened(split_from=str()):
            return {**_alarm(event.alarm), "split_from": event.split_from, **_asked(event)}
        case IncidentOpened():
            decided = {"step": event.step, "places": event.places, "policy": event.policy}
            return {**_alarm(event.alarm), "linked_to": event.linked_to, **_asked(event), **decided}
        case AlarmJoined():
            return {**_alarm(event.alarm), "reopens": event.reopens, **_asked(event)}
        case AlarmUpdated():
            return {**_alarm(event.alarm), "told": _told(event.told)}
        case NeighboursTold():
            return {"silent": event.silent, "told": _told(event.told)}
        case OffersMade():
            facts = {"offers": _offers(event.offers), "new_round": event.new_round}
            return {**facts, "step": event.step, "policy": event.policy}
        case OfficerOffered():
            said = {"operator": event.operator, "reason": event.reason, "places": event.places}
            return {**said, "offers": _offers((event.offer,))}
        case _:
            return event


def _asked(event: IncidentOpened | AlarmJoined) -> dict[str, Any]:
    return {"offers": _offers(event.offers), "told": _told(event.told)}


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {"alarm_id": alarm.id, "kind": alarm.kind, "flags": alarm.flags}


def _offers(offers: tuple[Offer, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": offer.id,
            "officer": offer.officer,
            "distance_m": offer.distance_m,
            "own_sector": offer.own_sector,
            "position_stale": offer.position_stale,
            "position_age_s": offer.position_age_s,
            "load": offer.load,
        }
        for offer in offers
    ]


def _told(told: tuple[Told, ...]) -> list[dict[str, Any]]:
    return [{"person": one.person, "area": one.area} for one in told]
