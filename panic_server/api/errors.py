"""What a refusal means in HTTP, said once: problem+json with a stable code, and nothing of what the client sent."""

from collections.abc import Mapping
from typing import Final

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from dispatch import errors
from panic_server.journal.port import JournalUnavailable
from panic_server.services import Services
from panic_server.wire import problems
from panic_server.wire.problems import ProblemKind, Refusal, problem_json

_REFUSED: Final[dict[type[errors.Refused], ProblemKind]] = {
    errors.IncidentUnknown: problems.INCIDENT_UNKNOWN,
    errors.IncidentClosed: problems.INCIDENT_CLOSED,
    errors.VersionConflict: problems.VERSION_CONFLICT,
    errors.ClaimedByAnother: problems.CLAIMED_BY_ANOTHER,
    errors.NotClaimed: problems.NOT_CLAIMED,
    errors.OfferUnknown: problems.OFFER_UNKNOWN,
    errors.OfferTaken: problems.OFFER_TAKEN,
    errors.OfferExpired: problems.OFFER_EXPIRED,
    errors.OfferEnded: problems.OFFER_ENDED,
    errors.OfficerEngaged: problems.OFFICER_ENGAGED,
    errors.OfficerOffDuty: problems.OFFICER_OFF_DUTY,
    errors.AlreadyAsked: problems.ALREADY_ASKED,
    errors.PlacesTaken: problems.PLACES_TAKEN,
    errors.AssignmentUnknown: problems.ASSIGNMENT_UNKNOWN,
    errors.MergeRefused: problems.MERGE_REFUSED,
    errors.SplitRefused: problems.SPLIT_REFUSED,
    errors.NotMerged: problems.NOT_MERGED,
    # Whoever was not told does not learn that there is such an incident.
    errors.NotTold: problems.INCIDENT_UNKNOWN,
    errors.NeighbourhoodHidden: problems.NEIGHBOURHOOD_HIDDEN,
}

_BY_STATUS: Final = {kind.status: kind for kind in (problems.NOT_FOUND, problems.METHOD_NOT_ALLOWED)}

_HEADERS: Final[dict[int, dict[str, str]]] = {
    401: {"WWW-Authenticate": 'Bearer realm="kentongan"'},
    503: {"Retry-After": "1"},
}


def problem(kind: ProblemKind, detail: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that tells of it."""
    every = {"Cache-Control": "no-store", **_HEADERS.get(kind.status, {}), **(headers or {})}
    return Response(problem_json(kind, detail), kind.status, every, problems.MEDIA_TYPE)


def install_error_handlers(api: Starlette) -> None:
    for kind in (Refusal, errors.Refused, JournalUnavailable, RequestValidationError, HTTPException):
        api.add_exception_handler(kind, _answer_error)


async def _answer_error(request: Request, error: Exception) -> Response:
    return on_error(request, error)


def on_error(request: Request, error: Exception) -> Response:
    """The answer to what an endpoint raised. Raises it again if it is a mistake of ours."""
    services: Services = request.app.state.services
    kind = _kind_of(error)
    services.metrics.refused(kind.code)
    detail = error.detail if isinstance(error, Refusal) else None
    headers = {"Allow": ", ".join(_allowed(request))} if kind is problems.METHOD_NOT_ALLOWED else None
    return problem(kind, detail, headers)


def _kind_of(error: Exception) -> ProblemKind:
    match error:
        case Refusal():
            return error.kind
        case errors.Refused():
            return _REFUSED.get(type(error), problems.CONFLICT)
        case JournalUnavailable():
            return problems.JOURNAL_UNAVAILABLE
        case HTTPException():
            # The router itself: no such address, or not with this method.
            return _BY_STATUS.get(error.status_code, problems.REQUEST_MALFORMED)
        case RequestValidationError():
            # FastAPI only checks the ids in paths; bodies and queries have readers of their own.
            return problems.NOT_FOUND
        case _:
            raise error


def _allowed(request: Request) -> list[str]:
    """Of all routes at this address: the router itself names those of the first one only."""
    app: Starlette = request.app
    found: set[str] = set()
    for route in app.routes:
        if route.matches(request.scope)[0] is Match.PARTIAL:
            found |= set(getattr(route, "methods", None) or ())
    # Whatever answers GET answers HEAD, though FastAPI's own routes do not say so.
    return sorted(found | {"HEAD"} if "GET" in found else found)
