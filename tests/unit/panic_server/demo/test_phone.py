"""What somebody of the demo sees on their screen follows docs/live.md."""

from __future__ import annotations

from typing import Any

from panic_server.demo.phone import Json, Screen


class Seen:
    def __init__(self) -> None:
        self.changes: list[tuple[str, str | None]] = []
        self.screen = Screen(self._changed)

    def _changed(self, incident: Json, event: Json | None) -> None:
        self.changes.append((incident["id"], event["kind"] if event else None))


def events(*told: dict[str, Any]) -> Json:
    return {"type": "events", "from": 1, "to": 1, "events": list(told)}


def an_event(kind: str, **incident: Any) -> dict[str, Any]:
    return {"seq": 1, "incident_id": "one", "kind": kind, "data": {"incident": {"id": "one", **incident}}}


def test_a_snapshot_replaces_what_was_known() -> None:
    seen = Seen()
    seen.screen.take(events(an_event("incident_opened", status="open")))
    seen.screen.take({"type": "welcome", "snapshot": {"incidents": [{"id": "two"}]}})
    assert list(seen.screen.incidents) == ["two"]
    assert seen.changes == [("one", "incident_opened"), ("two", None)]


def test_events_are_merged_into_the_incident() -> None:
    seen = Seen()
    seen.screen.take(events(an_event("incident_opened", status="open", stage="offered")))
    seen.screen.take(events(an_event("offer_accepted", stage="accepted")))
    assert seen.screen.incidents["one"] == {"id": "one", "status": "open", "stage": "accepted"}


def test_closed_and_hidden_incidents_leave() -> None:
    for last in (an_event("closed", status="closed"), {**an_event("incident_hidden"), "data": {"reason": "x"}}):
        seen = Seen()
        seen.screen.take(events(an_event("incident_opened", status="open")))
        seen.screen.take(events(last))
        assert seen.screen.incidents == {}


def test_officers_are_kept_by_id_and_heartbeats_change_nothing() -> None:
    seen = Seen()
    seen.screen.take({"type": "officers", "full": True, "changed": [{"id": "a", "status": "available"}]})
    seen.screen.take({"type": "officers", "full": False, "changed": [{"id": "a", "status": "offered"}]})
    seen.screen.take({"type": "heartbeat", "to": 3})
    assert seen.screen.officers == {"a": {"id": "a", "status": "offered"}}
