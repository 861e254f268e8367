"""Shapes of the policies that decided, now and before."""

from datetime import datetime

from msgspec import Struct


class PolicyVersion(Struct, frozen=True):
    """When it came into force for the first time and, after another one or a restart, for the last."""

    version: str
    first_in_force_at: datetime
    last_in_force_at: datetime
    in_force: bool


class PolicyText(PolicyVersion, frozen=True):
    """`text` is the file as it was, in TOML."""

    text: str


class PolicyVersions(Struct, frozen=True):
    items: tuple[PolicyVersion, ...]
    next: str | None = None
