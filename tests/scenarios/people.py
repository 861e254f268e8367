"""The people of a city in a test: each does over HTTP and WebSocket what their page would do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from tests.scenarios.ground import IN_RT_1, Spot
from tests.scenarios.screen import Json, Screen
from tests.scenarios.waiting import eventually

if TYPE_CHECKING:
    from tests.scenarios.city import City


@dataclass(frozen=True, slots=True)
class Alarm:
    """A press that the server has taken. `body` is what the phone sent, `raw` the answer to the byte."""

    body: Json
    status: int
    raw: bytes
    answer: Json = field(repr=False)

    @property
    def id(self) -> str:
        return str(self.answer["id"])

    @property
    def incident_id(self) -> str:
        return str(self.answer["incident_id"])

    @property
    def place(self) -> Json:
        place: Json = self.answer["place"]
        return place

    @property
    def flags(self) -> list[str]:
        flags: list[str] = self.answer["flags"]
        return flags


@dataclass(eq=False)
class Person:
    city: City
    subject: str
    token: str
    screens: list[Screen] = field(default_factory=list)

    async def asks(self, method: str, path: str, body: object = None, **headers: str) -> httpx2.Response:
        """Whatever the answer is; `if_match="3"` is a header."""
        await self.city.ready()
        return await self.city.ask(method, path, self.token, body, headers)

    async def gets(self, path: str) -> Any:
        return _good(await self.asks("GET", path))

    async def does(self, path: str, body: object = None, *, method: str = "POST", **headers: str) -> Any:
        return _good(await self.asks(method, path, body, **headers))

    async def is_refused(
        self, path: str, code: str, body: object = None, *, method: str = "POST", **headers: str
    ) -> int:
        """The status; the problem has this code."""
        answer = await self.asks(method, path, body, **headers)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == code
        return answer.status_code

    async def watches(self) -> Screen:
        """A new screen, welcomed."""
        await self.city.ready()
        screen = Screen(self.city.url, self.token)
        self.screens.append(screen)
        self.city.screens.append(screen)
        return await screen.opens()


class Resident(Person):
    async def press(self, where: Spot | None = IN_RT_1, **changes: Any) -> Alarm:
        """At this spot, or with `position=...` whatever the phone makes of it."""
        body: Json = {"id": str(uuid.UUID(int=self.city.random.getrandbits(128), version=4))}
        body["position"] = None if where is None else where.sent(self.city.clock.now().isoformat())
        body.update(changes)
        answer = await self.asks("POST", "/v1/alarms", body)
        assert answer.status_code in (200, 201), answer.text
        return Alarm(body, answer.status_code, answer.content, answer.json())

    async def presses_again(self, alarm: Alarm, **changes: Any) -> Alarm:
        """The same alarm, as a phone sends it that has not heard the answer."""
        return await self.press(None, **{**alarm.body, **changes})

    async def progress(self, alarm: Alarm) -> Json:
        found: Json = await self.gets(f"/v1/alarms/{alarm.id}")
        return found

    async def moves(self, alarm: Alarm, *positions: Json) -> Json:
        answer: Json = await self.does(f"/v1/alarms/{alarm.id}/positions", {"positions": [*positions]})
        return answer

    async def sets_pins(self, pin: str = "2580", duress_pin: str = "1379") -> None:
        await self.does("/v1/me/pins", {"pin": pin, "duress_pin": duress_pin}, method="PUT")

    async def cancels(self, alarm: Alarm, pin: str = "2580") -> Json:
        answer: Json = await self.does(f"/v1/alarms/{alarm.id}/cancel", {"pin": pin})
        return answer


class Officer(Person):
    async def offers(self) -> list[Json]:
        items: list[Json] = (await self.gets("/v1/me/offers"))["items"]
        return items

    async def expects_offer(self, alarm: Alarm) -> Json:
        async def find() -> Json | None:
            return next((one for one in await self.offers() if one["incident"]["id"] == alarm.incident_id), None)

        found = await eventually(find)
        assert found is not None
        return found

    async def expects_push(self, alarm: Alarm, kind: str = "offer") -> Json:
        """What was pushed to this officer's phone, or with no Google at hand what was put into the outbox for it."""
        return await self.city.expects_push(self.subject, alarm, kind)

    async def has_offer(self, alarm: Alarm) -> bool:
        return any(one["incident"]["id"] == alarm.incident_id for one in await self.offers())

    async def receipts(self, alarm: Alarm) -> None:
        await self.does(f"/v1/offers/{(await self.expects_offer(alarm))['id']}/receipt")

    async def accepts(self, alarm: Alarm) -> str:
        """The assignment's id."""
        offer = await self.expects_offer(alarm)
        answer = await self.does(f"/v1/offers/{offer['id']}/accept")
        assert answer["status"] == "accepted"
        return str(answer["assignment_id"])

    async def declines(self, alarm: Alarm) -> None:
        offer = await self.expects_offer(alarm)
        answer = await self.does(f"/v1/offers/{offer['id']}/decline")
        assert answer["status"] == "declined"

    async def reports(self, assignment_id: str, status: str) -> Json:
        answer: Json = await self.does(f"/v1/assignments/{assignment_id}/status", {"status": status})
        return answer

    async def goes(self, *, on_duty: bool) -> None:
        await self.does("/v1/me/duty", {"on_duty": on_duty}, method="PUT")

    async def is_at(self, spot: Spot) -> None:
        sent = spot.sent(self.city.clock.now().isoformat())
        answer = await self.does("/v1/me/positions", {"positions": [sent]})
        assert answer == {"accepted": 1, "rejected": 0}


class Operator(Person):
    async def sees(self, incident_id: str) -> Json:
        """The incident with its timeline, alarms and track."""
        found: Json = await self.gets(f"/v1/incidents/{incident_id}")
        return found

    async def claims(self, alarm: Alarm, **headers: str) -> Json:
        return await self._works(alarm, "claim", None, **headers)

    async def releases(self, alarm: Alarm) -> Json:
        return await self._works(alarm, "release", None)

    async def notes(self, alarm: Alarm, text: str) -> Json:
        return await self._works(alarm, "notes", {"text": text})

    async def closes(self, alarm: Alarm, disposition: str = "resolved", note: str | None = None) -> Json:
        return await self._works(alarm, "close", {"disposition": disposition, "note": note})

    async def shares(self, alarm: Alarm, *, place: bool, reason: str | None = None) -> Json:
        return await self._works(alarm, "share", {"place": place, "reason": reason})

    async def reopens(self, alarm: Alarm, reason: str | None = None) -> Json:
        return await self._works(alarm, "reopen", {"reason": reason})

    async def _works(self, alarm: Alarm, what: str, body: object, **headers: str) -> Json:
        answer: Json = await self.does(f"/v1/incidents/{alarm.incident_id}/{what}", body, **headers)
        return answer


class Supervisor(Operator):
    """Does all that operators do."""


class Representative(Person):
    async def receives(self, alarm: Alarm) -> None:
        await self.does(f"/v1/incidents/{alarm.incident_id}/receipt")

    async def answers(self, alarm: Alarm, *, coming: bool) -> Json:
        answer: Json = await self.does(f"/v1/incidents/{alarm.incident_id}/acknowledge", {"coming": coming})
        return answer

    async def knows(self) -> list[Json]:
        """The open incidents of the page."""
        items: list[Json] = (await self.gets("/v1/incidents?status=open"))["items"]
        return items


def _good(answer: httpx2.Response) -> Any:
    assert answer.status_code < 300, f"{answer.request.method} {answer.request.url.path}: {answer.text}"
    return answer.json() if answer.content else None
