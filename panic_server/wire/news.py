"""The shapes of the neighbourhood's answers, version 1."""

from datetime import datetime

from msgspec import Struct


class NewsReceipt(Struct, frozen=True):
    """When the representative's phone first said that it got the news, and whether they said that they come."""

    incident_id: str
    received_at: datetime
    coming: bool | None


class AcknowledgeRequest(Struct):
    coming: bool


class ShareRequest(Struct):
    """`place`: whether the neighbourhood may know exactly where it is."""

    place: bool
    reason: str | None = None
