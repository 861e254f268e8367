"""A live screen on a real WebSocket: it keeps its incidents as docs/live.md tells clients to, and watches the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.scenarios.waiting import PATIENCE_S

T = TypeVar("T")
Json = dict[str, Any]


class RuleBroken(AssertionError):
    """A frame that the contract does not allow: a gap, an overlap, an event out of order."""


class Screen:
    """`incidents` are the open ones by id, `events` all that came; it knows everything up to the seq `position`."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url.replace("http://", "ws://") + "/v1/live"
        self._token = token
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._broken: Exception | None = None
        self.incidents: dict[str, Json] = {}
        self.events: list[Json] = []
        self.frames: list[Json] = []
        self.officers: dict[str, Json] = {}
        self.degraded: list[str] = []
        self.epoch: str | None = None
        self.position: int | None = None
        self.is_welcome = False
        self.snapshots = 0
        self.close_code: int | None = None

    async def opens(self, *, quietly: bool = False) -> Screen:
        """Comes in, or comes back to where it was. With `quietly` it does not wait for its welcome."""
        self.is_welcome, self.close_code = False, None
        self._socket = await connect(self._url, compression=None, max_size=None, ping_interval=None)
        hello = {"type": "hello", "token": self._token, "epoch": self.epoch, "after": self.position}
        await self._socket.send(msgspec.json.encode(hello).decode())
        self._reading = asyncio.create_task(self._read(self._socket))
        if not quietly:
            await self.sees(lambda: self.is_welcome)
        return self

    async def drops(self) -> None:
        """The connection is cut without a goodbye, as in a tunnel."""
        if self._socket is not None:
            self._socket.transport.abort()
        await self.ends()

    async def closes(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self.ends()

    async def ends(self) -> int | None:
        """Waits until the connection is over; the close code."""
        if self._reading is not None:
            await asyncio.wait_for(self._reading, PATIENCE_S)
            self._reading = None
        if self._broken is not None:
            raise self._broken
        return self.close_code

    async def sees(self, what: Callable[[], T]) -> T:
        """What `what` returns once that is true. Raises what is wrong with the frames, should anything be."""
        async with asyncio.timeout(PATIENCE_S):
            while self._broken is None and not (found := what()):
                self._changed.clear()
                await self._changed.wait()
        if self._broken is not None:
            raise self._broken
        return found

    async def shows(self, incident_id: str, **fields: Any) -> Json:
        """The incident, once it is there with these fields."""

        def find() -> Json | None:
            known = self.incidents.get(incident_id)
            is_so = known is not None and all(known.get(name) == value for name, value in fields.items())
            return known if is_so else None

        found = await self.sees(find)
        assert found is not None
        return found

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self.take(msgspec.json.decode(text))
                self._changed.set()
        except ConnectionClosed:
            pass
        except RuleBroken as broken:
            self._broken = broken
        finally:
            self.close_code = socket.close_code
            self._changed.set()
            await socket.close()

    # What a client does with a frame.

    def take(self, frame: Json) -> None:
        """Raises RuleBroken."""
        self.frames.append(frame)
        match frame["type"]:
            case "welcome":
                self._take_welcome(frame)
            case "officers":
                self._take_officers(frame)
            case "events":
                self._take_events(frame)
            case "heartbeat":
                self._advance_quietly(frame["to"])
                self.degraded = frame["degraded"]
            case other:
                raise RuleBroken(f"a frame of type {other}")

    def _take_welcome(self, frame: Json) -> None:
        snapshot = frame["snapshot"]
        if snapshot is not None:
            self.snapshots += 1
            self.incidents = {one["id"]: one for one in snapshot["incidents"]}
        elif (frame["epoch"], frame["at"]) != (self.epoch, self.position):
            raise RuleBroken("a welcome without a snapshot that is not where the client was")
        self.epoch, self.position, self.is_welcome = frame["epoch"], frame["at"], True

    def _take_officers(self, frame: Json) -> None:
        if frame["full"]:
            self.officers = {}
        self.officers.update((one["id"], one) for one in frame["changed"])

    def _take_events(self, frame: Json) -> None:
        if self.position is None or frame["from"] != self.position + 1:
            raise RuleBroken(f"{frame['from']}..{frame['to']} does not follow {self.position}")
        for event in frame["events"]:
            if not self.position < event["seq"] <= frame["to"]:
                raise RuleBroken(f"event {event['seq']} is not in {frame['from']}..{frame['to']}, or not in order")
            self.position = event["seq"]
            self.events.append(event)
            self._fold(event)
        self.position = frame["to"]

    def _advance_quietly(self, to: int) -> None:
        if self.position is None or to < self.position:
            raise RuleBroken(f"a heartbeat at {to} behind {self.position}")
        self.position = to

    def _fold(self, event: Json) -> None:
        incident_id = event["incident_id"]
        if event["kind"] == "incident_hidden":
            self.incidents.pop(incident_id, None)
            return
        merged = {**self.incidents.get(incident_id, {}), **event["data"]["incident"]}
        self.incidents[incident_id] = merged
        if merged.get("status") == "closed":
            del self.incidents[incident_id]
