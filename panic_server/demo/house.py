"""The real server as a child of the demo: in a process group of its own, so that Ctrl-C ends the demo first."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from panic_server.settings import variable

START_WITHIN_S: Final = 60.0
END_WITHIN_S: Final = 15.0
PORTS_TRIED: Final = 50

_PR_SET_PDEATHSIG: Final = 1

# What the demo decides itself. A real database must never be filled with invented people.
_OURS: Final = ("data_dir", "database_url", "redis_url", "host", "port", "public_url")


class ServerEnded(Exception):
    """The server did not start, or has ended; carries what it said last."""


def free_port(host: str, wanted: int, *, only_this: bool) -> int:
    """The wanted port, or else the next that is free. Raises OSError when there is none."""
    refused = OSError()
    for port in range(wanted, wanted + (1 if only_this else PORTS_TRIED)):
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                taken: int = probe.getsockname()[1]
                return taken
        except OSError as error:
            refused = error
    raise refused


class House:
    """Starts `kentongan serve` on the folder; what it says goes to `log`."""

    def __init__(self, data_dir: Path, host: str, port: int) -> None:
        self.log = data_dir / "server.log"
        environment = {name: value for name, value in os.environ.items() if name not in map(variable, _OURS)}
        environment |= {variable("data_dir"): str(data_dir), variable("host"): host, variable("port"): str(port)}
        # Appended to: another demo may run on this folder already, and its log is not ours to empty.
        with self.log.open("ab") as log:
            self._began_at = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "panic_server.cli", "serve"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call, and no other thread runs yet
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Raises ServerEnded."""
        until_s = time.monotonic() + START_WITHIN_S
        while not is_ready():
            if not self.is_running():
                raise ServerEnded(self.last_words())
            if time.monotonic() > until_s:
                raise ServerEnded(f"The server is not ready after {START_WITHIN_S:.0f} s; see {self.log}")
            time.sleep(0.05)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def last_words(self) -> str:
        said = self.log.read_bytes()[self._began_at :].decode(errors="replace").strip()
        return "\n".join(said.splitlines()[-5:]).removeprefix("kentongan: ") or "The server ended without a word."

    def end(self) -> None:
        """It finishes what it has begun; after END_WITHIN_S it is killed, which loses nothing either."""
        if not self.is_running():
            return
        self._process.terminate()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _end_with_parent() -> None:
    """On Linux the server ends even if the demo is killed; elsewhere it would go on."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
