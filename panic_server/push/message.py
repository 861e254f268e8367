"""What a push says and how long it is worth saying. Ids only: the phone fetches the rest with its own token."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from panic_server.push.port import Push

# News of an emergency that reaches nobody for an hour is history: the phone sees the present state when it is opened.
WITHOUT_EXPIRY = timedelta(hours=1)


def data_of(push: Push) -> dict[str, str]:
    """The whole data of the message, as in the public contract; `offer_id` only where there is an offer, and `drill`
    in exercises.
    """
    data = {"type": push.kind, "push_id": push.id, "incident_id": push.incident_id}
    if push.offer_id is not None:
        data["offer_id"] = push.offer_id
    if push.drill:
        data["drill"] = "true"
    return data


def deadline_of(push: Push) -> datetime:
    """From this moment on the push is no longer tried."""
    return push.expires_at or push.created_at + WITHOUT_EXPIRY


def ttl_s(push: Push, *, now: datetime) -> int:
    """Whole seconds that FCM may keep it for a phone that is out of reach, at least 1.

    A ttl of 0 would mean "now or never": FCM drops the message when the phone does not answer at once.
    """
    return max(1, math.ceil((deadline_of(push) - now).total_seconds()))
