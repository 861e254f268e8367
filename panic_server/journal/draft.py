"""One batch on its way to disk: the rows of every table, and what the process must do once they are durable."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.effects import NOT_URGENT, effects, ended_offers, wakes_nobody
from dispatch.events import Event
from dispatch.evolve import evolve
from dispatch.incident import Alarm, Incident, Offer
from dispatch.moments import Moment, is_arrival_undone, is_in_statistics, moments_between
from dispatch.policy import Policy
from dispatch.standing import Ended, ended
from dispatch.units import Unit
from geo.position import Position
from panic_server.clock import new_id
from panic_server.journal.codec import alarm_text, encoder, incident_text
from panic_server.journal.port import Actor, JournalEvent, Press, Seen
from panic_server.journal.registry import Held, Registry
from panic_server.journal.routes import Drawn, payloads_text, route_event, routes_text
from panic_server.journal.timeline import event_kind, facts_text
from panic_server.journal.times import micros
from panic_server.push.port import Outcome, Push, PushResult

LEASE = timedelta(seconds=15)
"""A new push is its own process's for this long; after that any process that looks at the outbox may send it."""

UNDONE = 0
"""In place of a moment: what was kept of it is wrong."""


@dataclass(slots=True)
class Touched:
    """An incident in this batch: the version on disk (None for a new one) and what it has become."""

    stored_version: int | None
    held: Held
    seq: int


@dataclass(slots=True)
class Rows:
    """For each table, rows in the order of its columns."""

    alarms: list[Any] = field(default_factory=list)
    alarm_updates: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    offers: dict[str, Any] = field(default_factory=dict)
    changed_offers: dict[str, Any] = field(default_factory=dict)
    outbox: list[Any] = field(default_factory=list)
    duty: dict[str, Any] = field(default_factory=dict)
    positions: dict[str, Any] = field(default_factory=dict)
    devices: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    pins: dict[str, Any] = field(default_factory=dict)
    cancels: dict[str, Any] = field(default_factory=dict)
    tracks: list[Any] = field(default_factory=list)
    push_results: dict[str, Any] = field(default_factory=dict)
    dead_devices: list[str] = field(default_factory=list)
    moved_alarms: dict[tuple[str, str], Any] = field(default_factory=dict)
    drills: dict[str, Any] = field(default_factory=dict)
    evidence: dict[int, Any] = field(default_factory=dict)


