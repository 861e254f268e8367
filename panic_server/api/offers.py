"""Officers' answers to what they are asked, and what they report on the way."""

from typing import Annotated, Final

from starlette.responses import Response

from dispatch.audience import audience
from dispatch.commands import AcceptOffer, ChangeAssignment, Command, DeclineOffer, ReceiveOffer
from dispatch.incident import AssignmentStatus, Incident
from panic_server.api.answers import answer, seen_by
from panic_server.api.describe import described, resource
from panic_server.api.inputs import OFFICERS, Id, Kentongan, OfficerCaller, body
from panic_server.api.orders import order_incident
from panic_server.people import Principal
from panic_server.services import Services
from panic_server.wire import overrides as wishes
from panic_server.wire import phone, problems, shapes
from panic_server.wire.problems import ASSIGNMENT_UNKNOWN, INCIDENT_CLOSED, NOT_FOUND, OFFER_UNKNOWN

routes = resource("officers")

_ENDED: Final = (problems.OFFER_TAKEN, problems.OFFER_EXPIRED, problems.OFFER_ENDED, INCIDENT_CLOSED)


@routes.post(
    "/v1/offers/{offer_id}/receipt",
    **described(gives=shapes.OfferAnswer, may=OFFICERS, refuses=(OFFER_UNKNOWN, NOT_FOUND)),
)
async def receive_offer(offer_id: Id, officer: OfficerCaller, services: Kentongan) -> Response:
    """The officer's phone got the offer."""
    return await _to_offer(services, officer, offer_id, ReceiveOffer(offer_id, officer.subject))


@routes.post(
    "/v1/offers/{offer_id}/accept",
    **described(
        gives=shapes.OfferAnswer,
        may=OFFICERS,
        refuses=(OFFER_UNKNOWN, NOT_FOUND, *_ENDED, problems.OFFICER_ENGAGED, problems.OFFICER_OFF_DUTY),
    ),
)
async def accept_offer(offer_id: Id, officer: OfficerCaller, services: Kentongan) -> Response:
    """The officer goes. The first to accept wins; the winner may say it again."""
    return await _to_offer(services, officer, offer_id, AcceptOffer(offer_id, officer.subject))


@routes.post(
    "/v1/offers/{offer_id}/decline",
    **described(
        gives=shapes.OfferAnswer,
        takes=wishes.DeclineRequest,
        may_be_empty=True,
        may=OFFICERS,
        refuses=(OFFER_UNKNOWN, NOT_FOUND, *_ENDED),
    ),
)
async def decline_offer(
    offer_id: Id,
    officer: OfficerCaller,
    said: Annotated[wishes.DeclineRequest, body(wishes.DeclineRequest, may_be_empty=True)],
    services: Kentongan,
) -> Response:
    """The officer does not go, and may say why; the next nearest is asked."""
    reason = (said.reason or "").strip() or None
    return await _to_offer(services, officer, offer_id, DeclineOffer(offer_id, officer.subject, reason))


@routes.post(
    "/v1/assignments/{assignment_id}/status",
    **described(
        gives=shapes.AssignmentAnswer,
        takes=phone.AssignmentStatusRequest,
        may=OFFICERS,
        refuses=(ASSIGNMENT_UNKNOWN, NOT_FOUND, INCIDENT_CLOSED, problems.OFFICER_ENGAGED, problems.OFFER_TAKEN),
    ),
)
async def report_status(
    assignment_id: Id,
    officer: OfficerCaller,
    report: Annotated[phone.AssignmentStatusRequest, body(phone.AssignmentStatusRequest)],
    services: Kentongan,
) -> Response:
    """On the way, arrived, done. A late or repeated report never turns the status back; only a correction does."""
    command = ChangeAssignment(
        assignment_id, officer.subject, AssignmentStatus(report.status), report.correction, report.at
    )
    incident = await order_incident(services, officer, command, offer_id=assignment_id)
    assignment = incident.assignment(assignment_id)
    status = assignment.status if assignment else AssignmentStatus.CLEAR
    seen = _seen_by_responder(services, incident, officer)
    return answer(shapes.AssignmentAnswer(assignment_id, status.value, seen))


async def _to_offer(services: Services, officer: Principal, offer_id: str, command: Command) -> Response:
    incident = await order_incident(services, officer, command, offer_id=offer_id)
    offer = incident.offer(offer_id)
    won = incident.assignment(offer_id)
    return answer(
        shapes.OfferAnswer(
            offer_id=offer_id,
            # Ended offers are forgotten one day; the assignment that came of one is not.
            status=offer.status.value if offer else "accepted" if won else "withdrawn",
            assignment_id=won.id if won else None,
            incident=_seen_by_responder(services, incident, officer),
        )
    )


def _seen_by_responder(services: Services, incident: Incident, officer: Principal) -> shapes.Incident | None:
    """Null for whoever is neither asked nor going any more."""
    return seen_by(services, incident, officer) if officer.subject in audience(incident).responders else None
