"""Gives the journal's writer an order to one incident, in the name of the caller."""

from dispatch.commands import Command
from dispatch.incident import Incident
from panic_server.journal.port import Actor, IncidentOrder
from panic_server.people import Principal
from panic_server.services import Services


async def order_incident(
    services: Services,
    caller: Principal,
    command: Command,
    *,
    incident_id: str | None = None,
    offer_id: str | None = None,
    expected_version: int | None = None,
) -> Incident:
    """The incident after it, durable. Found by its own id, only what the caller may see; by that of an offer or an
    assignment, as its officer.

    Raises a `dispatch.errors.Refused`, JournalUnavailable.
    """
    done = await services.writer.submit(
        IncidentOrder(
            command=command,
            actor=Actor(caller.role.value, caller.subject),
            incident_id=incident_id,
            offer_id=offer_id,
            expected_version=expected_version,
            principal=caller if incident_id is not None else None,
        )
    )
    return done.incident
