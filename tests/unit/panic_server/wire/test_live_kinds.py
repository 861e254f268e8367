"""The document names every kind of event that the journal writes."""

from __future__ import annotations

from typing import get_args

from panic_server.journal.timeline import _KINDS
from panic_server.wire.live import EventKind


def test_every_event_of_the_journal_is_a_kind_on_the_wire() -> None:
    assert set(get_args(EventKind)) == {*_KINDS.values(), "incident_hidden", "incident_changed"}
