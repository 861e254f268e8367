"""The outermost layer: headers that every answer carries, and a last catch that makes a mistake of ours a plain 500."""

import traceback
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from panic_server.api.errors import problem
from panic_server.metrics import Metrics
from panic_server.wire.problems import INTERNAL_ERROR
from panic_server.wire.read import ClientGone

log = structlog.get_logger()

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NOT_KEPT: Final = (b"cache-control", b"no-store")


class Guard:
    """Plain ASGI. Answers are kept by no cache unless they say otherwise."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def guarded_send(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                message["headers"] = _completed(message.get("headers", ()))
            await send(message)

        try:
            await self._app(scope, receive, guarded_send)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the outermost loop of a request: it records, counts and answers
            self._record(scope, error)
            if not has_started:
                await problem(INTERNAL_ERROR)(scope, receive, guarded_send)

    def _record(self, scope: Scope, error: Exception) -> None:
        """Where it happened, not what was in it: an error's text may hold what a person sent."""
        self._metrics.fault("http")
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        route = getattr(scope.get("route"), "path", None)
        log.error("request_failed", method=scope["method"], route=route, error=type(error).__name__, where=where)


def _completed(headers: object) -> list[tuple[bytes, bytes]]:
    found = list(headers)  # type: ignore[call-overload]  # ASGI leaves open which iterable it is
    if not any(name.lower() == b"cache-control" for name, _ in found):
        found.append(_NOT_KEPT)
    return [*found, *_HEADERS]
