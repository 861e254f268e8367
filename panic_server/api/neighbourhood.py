"""The neighbourhood: representatives say that the news arrived and whether they come; operators share the place."""

from typing import Annotated, Final

from starlette.responses import Response

from dispatch.commands import AnswerNews, ReceiveNews, SharePlace
from dispatch.incident import Incident
from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import (
    REPRESENTATIVES,
    ConsoleUser,
    ExpectedVersion,
    Id,
    Kentongan,
    RepresentativeCaller,
    body,
)
from panic_server.api.orders import order_incident, person, work
from panic_server.people import CONSOLE_ROLES, Principal
from panic_server.services import Services
from panic_server.wire import news, shapes
from panic_server.wire.problems import (
    BODY_INVALID,
    INCIDENT_CLOSED,
    INCIDENT_UNKNOWN,
    NEIGHBOURHOOD_HIDDEN,
    NOT_FOUND,
    Refusal,
)

routes = resource("neighbourhood")

# One sentence in the timeline.
_LONGEST_REASON: Final = 500


@routes.post(
    "/v1/incidents/{incident_id}/receipt",
    **described(gives=news.NewsReceipt, may=REPRESENTATIVES, refuses=(INCIDENT_UNKNOWN, NOT_FOUND)),
)
async def receive_news(incident_id: Id, caller: RepresentativeCaller, services: Kentongan) -> Response:
    """The representative's phone got the neighbourhood's news."""
    incident = await order_incident(services, caller, ReceiveNews(caller.subject), incident_id=incident_id)
    return _receipt(services, incident, caller)


@routes.post(
    "/v1/incidents/{incident_id}/acknowledge",
    **described(
        gives=news.NewsReceipt,
        takes=news.AcknowledgeRequest,
        may=REPRESENTATIVES,
        refuses=(INCIDENT_UNKNOWN, NOT_FOUND, INCIDENT_CLOSED),
    ),
)
async def acknowledge_news(
    incident_id: Id,
    caller: RepresentativeCaller,
    reply: Annotated[news.AcknowledgeRequest, body(news.AcknowledgeRequest)],
    services: Kentongan,
) -> Response:
    """The representative comes, or does not. The last answer counts."""
    command = AnswerNews(caller.subject, reply.coming)
    incident = await order_incident(services, caller, command, incident_id=incident_id)
    return _receipt(services, incident, caller, coming=reply.coming)


@routes.post(
    "/v1/incidents/{incident_id}/share",
    **described(
        gives=shapes.Incident,
        takes=news.ShareRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(INCIDENT_UNKNOWN, NOT_FOUND, INCIDENT_CLOSED, NEIGHBOURHOOD_HIDDEN),
    ),
)
async def share_place(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[news.ShareRequest, body(news.ShareRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """The neighbourhood may know exactly where it is, until the operator takes that back or the incident is closed."""
    reason = (wish.reason or "").strip() or None
    if reason is not None and len(reason) > _LONGEST_REASON:
        raise Refusal(BODY_INVALID, f"A reason has at most {_LONGEST_REASON} characters")
    return await work(services, caller, incident_id, SharePlace(person(caller), wish.place, reason), version)


def _receipt(services: Services, incident: Incident, caller: Principal, *, coming: bool | None = None) -> Response:
    """Who was told so long ago that the incident no longer names them gets their answer back."""
    told = next((one for one in incident.told if one.person.id == caller.subject), None)
    received_at = (told and told.received_at) or services.clock.now()
    return answer(news.NewsReceipt(incident.id, received_at, told.coming if told else coming))
