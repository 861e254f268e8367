"""One live connection as the hub sees it: its session, its line, and the bounded queue in between."""

import asyncio
from collections import deque
from collections.abc import Callable

from panic_server.live.frames import Frame
from panic_server.live.line import Line
from panic_server.live.session import CloseCode, Session
from panic_server.people import CONSOLE_ROLES, Principal

# What a browser that stalls for two seconds gets behind at 4,000 events/s of 1 KB. The clients of a group share the
# frames that wait, so 100 stalled consoles of one city do not hold 800 MB.
QUEUE_BYTES = 8 * 1024 * 1024
QUEUE_FRAMES = 2048


class Client:
    """Frames go straight to the line while it keeps up, and wait in order while it does not.

    `on_close` is called once, when the server closes the connection.
    """

    def __init__(self, line: Line, session: Session, on_close: "Callable[[Client, CloseCode], None]") -> None:
        self.session = session
        self.principal: Principal | None = None
        self.token: str | None = None
        self.officers_revision: int | None = None
        self.is_closed = False
        self._line = line
        self._on_close = on_close
        self._queue: deque[Frame] = deque()
        self._bytes = 0
        self._waiting = asyncio.Event()

    @property
    def is_console(self) -> bool:
        return self.principal is not None and self.principal.role in CONSOLE_ROLES

    @property
    def is_behind(self) -> bool:
        return bool(self._queue)

    def push(self, frame: Frame) -> None:
        """Never blocks. A client that is too far behind is closed with 4001 and resumes."""
        if self.is_closed or (not self._queue and self._line.try_write(frame)):
            return
        self._queue.append(frame)
        self._bytes += len(frame)
        if self._bytes > QUEUE_BYTES or len(self._queue) > QUEUE_FRAMES:
            self.close(CloseCode.TOO_SLOW)
        else:
            self._waiting.set()

    async def send(self, frame: Frame) -> None:
        """For frames before anything is pushed: returns when the client has room for more."""
        await self._line.write(frame)

    async def drain(self) -> None:
        """Writes what waits, until it is cancelled or the line breaks."""
        while True:
            await self._waiting.wait()
            while self._queue:
                # It stays in the queue while it is written, so that nothing overtakes it.
                frame = self._queue[0]
                await self._line.write(frame)
                if self._queue and self._queue[0] is frame:
                    self._queue.popleft()
                    self._bytes -= len(frame)
            self._waiting.clear()

    def close(self, code: CloseCode) -> None:
        """Once; what waits is dropped."""
        if self.is_closed:
            return
        self.is_closed = True
        self._queue.clear()
        self._bytes = 0
        self.session.close(code)
        self._line.close(code)
        self._on_close(self, code)
