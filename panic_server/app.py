"""Puts a server together, starts it and ends it. Nothing connects or starts before `Server.start`."""

import asyncio
import fcntl
import random
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import timedelta
from typing import IO, Any

import structlog

from dispatch.commands import LookAgain
from dispatch.errors import Refused
from dispatch.looking import pause_s
from dispatch.policy import Policy
from panic_server import checks, whereabouts
from panic_server.api.application import Front
from panic_server.bus.memory import MemoryBus
from panic_server.bus.port import Bus, OfficerPosition
from panic_server.clock import Clock, SystemClock, new_id
from panic_server.consequences import Consequences
from panic_server.drills import DrillMaster
from panic_server.duty.board import DutyBoard
from panic_server.evidence import EvidenceKeeper
from panic_server.follower import Follower
from panic_server.health import Health
from panic_server.journal.accounts import SqlAccounts
from panic_server.journal.admin import load_map, migrate
from panic_server.journal.database import DatabaseUnusable
from panic_server.journal.housekeeping import Housekeeping
from panic_server.journal.outbox import SqlOutbox
from panic_server.journal.policies import PolicyShelf
from panic_server.journal.port import SYSTEM, DutyOrder, IncidentOrder, JournalUnavailable
from panic_server.journal.queries import Reader, SqlQueries
from panic_server.journal.writer import Committed, Writer
from panic_server.live.endpoint import LiveEndpoint
from panic_server.live.hub import Hub, Sources
from panic_server.maps import Maps
from panic_server.mark import MarkKeeper, last_mark
from panic_server.metrics import Metrics
from panic_server.myself import myself
from panic_server.people import Principal, Role
from panic_server.pins import PinHashes
from panic_server.policies import PolicyInForce
from panic_server.publisher import Publisher
from panic_server.push.fcm_process import FcmProcess
from panic_server.push.metrics import PushMetrics
from panic_server.push.null import NullSender
from panic_server.push.port import OutboxUnavailable, Sender
from panic_server.push.relay import Relay
from panic_server.push.reminders import Reminders
from panic_server.services import Services
from panic_server.settings import Settings
from panic_server.surroundings import Surroundings
from panic_server.timer import Timer
from panic_server.wire import shapes

log = structlog.get_logger(__name__)

OUTBOX_LOOK = timedelta(seconds=2)
PROBE = timedelta(seconds=2)
JOURNAL_RETRY_S = 1.0
LOOK = timedelta(seconds=1)

Scope = MutableMapping[str, Any]


