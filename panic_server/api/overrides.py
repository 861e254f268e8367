"""What operators decide over the escalation's head: whom to ask, how many are to go, whether to go on asking."""

from typing import Annotated, Final

from starlette.responses import Response

from dispatch.commands import ChangePlaces, OfferTo, ResumeEscalation, StopEscalation, Withdraw
from panic_server.api.describe import described, resource
from panic_server.api.inputs import ConsoleUser, ExpectedVersion, Id, Kentongan, body
from panic_server.api.orders import person, work
from panic_server.people import CONSOLE_ROLES
from panic_server.wire import overrides as wishes
from panic_server.wire import problems, shapes
from panic_server.wire.problems import INCIDENT_CLOSED, INCIDENT_UNKNOWN, NOT_FOUND

routes = resource("incidents")

_OF_WORK: Final = (INCIDENT_UNKNOWN, NOT_FOUND, INCIDENT_CLOSED)
_OF_HELD: Final = (problems.OFFER_UNKNOWN, problems.ASSIGNMENT_UNKNOWN)
_OF_OFFERS: Final = (
    problems.OFFICER_OFF_DUTY,
    problems.OFFICER_ENGAGED,
    problems.ALREADY_ASKED,
    problems.PLACES_TAKEN,
)


@routes.post(
    "/v1/incidents/{incident_id}/offers",
    **described(
        gives=shapes.Incident,
        takes=wishes.OfferRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, *_OF_HELD, *_OF_OFFERS),
    ),
)
async def offer_to(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[wishes.OfferRequest, body(wishes.OfferRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """Asks an officer whom the operator chose, instead of another one or besides. A place is added if need be."""
    command = OfferTo(person(caller), wish.officer_id, wish.reason.strip(), wish.instead_of)
    return await work(services, caller, incident_id, command, version)


@routes.post(
    "/v1/incidents/{incident_id}/withdraw",
    **described(
        gives=shapes.Incident,
        takes=wishes.WithdrawRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, *_OF_HELD),
    ),
)
async def withdraw(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[wishes.WithdrawRequest, body(wishes.WithdrawRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """Takes an offer back, or calls an officer off who is on the way or there."""
    command = Withdraw(person(caller), wish.id, wish.reason.strip())
    return await work(services, caller, incident_id, command, version)


@routes.post(
    "/v1/incidents/{incident_id}/places",
    **described(
        gives=shapes.Incident,
        takes=wishes.PlacesRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_WORK, problems.PLACES_TAKEN),
    ),
)
async def change_places(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[wishes.PlacesRequest, body(wishes.PlacesRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """How many officers are to go altogether. Not fewer than go already: those are withdrawn by name."""
    return await work(
        services, caller, incident_id, ChangePlaces(person(caller), wish.places, wish.reason.strip()), version
    )


@routes.post(
    "/v1/incidents/{incident_id}/escalation",
    **described(
        gives=shapes.Incident,
        takes=wishes.EscalationRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=_OF_WORK,
    ),
)
async def run_escalation(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[wishes.EscalationRequest, body(wishes.EscalationRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """Stops asking further officers, or goes on with it. Whoever was asked may still answer."""
    change = ResumeEscalation if wish.running else StopEscalation
    command = change(person(caller), wish.reason.strip())
    return await work(services, caller, incident_id, command, version)
