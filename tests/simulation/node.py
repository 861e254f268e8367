"""One process of the server in miniature: memory that a crash takes away, a timer, and the one way through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from dispatch.incident import Incident
from tests.simulation.agenda import SECOND
from tests.simulation.journal import Change, Draft, DutyChange, Outbox
from tests.simulation.orders import Orders
from tests.simulation.registry import Registry
from tests.simulation.trace import plain

if TYPE_CHECKING:
    from tests.simulation.city import City
    from tests.simulation.screens import Screen

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
BATCH_MAX = 16
POLL_S = 0.8
Reply = Callable[[Any], object]


class Crash(IntEnum):
    """The points at which a process dies: a whole commit is on disk or none of it, whatever was said afterwards."""

    BEFORE_DECIDING = 0
    BEFORE_COMMIT = 1
    BEFORE_ANSWERS = 2
    BETWEEN_ANSWERS = 3
    BEFORE_PUSHES = 4
    AFTER_ALL = 5


@dataclass(frozen=True, slots=True)
class Look:
    """The timer's order to itself."""

    incident_id: str


class Node:
    """`skew_us` is how far its machine's clock is from the true time; `boot` counts its lives."""

    def __init__(self, city: City, name: str, skew_us: int) -> None:
        self.city = city
        self.name = name
        self.skew_us = skew_us
        self.boot = 0
        self.is_up = False
        self.frozen_until_us = 0
        self.screens: list[Screen] = []

    # Its life.

    def starts(self) -> None:
        city = self.city
        self.boot += 1
        self.is_up = True
        self._offset_us = self.skew_us + city.machine_off_us
        worked_at = city.journal.last_worked_at()
        if worked_at is not None:
            # As the server does: a machine's clock that was set back must not keep what is open waiting.
            self._offset_us = max(
                self._offset_us, (worked_at - START) // timedelta(microseconds=1) - city.agenda.now_us
            )
        self.registry = Registry(exercises_bind=city.core.exercises_bind)
        self.seen = city.journal.seq
        self.inbox: list[tuple[Any, Reply]] = []
        self._deadlines: dict[str, datetime] = {}
        self._is_working = False
        self.map_version = city.map_version
        city.trace.note("up", us=city.agenda.now_us, node=self.name, now=self.now())
        for officer_id, on_duty in city.journal.duty.items():
            self._take_duty(officer_id, on_duty)
        for incident_id in city.journal.open_ids:
            self._take(city.journal.load(incident_id))
        self._push(dict(city.journal.outbox))
        self._later(POLL_S, self._poll)

    def crashes(self) -> None:
        self.is_up = False
        self.frozen_until_us = 0
        self.city.trace.note("down", us=self.city.agenda.now_us, node=self.name)
        for screen in list(self.screens):
            screen.loses_connection()
        self.city.agenda.after(self.city.dice.uniform(0.3, 40.0), self.starts)

    def freezes(self, seconds: float) -> None:
        """As SIGSTOP does: nothing happens in it, and afterwards everything that waited."""
        if self.is_up and self.frozen_until_us <= self.city.agenda.now_us:
            self.frozen_until_us = self.city.agenda.now_us + round(seconds * SECOND)
            self.city.trace.note("down", us=self.city.agenda.now_us, node=self.name)
            self._later(seconds, self._thaws)

    def _thaws(self) -> None:
        self.city.trace.note("up", us=self.city.agenda.now_us, node=self.name, now=self.now())

    def now(self) -> datetime:
        return START + timedelta(microseconds=self.city.agenda.now_us + self._offset_us)

    def _later(self, seconds: float, what: Callable[[], object]) -> None:
        """In this life only, and not while frozen."""
        boot = self.boot

        def happen() -> None:
            if self.boot != boot or not self.is_up:
                return
            if self.city.agenda.now_us < self.frozen_until_us:
                self.city.agenda.at(self.frozen_until_us, happen)
            else:
                what()

        self.city.agenda.after(seconds, happen)

    # Orders.

    def submit(self, order: Any, reply: Reply) -> None:
        """What comes while it is down is lost."""
        if not self.is_up:
            return
        self.inbox.append((order, reply))
        if not self._is_working:
            self._is_working = True
            self._later(self.city.dice.uniform(0.001, 0.02), self._work)

    def _work(self) -> None:
        self._is_working = False
        batch, rest = self.inbox[:BATCH_MAX], self.inbox[BATCH_MAX:]
        self.inbox = rest
        crash = self.city.next_crash()
        if crash is Crash.BEFORE_DECIDING:
            return self.crashes()
        self.catch_up()
        now = self.now()
        orders = Orders(self, now)
        answers = [(reply, orders.carry_out(order)) for order, reply in batch]
        orders.offer_waiting()
        if self.city.core.answers_early:
            self._answer(answers)
        if crash is Crash.BEFORE_COMMIT:
            return self.crashes()
        pushes = self._commit(orders.draft, now)
        if crash is Crash.BEFORE_ANSWERS:
            return self.crashes()
        self._answer(answers[: len(answers) // 2] if crash is Crash.BETWEEN_ANSWERS else answers)
        if crash in {Crash.BETWEEN_ANSWERS, Crash.BEFORE_PUSHES}:
            return self.crashes()
        self._push(pushes)
        self.tell_screens()
        self.city.bus_wakes(self)
        if crash is Crash.AFTER_ALL:
            return self.crashes()
        if self.inbox and not self._is_working:
            self._is_working = True
            self._later(0.001, self._work)
        return None

    def _answer(self, answers: list[tuple[Reply, Any]]) -> None:
        for reply, answer in answers:
            reply(answer)

    def _commit(self, draft: Draft, now: datetime) -> Outbox:
        city, core = self.city, self.city.core
        touched = {change.after.id: change.after for change in draft.changes()}
        dues = {incident_id: core.next_due(state, city.policy) for incident_id, state in touched.items()}
        first = city.journal.seq + 1
        pushes = city.journal.commit(draft, dues, now)
        for seq, entry in enumerate(draft.entries, start=first):
            self._note(entry, seq, now, dues)
        self.seen = city.journal.seq
        for incident_id, due in dues.items():
            self._plan(incident_id, due)
        return pushes

    def _note(self, entry: Change | DutyChange, seq: int, now: datetime, dues: dict[str, datetime | None]) -> None:
        trace, us = self.city.trace, self.city.agenda.now_us
        if isinstance(entry, DutyChange):
            trace.note("duty", us=us, now=now, seq=seq, officer=entry.officer_id, on_duty=entry.on_duty)
            return
        incident_id, kind = entry.after.id, type(entry.event).__name__
        event, due = plain(entry.event), dues[entry.after.id]
        trace.note("event", us=us, now=now, seq=seq, incident=incident_id, kind=kind, event=event, due=due)

    def catch_up(self) -> None:
        """Takes over what another node has committed."""
        journal = self.city.journal
        if self.seen == journal.seq:
            return
        for incident_id in dict.fromkeys(journal.incident_of[self.seen + 1 :]):
            if incident_id is not None:
                self._take(journal.current[incident_id])
        for officer_id, on_duty in journal.duty.items():
            self._take_duty(officer_id, on_duty)
        self.seen = journal.seq

    def _take(self, incident: Incident) -> None:
        self.registry.put(self.registry.held.get(incident.id), incident)
        self._plan(incident.id, self.city.core.next_due(incident, self.city.policy))

    def _take_duty(self, officer_id: str, on_duty: bool) -> None:
        if on_duty:
            self.registry.on_duty[officer_id] = None
        else:
            self.registry.on_duty.pop(officer_id, None)

    def _push(self, pushes: Outbox) -> None:
        """From the outbox; what was sent before a crash and not yet noted goes out twice."""
        for number, (push, incident_id) in pushes.items():
            self.city.journal.outbox.pop(number, None)
            self.city.delivers(push, incident_id)

    # The timer.

    def _plan(self, incident_id: str, due: datetime | None) -> None:
        if due is None:
            self._deadlines.pop(incident_id, None)
        elif self._deadlines.get(incident_id) != due:
            if self.city.core.forgets_deadlines and self.city.dice.random() < 0.05:
                return
            self._deadlines[incident_id] = due
            self._later(self._seconds_until(due), lambda: self._fires(incident_id, due))

    def _seconds_until(self, due: datetime) -> float:
        """As late as a loop may be, and never early."""
        return max(0.0, (due - self.now()) / timedelta(seconds=1)) + self.city.dice.uniform(0.00001, 0.05)

    def _fires(self, incident_id: str, due: datetime) -> None:
        if self._deadlines.get(incident_id) == due:
            del self._deadlines[incident_id]
            self._look(incident_id)

    def _look(self, incident_id: str) -> None:
        self.city.trace.note("look", us=self.city.agenda.now_us, now=self.now(), node=self.name, incident=incident_id)
        self.submit(Look(incident_id), lambda pause_s: self._looked(incident_id, pause_s))

    def _looked(self, incident_id: str, pause_s: float | None) -> None:
        if pause_s is not None and incident_id not in self._deadlines:
            self._plan(incident_id, self.now() + timedelta(seconds=pause_s))

    def _poll(self) -> None:
        """Without a word from the bus it finds out by itself."""
        if self.seen != self.city.journal.seq:
            self.hears_of_news()
        if self.map_version != self.city.map_version and self.city.dice.random() < 0.5:
            self.map_version = self.city.map_version
        self._later(POLL_S, self._poll)

    def hears_of_news(self) -> None:
        if self.is_up and self.city.agenda.now_us >= self.frozen_until_us:
            self.catch_up()
            self.tell_screens()

    def tell_screens(self) -> None:
        for screen in self.screens:
            screen.is_told_up_to(self.seen)
