"""Which readers get which text of an event: computed at commit, and all that live, resume and pushes filter on."""

from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import astuple

from dispatch.audience import audience
from dispatch.incident import Incident
from dispatch.policy import Policy
from panic_server.journal.codec import encoder
from panic_server.journal.port import VARIANTS, Actor, JournalEvent
from panic_server.people import View
from panic_server.wire import shapes, views

_VIEWS = {"op": View.OPERATOR, "rt": View.REPRESENTATIVE, "person": View.ASKED, "going": View.RESPONDER}
_VARIANTS = {change: {prefix: f"{change}:{view.value}" for prefix, view in _VIEWS.items()} for change in VARIANTS}
FIELDS = shapes.Incident.__struct_fields__

DISGUISED = {
    View.REPRESENTATIVE: {"pin_refused": "alarm_updated", "cancelled_under_duress": "cancelled_by_resident"},
    View.ASKED: {"pin_refused": "alarm_updated", "cancelled_under_duress": "alarm_updated"},
}
"""Kinds of events that would tell these readers what they may not know."""


def selectors(incident: Incident) -> set[str]:
    """The keys whose holders may see the incident as it is."""
    seen_by = audience(incident)
    operators = [f"op:{code}" for code in seen_by.sectors] or ["op:none"]
    return {
        "op:*",
        *operators,
        *(f"rt:{code}" for code in seen_by.areas),
        *(f"person:{person}" for person in seen_by.responders),
    }


def route_event(
    before: Incident | None, after: Incident, *, seq: int, kind: str, at: datetime, actor: Actor, policy: Policy
) -> JournalEvent:
    """Whoever saw the incident before gets what changed; who sees it first, the whole; who no longer may, its end."""
    # Whoever saw a closed incident has let it go: when it comes back, they get it whole.
    had = selectors(before) if before and (before.is_open or not after.is_open) else set()
    have = selectors(after)
    if not after.is_open:
        # The end reaches everybody who was part of it; nobody new learns of a closed incident.
        have = had | {key for key in have if key.startswith("op:")}
    patch, whole, hidden = (_VARIANTS[change] for change in VARIANTS)
    going, went = _going(after), _going(before)
    # Who sees more than before, or less, gets the whole.
    routes = {
        key: (patch if key in had and (key in going) == (key in went) else whole)[_readers(key, going)] for key in have
    }
    if not had <= have:
        routes.update((key, hidden[_readers(key, went)]) for key in had - have)
    if before is not None and before.cancelled and after.cancelled and not _is_news_to_rt(before, after, policy):
        # Whether anything goes on after a cancel, the RT must not be able to tell.
        routes = {key: variant for key, variant in routes.items() if variant != patch["rt"]}
    text = _EventText(before, after, seq=seq, kind=kind, at=at, actor=actor, policy=policy)
    return JournalEvent(
        seq, after.id, kind, routes, {variant: text.of(variant) for variant in sorted(set(routes.values()))}
    )


def _going(incident: Incident | None) -> frozenset[str]:
    """The selectors of officers who are on their way or there."""
    return frozenset(f"person:{one.officer.id}" for one in incident.open_assignments()) if incident else frozenset()


def _readers(selector: str, going: frozenset[str]) -> str:
    return "going" if selector in going else selector.partition(":")[0]


def _is_news_to_rt(before: Incident, after: Incident, policy: Policy) -> bool:
    seen = [views.incident(one, View.REPRESENTATIVE, policy) for one in (before, after)]
    return seen[0] != seen[1]


class _EventText:
    """Writes one event for each variant that is wanted."""

    def __init__(
        self,
        before: Incident | None,
        after: Incident,
        *,
        seq: int,
        kind: str,
        at: datetime,
        actor: Actor,
        policy: Policy,
    ) -> None:
        self._before = before
        self._after = after
        self._kind = kind
        self._policy = policy
        self._new = views.complete(after, policy)
        self._begin = f'{{"seq":{seq},"incident_id":"{after.id}","kind":"'
        self._at = encoder.encode(at).decode()
        self._actors = {view: _actor_text(actor, view) for view in View}

    @cached_property
    def _old(self) -> shapes.Incident | None:
        return None if self._before is None else views.complete(self._before, self._policy)

    def of(self, variant: str) -> str:
        change, _, view_name = variant.partition(":")
        view = View(view_name)
        if change == "hidden":
            return self._event("incident_hidden", f'{{"reason":"{self._kind}"}}', view)
        changed = self._whole(view) if change == "whole" else self._patch(view)
        kind = DISGUISED.get(view, {}).get(self._kind, self._kind)
        return self._event(kind, f'{{"incident":{changed}}}', view)

    def _event(self, kind: str, data: str, view: View) -> str:
        return f'{self._begin}{kind}","at":{self._at},"actor":{self._actors[view]},"data":{data}}}'

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


def _actor_text(actor: Actor, view: View) -> str:
    """Only operators learn who it was; the others, in which role."""
    said = shapes.Actor(actor.role, actor.id if view is View.OPERATOR else None)  # type: ignore[arg-type]  # a role or "system"
    return encoder.encode(said).decode()


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
    raw = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    return {key: bytes(value).decode() for key, value in raw.items()}
