"""Which readers get which text of an event: computed at commit, and all that live, resume and pushes filter on."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import astuple

from dispatch.audience import audience
from dispatch.incident import Incident
from dispatch.policy import Policy
from panic_server.journal.codec import encoder
from panic_server.journal.packing import unpacked
from panic_server.journal.port import VARIANTS, Actor, JournalEvent
from panic_server.people import View
from panic_server.wire import shapes, views

_OPERATOR, _REPRESENTATIVE = View.OPERATOR.value, View.REPRESENTATIVE.value
_ASKED, _GOING = View.ASKED.value, View.RESPONDER.value
_PATCH, _WHOLE, _HIDDEN = ({view.value: f"{change}:{view.value}" for view in View} for change in VARIANTS)
_PARTS = {f"{change}:{view.value}": (change, view) for change in VARIANTS for view in View}
FIELDS = shapes.Incident.__struct_fields__

_OF_THE_DESK = (
    *("nobody_left", "supervisors_told", "escalation_stopped", "escalation_resumed", "places_changed", "noted"),
    *("officer_offered", "officer_withdrawn", "offer_declined", "offers_silent"),
)
"""How the command center gets on with its officers is not for the neighbourhood to know."""

DISGUISED = {
    View.REPRESENTATIVE: {
        "pin_refused": "alarm_updated",
        "cancelled_under_duress": "cancelled_by_resident",
        **dict.fromkeys(_OF_THE_DESK, "incident_changed"),
    },
    View.ASKED: {"pin_refused": "alarm_updated", "cancelled_under_duress": "alarm_updated"},
}
"""Kinds of events that would tell these readers what they may not know."""


def selectors(incident: Incident) -> AbstractSet[str]:
    """The keys whose holders may see the incident as it is."""
    return readers(incident).keys()


def readers(incident: Incident) -> dict[str, str]:
    """These keys, and for each the name of the view that its holders have of the incident."""
    seen_by = audience(incident)
    found = {"op:*": _OPERATOR}
    for code in seen_by.sectors:
        found[f"op:{code}"] = _OPERATOR
    if not seen_by.sectors:
        found["op:none"] = _OPERATOR
    for code in seen_by.areas:
        found[f"rt:{code}"] = _REPRESENTATIVE
    for person in seen_by.asked:
        found[f"person:{person}"] = _ASKED
    for person in seen_by.going:
        found[f"person:{person}"] = _GOING
    return found


class Drawn:
    """The incidents of one batch as operators see them: each is drawn once, however many events and readers it has."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[str, tuple[Incident, shapes.Incident]] = {}

    def complete(self, incident: Incident) -> shapes.Incident:
        known = self._known.get(incident.id)
        if known is None or known[0] is not incident:
            known = self._known[incident.id] = incident, views.complete(incident, self._policy)
        return known[1]


def route_event(
    before: Incident | None, after: Incident, *, seq: int, kind: str, at: datetime, actor: Actor, drawn: Drawn
) -> JournalEvent:
    """Whoever saw the incident before gets what changed; who sees it first, the whole; who no longer may, its end."""
    # Whoever saw a closed incident has let it go: when it comes back, they get it whole.
    had = readers(before) if before and (before.is_open or not after.is_open) else {}
    have = readers(after) if after.is_open else _readers_of_the_end(had, after)
    # Who sees more than before, or less, gets the whole.
    routes = {key: (_PATCH if had.get(key) == view else _WHOLE)[view] for key, view in have.items()}
    if had:
        routes.update((key, _HIDDEN[view]) for key, view in had.items() if key not in have)
    old = drawn.complete(before) if before else None
    new = drawn.complete(after)
    if before is not None and before.cancelled and after.cancelled and not _is_news_to_rt(before, after, old, new):
        # Whether anything goes on after a cancel, the RT must not be able to tell.
        routes = {key: variant for key, variant in routes.items() if variant != _PATCH[_REPRESENTATIVE]}
    text = _EventText(before, after, old, new, seq=seq, kind=kind, at=at, actor=actor)
    return JournalEvent(
        seq, after.id, kind, routes, {variant: text.of(variant) for variant in sorted(set(routes.values()))}
    )


