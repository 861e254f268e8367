"""How old an alarm is when it comes: one that waited in the phone for a network is dispatched all the same."""

from datetime import datetime
from typing import Final

from dispatch.incident import Alarm

# From the contract of flags: what took less was on its way, and did not wait.
LATE_FROM_S: Final = 120.0


def late_s(alarm: Alarm, received_at: datetime) -> int | None:
    """Seconds from the press to now; None when it is fresh, or nobody knows.

    By the phone's own clock from press to sending, however wrong that clock is; else by ours.
    """
    if alarm.pressed_at is None:
        return None
    waited_s = ((alarm.sent_at or received_at) - alarm.pressed_at).total_seconds()
    return round(waited_s) if waited_s >= LATE_FROM_S else None
