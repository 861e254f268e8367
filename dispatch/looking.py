"""When to look again after a look that changed nothing."""

from datetime import datetime, timedelta

from dispatch.escalation import next_due
from dispatch.incident import Incident
from dispatch.policy import Policy


def pause_s(incident: Incident, policy: Policy, *, now: datetime) -> float | None:
    """In how many seconds; None when the incident waits for people only.

    A deadline that has passed in vain, as when nobody is near, is tried again after the policy's pause, or together
    with the next one that comes before.
    """
    if next_due(incident, policy) is None:
        return None
    retry_at = now + timedelta(seconds=policy.rules_of(incident).retry_s)
    later = next_due(incident, policy, after=now)
    return (min(later or retry_at, retry_at) - now).total_seconds()
