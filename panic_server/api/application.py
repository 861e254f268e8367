"""The HTTP application: every route of version 1, the screens, and the one OpenAPI document that describes them."""

from functools import cache
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from msgspec import json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from dispatch.errors import Refused
from panic_server.api import (
    alarms,
    areas,
    cancel,
    drills,
    incidents,
    me,
    merging,
    neighbourhood,
    offers,
    overrides,
    policies,
    reports,
    session,
    track,
)
from panic_server.api.areas import Outlines
from panic_server.api.describe import PlainRoute
from panic_server.api.errors import install_error_handlers, on_error, problem
from panic_server.api.guard import Guard
from panic_server.api.health import HEALTH_ROUTES
from panic_server.api.pages import page_routes
from panic_server.api.reports import ReportTurn
from panic_server.journal.port import JournalUnavailable
from panic_server.services import Services
from panic_server.wire.problems import NOT_FOUND, Refusal
from panic_server.wire.schema import Json, document

# The router goes from the first to the last, so what is hot stands first.
_HOT: Final = (alarms.TRIGGER, me.POSITIONS)
_PLAIN: Final = (*_HOT, *HEALTH_ROUTES)
_OF_WORK: Final = (incidents, overrides, merging, neighbourhood, drills)
_RESOURCES: Final = (alarms, cancel, track, me, offers, *_OF_WORK, areas, session, reports, policies)


def build_api(services: Services, *more: BaseRoute) -> FastAPI:
    """`more` are routes that are no HTTP, as the live socket's."""
    described = Route("/v1/openapi.json", _show_document, methods=["GET"])
    routes: list[BaseRoute] = [*_PLAIN, *_api_routes(), *more, described, *page_routes()]
    api = FastAPI(
        title="Kentongan",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Looking for a telemetry provider that is not there took a sixth of a request's time (py-spy).
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    api.router.routes.extend(routes)
    api.state.services = services
    api.state.outlines = Outlines()
    api.state.report_turn = ReportTurn()
    install_error_handlers(api)
    api.add_middleware(Guard, metrics=services.metrics)
    return api


class Front:
    """The trigger and the positions go straight to their endpoints, all else through the layers of FastAPI."""

    def __init__(self, services: Services) -> None:
        self._api = build_api(services)
        self._hot: dict[tuple[str, str], ASGIApp] = {
            (route.path, route.method.upper()): Guard(_Straight(self._api, route), services.metrics) for route in _HOT
        }

    @property
    def routes(self) -> list[BaseRoute]:
        return self._api.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Another method at a hot address is FastAPI's, as is every other address."""
        app = self._hot.get((scope.get("path", ""), scope.get("method", "")))
        if app is not None:
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(problem(NOT_FOUND))
        else:
            await self._api(_head_as_get(scope), receive, send)


def _head_as_get(scope: Scope) -> Scope:
    """HEAD is GET for every endpoint; uvicorn, which keeps the scope that it made, leaves the answer's body out."""
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


class _Straight:
    """One endpoint as an ASGI application; what it refuses is answered as everywhere."""

    def __init__(self, api: FastAPI, route: PlainRoute) -> None:
        self._api = api
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self._api
        scope["route"] = self._route
        request = Request(scope, receive)
        try:
            response = await self._route.plain(request)
        except (Refusal, Refused, JournalUnavailable) as error:
            response = on_error(request, error)
        await response(scope, receive, send)


def _api_routes() -> list[APIRoute]:
    return [route for one in _RESOURCES for route in one.routes.routes if isinstance(route, APIRoute)]


async def _show_document(_: Request) -> Response:
    return Response(_document_bytes(), media_type="application/json")


@cache
def _document_bytes() -> bytes:
    return json.encode(openapi_document())


def openapi_document() -> Json:
    """OpenAPI 3.1 of what is built, generated from the routes and the wire shapes."""
    paths: Json = get_openapi(title="", version="", routes=_api_routes())["paths"]
    for operation in (operation for path in paths.values() for operation in path.values()):
        _drop_what_fastapi_assumes(operation["responses"])
    for route in _PLAIN:
        paths.setdefault(route.path, {})[route.method] = route.operation
    return document(dict(sorted(paths.items())))


def _drop_what_fastapi_assumes(responses: Json) -> None:
    """It adds a 422 of its own wherever there is a parameter; ours are all problem+json."""
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]
