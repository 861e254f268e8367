"""The fake in a process of its own, so that a busy test never slows it, and a client for it."""

from __future__ import annotations

import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

ROOT = Path(__file__).resolve().parents[2]


class FakeFcmProcess:
    """Starts the fake; `url` and `credentials` are what KENTONGAN_FCM_URL and KENTONGAN_FCM_CREDENTIALS take."""

    def __init__(self, folder: Path) -> None:
        self.credentials = folder / "fcm-key.json"
        command = [sys.executable, "-m", "tests.fake_fcm", "--port", "0", "--key", str(self.credentials)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.address = self.url.removeprefix("http://")

    def script(self, device: str, steps: str) -> None:
        """`device` may be `*`; the steps are described in `server.py`."""
        self._ask("PUT", f"/_script/{quote(device, safe='*')}", steps)

    def script_token_endpoint(self, steps: str) -> None:
        self._ask("PUT", "/_token", steps)

    def sent(self, after: int = 0) -> list[dict[str, Any]]:
        """Delivered messages, oldest first."""
        return self._list("/_sent", after)

    def attempts(self, after: int = 0) -> list[dict[str, Any]]:
        """Everything that was tried, oldest first."""
        return self._list("/_attempts", after)

    def token_requests(self) -> int:
        requests: int = msgspec.json.decode(self._ask("GET", "/_token"))["requests"]
        return requests

    def forget(self) -> None:
        """All answer ok again, and nothing was sent yet."""
        self._ask("DELETE", "/_script")
        self._ask("DELETE", "/_sent")

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _list(self, path: str, after: int) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = msgspec.json.decode(self._ask("GET", f"{path}?after={after}"))["sent"]
        return records

    def _ask(self, method: str, path: str, body: str = "") -> bytes:
        connection = HTTPConnection(self.address, timeout=10)
        try:
            connection.request(method, path, body.encode() or None)
            return connection.getresponse().read()
        finally:
            connection.close()