def _readers_of_the_end(had: dict[str, str], after: Incident) -> dict[str, str]:
    """The end reaches everybody who was part of it; nobody new learns of a closed incident but operators."""
    have = {key: _ASKED if view == _GOING else view for key, view in had.items()}
    for key, view in readers(after).items():
        if key in have or view == _OPERATOR:
            have[key] = view
    return have


def _is_news_to_rt(before: Incident, after: Incident, old: shapes.Incident | None, new: shapes.Incident) -> bool:
    seen = views.narrowed(new, View.REPRESENTATIVE, after)
    return old is None or views.narrowed(old, View.REPRESENTATIVE, before) != seen


class _EventText:
    """Writes one event for each variant that is wanted."""

    def __init__(
        self,
        before: Incident | None,
        after: Incident,
        old: shapes.Incident | None,
        new: shapes.Incident,
        *,
        seq: int,
        kind: str,
        at: datetime,
        actor: Actor,
    ) -> None:
        self._before = before
        self._after = after
        self._old = old
        self._new = new
        self._kind = kind
        self._begin = f'{{"seq":{seq},"incident_id":"{after.id}","kind":"'
        self._at = encoder.encode(at).decode()
        self._actor = actor

    def of(self, variant: str) -> str:
        change, view = _PARTS[variant]
        kind = DISGUISED[view].get(self._kind, self._kind) if view in DISGUISED else self._kind
        if change == "hidden":
            return self._event("incident_hidden", f'{{"reason":"{kind}"}}', view)
        changed = self._whole(view) if change == "whole" else self._patch(view)
        return self._event(kind, f'{{"incident":{changed}}}', view)

    def _event(self, kind: str, data: str, view: View) -> str:
        """Only operators learn who it was; the others, in which role."""
        role, who = self._actor.role, self._actor.id if view is View.OPERATOR else None
        actor = _role_text(role) if who is None else encoder.encode(shapes.Actor(role, who)).decode()  # type: ignore[arg-type]  # a role or "system"
        return f'{self._begin}{kind}","at":{self._at},"actor":{actor},"data":{data}}}'

    def _whole(self, view: View) -> str:
        return encoder.encode(views.narrowed(self._new, view, self._after)).decode()

    def _patch(self, view: View) -> str:
        if self._old is None or self._before is None:
            return self._whole(view)
        new = views.narrowed(self._new, view, self._after)
        changed = changed_fields(views.narrowed(self._old, view, self._before), new)
        if not self._after.is_open:
            # A note may follow the end: whoever has let the incident go must not take it for a new one.
            changed["status"] = new.status
        return encoder.encode(changed).decode()


@cache
def _role_text(role: str) -> str:
    return encoder.encode(shapes.Actor(role, None)).decode()  # type: ignore[arg-type]  # a role or "system"


def changed_fields(old: shapes.Incident, new: shapes.Incident) -> dict[str, Any]:
    """The top-level fields that differ, and always the id."""
    values = zip(FIELDS, astuple(old), astuple(new), strict=True)
    return {"id": new.id, **{name: now for name, before, now in values if now is not before and now != before}}


def routes_text(routes: dict[str, str]) -> str:
    return encoder.encode(routes).decode()


def payloads_text(payloads: dict[str, str]) -> str:
    """The texts are JSON already, and the keys need no escapes."""
    return "{" + ",".join(f'"{key}":{text}' for key, text in payloads.items()) + "}"


def read_payloads(text: str) -> dict[str, str]:
    """Those of old events are packed."""
    raw = msgspec.json.decode(unpacked(text), type=dict[str, msgspec.Raw])
    return {key: bytes(value).decode() for key, value in raw.items()}
