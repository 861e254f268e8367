"""A whole city in a test: the real server on a real socket and a real database, with time that the test moves.

People are named at once and arrive when the first of them does something; until then the policy may be changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx2
import uvicorn
from sqlalchemy import text

from dispatch.policy import Policy
from panic_server.app import Server
from panic_server.clock import Clock, FakeClock
from panic_server.journal.accounts import add_person, add_token
from panic_server.journal.admin import store_map
from panic_server.journal.database import open_engine
from panic_server.journal.port import CheckpointOrder, JournalUnavailable
from panic_server.journal.queries import READ_S
from panic_server.people import Role
from panic_server.policies import load_policy
from panic_server.serving import http_server, open_socket
from panic_server.settings import Settings
from tests.fake_fcm.process import FakeFcmProcess
from tests.scenarios.ground import IN_RT_1, Spot
from tests.scenarios.people import Alarm, Officer, Operator, Person, Representative, Resident, Supervisor
from tests.scenarios.screen import Json, Screen
from tests.scenarios.waiting import eventually, until

P = TypeVar("P", bound=Person)

Newcomer = tuple[str, Role, tuple[str, ...], str]
"""Subject, role, areas, token."""

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
STEP_S = 0.5


class City:
    """`async with City(folder) as city`; the folder holds a database with the town's map already."""

    def __init__(self, folder: Path, fcm: FakeFcmProcess | None = None, clock: Clock | None = None) -> None:
        self.settings = Settings(
            data_dir=folder,
            fcm_credentials=fcm.credentials if fcm else None,
            fcm_url=fcm.url if fcm else None,
            log_level="warning",
        )
        self.clock = clock or FakeClock(START)
        self.random = random.Random(1)
        self.screens: list[Screen] = []
        self.server: Server
        self.url = ""
        self._fcm = fcm
        # Each press is an incident of its own unless a story is about many taps: people stand on the same few spots.
        self._policy = replace(load_policy(None), join_radius_max_m=0.0)
        self.has_policy_file = False
        self._newcomers: list[Newcomer] = []
        self._arrivals: list[Callable[[], Awaitable[None]]] = []
        self._numbers: dict[str, int] = {}
        self._front: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._asking = 0
        self._readers_rest = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.http = httpx2.AsyncClient(verify=False, timeout=20, limits=httpx2.Limits(max_connections=64))
        return self

    async def __aexit__(self, *_: object) -> None:
        for screen in self.screens:
            await screen.closes()
        await self.http.aclose()
        await self.stops()

    # Before it begins, and its beginning.

    def policy(self, **changes: Any) -> None:
        """Other numbers than the shipped ones, for every kind; `step_s` is how long an offer waits for its answer."""
        assert self._front is None, "the policy is set before anybody arrives"
        if "step_s" in changes:
            changes["offer_timeout_s"] = changes.pop("step_s")
        self._policy = changed_policy(self._policy, **changes)

    async def ready(self) -> None:
        """The server runs, and everybody named so far has arrived."""
        async with self._beginning:
            if self._front is None:
                await self.starts()
            if self._newcomers:
                newcomers, self._newcomers = self._newcomers, []
                await asyncio.to_thread(self._enlist, newcomers)
            while self._arrivals:
                await self._arrivals.pop(0)()

    async def starts(self) -> None:
        self.server = Server(self.settings, clock=self.clock, policy=None if self.has_policy_file else self._policy)
        await self.server.start()
        self._watch_readers()
        self._front = front = http_server(self.server)
        # Ctrl-C is for pytest, and several servers run in one process.
        front.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # as said above
        listener = open_socket("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._serving = asyncio.create_task(front.serve(sockets=[listener]))
        await until(lambda: front.started)

    def _watch_readers(self) -> None:
        """So that time does not run away from what the reading threads are doing."""
        reader, ask = self.server.reader, self.server.reader.ask
        self._asking = 0
        self._readers_rest.set()

        async def counted(question: Callable[[Any], Any], *, within_s: float = READ_S) -> Any:
            self._asking += 1
            self._readers_rest.clear()
            try:
                return await ask(question, within_s=within_s)
            finally:
                self._asking -= 1
                if not self._asking:
                    self._readers_rest.set()

        reader.ask = counted  # type: ignore[method-assign]  # only watched: what it does stays the same

    async def stops(self) -> None:
        if self._front is None or self._serving is None:
            return
        self._front.should_exit = True
        await self._serving
        await self.server.stop()
        self._front = self._serving = None

    async def restarts(self) -> None:
        """The people stay; screens have to come back by themselves."""
        await self.stops()
        await self.starts()

    # Who lives there.

    def resident(self, subject: str | None = None) -> Resident:
        return self._person(Resident, Role.RESIDENT, (), subject)

    def officer_at(
        self, *, metres: float, sector: str | None = None, of: Spot = IN_RT_1, subject: str | None = None
    ) -> Officer:
        """On duty, so far east of a spot; with a phone when the city has Google."""
        officer = self._person(Officer, Role.OFFICER, (sector,) if sector else (), subject)

        async def arrive() -> None:
            await self._put(officer, "/v1/me/duty", {"on_duty": True})
            if self._fcm is not None:
                await self._put(officer, "/v1/me/device", {"kind": "fcm_token", "value": device_of(officer.subject)})
            sent = {"positions": [of.east(metres).sent(self.clock.now().isoformat())]}
            answer = await self.ask("POST", "/v1/me/positions", officer.token, sent, {})
            assert answer.status_code == 200, answer.text

        self._arrivals.append(arrive)
        return officer

    def operator(self, *sectors: str, subject: str | None = None) -> Operator:
        """Of the whole city, or of some sectors only."""
        return self._person(Operator, Role.OPERATOR, sectors, subject)

    def supervisor(self, *sectors: str) -> Supervisor:
        """Of the whole city, or of some sectors only."""
        person = self._person(Supervisor, Role.SUPERVISOR, sectors, None)

        async def arrive() -> None:
            self.server.follower.wake()
            known = self.server.maps.supervisors
            await until(lambda: any(one.id == person.subject for group in known(sectors) for one in group))

        self._arrivals.append(arrive)
        return person

    def representative(self, *rts: str, subject: str | None = None) -> Representative:
        person = self._person(Representative, Role.REPRESENTATIVE, rts, subject)

        async def arrive() -> None:
            self.server.follower.wake()
            known = self.server.maps.neighbours
            await until(lambda: any(one.person.id == person.subject for one in known(rts)))
            if self._fcm is not None:
                await self._put(person, "/v1/me/device", {"kind": "fcm_token", "value": device_of(person.subject)})

        self._arrivals.append(arrive)
        return person

    def _person(self, kind: type[P], role: Role, areas: tuple[str, ...], subject: str | None) -> P:
        word = kind.__name__.lower()
        self._numbers[word] = self._numbers.get(word, 0) + 1
        name = subject or f"{word}-{self._numbers[word]}"
        return kind(self, name, self.enlists(name, role, areas))

    def enlists(self, subject: str, role: Role, areas: tuple[str, ...] = ()) -> str:
        """The token of somebody who is in the database once the city is ready."""
        token = f"token-of-{subject}-{self.random.getrandbits(64):x}"
        self._newcomers.append((subject, role, areas, token))
        return token

    def _enlist(self, newcomers: list[Newcomer]) -> None:
        """In one transaction beside the server, as the command line does."""
        engine = open_engine(self.settings.database_url, writes=True)
        with engine.begin() as connection:
            for subject, role, areas, token in newcomers:
                add_person(connection, subject, role, subject.title(), areas)
                add_token(connection, subject, token, 0)
        engine.dispose()

    # Time, and what it brings.

    async def passes(self, seconds: float, *, step_s: float = STEP_S) -> None:
        """Time goes on in small steps; after each one everything that became due has been done."""
        await self.ready()
        assert isinstance(self.clock, FakeClock)
        while seconds > 0:
            self.clock.advance(min(step_s, seconds))
            seconds -= step_s
            await self.settles()

    async def goes_on_until(self, is_so: Callable[[], object]) -> None:
        """For what other processes do in real time: the city's time goes on until it is so."""

        async def find() -> bool:
            await self.passes(seconds=1)
            return bool(is_so())

        await eventually(find)

    async def settles(self) -> None:
        """Every order that was given is carried out and told, and what was asked of the database is answered.

        Two rounds, for one that follows from another.
        """
        for _ in range(2):
            await asyncio.sleep(0)
            with contextlib.suppress(JournalUnavailable):
                await self.server.writer.submit(CheckpointOrder(()))
            await self._readers_rest.wait()
            for _ in range(5):
                await asyncio.sleep(0)

    async def expects_push(self, recipient: str, alarm: Alarm, kind: str = "offer") -> Json:
        async def find() -> Json | None:
            return next((one for one in await self.pushes(recipient) if _is_about(one, alarm, kind)), None)

        found = await eventually(find)
        assert found is not None
        return found

    async def pushes(self, recipient: str) -> list[Json]:
        """The data of each push that Google was given for this person, or without Google of each in the outbox."""
        await self.ready()
        if self._fcm is not None:
            device = device_of(recipient)
            return [one["message"]["data"] for one in self._fcm.sent() if one["device"] == device]
        return await self.rows(
            "SELECT kind AS type, id AS push_id, incident_id, offer_id FROM outbox WHERE recipient = :recipient",
            recipient=recipient,
        )

    async def rows(self, query: str, **parameters: object) -> list[Json]:
        """Straight from the database."""
        return await self.server.reader.ask(
            lambda connection: [dict(row) for row in connection.execute(text(query), parameters).mappings()]
        )

    async def change_database(self, statement: str) -> None:
        """Straight into the database, as somebody who breaks or mends it."""

        def change() -> None:
            engine = open_engine(self.settings.database_url, writes=True)
            with engine.begin() as connection:
                connection.execute(text(statement))
            engine.dispose()

        await asyncio.to_thread(change)

    async def imports(self, document: bytes) -> int:
        """Another process makes this the next map; returns its version once it is in force here."""
        made = await asyncio.to_thread(
            store_map, self.settings.database_url, [("map.geojson", document)], now=self.clock.now()
        )
        self.server.follower.wake()
        await until(lambda: self.server.maps.current.version == made.version)
        return made.version

    async def ask(
        self, method: str, path: str, token: str | None, body: object, headers: Mapping[str, str]
    ) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, bytes):
            return await self.http.request(method, self.url + path, headers=sent, content=body)
        return await self.http.request(method, self.url + path, headers=sent, json=body)

    async def _put(self, person: Person, path: str, body: object) -> None:
        answer = await self.ask("PUT", path, person.token, body, {})
        assert answer.status_code < 300, answer.text


def changed_policy(policy: Policy, **changes: Any) -> Policy:
    """Numbers of the policy itself, or of its rules for all kinds and hours."""
    own = {name: value for name, value in changes.items() if name in Policy.__dataclass_fields__}
    rules = {name: value for name, value in changes.items() if name not in own}
    hours = tuple(
        replace(one, rules={kind: replace(known, **rules) for kind, known in one.rules.items()}) for one in policy.hours
    )
    kinds = {kind: replace(known, **rules) for kind, known in policy.kinds.items()}
    return replace(policy, usual=replace(policy.usual, **rules), kinds=kinds, hours=hours, **own)


def device_of(subject: str) -> str:
    return f"phone-of-{subject}"


def _is_about(push: Json, alarm: Alarm, kind: str) -> bool:
    return (push["incident_id"], push["type"]) == (alarm.incident_id, kind)
