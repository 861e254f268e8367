"""A real server with a town of its own, that can be killed, stopped and started again at the same address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Self

import httpx2

from panic_server.clock import SystemClock
from panic_server.commands.token import sign_in_link
from panic_server.journal.admin import issue_code, issue_token
from panic_server.people import Role
from tests.browser.town import write_town
from tests.services import end, free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_COMMAND = (sys.executable, "-m", "panic_server.cli")


class House:
    """`with House(folder) as house`: the server answers at `house.url`."""

    def __init__(self, folder: Path, write_map: Callable[[Path], list[Path]] = write_town) -> None:
        """`write_map` writes the files of the map to import into the folder that it gets."""
        self._folder = folder
        self._write_map = write_map
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        towns = self._folder / "town"
        towns.mkdir(parents=True)
        self._run("import-areas", *(str(path) for path in self._write_map(towns)))
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            end(self._process, signal.SIGTERM)

    def start(self) -> None:
        log = self._folder / "serve.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen([*_COMMAND, "serve"], env=self._env(), stdout=out, stderr=out)
        wait_until(self._answers, self._process, log)

    def kill(self) -> None:
        """As when the power of the machine goes."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def freeze(self) -> None:
        """The connections stay, and nothing comes out of them."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def link(self, role: str, subject: str, *, name: str | None = None, area: str | None = None) -> str:
        """The address that signs a browser in once, as `kentongan token --link` prints it."""
        code = self._issue(issue_code, role, subject, name, area)
        return sign_in_link(self.url, Role(role), code)

    def token(self, role: str, subject: str, *, name: str | None = None, area: str | None = None) -> str:
        return self._issue(issue_token, role, subject, name, area)

    def get(self, path: str, token: str) -> Any:
        return self._ask("GET", path, token, None)

    def post(self, path: str, token: str, body: object) -> Any:
        return self._ask("POST", path, token, body)

    def put(self, path: str, token: str, body: object) -> Any:
        return self._ask("PUT", path, token, body)

    def revoke(self, token: str) -> None:
        self._ask("DELETE", "/v1/session", token, None)

    def _issue(self, issue: Callable[..., str], role: str, subject: str, name: str | None, area: str | None) -> str:
        """In this process: the command would take half a second for each of them, and has tests of its own."""
        areas = (area,) if area else ()
        now = SystemClock().now()
        return issue(self._database_url(), role=Role(role), subject=subject, areas=areas, name=name, now=now)

    def _database_url(self) -> str:
        return f"sqlite:///{self._folder / 'data' / 'kentongan.db'}"

    def _ask(self, method: str, path: str, token: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx2.request(method, self.url + path, headers=headers, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == HTTPStatus.OK
        except (HTTPException, OSError):
            return False
        finally:
            connection.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _run(self, *arguments: str) -> str:
        command = [*_COMMAND, *arguments]
        done = subprocess.run(command, check=False, env=self._env(), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _env(self) -> dict[str, str]:
        settings = {"KENTONGAN_DATA_DIR": str(self._folder / "data"), "KENTONGAN_PORT": str(self._port)}
        return {**os.environ, **settings}
