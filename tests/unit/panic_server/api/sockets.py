"""A real uvicorn on a real socket, for the tests of what clients do to a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from panic_server.api.slow_clients import PatientProtocol

App = Callable[[dict[str, Any], Callable[..., Awaitable[Any]], Callable[..., Awaitable[None]]], Awaitable[None]]


@asynccontextmanager
async def served(app: App, protocol: type[PatientProtocol] = PatientProtocol) -> AsyncIterator[int]:
    """The port."""
    config = uvicorn.Config(
        app, port=0, http=protocol, ws="websockets-sansio", lifespan="off", log_config=None, timeout_keep_alive=60
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


async def say_it_back(receive: Any, send: Any) -> None:
    """The application's part of a WebSocket that hears one message."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": (await receive())["text"]})
