"""The way to one client: a port, and the implementation that every ASGI server has."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from panic_server.live.frames import Frame

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

# A client that takes longer to answer a close is cut off.
CLOSE_WITHIN_S = 5.0


class Line(Protocol):
    """Frames go out in the order in which they were given, whichever of the two ways they go."""

    def try_write(self, frame: Frame) -> bool:
        """Writes at once if the client keeps up. False: nothing was written, `write` has to wait."""

    async def write(self, frame: Frame) -> None:
        """Returns when the frame has been taken, and the client has room for more."""

    def close(self, code: int) -> None:
        """Does not wait for a client that does not read."""


class AsgiLine:
    """By ASGI messages. Its server decides how much it takes before it makes `send` wait."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._closing: asyncio.Task[None] | None = None

    def try_write(self, frame: Frame) -> bool:  # noqa: ARG002 - ASGI knows only how to wait.
        return False

    async def write(self, frame: Frame) -> None:
        await self._send({"type": "websocket.send", "text": frame.text})

    def close(self, code: int) -> None:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close(code))

    async def _close(self, code: int) -> None:
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._send({"type": "websocket.close", "code": code})
        except (OSError, RuntimeError):
            # It is gone already, or reads nothing: the endpoint's end cuts it off either way.
            return
