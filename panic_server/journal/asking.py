"""What a decision about who is asked needs of the world: the officer whom an operator chose, whom a deadline calls."""

from datetime import datetime

from dispatch.commands import LeaveExercise, OfferTo, Override, Reopen, WithdrawOfficer
from dispatch.escalation import is_asking
from dispatch.facts import Candidate, Facts
from dispatch.incident import Incident
from dispatch.merging import Return
from panic_server.journal.registry import Registry
from panic_server.journal.world import World

ASKS_ANEW = WithdrawOfficer | LeaveExercise | Return | Reopen | Override
"""After these somebody else may have to be asked."""


def facts_for_choice(
    incident: Incident,
    command: OfferTo,
    candidates: tuple[Candidate, ...],
    world: World,
    registry: Registry,
    *,
    now: datetime,
) -> Facts:
    sectors = [sector.code for sector in incident.place.sectors[:1]]
    return Facts(
        chosen=world.officer(command.officer_id, incident.origin, sectors, now=now),
        engaged_elsewhere=registry.is_bound(command.officer_id, drill=incident.drill),
        candidates=candidates,
    )


def facts_for_look(
    incident: Incident,
    candidates: tuple[Candidate, ...],
    *,
    world: World,
    silent: list[str],
    told_before: tuple[str, ...],
) -> Facts:
    of_sector, of_city = world.supervisors([sector.code for sector in incident.place.sectors])
    return Facts(
        candidates=candidates if is_asking(incident) else (),
        sector_supervisors=of_sector,
        city_supervisors=of_city,
        superiors=world.superiors(silent) if silent else (),
        told_before=told_before,
    )
