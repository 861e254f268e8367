"""Who may see an incident, and as what."""

from dataclasses import dataclass

from dispatch.incident import Incident


@dataclass(frozen=True, slots=True)
class Audience:
    """Operators of `sectors` (all operators when there is none), representatives of the RT in `areas`, and officers.

    Those `asked` have an open offer, those `going` an assignment that is not over.
    """

    sectors: tuple[str, ...]
    areas: tuple[str, ...]
    asked: tuple[str, ...]
    going: tuple[str, ...]

    @property
    def responders(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.asked + self.going))


def audience(incident: Incident) -> Audience:
    """Of a place in no sector every operator is told, so that those before it are not counted."""
    sectors = (*incident.place.sectors, *incident.former_sectors) if incident.place.sectors else ()
    return Audience(
        sectors=tuple([sector.code for sector in sectors]),
        areas=incident.neighbourhood,
        asked=tuple([offer.officer.id for offer in incident.offers if offer.is_open]),
        going=tuple([one.officer.id for one in incident.assignments if one.is_open]),
    )
