"""The demo's own operator: knows which alarms are the visitor's, and closes what nobody cared to close."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Final

from panic_server.demo.ground import Point
from panic_server.demo.phone import Json, Screen
from panic_server.demo.town import Town

CLOSES_AFTER_CLEAR: Final = timedelta(minutes=4)
CLOSES_ANYWAY_AFTER: Final = timedelta(minutes=30)
"""Otherwise a demo that runs over night would have a thousand incidents on its map in the morning."""

LOOKS_EVERY_S: Final = 15.0

_HUMAN: Final = frozenset({"claimed", "released", "noted"})
_ENDS: Final = {"resolved": 70, "false_alarm": 18, "prank": 8, "unfounded": 4}


class Desk:
    """`visitor` is the subject of the visitor's own resident."""

    def __init__(self, town: Town, token: str, visitor: str) -> None:
        self._town = town
        self._phone = town.phone(token)
        self._screen = Screen(self._changed)
        self._visitor = visitor
        self._touched: set[str] = set()

    async def live(self) -> None:
        self._town.begin(self._phone.watch(self._town.live_url, self._screen, self._town.rng))
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            for incident in list(self._screen.incidents.values()):
                if self._may_close(incident):
                    await self._close(incident["id"])

    async def has_seen_officers(self, *, within_s: float) -> None:
        """Returns with the first word of where they are, or after that time all the same."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._screen.welcomed.wait(), within_s)

    def on_duty(self) -> list[str]:
        return [one["id"] for one in self._screen.officers.values() if one["status"] != "off_duty"]

    def position_of(self, officer_id: str) -> Point | None:
        """Where the console sees the officer."""
        position = self._screen.officers.get(officer_id, {}).get("position")
        return None if position is None else (position["lat"], position["lon"])

    def _changed(self, incident: Json, event: Json | None) -> None:
        if event is None:
            self._town.begin(self._look_whose(incident["id"]))
        elif event["actor"] and event["actor"]["id"] == self._visitor:
            self._town.yours.add(incident["id"])
        elif event["kind"] in _HUMAN:
            self._touched.add(incident["id"])

    async def _look_whose(self, incident_id: str) -> None:
        """Of incidents from before this run; also whether a person has worked on them."""
        detail = await self._phone.get(f"/v1/incidents/{incident_id}")
        if detail is None or any(alarm["device"] == self._visitor for alarm in detail["alarms"]):
            self._town.yours.add(incident_id)
        elif any(entry["kind"] in _HUMAN for entry in detail["timeline"]):
            self._touched.add(incident_id)

    def _may_close(self, incident: Json) -> bool:
        is_theirs = incident["id"] in self._town.yours or incident["id"] in self._touched
        return not is_theirs and incident["claimed_by"] is None and is_over(incident, self._town.clock.now())

    async def _close(self, incident_id: str) -> None:
        """Only in the version that was looked at: whoever claims it in this moment keeps it."""
        version = self._screen.incidents[incident_id]["version"]
        disposition = self._town.rng.choices(list(_ENDS), list(_ENDS.values()))[0]
        await self._phone.post(
            f"/v1/incidents/{incident_id}/close", {"disposition": disposition}, headers={"If-Match": f'"{version}"'}
        )


def is_over(incident: Json, now: datetime) -> bool:
    """Everybody who went there has been free for a while, or it is long ago."""
    assignments = incident["assignments"]
    if assignments and all(one["status"] == "clear" for one in assignments):
        last = max(datetime.fromisoformat(one["changed_at"]) for one in assignments)
        return now - last >= CLOSES_AFTER_CLEAR
    return now - datetime.fromisoformat(incident["opened_at"]) >= CLOSES_ANYWAY_AFTER
