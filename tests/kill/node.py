"""`kentongan serve` as a process of its own, which a test may kill at any moment and start again."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from tests.services import end, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "panic_server.cli")


class Node:
    """Settings are those of `KENTONGAN_*` in lower case; the port stays the same over every restart."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        self.settings = {"data_dir": str(folder / "data"), "port": str(self.port), **settings}
        self.log = folder / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.port}"
        (folder / "data").mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            end(self.process, signal.SIGTERM)

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def spawn(self) -> None:
        """Does not wait until it is ready. The kernel ends it with the tests, whatever happens to them."""
        guard = ("setpriv", "--pdeathsig", "KILL", "--")
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*guard, *COMMAND, "serve"], cwd=ROOT, env=self._env(), stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def start(self) -> float:
        """How many seconds it took until alarms could come."""
        began_s = time.monotonic()
        self.spawn()
        wait_until(self.is_ready, self.running, self.log)
        return time.monotonic() - began_s

    def stop(self) -> None:
        """As a service manager does it: SIGTERM, and waiting."""
        end(self.running, signal.SIGTERM)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def run(self, *arguments: str) -> str:
        """Another command of the same installation; its last line."""
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=ROOT, env=self._env(), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def ask(self, method: str, path: str, token: str | None = None, body: object = None) -> tuple[int, Any]:
        """Status, and the answer's JSON, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            content = answer.read()
            is_json = "json" in (answer.getheader("content-type") or "")
            return answer.status, json.loads(content) if is_json else content
        finally:
            connection.close()

    def _env(self) -> dict[str, str]:
        return {**os.environ, **{f"KENTONGAN_{name.upper()}": value for name, value in self.settings.items()}}
