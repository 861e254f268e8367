"""One person's device: speaks to the server as every other client does, by HTTP and the live socket alone."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from random import Random
from typing import Any, Final

import httpx2
from msgspec import json
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

Json = dict[str, Any]

_AGAIN_AFTER_S: Final = (1.0, 4.0)
"""A broken connection is tried again after a while between these, so that sixty phones do not come back at once."""

_WELCOME_MAX: Final = 64 * 1024 * 1024
"""Bytes: a snapshot of many thousand incidents."""


class Phone:
    """`token` says whose it is. Requests give None when the server cannot be reached or says no."""

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> Json | None:
        return await self._ask("GET", path, None, {})

    async def post(self, path: str, body: Json | None = None, *, headers: dict[str, str] | None = None) -> Json | None:
        return await self._ask("POST", path, body, headers or {})

    async def put(self, path: str, body: Json) -> Json | None:
        return await self._ask("PUT", path, body, {})

    async def _ask(self, method: str, path: str, body: Json | None, headers: dict[str, str]) -> Json | None:
        try:
            answer = await self._http.request(method, path, json=body, headers={**self._headers, **headers})
        except httpx2.HTTPError:
            return None
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            return None
        found: Json = json.decode(answer.content) if answer.content else {}
        return found

    async def watch(self, url: str, screen: "Screen", rng: Random) -> None:
        """Follows the live socket for as long as the demo runs."""
        while True:
            try:
                async with connect(url, compression=None, ping_interval=None, max_size=_WELCOME_MAX) as socket:
                    await socket.send(json.encode({"type": "hello", "token": self._token}).decode())
                    async for frame in socket:
                        screen.take(json.decode(frame))
            except (OSError, WebSocketException, TimeoutError):
                # The next try takes a fresh snapshot, which is always right.
                pass
            await asyncio.sleep(rng.uniform(*_AGAIN_AFTER_S))


class Screen:
    """The incidents that somebody sees, kept as docs/live.md says. `changed` is told of each one that did.

    `welcomed` is set once the incidents are there, and for consoles the officers.
    """

    def __init__(self, changed: Callable[[Json, Json | None], None]) -> None:
        self.incidents: dict[str, Json] = {}
        self.officers: dict[str, Json] = {}
        self.welcomed = asyncio.Event()
        self._changed = changed

    def take(self, frame: Json) -> None:
        match frame["type"]:
            case "welcome":
                incidents = frame["snapshot"]["incidents"] if frame["snapshot"] else []
                self.incidents = {incident["id"]: incident for incident in incidents}
                for incident in incidents:
                    self._changed(incident, None)
            case "officers":
                self.officers.update((officer["id"], officer) for officer in frame["changed"])
                self.welcomed.set()
            case "events":
                for event in frame["events"]:
                    self._take_event(event)
            case _:
                # A heartbeat, or what later versions may say.
                return

    def _take_event(self, event: Json) -> None:
        if event["kind"] == "incident_hidden":
            self.incidents.pop(event["incident_id"], None)
            return
        patch = event["data"]["incident"]
        incident = self.incidents.setdefault(event["incident_id"], {})
        incident.update(patch)
        if incident.get("status") == "closed":
            del self.incidents[event["incident_id"]]
        self._changed(incident, event)
