"""Who may see an incident, and as what."""

from dataclasses import dataclass

from dispatch.incident import Incident


@dataclass(frozen=True, slots=True)
class Audience:
    """Operators of `sectors` (all operators when there is none), representatives of the RT in `areas`, `responders`."""

    sectors: tuple[str, ...]
    areas: tuple[str, ...]
    responders: tuple[str, ...]


def audience(incident: Incident) -> Audience:
    """Responders are those with an open offer or an assignment that is not over.

    Of a place in no sector every operator is told, so that those before it are not counted.
    """
    sectors = (*incident.place.sectors, *incident.former_sectors) if incident.place.sectors else ()
    asked = [offer.officer.id for offer in incident.open_offers()]
    going = [assignment.officer.id for assignment in incident.open_assignments()]
    return Audience(
        sectors=tuple(sector.code for sector in sectors),
        areas=incident.neighbourhood,
        responders=tuple(dict.fromkeys(asked + going)),
    )
