"""Looks at the SQLite file from outside, while the server writes to it, and checks that all of it fits together."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.kill.phones import Acknowledged


@contextmanager
def open_books(path: Path) -> Iterator[sqlite3.Connection]:
    """One moment of the journal: everything is read in one transaction."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10, isolation_level=None)) as books:
        books.execute("BEGIN")
        yield books


def check_books(path: Path, acknowledged: Sequence[Acknowledged], subjects: Mapping[str, str]) -> None:
    """`acknowledged` is what must be there; `subjects` are the owners of the tokens. Raises AssertionError."""
    with open_books(path) as books:
        check_numbers(books)
        check_alarms(books, acknowledged, subjects)
        check_engagements(books)


def check_numbers(books: sqlite3.Connection) -> None:
    [(count, first, last)] = books.execute("SELECT count(*), min(seq), max(seq) FROM events")
    [(head,)] = books.execute("SELECT seq FROM head")
    assert (first, last, head) == (1, count, count), f"{count} events from {first} to {last}, and the head is at {head}"


def check_alarms(books: sqlite3.Connection, acknowledged: Sequence[Acknowledged], subjects: Mapping[str, str]) -> None:
    query = "SELECT answer, record, incident_id, seq FROM alarms WHERE device = ? AND id = ?"
    for one in acknowledged:
        rows = books.execute(query, (subjects[one.token], one.id)).fetchall()
        assert len(rows) == 1, f"alarm {one.id} is there {len(rows)} times"
        answer, record, incident_id, seq = rows[0]
        assert answer.encode() == one.answer
        sent, kept = json.loads(one.body), json.loads(record)
        assert (kept["kind"], kept["position"]["lon"]) == (sent["kind"], sent["position"]["lon"])
        [(of_incident,)] = books.execute("SELECT incident_id FROM events WHERE seq = ?", (seq,))
        assert of_incident == incident_id == json.loads(answer)["incident_id"]


def check_engagements(books: sqlite3.Connection) -> None:
    """Who is asked and who goes is the same in the incidents, in the engagements and in the offers."""
    states = [json.loads(text) for (text,) in books.execute("SELECT state FROM incidents WHERE status = 'open'")]
    offered = {
        (offer["officer"]["id"], offer["id"]) for state in states for offer in state["offers"] if _is_open(offer)
    }
    going = {(one["officer"]["id"], one["id"]) for state in states for one in state["assignments"] if _is_open(one)}
    held = set(books.execute("SELECT officer_id, offer_id FROM engagements WHERE slot > 0"))
    bound = set(books.execute("SELECT officer_id, offer_id FROM engagements WHERE slot = 0"))
    open_rows = set(books.execute("SELECT officer_id, id FROM offers WHERE status = 'open'"))
    assert offered == held == open_rows
    assert going == bound
    assert len({officer for officer, _ in bound}) == len(bound)
    for incident_id, counted in books.execute("SELECT id, json_extract(state, '$.alarm_count') FROM incidents"):
        [(stored,)] = books.execute("SELECT count(*) FROM alarms WHERE incident_id = ?", (incident_id,))
        assert stored == counted, f"incident {incident_id} counts {counted} alarms, and has {stored}"


def _is_open(one: Mapping[str, Any]) -> bool:
    return one["status"] in ("open", "en_route", "on_scene")
