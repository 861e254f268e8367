"""The journal in miniature: what is on disk. It outlives every node, and a commit is there whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from msgspec.json import decode, encode

from dispatch.effects import PushIntent
from dispatch.events import Event
from dispatch.incident import Alarm, Incident

Key = tuple[str, str]
"""A phone, and its own id for an alarm."""

Outbox = dict[int, tuple[PushIntent, str]]
"""Number → the push, and the incident it is about."""


class VersionMissed(Exception):
    """An incident on disk is not at the version that the decision was made on."""


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a draft: the incident before and after it."""

    before: Incident | None
    after: Incident
    event: Event


@dataclass(frozen=True, slots=True)
class DutyChange:
    officer_id: str
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An alarm's row: the incident that it is in, the one that its phone was told, and the way in between."""

    alarm: Alarm
    digest: str
    told: str
    incident_id: str
    way: str | None = None


@dataclass(slots=True)
class Draft:
    """`entries` in the order of their numbers; `alarms` that are new, or are in another incident now."""

    entries: list[Change | DutyChange] = field(default_factory=list)
    alarms: dict[Key, Kept] = field(default_factory=dict)
    pushes: list[tuple[PushIntent, str]] = field(default_factory=list)
    freed: bool = False

    def changes(self) -> list[Change]:
        return [entry for entry in self.entries if isinstance(entry, Change)]


class Journal:
    """`alarms` in the order they came. `incident_of` has the incident of each number.

    `current` is the same as `states`, read already.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.states: dict[str, bytes] = {}
        self.current: dict[str, Incident] = {}
        self.versions: dict[str, int] = {}
        self.due: dict[str, datetime | None] = {}
        self.last_at: dict[str, datetime] = {}
        self.alarms: dict[Key, Kept] = {}
        self.offers: dict[str, tuple[str, str]] = {}
        self.duty: dict[str, bool] = {}
        self.outbox: Outbox = {}
        self.incident_of: list[str | None] = [None]
        self.open_ids: dict[str, None] = {}
        self._pushes = 0

    def load(self, incident_id: str) -> Incident:
        """As it is read from disk after a start."""
        return decode(self.states[incident_id], type=Incident)

    def last_worked_at(self) -> datetime | None:
        """When something last happened to an incident that is still open."""
        return max((self.last_at[incident_id] for incident_id in self.open_ids), default=None)

    def commit(self, draft: Draft, dues: dict[str, datetime | None], now: datetime) -> Outbox:
        """The numbered pushes of the draft. Raises VersionMissed."""
        changes = draft.changes()
        for change in reversed(changes):
            self._check_version(change)
        for state in {change.after.id: change.after for change in changes}.values():
            self._keep(state, dues[state.id], now)
        for entry in draft.entries:
            if isinstance(entry, Change):
                self.incident_of.append(entry.after.id)
                self.offers.update(
                    (offer.id, (entry.after.id, offer.officer.id)) for offer in entry.after.open_offers()
                )
            else:
                self.incident_of.append(None)
                self.duty[entry.officer_id] = entry.on_duty
        self.seq = len(self.incident_of) - 1
        self.alarms.update(draft.alarms)
        numbered = dict(enumerate(draft.pushes, start=self._pushes))
        self._pushes += len(numbered)
        self.outbox.update(numbered)
        return numbered

    def _keep(self, state: Incident, due: datetime | None, now: datetime) -> None:
        self.states[state.id] = encode(state)
        self.current[state.id] = state
        self.versions[state.id] = state.version
        self.due[state.id] = due
        self.last_at[state.id] = now
        if state.is_open:
            self.open_ids[state.id] = None
        else:
            self.open_ids.pop(state.id, None)

    def _check_version(self, change: Change) -> None:
        """Of the first change of an incident the version before is on disk, of the others it is in the draft."""
        known = self.versions.get(change.after.id)
        if change.before is None and known is not None:
            raise VersionMissed(change.after.id)
        if change.before is not None and (known is not None and change.before.version < known):
            raise VersionMissed(change.after.id)
