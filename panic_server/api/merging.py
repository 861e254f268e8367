"""Operators put together what is one emergency, and take apart what is not."""

from typing import Annotated, Final

from starlette.responses import Response

from panic_server.api.answers import incident_answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import ConsoleUser, ExpectedVersion, Id, Kentongan, body
from panic_server.journal.port import MergeOrder, SplitOrder
from panic_server.people import CONSOLE_ROLES
from panic_server.wire import shapes
from panic_server.wire.merging import MergeRequest, SplitRequest
from panic_server.wire.problems import (
    INCIDENT_CLOSED,
    INCIDENT_UNKNOWN,
    MERGE_REFUSED,
    NOT_FOUND,
    NOT_MERGED,
    SPLIT_REFUSED,
)

routes = resource("incidents")

_OF_BOTH: Final = (INCIDENT_UNKNOWN, NOT_FOUND, INCIDENT_CLOSED, MERGE_REFUSED)


@routes.post(
    "/v1/incidents/{incident_id}/merge",
    **described(gives=shapes.Incident, takes=MergeRequest, may=CONSOLE_ROLES, if_match=True, refuses=_OF_BOTH),
)
async def merge(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[MergeRequest, body(MergeRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """The incident is about the same as another, which goes on with the alarms and the officers of both.

    The answer is the one that goes on. A split with the other's id undoes it.
    """
    done = await services.writer.submit(MergeOrder(incident_id, wish.into, caller, version))
    return incident_answer(services, done.incident, caller)


@routes.post(
    "/v1/incidents/{incident_id}/split",
    **described(
        gives=shapes.Incident,
        takes=SplitRequest,
        may=CONSOLE_ROLES,
        if_match=True,
        refuses=(*_OF_BOTH, SPLIT_REFUSED, NOT_MERGED),
    ),
)
async def split(
    incident_id: Id,
    caller: ConsoleUser,
    wish: Annotated[SplitRequest, body(SplitRequest)],
    version: ExpectedVersion,
    services: Kentongan,
) -> Response:
    """Some of its alarms are about something else, or an incident that was merged into it is one of its own again.

    The answer is that other incident. A merge into this one undoes it.
    """
    alarms = tuple((one.device, one.id) for one in wish.alarms)
    done = await services.writer.submit(SplitOrder(incident_id, caller, alarms, wish.incident_id, version))
    return incident_answer(services, done.incident, caller)
