"""Gives the journal's writer an order to one incident, in the name of the caller."""

from starlette.responses import Response

from dispatch.commands import Command
from dispatch.incident import Incident, Person
from panic_server.api.answers import incident_answer
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


async def work(
    services: Services, caller: Principal, incident_id: str, command: Command, version: int | None
) -> Response:
    """What an operator does with an incident, answered with the incident as it is then. Raises as `order_incident`."""
    incident = await order_incident(services, caller, command, incident_id=incident_id, expected_version=version)
    return incident_answer(services, incident, caller)


def person(caller: Principal) -> Person:
    """The caller, as the incident remembers them."""
    return Person(caller.subject, caller.name)
