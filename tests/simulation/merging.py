"""Merges and splits on a draft, as the journal's writer carries them out: both incidents change in one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.commands import Command
from dispatch.errors import IncidentClosed, MergeRefused, NotMerged, SplitRefused
from dispatch.incident import Alarm, Incident, Person
from dispatch.merging import LetGo, MergeInto, Pressed, Return, SplitOff, TakeIn, first_of
from panic_server.journal.ways import came_by, way_before, way_by_merge, way_by_split
from tests.simulation.journal import Draft, Kept, Key

if TYPE_CHECKING:
    from tests.simulation.city import City

Alarms = dict[Key, Kept]


@dataclass(frozen=True, slots=True)
class Merge:
    incident_id: str
    into: str
    operator: Person


@dataclass(frozen=True, slots=True)
class Split:
    """Alarms become an incident of their own, or `merged` is one again."""

    incident_id: str
    operator: Person
    alarms: tuple[Key, ...] = ()
    merged: str | None = None


class Merging:
    """`find`, `decide` and `opens` are the orders' own; `opens` makes an incident of an alarm, split from another."""

    def __init__(
        self,
        city: City,
        draft: Draft,
        *,
        find: Callable[[str], Incident],
        decide: Callable[[Incident, Command], Incident],
        opens: Callable[[Alarm, str, str, Pressed], Incident],
    ) -> None:
        self._city = city
        self._draft = draft
        self._find = find
        self._decide = decide
        self._opens = opens

    def merge(self, order: Merge) -> Incident:
        source, target = self._find(order.incident_id), self._find(order.into)
        if not target.is_open:
            raise IncidentClosed(target.id)
        theirs = self._alarms_of(source.id)
        devices = _devices(self._alarms_of(target.id) | theirs)
        self._decide(source, MergeInto(order.operator, target))
        for key, kept in theirs.items():
            self._move(key, kept, target.id, way_by_merge(kept.way, source.id))
        both = Pressed(target.device, len(devices), len(set(devices)))
        return self._decide(self._find(target.id), TakeIn(order.operator, source, both))

    def split(self, order: Split) -> Incident:
        incident = self._find(order.incident_id)
        if not incident.is_open:
            raise IncidentClosed(incident.id)
        alarms = self._alarms_of(incident.id)
        if order.merged is not None:
            return self._undo(order, incident, self._find(order.merged), alarms)
        chosen = {key: alarms[key] for key in order.alarms if key in alarms}
        if len(chosen) != len(order.alarms) or len(chosen) in (0, len(alarms)):
            raise SplitRefused(incident.id)
        stay = {key: kept for key, kept in alarms.items() if key not in chosen}
        new_id, ids = self._city.new_id(), tuple(alarm_id for _, alarm_id in chosen)
        self._decide(incident, SplitOff(order.operator, new_id, ids, _pressed(stay, incident)))
        first = first_of(tuple(kept.alarm for kept in chosen.values()))
        made = self._opens(first, new_id, incident.id, _pressed(chosen))
        for key, kept in chosen.items():
            self._move(key, kept, new_id, way_by_split(kept.way, incident.id))
        return made

    def _undo(self, order: Split, target: Incident, source: Incident, alarms: Alarms) -> Incident:
        if source.merged_into != target.id:
            raise NotMerged(source.id)
        merge = {"merged": source.id, "into": target.id}
        back = {key: kept for key, kept in alarms.items() if came_by(kept.way, target.id, **merge)}
        stay = {key: kept for key, kept in alarms.items() if key not in back}
        if not back or not stay:
            raise MergeRefused(source.id)
        self._decide(target, LetGo(order.operator, source.id, _pressed(stay, target)))
        returned = self._decide(source, Return(order.operator, _pressed(back, source)))
        for key, kept in back.items():
            self._move(key, kept, source.id, way_before(kept.way, target.id, **merge))
        return returned

    def _move(self, key: Key, kept: Kept, incident_id: str, way: str | None) -> None:
        if not self._city.core.leaves_alarms:
            self._draft.alarms[key] = replace(kept, incident_id=incident_id, way=way)

    def _alarms_of(self, incident_id: str) -> Alarms:
        """In the order they came."""
        known = self._city.journal.alarms | self._draft.alarms
        return {key: kept for key, kept in known.items() if kept.incident_id == incident_id}


def _devices(alarms: Alarms) -> list[str]:
    return [device for device, _ in alarms]


def _pressed(alarms: Alarms, incident: Incident | None = None) -> Pressed:
    """The incident's own phone stays the first, as long as it has an alarm there."""
    devices = _devices(alarms)
    first = incident.device if incident and incident.device in devices else devices[0]
    return Pressed(first, len(devices), len(set(devices)))
