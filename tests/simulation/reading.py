"""The checker's own reading of the event log: who was asked, who goes, and how far, by the words of the log alone.

It imports nothing of dispatch. A word that it does not know changes nothing in its eyes; where it should have, the
state that the journal ended with differs from the reading, and that is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = dict[str, Any]

RANK = {"en_route": 1, "on_scene": 2, "clear": 3}
# Words that end offers, and where the ids stand.
ENDS = {"OffersExpired": "offer_ids", "OffersWithdrawn": "offer_ids", "OfferDeclined": "offer_id"}


@dataclass(slots=True)
class Offer:
    id: str
    incident: str
    officer: str
    made_us: int
    expires_at: datetime
    ended_by: str | None = None


@dataclass(slots=True)
class Assignment:
    id: str
    officer: str
    rank: int = 1
    has_arrived: bool = False

    @property
    def is_open(self) -> bool:
        return self.rank < RANK["clear"]


@dataclass(slots=True)
class Case:
    """One incident as the log tells it. `alarms` are those that it was opened or joined by."""

    id: str
    kind: str
    is_open: bool = True
    is_located: bool = False
    offers: dict[str, Offer] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    alarms: list[Any] = field(default_factory=list)
    worked_us: int = 0
    due: datetime | None = None

    def open_offers(self) -> list[Offer]:
        return [offer for offer in self.offers.values() if offer.ended_by is None]

    def open_assignments(self) -> list[Assignment]:
        return [one for one in self.assignments.values() if one.is_open]

    @property
    def is_answered(self) -> bool:
        return any(one.is_open or one.has_arrived for one in self.assignments.values())

    @property
    def is_silent(self) -> bool:
        """Somebody should be asked, and nobody is."""
        return self.is_open and self.is_located and not self.is_answered and not self.open_offers()


class Book:
    """The whole city, event after event."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.asked: dict[str, dict[str, Offer]] = {}
        self.going: dict[str, dict[str, Assignment]] = {}
        self.on_duty: dict[str, bool] = {}

    def read(self, record: Record) -> None:
        event, kind = record["event"], record["kind"]
        if kind == "IncidentOpened":
            self.cases[record["incident"]] = Case(record["incident"], event["alarm"]["kind"])
        case = self.cases[record["incident"]]
        if kind in {"IncidentOpened", "AlarmJoined"}:
            case.alarms.append(event["alarm"])
        if kind in {"IncidentOpened", "AlarmJoined", "AlarmUpdated"}:
            case.is_located = case.is_located or event["alarm"]["origin"] is not None
        for made in event.get("offers") or ():
            self._made(case, made, record["us"])
        for offer_id in ended_by(record):
            self._ended(case, offer_id, kind)
        if kind == "OfferAccepted":
            self._accepted(case, event)
        elif kind == "AssignmentChanged":
            self._changed(case, event)
        elif kind == "Closed":
            self._closed(case)
        # What is due already when it is written is due from then on.
        case.due = max(record["due"], record["now"]) if record["due"] else None

    def _made(self, case: Case, made: Any, us: int) -> None:
        offer = Offer(made["id"], case.id, made["officer"]["id"], us, made["expires_at"])
        case.offers[offer.id] = offer
        self.asked.setdefault(offer.officer, {})[offer.id] = offer

    def _ended(self, case: Case, offer_id: str, by: str) -> None:
        offer = case.offers.get(offer_id)
        if offer is not None and offer.ended_by is None:
            offer.ended_by = by
            self.asked[offer.officer].pop(offer_id, None)

    def _accepted(self, case: Case, event: Any) -> None:
        self._ended(case, event["offer_id"], "OfferAccepted")
        assignment = Assignment(event["offer_id"], event["officer"]["id"])
        case.assignments[assignment.id] = assignment
        self.going.setdefault(assignment.officer, {})[assignment.id] = assignment

    def _changed(self, case: Case, event: Any) -> None:
        assignment = case.assignments[event["assignment_id"]]
        assignment.rank = RANK[event["status"]]
        assignment.has_arrived = assignment.has_arrived or event["status"] == "on_scene"
        if not assignment.is_open:
            self.going[assignment.officer].pop(assignment.id, None)

    def _closed(self, case: Case) -> None:
        case.is_open = False
        for offer in case.open_offers():
            self._ended(case, offer.id, "Closed")
        for assignment in case.open_assignments():
            assignment.rank = RANK["clear"]
            self.going[assignment.officer].pop(assignment.id, None)

    def is_free(self, officer: str, offers_max: int) -> bool:
        return (
            self.on_duty.get(officer, False)
            and not self.going.get(officer)
            and len(self.asked.get(officer, ())) < offers_max
        )


def ended_by(record: Record) -> Iterator[str]:
    """Ids of the offers that this event says are over, the accepted one left out."""
    event = record["event"]
    if record["kind"] == "OfferAccepted":
        yield from event["withdrawn"]
    elif (where := ENDS.get(record["kind"])) is not None:
        ids = event[where]
        yield from [ids] if isinstance(ids, str) else ids
