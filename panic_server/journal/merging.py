"""Carries out merges and splits, most of them an operator's: two incidents, and their alarms, change in one commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.engine import Connection

from dispatch.commands import CancelAlarm, Command, MoveAlarm, PressAlarm
from dispatch.decide import decide
from dispatch.errors import IncidentClosed, MergeRefused, NotMerged, SplitRefused, VersionConflict
from dispatch.events import Event, IncidentOpened
from dispatch.facts import Cancels, Facts
from dispatch.incident import Alarm, Incident, Person, PinMeaning
from dispatch.merging import LetGo, MergeInto, Pressed, Return, SplitOff, TakeIn, first_of, pressed_by, said_since
from panic_server.clock import new_id
from panic_server.journal import tables
from panic_server.journal.codec import read_alarm
from panic_server.journal.draft import Draft
from panic_server.journal.following import carry_cancels, load_cancels
from panic_server.journal.port import Actor, Done, MergeOrder, SplitOrder
from panic_server.journal.registry import Held, Registry
from panic_server.journal.ways import came_by, way_before, way_by_merge, way_by_split
from panic_server.people import Principal

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """An alarm's row, as far as it matters here."""

    seq: int
    record: str
    path: str | None


class Find(Protocol):
    def __call__(self, incident_id: str, principal: Principal | None, /) -> Held: ...


