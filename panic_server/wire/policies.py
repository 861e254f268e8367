"""Shapes of the policies that decided, now and before."""

from datetime import datetime

from msgspec import Struct


class PolicyVersion(Struct, frozen=True):
    """When it came into force for the first time and, after another one or a restart, for the last."""

    version: str
    first_in_force_at: datetime
    last_in_force_at: datetime
    in_force: bool


class PolicyRules(Struct, frozen=True):
    """What a policy does with one kind of incident that opened at one time.

    `places` officers are to go. The nearest `officers_per_step` are asked for `offer_timeout_s`, and count as silent
    after `receipt_s`; then whoever is within each of `rings_m`, then the whole city, and after `round_s` all of them
    again. Supervisors are told after each of `claim_s` without a claim. `tells_neighbours` is false where heads of RT
    never hear of this kind; whoever of them has not received it after `news_receipt_s` counts as not reached.
    """

    places: int
    officers_per_step: int
    offer_timeout_s: float
    receipt_s: float
    rings_m: tuple[float, ...]
    round_s: float
    claim_s: tuple[float, ...]
    tells_neighbours: bool
    news_receipt_s: float


class PolicyText(PolicyVersion, frozen=True):
    """`text` is the file as it was, in TOML.

    `rules` are for the kind and the time that were asked about; null without them, and where this server no longer
    understands so old a text.
    """

    text: str
    rules: PolicyRules | None = None


class PolicyVersions(Struct, frozen=True):
    items: tuple[PolicyVersion, ...]
    next: str | None = None
