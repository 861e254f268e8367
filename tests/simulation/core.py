"""The code under test: dispatch as it is. A test plants a bug by putting something else in the place of one part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch.commands import Command
from dispatch.decide import decide
from dispatch.duplicates import is_same_emergency
from dispatch.effects import PushIntent, effects
from dispatch.escalation import next_due
from dispatch.events import Event
from dispatch.evolve import evolve
from dispatch.facts import Facts
from dispatch.incident import Alarm, Incident
from dispatch.policy import Policy


class Decide(Protocol):
    def __call__(
        self, incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
    ) -> list[Event]: ...


class IsSame(Protocol):
    def __call__(self, incident: Incident, alarm: Alarm, *, now: datetime, policy: Policy) -> bool: ...


@dataclass(frozen=True)
class Core:
    """The flags are faults of the shell around the core, which the checker has to find as well."""

    decide: Decide = decide
    evolve: Callable[[Incident | None, Event], Incident] = evolve
    effects: Callable[[Incident | None, Event], list[PushIntent]] = effects
    next_due: Callable[[Incident, Policy], datetime | None] = next_due
    is_same_emergency: IsSame = is_same_emergency
    forgets_deadlines: bool = False
    answers_early: bool = False
    drops_events: bool = False
    forgets_alarms: bool = False
    mixes_maps: bool = False
    hides_deadlines: bool = False
    leaves_alarms: bool = False
    exercises_bind: bool = False
    stays_in_exercises: bool = False


TRUE_CORE = Core()