class Merging:
    """`find`, `decide` and `facts` are the writer's own."""

    def __init__(
        self,
        registry: Registry,
        *,
        find: Find,
        decide: Callable[[Held, Command, Actor], Done],
        facts: Callable[[Alarm, Held | None], Facts],
    ) -> None:
        self._registry = registry
        self._find = find
        self._decide = decide
        self._facts = facts

    def merge(self, order: MergeOrder, connection: Connection, draft: Draft) -> Done:
        """Raises a `dispatch.errors.Refused`."""
        source = self._expected(order.incident_id, order)
        target = self._find(order.into, order.operator)
        operator, actor = _said_by(order.operator)
        theirs = alarms_of(connection, draft, order.incident_id)
        if not target.incident.is_open:
            raise IncidentClosed(order.into)
        ours = alarms_of(connection, draft, order.into)
        self._decide(source, MergeInto(operator, target.incident), actor)
        for (device, alarm_id), kept in theirs.items():
            draft.move_alarm(device, alarm_id, order.into, way_by_merge(kept.path, order.incident_id))
            self._registry.phones.add(device, order.into, drill=target.incident.drill)
        carry_cancels(connection, draft, order.incident_id, order.into, _devices(theirs))
        devices = _devices(ours | theirs)
        # The target's own phone stays the first, whoever pressed before it.
        both = Pressed(target.incident.device, len(devices), len(set(devices)))
        return self._decide(self._find(order.into, None), TakeIn(operator, source.incident, both), actor)

    def split(self, order: SplitOrder, connection: Connection, draft: Draft) -> Done:
        """Raises a `dispatch.errors.Refused`."""
        held = self._expected(order.incident_id, order)
        if not held.incident.is_open:
            raise IncidentClosed(order.incident_id)
        alarms = alarms_of(connection, draft, order.incident_id)
        if bool(order.alarms) == bool(order.merged):
            raise SplitRefused(order.incident_id)
        if order.merged is not None:
            return self._undo_merge(order, order.merged, alarms, connection, draft)
        chosen = {key: alarms[key] for key in order.alarms if key in alarms}
        if len(chosen) != len(set(order.alarms)) or len(chosen) == len(alarms):
            raise SplitRefused(order.incident_id)
        first = first_of(_as_said(connection, draft, chosen))
        by = _said_by(order.operator)
        return self._split_off(order.incident_id, alarms, chosen, connection, draft, first=first, by=by)

    def set_apart(self, incident_id: str, again: Alarm, connection: Connection, draft: Draft) -> str:
        """An alarm that its own phone has sent again as what no other phone's may be with; returns where it is now."""
        alarms = alarms_of(connection, draft, incident_id)
        key = (again.device, again.id)
        chosen = {key: alarms[key]}
        [before] = _as_said(connection, draft, chosen)
        first = said_since(before, again)
        by = None, Actor("resident", again.device)
        return self._split_off(incident_id, alarms, chosen, connection, draft, first=first, by=by).incident.id

    def _split_off(
        self,
        incident_id: str,
        alarms: dict[Key, Kept],
        chosen: dict[Key, Kept],
        connection: Connection,
        draft: Draft,
        *,
        first: Alarm,
        by: tuple[Person | None, Actor],
    ) -> Done:
        operator, actor = by
        new_incident = new_id()
        stay = {key: kept for key, kept in alarms.items() if key not in chosen}
        ids = tuple(alarm_id for _, alarm_id in chosen)
        held = self._find(incident_id, None)
        command = SplitOff(operator, new_incident, ids, pressed_by(_devices(stay), own=held.incident.device))
        self._decide(held, command, actor)
        cancelled = _cancelled(connection, draft, incident_id, chosen)
        opening = self._opening(new_incident, first, chosen, incident_id, draft, is_told=not cancelled)
        made = draft.incident(None, opening, actor)
        self._move({key: way_by_split(kept.path, incident_id) for key, kept in chosen.items()}, made, draft)
        self._leave(chosen, stay, held.incident)
        carry_cancels(connection, draft, incident_id, new_incident, _devices(chosen))
        return self._cancel_again(incident_id, new_incident, cancelled, chosen, draft)

    def _opening(
        self, new_incident: str, alarm: Alarm, chosen: dict[Key, Kept], split_from: str, draft: Draft, *, is_told: bool
    ) -> list[Event]:
        """It is dispatched as if its alarms had just come; the RT hears of it unless one of them was cancelled."""
        facts = self._facts(alarm, None)
        facts = facts if is_told else replace(facts, neighbours=())
        opened, *more = decide(None, PressAlarm(alarm, new_incident), facts, now=draft.now, policy=draft.policy)
        if not isinstance(opened, IncidentOpened):
            raise TypeError("a press that joins nothing opens an incident")
        pressed = pressed_by(_devices(chosen))
        counted = replace(opened, alarm_count=pressed.alarm_count, phone_count=pressed.phone_count)
        return [replace(counted, split_from=split_from), *more]

    def _undo_merge(
        self, order: SplitOrder, merged: str, alarms: dict[Key, Kept], connection: Connection, draft: Draft
    ) -> Done:
        operator, actor = _said_by(order.operator)
        source = self._find(merged, order.operator)
        if source.incident.merged_into != order.incident_id:
            raise NotMerged(merged)
        held = self._find(order.incident_id, None)
        into = held.incident.id
        back = {key: kept for key, kept in alarms.items() if came_by(kept.path, into, merged=merged, into=into)}
        stay = {key: kept for key, kept in alarms.items() if key not in back}
        if not back or not stay:
            raise MergeRefused(merged)
        left = pressed_by(_devices(stay), own=held.incident.device)
        self._decide(held, LetGo(operator, merged, left), actor)
        cancelled = _cancelled(connection, draft, order.incident_id, back)
        done = self._decide(source, Return(operator, pressed_by(_devices(back), own=source.incident.device)), actor)
        ways = {key: way_before(kept.path, into, merged=merged, into=into) for key, kept in back.items()}
        self._move(ways, done.incident, draft)
        self._leave(back, stay, held.incident)
        carry_cancels(connection, draft, order.incident_id, merged, _devices(back))
        return self._cancel_again(order.incident_id, merged, cancelled, back, draft)

    def _cancel_again(
        self, from_id: str, to_id: str, cancelled: list[Key], alarms: dict[Key, Kept], draft: Draft
    ) -> Done:
        """What its phone has cancelled looks cancelled where it is now. Whose cancel was forced in the other incident
        nobody knows: any of them may have been.
        """
        was_forced = self._find(from_id, None).incident.duress
        is_alone = len(set(_devices(alarms))) == 1
        for device, alarm_id in cancelled if was_forced or is_alone else ():
            held = self._find(to_id, None)
            command = CancelAlarm(alarm_id, device, PinMeaning.DURESS if was_forced else PinMeaning.RIGHT)
            facts = Facts(cancels=Cancels(is_alone=is_alone))
            events = decide(held.incident, command, facts, now=draft.now, policy=draft.policy)
            draft.incident(held, events, Actor("resident", device))
        return Done(self._find(to_id, None).incident, draft.seq)

    def where_it_is(self, held: Held, order: CancelAlarm | MoveAlarm, connection: Connection, draft: Draft) -> Held:
        """The incident that the alarm is in by now, when operators have moved it since its phone asked."""
        if self._registry.phones.is_part_of(order.device, held.incident.id, drill=held.incident.drill):
            return held
        moved = draft.rows.moved_alarms.get((order.device, order.alarm_id))
        table = tables.alarms
        own = select(table.c.incident_id).where(table.c.device == order.device, table.c.id == order.alarm_id)
        now_in = moved[2] if moved else connection.execute(own).scalar()
        return held if now_in in {None, held.incident.id} else self._find(now_in, None)

    def _move(self, ways: Mapping[Key, str | None], to: Incident, draft: Draft) -> None:
        for (device, alarm_id), way in ways.items():
            draft.move_alarm(device, alarm_id, to.id, way)
            self._registry.phones.add(device, to.id, drill=to.drill)

    def _leave(self, gone: dict[Key, Kept], stay: dict[Key, Kept], incident: Incident) -> None:
        for device in set(_devices(gone)) - set(_devices(stay)):
            self._registry.phones.remove(device, incident.id, drill=incident.drill)

    def _expected(self, incident_id: str, order: MergeOrder | SplitOrder) -> Held:
        held = self._find(incident_id, order.operator)
        if order.expected_version is not None and held.incident.version != order.expected_version:
            raise VersionConflict(incident_id)
        return held