class Server:
    """One process of Kentongan. `await start()` raises DatabaseUnusable, JournalUnavailable or OSError."""

    def __init__(self, settings: Settings, clock: Clock | None = None, policy: Policy | None = None) -> None:
        """With a `policy` that one holds, whatever the settings name."""
        self.settings = settings
        self.clock = clock or SystemClock()
        self.policies = PolicyInForce(policy) if policy else PolicyInForce.of_file(settings.policy)
        self.metrics = Metrics()
        self.health = Health(self.clock)
        self.board = DutyBoard(self.policies, self.clock)
        self.maps = Maps()
        self._tasks: list[asyncio.Task[None]] = []
        self._lock: IO[str] | None = None
        self._head = ("", 0)
        self._mark = MarkKeeper(settings.data_dir)
        self._outbox_age_s: float | None = None
        self._has_duties_to_end = False

    async def start(self) -> None:
        settings = self.settings
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._take_data_dir()
        await asyncio.to_thread(migrate, settings.database_url)
        await self.policies.keep_on(PolicyShelf(settings.database_url, self.clock))
        self._build()
        await self.follower.start()
        loaded = await self.writer.start(mark=last_mark(settings.data_dir, is_alone=settings.is_embedded))
        # The machine's clock may have been set back since: what is open must not wait for it to catch up.
        self.clock.not_before(await self.queries.last_worked_at() or self.clock.now())
        self.board.restore((row.officer_id, row.position) for row in await self.queries.duty() if row.position)
        await self.hub.start(loaded.epoch, loaded.seq)
        for incident_id, seq, selectors in await self.queries.unseen():
            self.hub.sightings.expect(incident_id, seq, selectors)
        self._head = (loaded.epoch, loaded.seq)
        self._mark.keep(self._head)
        self.publisher = Publisher(self.hub, self.queries, epoch=loaded.epoch, seq=loaded.seq)
        self.timer.take(loaded.dues)
        self.reminders.take(loaded.standing, ())
        await self.relay.start()
        await self.bus.start()
        await self._end_duties()
        self._start_tasks()

    def _take_data_dir(self) -> None:
        """Two servers on one SQLite file would each hold the other's news for half a second; one is enough."""
        if not self.settings.is_embedded:
            return
        self._lock = (self.settings.data_dir / "serve.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseUnusable(f"another server already runs on {self.settings.data_dir}") from error

    def _build(self) -> None:
        url, clock = self.settings.database_url, self.clock
        self.reader = Reader(url)
        self.queries = SqlQueries(self.reader)
        self.accounts = SqlAccounts(url, self.reader, clock)
        self.housekeeping = Housekeeping(url, self.reader, clock)
        self.writer = Writer(url, clock=clock, policies=self.policies, world=Surroundings(self.maps, self.board))
        self.drills = DrillMaster(self.reader, self.writer, self.maps, clock)
        self.outbox = SqlOutbox(url, self.reader, self.writer.submit, is_alone=self.settings.is_embedded)
        self.timer = Timer(clock, self._look_again)
        self.follower = Follower(
            self.queries,
            clock,
            on_head=self._on_head,
            on_change={"map": self._read_map, "accounts": self._read_accounts},
        )
        self.evidence = EvidenceKeeper(clock, take_along=self.writer.take_along, submit=self.writer.submit)
        self._build_bus()
        self.whereabouts = whereabouts.Whereabouts(
            self.board, self.writer, self.queries, self.bus, clock, is_alone=self.settings.is_embedded
        )
        push_metrics = PushMetrics(self.metrics.registry)
        sender = self._sender(push_metrics)
        self.relay = Relay(self.outbox, sender, clock, push_metrics, random=random.random)
        others = None if self.settings.is_embedded else self.outbox
        pause_s: Callable[[], float] = lambda: self.policies.current.repeat_push_s  # noqa: E731 - it is handed on
        self.reminders = Reminders(clock, self.relay.wake, pause_s=pause_s, shared=others)
        self._build_front()
        self._build_consequences()
        self.writer.on_failure(self.metrics.commit_failed)
        self.board.on_appearance(lambda: self.writer.nudge(freed=True))
        self._register_health()

    def _build_consequences(self) -> None:
        follows = Consequences(self.metrics.fault)
        follows.add("head", self._note_commit)
        follows.add("live", lambda one: self.publisher.take(one))  # noqa: PLW0108 - it is made later
        follows.add("evidence", self.evidence.committed)
        follows.add("push", lambda one: self.relay.take(one.pushes, one.ended_offers))
        follows.add("timer", lambda one: self.timer.take(one.dues))
        follows.add("reminders", lambda one: self.reminders.take(one.pushes, one.ended_offers))
        follows.add("bus", self._announce)
        self.writer.on_commit(follows.follow)

    def _build_bus(self) -> None:
        self.bus = self._new_bus(self.settings.redis_url)
        self.bus.on_wake(lambda _seq: self.follower.wake())
        self.bus.on_positions(self._on_positions)

    def _new_bus(self, redis_url: str | None) -> Bus:
        if redis_url is None:
            return MemoryBus()
        from panic_server.bus.streams import RedisBus  # noqa: PLC0415 - a tenth of a second, which few servers need

        return RedisBus(redis_url, node=new_id(), clock=self.clock)

    def _sender(self, metrics: PushMetrics) -> Sender:
        credentials = self.settings.fcm_credentials
        if credentials is None:
            return NullSender()
        # The child is a real process, so it is watched by real time even where a test moves the server's.
        return FcmProcess(
            credentials, clock=SystemClock(), metrics=metrics, random=random.random, fcm_url=self.settings.fcm_url
        )

    def _build_front(self) -> None:
        sources = Sources(
            clock=self.clock,
            queries=self.queries,
            policies=self.policies,
            metrics=self.metrics,
            board=self.board,
            degraded=self.health.degraded,
            me=self.me,
            principal_of=self.accounts.principal,
            shown=self.evidence.shown,
        )
        self.hub = Hub(sources)
        self.pins = PinHashes()
        self.services = Services(
            settings=self.settings,
            clock=self.clock,
            policies=self.policies,
            writer=self.writer,
            queries=self.queries,
            accounts=self.accounts,
            maps=self.maps,
            board=self.board,
            bus=self.bus,
            hub=self.hub,
            health=self.health,
            metrics=self.metrics,
            reader=self.reader,
            drills=self.drills,
            pins=self.pins,
        )
        live = LiveEndpoint(
            self.hub,
            self.accounts.principal,
            self.clock,
            self.metrics,
            public_url=self.settings.public_url,
        )
        api = Front(self.services)

        async def app(scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
            if scope["type"] == "websocket" and scope["path"] == "/v1/live":
                await live(scope, receive, send)
            else:
                await api(scope, receive, send)

        self.app = app

    def me(self, principal: Principal) -> shapes.Me:
        return myself(principal, self.board, self.maps)

    def _start_tasks(self) -> None:
        loops: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("timer", self.timer.run),
            ("follower", self.follower.run),
            ("publisher", self.publisher.run),
            ("reminders", self.reminders.run),
            ("checkpoint", lambda: self._every(whereabouts.EVERY, self.whereabouts.look)),
            ("outbox", lambda: self._every(OUTBOX_LOOK, self._look_at_outbox)),
            ("mark", lambda: self._every(LOOK, self._write_mark)),
            ("evidence", self.evidence.run),
            ("housekeeping", self.housekeeping.run),
            ("drills", lambda: self._every(LOOK, self.drills.look)),
            ("policy", lambda: self._every(LOOK, self._look_at_policy)),
            ("probe", lambda: self._every(PROBE, self._probe_journal)),
        ]
        self._tasks = [asyncio.create_task(self._keep(name, loop)) for name, loop in loops]

    async def stop(self) -> None:
        """Finishes what waits. What is in nobody's hands any more is on disk."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.stop()
        await self.whereabouts.keep()
        await self.relay.stop()
        await self.evidence.finish()
        await self.writer.stop()
        await self.bus.stop()
        self._mark.keep(self._head)
        for part in (self.accounts, self.reader, self.pins):
            await asyncio.to_thread(part.close)
        if self._lock is not None:
            self._lock.close()

    # What the parts tell each other.

    def _note_commit(self, committed: Committed) -> None:
        if committed.orders:
            self.metrics.committed(committed.orders, committed.seconds)
        self._head = (committed.epoch, committed.seq)

    def _announce(self, committed: Committed) -> None:
        if committed.events:
            self.bus.announce(committed.seq)

    def _on_head(self, epoch: str, seq: int) -> None:
        """The database's head, as the follower found it."""
        if epoch == self.publisher.epoch:
            # Asked each time: what could not be read before, while the database was away, is read now.
            self.publisher.follow(seq)
        if (epoch, seq) == self._head or (epoch == self._head[0] and seq <= self._head[1]):
            return
        self._head = (epoch, seq)
        self.writer.nudge()

    def _on_positions(self, positions: Sequence[OfficerPosition]) -> None:
        for officer_id, position in positions:
            self.board.take_shared(officer_id, position)

    async def _look_again(self, incident_id: str) -> float | None:
        """After how many seconds to try again: when the journal fails, or nobody could be asked."""
        try:
            done = await self.writer.submit(IncidentOrder(LookAgain(), SYSTEM, incident_id=incident_id))
        except JournalUnavailable:
            return JOURNAL_RETRY_S
        except Refused:
            return None
        policy, now = self.policies.current, self.clock.now()
        return None if done.seq is not None else pause_s(done.incident, policy, now=now)

    async def _read_map(self) -> None:
        area_map, self.maps.newest = await self.reader.ask(load_map)
        if area_map.version != self.maps.current.version:
            self.maps.swap(area_map)
            log.info("map.in_force", version=area_map.version)
        if self.maps.is_behind:
            log.error("map.unreadable", version=self.maps.newest, in_force=area_map.version)

    async def _read_accounts(self) -> None:
        self.accounts.forget()
        self.maps.take_representatives(await self.accounts.people(Role.REPRESENTATIVE))
        self.maps.take_supervisors(await self.accounts.people(Role.SUPERVISOR))
        if self._head[0]:
            # Before that the journal is not loaded; the start does so itself.
            await self._end_duties()

    async def _end_duties(self) -> None:
        """Of officers whose tokens were revoked: by another process, or while this one was down.

        A journal that cannot write is no reason to stop: it is tried again once it can.
        """
        try:
            for officer in await self.accounts.signed_out():
                await self.writer.submit(DutyOrder(officer, on_duty=False))
        except JournalUnavailable:
            log.warning("duty.not_ended")
            self._has_duties_to_end = True
        else:
            self._has_duties_to_end = False

    # What runs in the background.

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """An unexpected error ends no loop: it is recorded, counted, and the loop begins again."""
        while True:
            try:
                await loop()
            except Exception:
                log.exception("background.failed", loop=name)
                self.metrics.fault(name)
            await self.clock.sleep_until(self.clock.now() + timedelta(seconds=1))

    async def _every(self, pause: timedelta, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self.clock.sleep_until(self.clock.now() + pause)
            await work()

    async def _look_at_policy(self) -> None:
        if await self.policies.look():
            self.writer.nudge()

    async def _look_at_outbox(self) -> None:
        try:
            age_s = await self.outbox.pending_age(self.clock.now())
            pending = await self.outbox.pending()
        except OutboxUnavailable:
            return
        self.metrics.outbox(age_s=age_s, pending=pending)
        self._outbox_age_s = age_s

    async def _probe_journal(self) -> None:
        """A proxy sends no alarms to a server that is not ready, so it has to find out by itself that it can write."""
        if self.writer.failing_since is not None:
            self.writer.nudge()
        elif self._has_duties_to_end:
            await self._end_duties()

    async def _write_mark(self) -> None:
        await asyncio.to_thread(self._mark.keep, self._head)

    # How it is.

    def _register_health(self) -> None:
        self.health.register("journal", lambda: checks.check_journal(self.writer), essential=True)
        self.health.register("database", self.follower.check, essential=True)
        self.health.register("schema", lambda: shapes.Component("schema", ok=True, detail="current"), essential=True)
        self.health.register("timer", self.timer.check, essential=True)
        self.health.register("clock", lambda: checks.check_clock(self.clock))
        self.health.register("map", lambda: checks.check_map(self.maps))
        self.health.register("policy", self.policies.check)
        self.health.register(
            "push", lambda: checks.check_push(self.relay, oldest_s=self._outbox_age_s), words=self.relay.degraded
        )
        self.health.register("bus", lambda: checks.check_bus(self.bus), words=self.bus.degraded)
