"""Everything live in one place: takes each commit's events, and sees to it that every client gets what it may see.

Runs on the event loop alone, and nothing here waits for a client.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from panic_server.clock import Clock
from panic_server.journal.port import JournalEvent, JournalUnavailable
from panic_server.journal.reading import Queries
from panic_server.live import frames
from panic_server.live.client import Client
from panic_server.live.frames import Frame
from panic_server.live.groups import Groups
from panic_server.live.history import History
from panic_server.live.joining import HEARTBEAT_S, Joining, Journal
from panic_server.live.officers import Board, OfficerFrames
from panic_server.live.rights import CHECK_EVERY_S, PrincipalOf, check_rights
from panic_server.live.session import HISTORY_MAX, CloseCode
from panic_server.live.sightings import Sightings
from panic_server.live.snapshots import Snapshots
from panic_server.metrics import Metrics
from panic_server.people import Principal
from panic_server.policies import PolicyInForce
from panic_server.wire.shapes import Me

_log = logging.getLogger(__name__)

# Heartbeats go to a twentieth of the clients at a time: a thousand at once would hold up an alarm by ten milliseconds.
BEATS = 20
BEAT_S = HEARTBEAT_S / BEATS
OFFICERS_EVERY = round(1 / BEAT_S)
# Fan-out may take half of the loop at most: after a tick that cost 1 ms of CPU the next waits for another, and has more
# in its frame. On a busy machine the clock on the wall would count what others took as well, and wait for nothing.
# At 1,000 events/s and 100 consoles: no pause 0.7 core and 1.2 ms, once 0.5 core and 1.9 ms, twice 0.4 core and 3.7 ms.
PAUSE_PER_TICK = 1.0
SHORTEST_PAUSE_S = 0.001
LONGEST_PAUSE_S = 0.02
READ_AT_ONCE = 1000


def _nobody(_seqs: Sequence[int], _at: datetime) -> None:
    """Where nobody keeps evidence."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the hub asks the rest of the server. `degraded` are the words of the health page; `me` is `GET /v1/me`.

    `shown` is told the opening seqs of incidents that a console was sent for the first time, and when.
    """

    clock: Clock
    queries: Queries
    policies: PolicyInForce
    metrics: Metrics
    board: Board
    degraded: Callable[[], tuple[str, ...]]
    me: Callable[[Principal], Me]
    principal_of: PrincipalOf
    shown: Callable[[Sequence[int], datetime], None] = _nobody


class Hub:
    """`start` says where the journal is; from then on `publish` continues from there without a hole."""

    def __init__(self, sources: Sources, cpu_s: Callable[[], float] = time.thread_time) -> None:
        self._sources = sources
        self._clock = sources.clock
        self._cpu_s = cpu_s
        self._metrics = sources.metrics
        self._journal = Journal("", History(0))
        self._snapshots = Snapshots(sources.queries, sources.policies, sources.clock, sources.metrics)
        self._officers = OfficerFrames(sources.board)
        self._joining = Joining(self._journal, self._snapshots, self._officers, sources.me)
        self._groups = Groups()
        self.sightings = Sightings(self._groups)
        self._opening: set[Client] = set()
        self._members: list[dict[Client, Principal]] = [{} for _ in range(BEATS)]
        self._beat = 0
        self._published_s: list[float] = []
        self._next_tick: asyncio.Handle | None = None
        self._quiet_until_s = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def head(self) -> int:
        return self._journal.history.head

    async def start(self, epoch: str, head: int) -> None:
        """Reads the last events, so that clients of the process before this one resume from memory."""
        await self._load(epoch, head)
        self._tasks = [
            asyncio.create_task(self._every(BEAT_S, self._beat_once)),
            asyncio.create_task(self._every(CHECK_EVERY_S, self.check_rights)),
        ]

    def restart(self, epoch: str, head: int) -> None:
        """A new epoch: every client comes back, and takes a snapshot."""
        self._close_all(CloseCode.RESTART)
        self._snapshots.forget()
        self.sightings.forget()
        self._journal.epoch, self._journal.history = epoch, History(head)

    async def stop(self) -> None:
        self._close_all(CloseCode.RESTART)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._next_tick is not None:
            self._next_tick.cancel()

    def publish(self, events: Sequence[JournalEvent], committed_s: float | None = None) -> None:
        """Events of one or several commits, on disk at the monotonic time `committed_s`; without it, now.

        Raises ValueError when they do not follow what was published before.
        """
        if not events:
            return
        self._journal.history.append(events)
        self._groups.distribute(events)
        self.sightings.published(events)
        self._metrics.published(len(events))
        self._published_s.append(self._clock.monotonic() if committed_s is None else committed_s)
        self._schedule_tick()

    def flush(self) -> None:
        """Sends what was published since the last tick: one frame to each group."""
        head = self.head
        for group in self._groups.take_dirty():
            group.send(head)

    def beat(self) -> None:
        """Every BEAT_S: heartbeats for those whose turn it is, and what else is due now and then."""
        self.flush()
        now_s = self._clock.monotonic()
        for client in tuple(self._opening):
            late = client.session.check_time(now_s)
            if late is not None:
                client.close(late.code)
        self._beat = (self._beat + 1) % BEATS
        self._heartbeat(tuple(self._members[self._beat]))
        # Positions go to a quarter of the consoles at a time: 2,000 moving officers are 400 KB a second to each.
        for members in self._members[self._beat % OFFICERS_EVERY :: OFFICERS_EVERY]:
            self._officers.send(tuple(members))
        if self._beat == 0:
            self._journal.history.forget_frames()

    def opened(self, client: Client) -> None:
        """A connection is there, and has not said yet who it is."""
        self._opening.add(client)

    async def serve(self, client: Client, principal: Principal) -> None:
        """Welcomes the client and keeps it supplied until it is cancelled. Raises JournalUnavailable."""
        client.principal = principal
        await self._joining.join(client, principal, lambda: self._enter(client, principal))
        await client.drain()

    def left(self, client: Client) -> None:
        """The connection is gone, or will be."""
        self._opening.discard(client)
        for members in self._members:
            principal = members.pop(client, None)
            if principal is not None:
                self._groups.leave(client, principal.selectors())
                self._metrics.socket_closed(principal.role)

    def closed(self, client: Client, code: CloseCode) -> None:
        """We closed it ourselves."""
        self._metrics.closed_by_us(code)
        self.left(client)

    def members(self) -> Iterable[tuple[Client, Principal]]:
        """All who have been let in."""
        return [member for members in self._members for member in members.items()]

    async def check_rights(self) -> None:
        await check_rights(self.members(), self._sources.principal_of)

    def _enter(self, client: Client, principal: Principal) -> None:
        self._opening.discard(client)
        self._groups.join(client, principal.selectors())
        # The heartbeat that ends the welcome is now; the next is a full round from here.
        self._members[self._beat][client] = principal
        self._metrics.socket_opened(principal.role)
        self._sources.shown(self.sightings.joined(principal), self._clock.now())
        self._heartbeat((client,))

    def _heartbeat(self, clients: Sequence[Client]) -> None:
        made: dict[int, Frame] = {}
        now, degraded = self._clock.now(), self._sources.degraded()
        for client in clients:
            to = max(self.head, client.session.position)
            if to not in made:
                made[to] = frames.heartbeat(to, now, degraded)
            client.session.rest(to)
            client.push(made[to])

    def _schedule_tick(self) -> None:
        if self._next_tick is None:
            loop = asyncio.get_running_loop()
            wait_s = self._quiet_until_s - self._clock.monotonic()
            if wait_s > 0:
                # uvloop counts in milliseconds: less than half of one would be no pause at all.
                self._next_tick = loop.call_later(max(wait_s, SHORTEST_PAUSE_S), self._tick)
            else:
                self._next_tick = loop.call_soon(self._tick)

    def _tick(self) -> None:
        self._next_tick = None
        before_s = self._cpu_s()
        self.flush()
        # uvloop writes to the sockets at the end of a turn, so the cost is known in the next.
        asyncio.get_running_loop().call_soon(self._settle, before_s, self.sightings.take())

    def _settle(self, before_s: float, shown: Sequence[int]) -> None:
        now_s = self._clock.monotonic()
        self._sources.shown(shown, self._clock.now())
        self._quiet_until_s = now_s + min((self._cpu_s() - before_s) * PAUSE_PER_TICK, LONGEST_PAUSE_S)
        published_s, self._published_s = self._published_s, []
        for one in published_s:
            self._metrics.reached_consoles(now_s - one)

    async def _load(self, epoch: str, head: int) -> None:
        read: list[JournalEvent] = []
        after = max(0, head - HISTORY_MAX)
        try:
            while after < head:
                chunk = await self._sources.queries.events(after, head, READ_AT_ONCE)
                if not chunk:
                    break
                read.extend(chunk)
                after = chunk[-1].seq
        except JournalUnavailable:
            read.clear()
        history = History(read[0].seq - 1 if read else head)
        history.append(read)
        self._journal.epoch, self._journal.history = epoch, history

    async def _beat_once(self) -> None:
        self.beat()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """After a standstill at most a few are made up for."""
        next_at = self._clock.now()
        while True:
            next_at = max(next_at + timedelta(seconds=seconds), self._clock.now() - timedelta(seconds=HEARTBEAT_S))
            await self._clock.sleep_until(next_at)
            try:
                await work()
            except Exception:  # noqa: BLE001 - without heartbeats every console would think that the server is gone.
                _log.exception("%s failed", work.__name__)
                self._metrics.fault("live")

    def _close_all(self, code: CloseCode) -> None:
        for client in [*self._opening, *(client for client, _ in self.members())]:
            client.close(code)