class Draft:
    """Collects; writes nothing itself. A draft that is not committed is dropped together with the registry."""

    def __init__(self, registry: Registry, policy: Policy, now: datetime) -> None:
        self.registry = registry
        self.policy = policy
        self.now = now
        self.first_seq = registry.seq + 1
        self.seq = registry.seq
        self.rows = Rows()
        self.touched: dict[str, Touched] = {}
        self.moments: dict[str, dict[Moment, int]] = {}
        self.engagements: dict[str, tuple[str, int, str, str] | None] = {}
        self.events: list[JournalEvent] = []
        self.pushes: list[Push] = []
        self.ended_offers: list[str] = []
        self.ends: list[tuple[Ended, int]] = []
        self.freed = False
        self.placed_at: datetime | None = None
        self._at = micros(now)
        self.drawn = Drawn(policy)

    def incident(self, held: Held | None, events: Iterable[Event], actor: Actor) -> Incident:
        """Carries the events out, one number each."""
        incident = held.incident if held else None
        opened_seq = held.opened_seq if held else self.seq + 1
        for event in events:
            incident = self._carry_out(incident, opened_seq, event, actor)
        if incident is None:
            raise ValueError("a new incident needs its first event")
        return incident

    def _carry_out(self, before: Incident | None, opened_seq: int, event: Event, actor: Actor) -> Incident:
        after = evolve(before, event)
        self.seq += 1
        kind = event_kind(event)
        told = route_event(before, after, seq=self.seq, kind=kind, at=self.now, actor=actor, drawn=self.drawn)
        self._add_event(told, actor, facts_text(event))
        self._note_pushes(before, after, event)
        changed = self.registry.put(before, after, opened_seq)
        self.freed = self.registry.mute.take_woken() or self.freed
        self._note_engagements(before, after, changed)
        self._note_offers(before, after)
        self._note_standing(before, after)
        self._note_moments(before, after)
        stored = self.touched[after.id].stored_version if after.id in self.touched else _version(before)
        self.touched[after.id] = Touched(stored, Held(after, opened_seq), self.seq)
        return after

    def _add_event(self, told: JournalEvent, actor: Actor, facts: str) -> None:
        self.events.append(told)
        self.rows.events.append(
            (
                told.seq,
                told.incident_id,
                told.kind,
                self._at,
                encoder.encode(actor).decode(),
                facts,
                routes_text(told.routes),
                payloads_text(told.payloads),
            )
        )

    def _note_pushes(self, before: Incident | None, after: Incident, event: Event) -> None:
        for intent in effects(before, event):
            push = Push(
                id=new_id(),
                seq=self.seq,
                recipient=intent.recipient,
                kind=intent.kind.value,
                incident_id=after.id,
                offer_id=intent.offer_id,
                created_at=self.now,
                expires_at=intent.expires_at,
                urgent=intent.kind not in NOT_URGENT,
                attempts=0,
                next_attempt_at=self.now,
                silent=wakes_nobody(intent.kind, after),
                drill=after.drill,
            )
            self.pushes.append(push)
            self.rows.outbox.append(outbox_row(push, leased_until=self.now + LEASE))
        self.ended_offers.extend(ended_offers(before, after))

    def _note_engagements(self, before: Incident | None, after: Incident, changed: list[str]) -> None:
        officers = _officers(after) | (_officers(before) if before else {})
        for offer_id in changed:
            officer_id = officers[offer_id]
            slot = self.registry.engaged(officer_id).slot_of(offer_id)
            self.freed = self.freed or slot is None
            self.engagements[offer_id] = None if slot is None else (officer_id, slot, offer_id, after.id)

    def _note_offers(self, before: Incident | None, after: Incident) -> None:
        known = {offer.id: offer for offer in before.offers} if before else {}
        for offer in after.offers:
            if known.get(offer.id) is offer:
                continue
            row = _offer_row(offer, after.id)
            if offer.id in known and offer.id not in self.rows.offers:
                self.rows.changed_offers[offer.id] = row
            else:
                self.rows.offers[offer.id] = row

    def _note_standing(self, before: Incident | None, after: Incident) -> None:
        self.ends.extend((one, self.seq) for one in ended(before, after))

    def _note_moments(self, before: Incident | None, after: Incident) -> None:
        for moment in moments_between(before, after):
            self.moments.setdefault(after.id, {})[moment] = self._at
        if is_arrival_undone(before, after):
            self.moments.setdefault(after.id, {})[Moment.ON_SCENE] = UNDONE

    def alarm(self, alarm: Alarm, press: Press, incident_id: str, answer: bytes) -> None:
        self.rows.alarms.append(
            (
                alarm.device,
                alarm.id,
                incident_id,
                self.seq,
                self._at,
                alarm.position is not None,
                press.digest.hex(),
                answer.decode(),
                alarm_text(alarm),
                press.raw_position,
                None,
            )
        )

    def move_alarm(self, device: str, alarm_id: str, incident_id: str, path: str | None) -> None:
        """`path` is the way that the alarm came: see `ways`."""
        self.rows.moved_alarms[device, alarm_id] = (device, alarm_id, incident_id, path)

    def alarm_update(self, alarm: Alarm, press: Press) -> None:
        self.rows.alarm_updates.append(
            (self.seq, alarm.device, alarm.id, press.digest.hex(), alarm_text(alarm), press.raw_position)
        )

    def duty(self, officer_id: str, actor: Actor, *, on_duty: bool, unit: Unit | None) -> None:
        """A numbered event that nobody's screen gets; other processes learn of the change by it."""
        self.seq += 1
        facts = encoder.encode({"officer_id": officer_id, "on_duty": on_duty, "unit": unit}).decode()
        self._add_event(JournalEvent(self.seq, None, "duty_changed", {}, {}), actor, facts)
        self.rows.duty[officer_id] = (officer_id, on_duty, self.seq, unit)
        self.freed = self.freed or on_duty

    def positions(self, positions: Iterable[tuple[str, Position]]) -> None:
        for officer_id, at in positions:
            self.rows.positions[officer_id] = (officer_id, at.lat, at.lon, at.accuracy_m, micros(at.at))

    def device(self, subject: str, kind: str, value: str) -> None:
        self.rows.devices = {key: row for key, row in self.rows.devices.items() if row[2] != value}
        self.rows.devices[f"{subject}\n{kind}"] = (subject, kind, value)

    def pins(self, subject: str, pin: str, duress_pin: str) -> None:
        self.rows.pins[subject] = (subject, pin, duress_pin, self._at)

    def push_results(self, results: Iterable[PushResult], dead_devices: Iterable[str]) -> None:
        self.rows.push_results.update((result.push_id, result_row(result)) for result in results)
        self.rows.dead_devices.extend(dead_devices)

    def evidence(self, rows: Iterable[Seen]) -> None:
        for row in rows:
            times = (micros(row.placed_at), micros(row.durable_at), micros(row.console_at))
            self.rows.evidence[row.opened_seq] = (row.opened_seq, *times)

    def opened_seqs(self) -> list[int]:
        """Of the incidents that this batch opens."""
        return [one.held.opened_seq for one in self.touched.values() if one.stored_version is None]

    def new_incident_rows(self) -> list[Any]:
        return [self._incident_row(one) for one in self.touched.values() if one.stored_version is None]

    def changed_incident_rows(self) -> list[Any]:
        """Each with the version that must still be on disk, in last place."""
        return [
            (*self._incident_row(one), one.stored_version)
            for one in self.touched.values()
            if one.stored_version is not None
        ]

    def _moments(self, incident_id: str) -> tuple[int | None, ...]:
        """What the incident came to in this batch, which happens at one time."""
        reached = self.moments.get(incident_id, {})
        return tuple(reached.get(moment) for moment in Moment)

    def dues(self) -> list[tuple[str, datetime | None]]:
        """When to look again at each incident of this batch. Ask once all is decided."""
        return [(incident_id, self._due(one.held.incident)) for incident_id, one in self.touched.items()]

    def _due(self, incident: Incident) -> datetime | None:
        return self.drawn.complete(incident).next_due_at

    def _incident_row(self, touched: Touched) -> tuple[Any, ...]:
        incident = touched.held.incident
        return (
            incident.id,
            incident.version,
            touched.seq,
            touched.held.opened_seq,
            incident.status.value,
            areas_text(incident),
            micros(self._due(incident)),
            incident.kind.value,
            is_in_statistics(incident),
            sectors_text(incident),
            micros(incident.opened_at),
            *self._moments(incident.id),
            micros(incident.cancelled.at) if incident.cancelled and incident.is_cancelled else None,
            incident_text(incident),
        )


