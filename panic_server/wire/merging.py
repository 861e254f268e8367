"""What operators send to put incidents together and take them apart."""

from typing import Annotated

from msgspec import Meta, Struct

Uuid = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Subject = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f]{1,200}$")]


class MergeRequest(Struct):
    """`into` is the incident that goes on."""

    into: Uuid


class AlarmKey(Struct, frozen=True):
    """As in an incident's `alarms`."""

    device: Subject
    id: Uuid


class SplitRequest(Struct):
    """Either `alarms`, which become an incident of their own, or a merged `incident_id`, which is one again."""

    alarms: Annotated[list[AlarmKey], Meta(max_length=150)] = []
    incident_id: Uuid | None = None
