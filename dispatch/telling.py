"""What the neighbourhood's events make of an incident."""

from msgspec.structs import replace

from dispatch.events import NeighboursTold, PlaceShared, RepresentativeAnswered, RepresentativeReceived
from dispatch.incident import NEIGHBOURHOOD_KEPT, TOLD_KEPT, Incident, Kind, Told

NeighbourhoodEvent = RepresentativeReceived | RepresentativeAnswered | NeighboursTold | PlaceShared


def evolve_neighbourhood(incident: Incident, event: NeighbourhoodEvent) -> Incident:
    match event:
        case RepresentativeReceived() | RepresentativeAnswered():
            return replace(incident, told=tuple(_answered(told, event) for told in incident.told))
        case NeighboursTold():
            codes = tuple(one.area.code for one in event.told)
            return replace(tell(incident, codes, event.told), news_looked_at=event.at)
        case PlaceShared():
            return replace(incident, place_shared=event.shared)


def tell(incident: Incident, codes: tuple[str, ...], told: tuple[Told, ...]) -> Incident:
    """The neighbourhood grows; of a hidden incident it knows nothing, and its place is shared no longer."""
    is_hidden = incident.silent or incident.kind is Kind.VIOLENCE
    known = tuple(dict.fromkeys(incident.neighbourhood + codes))[-NEIGHBOURHOOD_KEPT:]
    return replace(
        incident,
        neighbourhood=() if is_hidden else known,
        place_shared=incident.place_shared and not is_hidden,
        told=_latest(incident.told + told),
        told_count=incident.told_count + len(told),
    )


def _latest(told: tuple[Told, ...]) -> tuple[Told, ...]:
    """Who was told first is forgotten first: a merge puts them behind those who may still receive it."""
    return tuple(sorted(told, key=lambda one: one.told_at)[-TOLD_KEPT:])


def _answered(told: Told, event: RepresentativeReceived | RepresentativeAnswered) -> Told:
    """Who answers has received it, also when the receipt itself got lost."""
    if told.person.id != event.person_id:
        return told
    coming = event.coming if isinstance(event, RepresentativeAnswered) else told.coming
    return replace(told, received_at=told.received_at or event.at, coming=coming)