def sectors_text(incident: Incident) -> str:
    """`|code|code|`, the first in charge; `|` where there is none."""
    return "|" + "".join(f"{sector.code}|" for sector in incident.place.sectors)


def _officers(incident: Incident) -> dict[str, str]:
    """Offer or assignment id → officer id."""
    offered = {offer.id: offer.officer.id for offer in incident.offers}
    return offered | {assignment.id: assignment.officer.id for assignment in incident.assignments}


def _version(incident: Incident | None) -> int | None:
    return incident.version if incident else None


def areas_text(incident: Incident) -> str:
    """`|code|code|`, for finding incidents by area and by whoever may see them; `||` leads where there is no sector."""
    return "|" + "".join(f"{code}|" for code in dict.fromkeys((*placed_codes(incident), *incident.neighbourhood)))


def placed_codes(incident: Incident) -> tuple[str, ...]:
    """Of the areas and sectors where it is, or may be; empty text in place of a sector where there is none."""
    place = incident.place
    former = [sector.code for sector in incident.former_sectors]
    parents = (place.rt, place.rw, place.village, place.district, place.city)
    sectors = [sector.code for sector in place.sectors] or [""]
    return (*sectors, *former, *(ref.code for ref in (*place.candidates, *parents) if ref))


def _offer_row(offer: Offer, incident_id: str) -> tuple[Any, ...]:
    return (
        offer.id,
        incident_id,
        offer.officer.id,
        offer.status.value,
        micros(offer.offered_at),
        micros(offer.expires_at),
        micros(offer.received_at),
    )


def outbox_row(push: Push, *, leased_until: datetime) -> tuple[Any, ...]:
    """In the order of the table's columns; until then only the process that wrote it sends it."""
    return (
        push.id,
        push.seq,
        push.recipient,
        push.kind,
        push.incident_id,
        push.offer_id,
        micros(push.created_at),
        micros(push.expires_at),
        push.urgent,
        push.silent,
        push.drill,
        push.attempts,
        micros(leased_until),
        None,
        None,
    )


def result_row(result: PushResult) -> tuple[Any, ...]:
    """Id, outcome, attempts, next try and end of a push; a retry has no outcome yet."""
    is_retry = result.outcome is Outcome.RETRY
    ended = result.reason.value if result.reason else result.outcome.value
    return (
        result.push_id,
        None if is_retry else ended,
        result.attempts,
        micros(result.next_attempt_at),
        None if is_retry else micros(result.at),
    )
