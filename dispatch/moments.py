"""The moments of an incident that response times are counted to: who first acted on it, and when it ended.

They are read off what became of the incident, so that it does not matter by which way somebody came to go there.
"""

from collections.abc import Iterator
from enum import StrEnum

from dispatch.incident import Incident


class Moment(StrEnum):
    """Of each the first counts; of the end the last, for an incident may be opened again."""

    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    ON_SCENE = "on_scene"
    CLOSED = "closed"


def moments_between(before: Incident | None, after: Incident) -> Iterator[Moment]:
    """What the incident has come to by one event; nothing for most."""
    if after.claimed_by is not None and (before is None or before.claimed_by is None):
        yield Moment.CLAIMED
    if after.assignments and (before is None or after.assignments is not before.assignments):
        known = {one.id for one in before.assignments} if before else set()
        if any(one.id not in known for one in after.assignments):
            yield Moment.ACCEPTED
        if has_arrived(after) and not (before and has_arrived(before)):
            yield Moment.ON_SCENE
    if not after.is_open and (before is None or before.is_open):
        yield Moment.CLOSED


def is_arrival_undone(before: Incident | None, after: Incident) -> bool:
    """Whoever said that they were there has corrected it. An assignment that is forgotten takes no arrival with it."""
    if before is None or after.assignments is before.assignments or has_arrived(after):
        return False
    left = {one.id for one in after.assignments}
    return any(one.arrived_at is not None and one.id in left for one in before.assignments)


def is_in_statistics(incident: Incident) -> bool:
    """Drills are not, nor what was merged: that emergency is counted once, where it went on."""
    return not incident.drill and incident.merged_into is None


def has_arrived(incident: Incident) -> bool:
    return any(one.arrived_at is not None for one in incident.assignments)
