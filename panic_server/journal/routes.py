"""Which readers get which text of an event: computed at commit, and all that live, resume and pushes filter on."""

from datetime import datetime
from typing import Any

import msgspec

from dispatch.audience import audience
from dispatch.incident import Incident
from dispatch.policy import Policy
from panic_server.journal.codec import encoder
from panic_server.journal.port import Actor, JournalEvent
from panic_server.people import View
from panic_server.wire import shapes, views

PREFIX_VIEW = {"op": View.OPERATOR, "rt": View.REPRESENTATIVE, "person": View.RESPONDER}
FIELDS = shapes.Incident.__struct_fields__


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
    had = selectors(before) if before else set()
    have = selectors(after)
    if not after.is_open:
        # The end reaches everybody who was part of it; nobody new learns of a closed incident.
        have = had | {key for key in have if key.startswith("op:")}
    routes = {key: _variant("patch" if key in had else "whole", key) for key in have}
    routes.update((key, _variant("hidden", key)) for key in had - have)
    text = _EventText(before, after, seq=seq, kind=kind, at=at, actor=actor, policy=policy)
    return JournalEvent(
        seq, after.id, kind, routes, {variant: text.of(variant) for variant in sorted(set(routes.values()))}
    )


def _variant(change: str, selector: str) -> str:
    return f"{change}:{PREFIX_VIEW[selector.partition(':')[0]]}"


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
        self._seq = seq
        self._kind = kind
        self._at = encoder.encode(at).decode()
        self._actor = actor
        self._policy = policy

    def of(self, variant: str) -> str:
        change, _, view_name = variant.partition(":")
        view = View(view_name)
        if change == "hidden":
            return self._event("incident_hidden", f'{{"reason":"{self._kind}"}}', view)
        changed = self._whole(view) if change == "whole" else self._patch(view)
        return self._event(self._kind, f'{{"incident":{changed}}}', view)

    def _event(self, kind: str, data: str, view: View) -> str:
        actor = self._actor if view is View.OPERATOR else Actor(self._actor.role, None)
        said_by = encoder.encode(shapes.Actor(actor.role, actor.id)).decode()  # type: ignore[arg-type]  # a role or "system"
        return (
            f'{{"seq":{self._seq},"incident_id":"{self._after.id}","kind":"{kind}","at":{self._at},'
            f'"actor":{said_by},"data":{data}}}'
        )

    def _whole(self, view: View) -> str:
        return encoder.encode(views.incident(self._after, view, self._policy)).decode()

    def _patch(self, view: View) -> str:
        if self._before is None:
            return self._whole(view)
        old = views.incident(self._before, view, self._policy)
        new = views.incident(self._after, view, self._policy)
        changed = changed_fields(old, new)
        if not self._after.is_open:
            # A note may follow the end: whoever has let the incident go must not take it for a new one.
            changed["status"] = new.status
        return encoder.encode(changed).decode()


def changed_fields(old: shapes.Incident, new: shapes.Incident) -> dict[str, Any]:
    """The top-level fields that differ, and always the id."""
    changed = {name: getattr(new, name) for name in FIELDS if getattr(new, name) != getattr(old, name)}
    return {"id": new.id, **changed}


def routes_text(routes: dict[str, str]) -> str:
    return encoder.encode(routes).decode()


def payloads_text(payloads: dict[str, str]) -> str:
    return encoder.encode({key: msgspec.Raw(text.encode()) for key, text in payloads.items()}).decode()


def read_payloads(text: str) -> dict[str, str]:
    raw = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    return {key: bytes(value).decode() for key, value in raw.items()}
