"""What brings an incident back: a press of the same phone, or an operator who doubts that it is over."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from dispatch.cancelling import without_cancel
from dispatch.commands import Reopen
from dispatch.errors import IncidentClosed
from dispatch.events import Event, Reopened
from dispatch.incident import Alarm, Disposition, Incident, Status
from dispatch.policy import Policy


def is_back(incident: Incident, alarm: Alarm, *, now: datetime, policy: Policy) -> bool:
    """The phone that opened it presses so soon after the end that it is the same emergency, and not over.

    What was no emergency to begin with stays what it was found to be; the new press is linked to it.
    """
    if incident.closed_at is None or incident.disposition is not Disposition.RESOLVED:
        return False
    if incident.device != alarm.device or incident.drill != alarm.drill:
        return False
    return now < incident.closed_at + timedelta(seconds=policy.reopen_s)


def is_linked(closed_at: datetime, *, now: datetime, policy: Policy) -> bool:
    """Too late to be the same one, and yet whoever takes the call should know of the last."""
    return now < closed_at + timedelta(seconds=policy.link_s)


def roused(incident: Incident) -> Incident:
    """The incident as one more press finds it: it takes a cancel back, and begins a closed one anew.

    Nobody who was there counts as being there, and nobody as asked; what an operator had stopped runs again. Of an open
    one that its officers have left others are asked anew as well: who presses now has nobody.
    """
    incident = without_cancel(incident)
    if not incident.is_open:
        incident = replace(
            incident,
            status=Status.OPEN,
            disposition=None,
            closed_at=None,
            claimed_by=None,
            assignments=(),
            asked=(),
            finished=0,
            step=0,
            level=0,
            unclaimed_since=None,
            is_stopped=False,
            quieted_at=None,
        )
    elif is_left(incident):
        incident = replace(incident, assignments=(), asked=(), finished=0, step=0)
    return incident


def is_left(incident: Incident) -> bool:
    """Whoever was to go there has been there, and nobody is any more."""
    return incident.is_filled and not any(incident.open_assignments())


def decide_reopen(incident: Incident, command: Reopen, *, now: datetime) -> list[Event]:
    """Also of a cancelled one that is not closed yet. Saying it twice changes nothing.

    Raises IncidentClosed for one that was merged: its alarms are worked under the other, and come back by a split.
    """
    if incident.merged_into is not None:
        raise IncidentClosed(incident.id)
    if incident.is_open and not incident.is_cancelled:
        return []
    return [Reopened(command.operator, command.reason, now)]


def reopened(incident: Incident, event: Reopened) -> Incident:
    """An operator who doubts a cancel sends it on in secret: if it was forced, nobody near the phone may know."""
    if incident.is_open:
        return replace(incident, duress=True, claimed_by=incident.claimed_by or event.operator)
    kept = incident.cancelled
    return replace(
        roused(incident),
        cancelled=kept,
        unseen=incident.unseen,
        duress=incident.duress or kept is not None,
        round_at=event.at,
        claimed_by=event.operator,
    )