def _said_by(operator: Principal) -> tuple[Person, Actor]:
    return Person(operator.subject, operator.name), Actor(operator.role.value, operator.subject)


def _as_said(connection: Connection, draft: Draft, alarms: dict[Key, Kept]) -> tuple[Alarm, ...]:
    """With what their phones have sent under the same ids since, as the first fix."""
    table = tables.alarm_updates
    of_these = table.c.device.in_(set(_devices(alarms))) & table.c.id.in_([alarm_id for _, alarm_id in alarms])
    query = select(table.c.device, table.c.id, table.c.record).where(of_these)
    said = {key: read_alarm(kept.record) for key, kept in alarms.items()}
    later = [tuple(row) for row in connection.execute(query.order_by(table.c.seq))]
    later += [(device, alarm_id, record) for _, device, alarm_id, _, record, _ in draft.rows.alarm_updates]
    for device, alarm_id, record in later:
        if (device, alarm_id) in said:
            said[device, alarm_id] = said_since(said[device, alarm_id], read_alarm(record))
    return tuple(said.values())


def _cancelled(connection: Connection, draft: Draft, incident_id: str, alarms: dict[Key, Kept]) -> list[Key]:
    """Of each phone that has cancelled, one alarm."""
    last = dict(alarms.keys())
    return [(one, last[one]) for one in last if load_cancels(connection, draft, one, incident_id).cancelled_at]


def _devices(alarms: dict[Key, Kept]) -> list[str]:
    return [device for device, _ in alarms]


def alarms_of(connection: Connection, draft: Draft, incident_id: str) -> dict[Key, Kept]:
    """On disk and in this batch, in the order they came."""
    table = tables.alarms
    query = select(table.c.device, table.c.id, table.c.seq, table.c.record, table.c.path)
    rows = connection.execute(query.where(table.c.incident_id == incident_id))
    found = {(row.device, row.id): Kept(row.seq, row.record, row.path) for row in rows}
    pressed = {(row[0], row[1]): Kept(row[3], row[8], None) for row in draft.rows.alarms if row[2] == incident_id}
    found |= pressed
    for key, (_, _, now_in, path) in draft.rows.moved_alarms.items():
        if now_in != incident_id:
            found.pop(key, None)
            continue
        known = found.get(key) or _stored(connection, key)
        found[key] = Kept(known.seq, known.record, path)
    return dict(sorted(found.items(), key=lambda item: item[1].seq))


def _stored(connection: Connection, key: Key) -> Kept:
    """Of an alarm that was moved earlier in this batch."""
    table = tables.alarms
    query = select(table.c.seq, table.c.record, table.c.path).where(table.c.device == key[0], table.c.id == key[1])
    row = connection.execute(query).one()
    return Kept(row.seq, row.record, row.path)
