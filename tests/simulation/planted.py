"""Bugs to be found: each puts something wrong in the place of one part of the core, or of the shell around it."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from dispatch.assignment import make_offers
from dispatch.commands import AcceptOffer, ChangeAssignment, Command, LookAgain, PressAlarm
from dispatch.decide import decide
from dispatch.errors import OfferTaken
from dispatch.events import AlarmJoined, AssignmentChanged, Event, OfferAccepted, OffersMade
from dispatch.evolve import evolve
from dispatch.facts import Facts
from dispatch.incident import Alarm, AssignmentStatus, Incident
from dispatch.merging import IncidentMerged, MergedInto, MergeUndone
from dispatch.policy import Policy
from tests.simulation.core import Core
from tests.simulation.registry import person


def with_two_winners(
    incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """Who accepts second is not told that somebody was first."""
    try:
        return decide(incident, command, facts, now=now, policy=policy)
    except OfferTaken:
        assert isinstance(command, AcceptOffer)
        return [OfferAccepted(command.offer_id, person(command.officer_id), (), now)]


def acting_early(
    incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """A look that comes a little before the time takes the time for passed."""
    early = timedelta(seconds=2) if isinstance(command, LookAgain) else timedelta(0)
    return decide(incident, command, facts, now=now + early, policy=policy)


def turning_back(
    incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """Whatever report comes last counts, also one that was sent first."""
    events = decide(incident, command, facts, now=now, policy=policy)
    if isinstance(command, ChangeAssignment) and not events and incident is not None and incident.is_open:
        known = incident.assignment(command.assignment_id)
        if known is not None and known.status is not command.status:
            return [AssignmentChanged(command.assignment_id, command.officer_id, command.status, now)]
    return events


def asking_once(
    incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """Once the first who were asked have said no, nobody else is asked."""
    events = decide(incident, command, facts, now=now, policy=policy)
    if incident is None or not incident.offers_made:
        return events
    return [event for event in events if not isinstance(event, OffersMade)]


def asking_for_each_tap(
    incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """Every witness has officers asked as if nobody had been asked before."""
    events = decide(incident, command, facts, now=now, policy=policy)
    if incident is None or not isinstance(command, PressAlarm):
        return events
    asked = make_offers(
        incident.id, list(facts.candidates[:3]), made_before=incident.offers_made, now=now, rules=policy.usual
    )
    return [replace(event, offers=asked) if isinstance(event, AlarmJoined) else event for event in events]


def always_another(incident: Incident, alarm: Alarm, *, now: datetime, policy: Policy) -> bool:
    """No two phones ever tell of the same."""
    del incident, alarm, now, policy
    return False


def losing_officers(
    incident: Incident | None, command: Command, facts: Facts, *, now: datetime, policy: Policy
) -> list[Event]:
    """Who was on the way to the one that goes is on the way to nothing."""
    events = decide(incident, command, facts, now=now, policy=policy)
    return [replace(event, assignments=()) if isinstance(event, IncidentMerged) else event for event in events]


def marking_as_exercises(incident: Incident | None, event: Event) -> Incident:
    """Some of what is real is taken for an exercise."""
    after = evolve(incident, event)
    return replace(after, drill=True) if incident is None and after.id < "1" else after


def taking_back_officers(incident: Incident | None, event: Event) -> Incident:
    """Who accepted before a merge goes there again when it is undone, though they go on under the other as well."""
    after = evolve(incident, event)
    if isinstance(event, MergedInto) and incident is not None:
        over = [replace(one, status=AssignmentStatus.CLEAR) for one in incident.assignments]
        return replace(after, assignments=tuple(over))
    if isinstance(event, MergeUndone):
        again = [replace(one, status=AssignmentStatus.EN_ROUTE) for one in after.assignments]
        return replace(after, assignments=tuple(again))
    return after


PLANTED = {
    "double winner": (5, Core(decide=with_two_winners)),
    "taps not put together": (5, Core(is_same_emergency=always_another)),
    "officers for each tap": (5, Core(decide=asking_for_each_tap)),
    "early timer": (6, Core(decide=acting_early)),
    "deadline behind another": (6, Core(hides_deadlines=True)),
    "lost timer": (6, Core(forgets_deadlines=True)),
    "state turned back": (7, Core(decide=turning_back)),
    "answer before the commit": (1, Core(answers_early=True)),
    "alarm taken twice": (2, Core(forgets_alarms=True)),
    "event not shown": (3, Core(drops_events=True)),
    "silence": (4, Core(decide=asking_once)),
    "two maps in one place": (8, Core(mixes_maps=True)),
    "officers lost in a merge": (5, Core(decide=losing_officers)),
    "sent again when a merge is undone": (7, Core(evolve=taking_back_officers)),
    "alarms left behind": (2, Core(leaves_alarms=True)),
    "exercise keeps officers": (4, Core(exercises_bind=True)),
    "exercise not left": (5, Core(stays_in_exercises=True)),
    "real taken for an exercise": (1, Core(evolve=marking_as_exercises)),
}
