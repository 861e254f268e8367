"""A real server with a town of its own, that can be killed, stopped and started again at the same address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

import httpx2

from tests.browser.town import write_town
from tests.services import end, free_port, wait_until

if TYPE_CHECKING:
    from pathlib import Path

_COMMAND = (sys.executable, "-m", "panic_server.cli")


class House:
    """`with House(folder) as house`: the server answers at `house.url`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        towns = self._folder / "town"
        towns.mkdir(parents=True)
        self._run("import-areas", *(str(path) for path in write_town(towns)))
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
        """The address that signs a browser in once."""
        return self._token(role, subject, name, area, "--link", self.url)

    def token(self, role: str, subject: str, *, name: str | None = None, area: str | None = None) -> str:
        return self._token(role, subject, name, area)

    def get(self, path: str, token: str) -> Any:
        return self._ask("GET", path, token, None)

    def post(self, path: str, token: str, body: object) -> Any:
        return self._ask("POST", path, token, body)

    def put(self, path: str, token: str, body: object) -> Any:
        return self._ask("PUT", path, token, body)

    def _token(self, role: str, subject: str, name: str | None, area: str | None, *more: str) -> str:
        options = [*(("--name", name) if name else ()), *(("--area", area) if area else ())]
        return self._run("token", "--role", role, "--subject", subject, *options, *more).splitlines()[-1]

    def _ask(self, method: str, path: str, token: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx2.request(method, self.url + path, headers=headers, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _answers(self) -> bool:
        try:
            return bool(httpx2.get(f"{self.url}/healthz", timeout=1).status_code == 200)
        except httpx2.TransportError:
            return False

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
