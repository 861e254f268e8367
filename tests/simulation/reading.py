"""The checker's own reading of the event log: who was asked, who goes, and how far, by the words of the log alone.

It imports nothing of dispatch. A word that it does not know changes nothing in its eyes; where it should have, the
state that the journal ended with differs from the reading, and that is found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Record = dict[str, Any]
Key = tuple[str, str]

RANK = {"en_route": 1, "on_scene": 2, "clear": 3}
# Words that end offers, and where the ids stand.
ENDS = {
    "OffersExpired": "offer_ids",
    "OffersWithdrawn": "offer_ids",
    "OfferDeclined": "offer_id",
    "OfferAccepted": "withdrawn",
    "CancelledByResident": "withdrawn",
    "PlacesChanged": "withdrawn",
    "OfficerWithdrawn": "offer_id",
}

CANCELS = {"CancelledByResident", "CancelledUnderDuress"}
METRES_PER_DEGREE = 111_320.0

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Offer:
    id: str
    incident: str
    officer: str
    offered_at: datetime
    expires_at: datetime
    is_received: bool = False
    is_silent: bool = False
    ended_by: str | None = None

    @property
    def is_alive(self) -> bool:
        """Open, and the phone has said that it knows of it, or may still say so in time."""
        return self.ended_by is None and (self.is_received or not self.is_silent)


@dataclass(slots=True)
class Assignment:
    id: str
    officer: str
    is_drill: bool
    rank: int = 1
    has_arrived: bool = False
    was_corrected: bool = False
    reported_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.rank < RANK["clear"]


@dataclass(frozen=True, slots=True)
class Way:
    """An alarm in an incident, and how it got there: kind of event, incident that it left and the one it came to."""

    alarm: Any
    steps: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Case:
    """One incident as the log tells it. `alarms` are those that are in it; `fixes` of the phone that opened it, as long
    as operators have not sorted its alarms. `told` has the area that each person was told for, and `news` by when
    somebody there must have received it. At `spot` it burns; a plain one is open to others, as far as the log tells.
    """

    id: str
    kind: str
    device: str
    is_drill: bool
    is_open: bool = True
    is_located: bool = False
    offers: dict[str, Offer] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    alarms: dict[Key, Way] = field(default_factory=dict)
    fixes: list[datetime] = field(default_factory=list)
    is_sorted: bool = False
    merged_into: str | None = None
    been_at: list[str | None] = field(default_factory=list)
    places: int = 1
    is_stopped: bool = False
    is_cancelled: bool = False
    told: dict[str, str] = field(default_factory=dict)
    news: dict[str, datetime] = field(default_factory=dict)
    is_claimed: bool = False
    unclaimed_since: datetime | None = None
    level: int = 0
    due: datetime | None = None
    spot: tuple[float, float] | None = None
    tapped_at: datetime = NEVER
    is_plain: bool = True

    def metres_to(self, position: Any) -> float:
        """On the plane that the simulated city is."""
        if self.spot is None:
            return math.inf
        return METRES_PER_DEGREE * math.hypot(position["lat"] - self.spot[0], position["lon"] - self.spot[1])

    def open_offers(self) -> list[Offer]:
        return [offer for offer in self.offers.values() if offer.ended_by is None]

    def open_assignments(self) -> list[Assignment]:
        return [one for one in self.assignments.values() if one.is_open]

    @property
    def is_filled(self) -> bool:
        return sum(one.is_open or one.has_arrived for one in self.assignments.values()) >= self.places

    @property
    def is_silent(self) -> bool:
        """Somebody should be asked, and nobody is whose phone knows of it."""
        needs = self.is_open and self.is_located and not self.is_filled and not self.is_stopped
        needs = needs and not self.is_cancelled
        return needs and not any(offer.is_alive for offer in self.offers.values())


class Book:
    """The whole city, event after event."""

    def __init__(self) -> None:
        self.news_patience = timedelta(0)
        self.cases: dict[str, Case] = {}
        self.asked: dict[str, dict[str, Offer]] = {}
        self.going: dict[str, dict[str, Assignment]] = {}
        self.on_duty: dict[str, bool] = {}

    def read(self, record: Record) -> None:
        event, kind = record["event"], record["kind"]
        if kind == "IncidentOpened":
            self._opened(record["incident"], event["alarm"])
        case = self.cases[record["incident"]]
        self._read_alarm(case, event, kind)
        self._read_place(case, event, kind)
        for made in offers_of(event):
            self._made(case, made)
        for offer_id in ended_by(record):
            self._ended(case, offer_id, kind)
        match kind:
            case "OfferReceived":
                case.offers[event["offer_id"]].is_received = True
            case "OffersSilent":
                for offer_id in event["offer_ids"]:
                    case.offers[offer_id].is_silent = True
            case "OfferAccepted":
                self._accepted(case, event)
            case "AssignmentChanged":
                self._changed(case, event)
            case "OfficerWithdrawn":
                self._called_off(case, event["offer_id"])
            case "EscalationStopped" | "EscalationResumed":
                case.is_stopped = kind == "EscalationStopped"
            case "Closed":
                self._closed(case)
            case _:
                pass
        self._read_claim(case, record)
        self._read_news(case, record)
        # What is due already when it is written is due from then on.
        case.due = max(record["due"], record["now"]) if record["due"] else None

    def _read_alarm(self, case: Case, event: Any, kind: str) -> None:
        if kind in {"IncidentOpened", "AlarmJoined"}:
            case.tapped_at = event["at"]
            self._take_alarm(case, event)
        if kind in {"IncidentOpened", "AlarmJoined", "AlarmUpdated"}:
            case.is_located = case.is_located or event["alarm"]["origin"] is not None
        place = event.get("place") or ("alarm" in event and event["alarm"]["place"])
        if place:
            case.been_at.append(place["rt"] and place["rt"]["code"])
        case.places = event.get("places") or case.places

    def _take_alarm(self, case: Case, event: Any) -> None:
        """Of an incident that was split from another the alarms have come before."""
        alarm = event["alarm"]
        if not event.get("split_from"):
            case.alarms[alarm["device"], alarm["id"]] = Way(alarm)
        if alarm["device"] == case.device and alarm["position"]:
            case.fixes.append(alarm["position"]["at"])

    def _opened(self, incident_id: str, alarm: Any) -> None:
        case = self.cases[incident_id] = Case(incident_id, alarm["kind"], alarm["device"], alarm["drill"])
        case.is_plain = not alarm["silent"] and not alarm["drill"]
        case.spot = _spot(alarm["position"])

    def _read_place(self, case: Case, event: Any, kind: str) -> None:
        """Where others may join it; nobody who may not any more, or of whom that is not so simple to say."""
        if kind in {"IncidentMoved", "SectorChanged"}:
            case.spot = _spot(event["position"])
        is_of_its_phone = kind == "AlarmJoined" and event["alarm"]["device"] == case.device
        if is_of_its_phone or kind in {"AlarmUpdated", *CANCELS}:
            case.is_plain = False

    def _read_news(self, case: Case, record: Record) -> None:
        """Who is told has half a minute, then those above are told; at night, and after a cancel, nobody else is."""
        event, kind = record["event"], record["kind"]
        for one in event.get("told") or ():
            area, due = one["area"]["code"], one["told_at"] + self.news_patience
            case.told[one["person"]["id"]] = area
            # What another incident has told, and perhaps told on, is not told again for this one.
            case.news.setdefault(area, NEVER if kind == "IncidentMerged" else due)
        if kind in {"RepresentativeReceived", "RepresentativeAnswered"} and event["person_id"] in case.told:
            case.news[case.told[event["person_id"]]] = NEVER
        for area in event.get("silent") or ():
            case.news[area["code"]] = NEVER
        is_hidden = "alarm" in event and (event["alarm"]["silent"] or event["alarm"]["kind"] == "violence")
        is_over = kind in {"Closed", "MergedInto"} or (kind in CANCELS and event["is_whole"])
        if is_hidden or is_over or event.get("quiet"):
            case.news = dict.fromkeys(case.news, NEVER)
        if kind == "AlarmJoined" or (kind in CANCELS and event["is_whole"]):
            case.is_cancelled = kind == "CancelledByResident"

    def _read_claim(self, case: Case, record: Record) -> None:
        match record["kind"]:
            case "IncidentOpened" | "Released":
                case.unclaimed_since, case.level, case.is_claimed = record["now"], 0, False
            case "Claimed" | "Closed" | "MergedInto":
                case.unclaimed_since, case.is_claimed = None, case.is_claimed or record["kind"] == "Claimed"
            case "MergeUndone":
                case.unclaimed_since, case.level = None if case.is_claimed else record["now"], 0
            case "SupervisorsTold":
                case.level = record["event"]["level"]
            case _:
                pass

    def _made(self, case: Case, made: Any) -> None:
        offer = Offer(made["id"], case.id, made["officer"]["id"], made["offered_at"], made["expires_at"])
        case.offers[offer.id] = offer
        self.asked.setdefault(offer.officer, {})[offer.id] = offer

    def _ended(self, case: Case, offer_id: str, by: str) -> None:
        offer = case.offers.get(offer_id)
        if offer is not None and offer.ended_by is None:
            offer.ended_by = by
            self.asked[offer.officer].pop(offer_id, None)

    def _accepted(self, case: Case, event: Any) -> None:
        self._ended(case, event["offer_id"], "OfferAccepted")
        assignment = Assignment(event["offer_id"], event["officer"]["id"], case.is_drill)
        case.assignments[assignment.id] = assignment
        self.going.setdefault(assignment.officer, {})[assignment.id] = assignment

    def _changed(self, case: Case, event: Any) -> None:
        assignment = case.assignments.get(event["assignment_id"])
        if assignment is None:
            # The checker has said so by now.
            return
        assignment.rank = RANK[event["status"]]
        assignment.has_arrived = assignment.has_arrived or event["status"] == "on_scene"
        assignment.was_corrected = assignment.was_corrected or event["correction"]
        assignment.reported_at = event["reported_at"] or assignment.reported_at
        if assignment.is_open:
            self.going[assignment.officer][assignment.id] = assignment
        else:
            self.going[assignment.officer].pop(assignment.id, None)

    def _called_off(self, case: Case, assignment_id: str) -> None:
        assignment = case.assignments.get(assignment_id)
        if assignment is not None:
            assignment.rank = RANK["clear"]
            self.going[assignment.officer].pop(assignment.id, None)

    def _closed(self, case: Case) -> None:
        case.is_open = False
        self.ends_all_offers(case, "Closed")
        for assignment in case.open_assignments():
            assignment.rank = RANK["clear"]
            self.going[assignment.officer].pop(assignment.id, None)

    def ends_all_offers(self, case: Case, by: str) -> None:
        for offer in case.open_offers():
            self._ended(case, offer.id, by)

    def is_free(self, officer: str, offers_max: int, *, drill: bool) -> bool:
        """For an exercise, or for what is real: to that an exercise is nothing."""
        return (
            self.on_duty.get(officer, False)
            and not self.goes(officer, drill=drill)
            and self.is_asked_by(officer, drill=drill) < offers_max
        )

    def goes(self, officer: str, *, drill: bool) -> bool:
        return any(drill or not one.is_drill for one in self.going.get(officer, {}).values())

    def is_asked_by(self, officer: str, *, drill: bool) -> int:
        return sum(drill or not self.cases[one.incident].is_drill for one in self.asked.get(officer, {}).values())


def _spot(position: Any) -> tuple[float, float] | None:
    return (position["lat"], position["lon"]) if position else None


def offers_of(event: Any) -> list[Any]:
    """Offers that this event makes."""
    return [*(event.get("offers") or ()), *([event["offer"]] if "offer" in event else ())]


def ended_by(record: Record) -> Iterator[str]:
    """Ids of the offers that this event says are over, the accepted one left out."""
    where = ENDS.get(record["kind"])
    if where is not None:
        ids = record["event"][where]
        yield from [ids] if isinstance(ids, str) else ids
