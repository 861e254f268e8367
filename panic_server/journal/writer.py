"""The one writer of a process: takes all orders that wait, decides them in order, and makes them durable in one commit.

No caller is answered before its order is on disk, and after any failed commit everything held in memory is dropped.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar, overload

import structlog
from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from dispatch.errors import Refused
from dispatch.escalation import next_due
from panic_server.clock import Clock
from panic_server.journal.checkpoints import Checkpoints
from panic_server.journal.database import DatabaseUnusable, OneConnection, open_engine
from panic_server.journal.draft import Draft
from panic_server.journal.heads import lock_head, make_head, touch_head
from panic_server.journal.loading import bring_up_to_date, load_ahead
from panic_server.journal.orders import Answer, Orders
from panic_server.journal.port import (
    Accepted,
    CheckpointOrder,
    DeviceOrder,
    Done,
    DrillOrder,
    DutyOrder,
    EvidenceOrder,
    IncidentOrder,
    JournalEvent,
    JournalUnavailable,
    MergeOrder,
    Order,
    PinsOrder,
    Press,
    PushOrder,
    SplitOrder,
)
from panic_server.journal.reasons import reason
from panic_server.journal.registry import Registry
from panic_server.journal.statements import Commit, VersionMissed
from panic_server.journal.waiting import PATIENCE_S, Line, Waiting
from panic_server.journal.world import World
from panic_server.logs import Spell
from panic_server.policies import PolicyInForce
from panic_server.push.port import Push
from panic_server.push.reminders import standing_offers

log = structlog.get_logger()

T = TypeVar("T")

RECOVER_S: Final = 0.5
"""Between tries to come up to date again after a failed commit."""


BROKEN_FOR: Final = timedelta(seconds=10)
"""After a failed commit the journal counts as broken until something was written, or nothing has failed for this long:
long enough for every console's heartbeat to tell of it.
"""


@dataclass(frozen=True, slots=True)
class Committed:
    """What is now durable, for everybody who must do something about it. `dues` are open incidents' next deadlines.

    `opened` are the seqs that opened an incident; `standing` at the start the offers that wait for an answer.
    """

    epoch: str
    first_seq: int
    seq: int
    events: Sequence[JournalEvent]
    pushes: Sequence[Push]
    ended_offers: Sequence[str]
    dues: Sequence[tuple[str, datetime | None]]
    orders: int
    seconds: float
    opened: Sequence[int] = ()
    placed_at: datetime | None = None
    durable_at: datetime | None = None
    standing: Sequence[Push] = ()


class Writer:
    """Start it on the event loop that the answers belong to."""

    def __init__(self, url: str, *, clock: Clock, policies: PolicyInForce, world: World) -> None:
        self._url = url
        self._clock = clock
        self._policies = policies
        self._policy = policies.current
        self._registry = Registry(self._policy, world)
        self._world = world
        self._line = Line()
        self._on_commit: list[Callable[[Committed], None]] = []
        self._on_failure: Callable[[], None] = _nobody
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._checkpoints: Checkpoints | None = None
        self._more_waiting = False
        self.failing_since: datetime | None = None
        self._failed_at = clock.now()
        self.last_error = ""
        self._spell = Spell("journal.cannot_write", over="journal.writes_again")
        self._heard_s = 0.0

    def on_failure(self, callback: Callable[[], None]) -> None:
        """Called on the event loop for each commit that failed. Set before `start`."""
        self._on_failure = callback

    def on_commit(self, callback: Callable[[Committed], None]) -> None:
        """Called on the event loop for each commit, in order. Set before `start`."""
        self._on_commit.append(callback)

    async def start(self, *, mark: tuple[str, int] | None) -> Committed:
        """Opens the database and loads what is open; `mark` is the epoch and seq that the data folder remembers.

        Raises DatabaseUnusable.
        """
        self._loop = asyncio.get_running_loop()
        try:
            loaded = await asyncio.to_thread(self._open, mark)
        except SQLAlchemyError as error:
            raise DatabaseUnusable(f"the database cannot be used: {reason(error)}") from error
        self._thread.start()
        if self._engine.dialect.name == "sqlite":
            self._checkpoints = Checkpoints(self._url)
            self._checkpoints.start()
        return loaded

    async def stop(self) -> None:
        """Finishes the orders that wait."""
        self._line.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._checkpoints is not None:
            await asyncio.to_thread(self._checkpoints.stop)
        self._connection.close()
        self._engine.dispose()

    @overload
    async def submit(self, order: Press) -> Accepted: ...
    @overload
    async def submit(self, order: IncidentOrder | MergeOrder | SplitOrder) -> Done: ...
    @overload
    async def submit(
        self, order: DrillOrder | DutyOrder | DeviceOrder | PinsOrder | CheckpointOrder | PushOrder | EvidenceOrder
    ) -> None: ...
    async def submit(self, order: Order) -> Answer:
        """Answers once the order is on disk. Raises JournalUnavailable, or a `dispatch.errors.Refused`.

        After `PATIENCE_S` nobody knows whether it will be: what is not begun by then is dropped, but for an alarm.
        """
        if self._line.is_full:
            raise JournalUnavailable("too many orders wait")
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._line.put(Waiting(order, future))
        late = self._loop.call_later(PATIENCE_S, self._give_up, future)
        try:
            return await future
        finally:
            late.cancel()

    async def take_along(self, order: EvidenceOrder) -> None:
        """Goes with the next batch that something else makes, however long that takes. Raises JournalUnavailable."""
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._line.put_along(Waiting(order, future))
        await future

    def nudge(self, *, freed: bool = False) -> None:
        """Another process committed something: come up to date. With `freed`, somebody more can be asked now."""
        self._line.put(Waiting(None, None, freed))

    # On the writer's thread.

    def _open(self, mark: tuple[str, int] | None) -> Committed:
        self._engine: Engine = open_engine(self._url, writes=True)
        self._connection = OneConnection(self._engine)
        dialect = self._engine.dialect.name
        self._commit = Commit(dialect)
        self._orders = Orders(dialect, self._registry, self._world, self._policy)
        with self._connection.begin() as connection:
            make_head(connection, mark)
        self._load_ahead()
        with self._connection.begin() as connection:
            self._catch_up(connection)
        dues = [(one.id, next_due(one, self._policy)) for one in self._registry.open_incidents()]
        standing = standing_offers(self._registry.open_incidents())
        epoch, seq = self._registry.epoch, self._registry.seq
        return Committed(epoch, seq + 1, seq, (), (), (), dues, 0, 0.0, standing=standing)

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            self._attempt(batch)

    def _attempt(self, batch: list[Waiting], *, alone: bool = False) -> None:
        """One order that cannot be written must not take the others of its batch with it."""
        try:
            self._write(batch, alone=alone)
        except Exception as error:  # noqa: BLE001 - the outermost loop: a lost writer would lose every alarm after it
            if not alone and len(batch) > 1 and not isinstance(error, OperationalError):
                self._registry.clear()
                for waiting in batch:
                    self._attempt([waiting], alone=True)
            else:
                self._fail(batch, error)

    def _next_batch(self) -> list[Waiting] | None:
        """Waits for the first order; the others are taken when it is decided. None when it is time to stop."""
        first = self._line.first(self._patience_s())
        return None if first is None else [first]

    def _patience_s(self) -> float | None:
        """None waits for ever. After a failure nobody may come, and yet what is in memory must become right again."""
        if self._more_waiting:
            return 0.0
        return None if self.failing_since is None else RECOVER_S

    def _write(self, batch: list[Waiting], *, alone: bool) -> None:
        began = self._clock.monotonic()
        self._take_policy()
        foreign = self._load_ahead()
        with self._connection.begin() as connection:
            foreign += self._catch_up(connection)
            draft, answers = self._at_its_place(lambda: self._carry_out(connection, batch, alone=alone))
        durable_at = self._clock.now()
        committed = Committed(
            epoch=self._registry.epoch,
            first_seq=draft.first_seq,
            seq=draft.seq,
            events=draft.events,
            pushes=draft.pushes,
            ended_offers=draft.ended_offers,
            dues=self._dues(draft, foreign),
            orders=len(batch),
            seconds=self._clock.monotonic() - began,
            opened=draft.opened_seqs(),
            placed_at=draft.placed_at,
            durable_at=durable_at,
        )
        self._note_success(draft)
        self._loop.call_soon_threadsafe(self._deliver, committed, answers)

    def _note_success(self, draft: Draft) -> None:
        """Nothing but the head was touched for a nudge: that alone does not tell that the next alarm will be stored."""
        has_written = draft.seq >= draft.first_seq
        if has_written or self._clock.now() - self._failed_at >= BROKEN_FOR:
            self.failing_since = None
            self._spell.is_over()

    def _load_ahead(self) -> list[str]:
        """When memory is empty, before anybody has to wait for the head; returns the ids of the open incidents."""
        if self._registry.seq >= 0:
            return []
        with self._connection.begin() as connection:
            return load_ahead(connection, self._registry)

    def _catch_up(self, connection: Connection) -> list[str]:
        """Takes the head; returns the ids of incidents that others changed since."""
        if lock_head(connection, self._registry):
            return []
        return bring_up_to_date(connection, self._registry)

    def _take_policy(self) -> None:
        """A batch is decided by one policy. After a change memory starts afresh: what it has follows from that."""
        if self._policy is not self._policies.current:
            self._policy = self._registry.policy = self._orders.policy = self._policies.current
            self._registry.clear()

    def _at_its_place(self, work: Callable[[], T]) -> T:
        """Decisions about a local file are made on the event loop, where everything else in Python runs: two threads
        that take turns with the interpreter lose more time handing it over than either of them needs. A database across
        the network may let one wait for seconds, and then only this thread.
        """
        if self._engine.dialect.name != "sqlite":
            return work()
        done: Future[T] = Future()

        def on_loop() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                done.set_exception(error)

        self._loop.call_soon_threadsafe(on_loop)
        return done.result()

    def _carry_out(
        self, connection: Connection, batch: list[Waiting], *, alone: bool
    ) -> tuple[Draft, list[tuple[asyncio.Future[Answer], Answer | Refused]]]:
        """Decides, and writes all but the commit."""
        if not alone:
            self._line.take_more(batch)
        draft = Draft(self._registry, self._policy, self._clock.now())
        answers = self._decide(connection, draft, batch)
        self._commit(connection, draft)
        if self.failing_since is not None:
            touch_head(connection)
        self._registry.seq = draft.seq
        return draft, answers

    def _decide(
        self, connection: Connection, draft: Draft, batch: list[Waiting]
    ) -> list[tuple[asyncio.Future[Answer], Answer | Refused]]:
        orders = self._orders
        batch = [waiting for waiting in batch if not waiting.is_void]
        orders.begin(connection, draft, [waiting.order for waiting in batch if waiting.order is not None])
        draft.placed_at = self._clock.now()
        answers: list[tuple[asyncio.Future[Answer], Answer | Refused]] = []
        for waiting in batch:
            if waiting.order is None or waiting.future is None:
                continue
            try:
                answers.append((waiting.future, orders.carry_out(waiting.order)))
            except Refused as refusal:
                answers.append((waiting.future, refusal))
        freed = draft.freed or self._more_waiting or any(waiting.freed for waiting in batch)
        self._more_waiting = freed and orders.offer_waiting()
        return answers

    def _dues(self, draft: Draft, foreign: list[str]) -> list[tuple[str, datetime | None]]:
        dues = draft.dues()
        for incident_id in foreign:
            held = self._registry.get(incident_id)
            dues.append((incident_id, next_due(held.incident, self._policy) if held else None))
        return dues

    def _fail(self, batch: list[Waiting], error: Exception) -> None:
        """Nothing of the batch is on disk, or nobody knows: the callers try again, and memory starts afresh."""
        self._registry.clear()
        self._more_waiting = False
        self._note_failure(reason(error))
        if isinstance(error, SQLAlchemyError | VersionMissed):
            self._spell.goes_on(self.last_error)
        else:
            log.error("journal.batch_failed", orders=len(batch), exc_info=error)
        futures = [waiting.future for waiting in batch if waiting.future is not None]
        self._loop.call_soon_threadsafe(self._refuse, futures)

    def _note_failure(self, why: str) -> None:
        self._failed_at = self._clock.now()
        self.failing_since = self.failing_since or self._failed_at
        self.last_error = why

    # On the event loop.

    def _give_up(self, future: asyncio.Future[Answer]) -> None:
        if future.done():
            return
        # With commits going on it is no fault of the database's: more is asked than can be done.
        if self._loop.time() - self._heard_s >= PATIENCE_S:
            self._note_failure("the database does not answer")
            self._spell.goes_on(self.last_error)
        self._refuse([future])

    def _deliver(self, committed: Committed, answers: list[tuple[asyncio.Future[Answer], Answer | Refused]]) -> None:
        self._heard_s = self._loop.time()
        for future, answer in answers:
            if future.done():
                continue
            if isinstance(answer, Refused):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        for callback in self._on_commit:
            callback(committed)

    def _refuse(self, futures: list[asyncio.Future[Answer]]) -> None:
        self._on_failure()
        for future in futures:
            if not future.done():
                future.set_exception(JournalUnavailable("the journal could not write"))


def _nobody() -> None:
    """Before somebody listens, nobody does."""
