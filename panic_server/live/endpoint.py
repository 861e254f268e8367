"""`WS /v1/live` for an ASGI server: reads what the client says, asks the session, and does what it answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

from panic_server.clock import Clock
from panic_server.journal.port import JournalUnavailable
from panic_server.live.client import Client
from panic_server.live.hub import Hub
from panic_server.live.line import Line
from panic_server.live.rights import PrincipalOf
from panic_server.live.session import Admit, Authenticate, Close, CloseCode, Session
from panic_server.live.uvicorn_line import EXTENSION
from panic_server.metrics import Metrics

_log = logging.getLogger(__name__)

SESSION_COOKIE = "kentongan_session"

Scope = Mapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class LiveEndpoint:
    """An ASGI application for websocket scopes of a `LiveProtocol`; `principal_of` knows whose token it is.

    By ASGI alone a close waits for a client that does not read, for ever.
    """

    def __init__(
        self, hub: Hub, principal_of: PrincipalOf, clock: Clock, metrics: Metrics, *, public_url: str | None = None
    ) -> None:
        self._public_url = (public_url or "").rstrip("/")
        self._hub = hub
        self._principal_of = principal_of
        self._clock = clock
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        line: Line = scope["extensions"][EXTENSION]
        client = Client(line, Session(self._clock.monotonic()), self._hub.closed)
        self._hub.opened(client)
        tasks: list[asyncio.Task[None]] = []
        try:
            while (message := await receive())["type"] == "websocket.receive":
                step = _hear(client.session, message)
                if isinstance(step, Close):
                    client.close(step.code)
                elif isinstance(step, Authenticate):
                    client.token = step.token or token_in(scope, self._public_url)
                    tasks.append(asyncio.create_task(self._serve(client)))
        finally:
            for task in tasks:
                task.cancel()
            self._hub.left(client)
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, client: Client) -> None:
        """Until it is cancelled, or the connection breaks."""
        try:
            principal = await self._principal_of(client.token) if client.token else None
            step = client.session.identify(principal)
            if isinstance(step, Close):
                client.close(step.code)
            elif isinstance(step, Admit):
                await self._hub.serve(client, step.principal)
        except JournalUnavailable:
            client.close(CloseCode.TRY_LATER)
        except OSError:
            # The client is gone, which the reading side sees as well.
            return
        except Exception:  # noqa: BLE001 - the last stop of one connection's errors: the client comes back by itself.
            _log.exception("a live connection failed")
            self._metrics.fault("live")
            client.close(CloseCode.INTERNAL)


def _hear(session: Session, message: Message) -> Authenticate | Close | None:
    text = message.get("text")
    return session.receive_bytes() if text is None else session.receive_text(text)


def token_in(scope: Scope, public_url: str) -> str | None:
    """From `Authorization: Bearer`, or from the cookie that a browser adds by itself.

    A page of another site may open a WebSocket too, and its browser adds our cookie: then Origin names the other site.
    `public_url` is how browsers reach us, which a proxy may hide behind another host.
    """
    headers: dict[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    origin = headers.get("origin")
    is_ours = origin is None or origin == public_url != "" or _is_same_host(origin, headers.get("host", ""))
    if not is_ours:
        return None
    return cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE)


def _is_same_host(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False
