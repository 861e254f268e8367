"""Runs a `Server` behind uvicorn until it is told to end."""

import asyncio
import ctypes
import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from panic_server.api.slow_clients import PatientProtocol
from panic_server.app import Server
from panic_server.journal.database import DatabaseUnusable
from panic_server.journal.port import JournalUnavailable
from panic_server.live.uvicorn_line import LiveProtocol
from panic_server.logs import set_up_logs
from panic_server.precedence import take_precedence
from panic_server.settings import Settings

KEEP_ALIVE_S = 75
"""Phones that press twice, and proxies, reuse their connection: a TLS handshake costs more than the alarm."""

GOODBYE_S = 5
"""After this the connections that are still open are cut, so that a restart takes seconds."""

_M_ARENA_MAX = -8
"""From glibc's malloc.h."""

YOUNG_OBJECTS = 50_000
"""New objects before Python looks for cycles among them. With its own 700 it looked through the whole city, its people
and all open incidents several times a second, and stopped every thread for 100 ms and more each time.
"""


class Front(uvicorn.Server):
    """uvicorn that keeps SIGTERM to itself.

    When it is done it would raise the signal again, and the process would end before the journal, the outbox and the
    positions have been brought to rest.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()


def http_server(server: Server) -> Front:
    """uvicorn, as the measurements recommend it; the socket is given to `serve`."""
    return Front(
        uvicorn.Config(
            server.app,
            loop="uvloop",
            http=PatientProtocol,
            ws=LiveProtocol,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GOODBYE_S,
            # Nothing here asks who a proxy says the client is, or by which scheme it came.
            proxy_headers=False,
            ws_per_message_deflate=False,
            ws_max_size=65_536,
            backlog=2048,
        )
    )


def open_socket(host: str, port: int) -> socket.socket:
    """Raises OSError, for instance when somebody listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def serve(settings: Settings, on_ready: Callable[[str], None]) -> int:
    """Until SIGINT or SIGTERM. `on_ready` gets the address when alarms can come. Raises DatabaseUnusable, OSError."""
    set_up_logs(settings)
    share_one_arena()
    take_precedence()
    listener = open_socket(settings.host, settings.port)
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(_serve(settings, listener, on_ready))
    finally:
        listener.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    import uvloop  # noqa: PLC0415 - only where a loop is made

    return uvloop.new_event_loop()


async def _serve(settings: Settings, listener: socket.socket, on_ready: Callable[[str], None]) -> int:
    server = Server(settings)
    try:
        await server.start()
    except JournalUnavailable as error:
        raise DatabaseUnusable(str(error)) from error
    front = http_server(server)
    spare_what_stays()
    host, port = listener.getsockname()[:2]
    announce = asyncio.create_task(_announce(front, settings.model_copy(update={"host": host, "port": port}), on_ready))
    try:
        await front.serve(sockets=[listener])
    finally:
        announce.cancel()
        await server.stop()
    return 0 if front.started else 1


def share_one_arena() -> None:
    """glibc gives each thread a heap of its own, though Python lets one thread work at a time: a tenth of our memory.

    Other C libraries have no such setting, and need none.
    """
    if (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_ARENA_MAX, 1)


def spare_what_stays() -> None:
    """The search for cycles leaves out what is there now: the map, the code, the tables stay as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 1000)


async def _announce(front: uvicorn.Server, settings: Settings, on_ready: Callable[[str], None]) -> None:
    while not front.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    on_ready(settings.address)
