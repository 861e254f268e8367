"""Holds what was seen to happen against promises 1 to 8. It knows the trace, and nothing of the city or the core."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.moving import Moving
from tests.simulation.reading import RANK, Book, Case, Record, ended_by, offers_of
from tests.simulation.silence import Silence

WORK = {"OffersMade", "OfferAccepted", "AssignmentChanged", "AlarmJoined", "Claimed", "Closed"}
WORK |= {"MergedInto", "IncidentMerged", "AlarmsSplitOff", "IncidentLetGo"}
"""What happens to an open incident only."""

TRAINER = "pelatih"
"""Ends the exercises, and closes nothing else."""

PUNCTUAL = timedelta(seconds=1)
"""Promise 6."""

SKEW = timedelta(milliseconds=500)
"""Two machines' clocks may differ by this: a deadline that one has set, the other keeps by its own clock."""


NO_DOUBT_M = 40.0
NO_DOUBT = timedelta(minutes=9)
"""As near, as exact and as soon as this, by the server's own clock, it is the same fire for every policy that ships."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept, and how."""

    promise: int
    how: str


class Checker:
    def __init__(self) -> None:
        self.broken: list[Broken] = []
        self.book = Book()
        self._silence = Silence(self.book)
        self._moving = Moving(self.book)
        self._alarms: dict[tuple[str, str], Record] = {}
        self._pressed: dict[tuple[str, str], list[Any]] = {}
        self._accepted: list[Record] = []
        self._winners: dict[str, str] = {}
        self._won_us: dict[str, int] = {}
        self._heard: list[Record] = []
        self._receipt = timedelta(0)
        self._standing_max = 0
        self._claims: list[timedelta] = []
        self._versions = {1}
        self._seq = 0
        self._seq_by_second: dict[int, int] = {}
        self._visible: list[int] = []
        self._screens: dict[str, list[Record]] = {}
        self._up: dict[str, datetime] = {}
        self._late_from: datetime | None = None

    def check(self, records: list[Record]) -> list[Broken]:
        for record in records:
            getattr(self, f"_read_{record['what']}")(record)
        return self.broken

    def _is(self, promise: int, kept: object, how: str) -> None:
        if not kept:
            self.broken.append(Broken(promise, how))

    # What was agreed, and what the phones did.

    def _read_policy(self, record: Record) -> None:
        self.book.news_patience = timedelta(seconds=record["news_s"])
        self._receipt = timedelta(seconds=record["receipt_s"])
        self._claims = [timedelta(seconds=seconds) for seconds in record["claim_s"]]
        self._silence.offers_max = record["offers_max"]
        self._standing_max = record["standing_max"]

    def _read_map(self, record: Record) -> None:
        self._versions.add(record["version"])

    def _read_press(self, record: Record) -> None:
        press = record["press"]
        self._pressed.setdefault((press["device"], press["id"]), []).append(press)

    def _read_accepted(self, record: Record) -> None:
        """At this moment it must be on disk already."""
        key = (record["device"], record["id"])
        stored = self._alarms.get(key)
        self._is(1, stored, f"alarm {key} was answered before it was on disk")
        if stored is not None:
            self._is(2, stored["incident"] == record["incident"], f"alarm {key} was answered with another incident")
        self._accepted.append(record)

    def _read_answered(self, record: Record) -> None:
        won = self._winners.get(record["offer"]) == record["officer"]
        if record["error"] is None:
            self._is(5, won, f"{record['officer']} was told to go for {record['offer']}, but did not win it")
        elif record["error"] in {"OfferTaken", "OfferExpired"}:
            # Who asks both nodes may be refused by the one whose clock is ahead, and then win at the other. Who was
            # called away since, or is done, says yes too late like anybody.
            was_winner = won and self._won_us[record["offer"]] < record["refused_us"]
            goes = record["offer"] in self.book.going.get(record["officer"], {})
            self._is(
                5,
                not (was_winner and goes),
                f"{record['officer']} was refused {record['offer']}, and goes all the same",
            )

    def _read_heard(self, record: Record) -> None:
        self._heard.append(record)

    # When time acts.

    def _read_up(self, record: Record) -> None:
        if not self._up:
            # While nobody ran nothing could happen: what passed meanwhile is due from here on.
            self._late_from = record["now"]
            self._silence.begins_again(record["us"])
        self._up[record["node"]] = record["now"]

    def _read_down(self, record: Record) -> None:
        self._up.pop(record["node"], None)

    def _lateness(self, due: datetime, now: datetime) -> timedelta:
        since = max(due, self._late_from) if self._late_from else due
        return now - since

    def _is_punctual(self, what: str, due: datetime, now: datetime) -> None:
        self._is(6, self._lateness(due, now) <= PUNCTUAL + SKEW, f"{what} was due at {due}, and it is {now}")

    def _read_look(self, record: Record) -> None:
        case = self.book.cases[record["incident"]]
        if case.due is not None and record["now"] >= case.due - SKEW:
            self._is_punctual(f"a look at {case.id}", case.due, record["now"])
            case.due = None

    # What was committed.

    def _read_duty(self, record: Record) -> None:
        self._counts(record)
        self._silence.check(record["us"], self._is)
        self.book.on_duty[record["officer"]] = record["on_duty"]
        self._silence.note(record["us"], None, [record["officer"]])

    def _counts(self, record: Record) -> None:
        self._is(3, record["seq"] == self._seq + 1, f"after event {self._seq} came {record['seq']}")
        self._seq = record["seq"]
        self._seq_by_second[record["us"] // 1_000_000] = record["seq"]

    def _read_event(self, record: Record) -> None:
        self._counts(record)
        self._visible.append(record["seq"])
        case = self.book.cases.get(record["incident"])
        self._silence.check(record["us"], self._is)
        if case is None:
            self._is(7, record["kind"] == "IncidentOpened", f"{record['kind']} in an unknown incident")
        else:
            self._turns_nothing_back(case, record)
            self._ends_in_time(case, record)
            self._wins_alone(case, record)
        self._offers_properly(record)
        self._is_news(record)
        self.book.read(record)
        self._keeps_alarm(record)
        self._moving.follow(record, self._is)
        after = self.book.cases[record["incident"]]
        self._is_exercise_only(after, record)
        self._is_not_doubled(after)
        touched = [offer.officer for offer in after.offers.values()]
        self._silence.note(record["us"], after, touched)

    def _keeps_alarm(self, record: Record) -> None:
        alarm = record["event"].get("alarm")
        place = record["event"].get("place") or (alarm and alarm["place"])
        if place is not None:
            self._is_placed(place, record["incident"])
        if alarm is None:
            return
        if record["kind"] not in {"IncidentOpened", "AlarmJoined"} or record["event"].get("split_from"):
            return
        key = (alarm["device"], alarm["id"])
        self._is(2, key not in self._alarms, f"alarm {key} is there twice")
        self._alarms[key] = record
        names = ("kind", "position", "silent", "drill", "pressed_at")
        is_as_sent = any(all(alarm[name] == press[name] for name in names) for press in self._pressed[key])
        self._is(1, is_as_sent, f"alarm {key} is not what was sent")

    def _is_placed(self, place: Any, incident_id: str) -> None:
        version = place["map_version"]
        self._is(8, version in self._versions, f"there is no map {version}")
        areas = [place["rt"], place["village"], *place["candidates"], *place["sectors"]]
        mixed = [area["code"] for area in areas if area and not area["code"].endswith(f"@{version}")]
        self._is(8, not mixed, f"{incident_id} is placed with map {version}, but has {mixed}")

    def _turns_nothing_back(self, case: Case, record: Record) -> None:
        event, kind = record["event"], record["kind"]
        self._is(7, case.is_open or kind not in WORK, f"{kind} in {case.id}, which is closed")
        for offer_id in ended_by(record):
            offer = case.offers.get(offer_id)
            is_assigned = kind == "OfficerWithdrawn" and offer_id in case.assignments
            is_first = offer is not None and offer.ended_by is None
            self._is(7, is_first or is_assigned, f"offer {offer_id} ended a second time, by {kind}")
        if kind == "AssignmentChanged":
            known = case.assignments.get(event["assignment_id"])
            is_meant = known is not None and (event["correction"] or RANK[event["status"]] > known.rank)
            self._is(7, is_meant, f"assignment {event['assignment_id']} was turned back to {event['status']}")
            before = known.reported_at if known else None
            is_newer = before is None or event["reported_at"] is None or event["reported_at"] > before
            self._is(7, is_newer, f"an older report changed assignment {event['assignment_id']}")

    def _ends_in_time(self, case: Case, record: Record) -> None:
        now = record["now"]
        if record["kind"] == "OffersExpired":
            for offer_id in record["event"]["offer_ids"]:
                due = case.offers[offer_id].expires_at
                self._is(6, now >= due, f"offer {offer_id} expired at {now}, before {due}")
        for offer in case.open_offers():
            self._is_punctual(f"offer {offer.id}", offer.expires_at, now)
            if not offer.is_received and not offer.is_silent:
                self._is_punctual(f"silence about {offer.id}", offer.offered_at + self._receipt, now)
        if case.due is not None:
            self._is_punctual(f"a look at {case.id}", case.due, now)
        if case.is_open and case.unclaimed_since is not None and case.level < len(self._claims):
            due = case.unclaimed_since + self._claims[case.level]
            self._is_punctual(f"level {case.level + 1} for {case.id}", due, now)
        for area, due in case.news.items():
            self._is_punctual(f"news to above {area} of {case.id}", due, now)

    def _wins_alone(self, case: Case, record: Record) -> None:
        if record["kind"] != "OfferAccepted":
            return
        event = record["event"]
        offer = case.offers.get(event["offer_id"])
        officer = event["officer"]["id"]
        self._is(5, offer and offer.officer == officer, f"{officer} won {event['offer_id']}, which is not theirs")
        self._is(5, offer and offer.ended_by is None, f"{officer} won {event['offer_id']}, which was over")
        self._is(6, offer and record["now"] < offer.expires_at, f"{officer} won {event['offer_id']} after its time")
        self._is(5, not self.book.going.get(officer), f"{officer} was sent twice")
        self._is(5, len(case.open_assignments()) < case.places, f"{case.id} has a winner too many: {officer}")
        self._winners[event["offer_id"]] = officer
        self._won_us[event["offer_id"]] = record["us"]

    def _offers_properly(self, record: Record) -> None:
        for offer in offers_of(record["event"]):
            officer = offer["officer"]["id"]
            drill = self.book.cases[record["incident"]].is_drill if record["incident"] in self.book.cases else False
            is_bound = self.book.goes(officer, drill=drill)
            self._is(5, not is_bound, f"{officer} is asked about {offer['id']} while on the way")
            self._is(5, self.book.on_duty.get(officer), f"{officer} is asked about {offer['id']} while off duty")
            is_chosen = record["kind"] == "OfficerOffered"
            has_room = self.book.is_asked_by(officer, drill=drill) < self._silence.offers_max
            self._is(5, is_chosen or has_room, f"{officer} is asked about {offer['id']} with their hands full")

    def _is_news(self, record: Record) -> None:
        """One fire, one incident, however many tap: or each tap would send officers of its own."""
        alarm = record["event"].get("alarm")
        if record["kind"] != "IncidentOpened" or alarm["kind"] != "fire" or not alarm["position"]:
            return
        if record["event"]["split_from"]:
            return
        if alarm["silent"] or alarm["drill"] or (alarm["position"]["accuracy_m"] or NO_DOUBT_M) > NO_DOUBT_M:
            return
        for case in self.book.cases.values():
            is_recent = record["now"] - case.tapped_at < NO_DOUBT
            is_open_to_it = case.is_open and case.is_plain and case.kind == "fire" and is_recent
            is_same = is_open_to_it and case.metres_to(alarm["position"]) < NO_DOUBT_M
            self._is(5, not is_same, f"{record['incident']} is about the same fire as {case.id}, and asks officers too")

    def _is_not_doubled(self, case: Case) -> None:
        asked = Counter(offer.officer for offer in case.open_offers())
        self._is(5, max(asked.values(), default=0) <= 1, f"somebody is asked twice about {case.id}")
        self._is(5, len(asked) <= self._standing_max, f"{len(asked)} are asked about {case.id} at a time")

    # What was seen, and what is left.

    def _read_frame(self, record: Record) -> None:
        frames = self._screens.setdefault(record["screen"], [])
        before = frames[-1]["last"] if frames else 0
        name = record["screen"]
        self._is(3, record["first"] == before + 1, f"{name} was at {before} and got a range from {record['first']}")
        since, until = bisect_left(self._visible, record["first"]), bisect_right(self._visible, record["last"])
        expected = self._visible[since:until]
        self._is(3, record["seqs"] == expected, f"{name} got {record['seqs']} instead of {expected}")
        frames.append(record)

    def _read_end(self, record: Record) -> None:
        now = min(record["now"].values())
        self._silence.check(record["us"], self._is, is_end=True)
        for case in self.book.cases.values():
            self._ends_in_time(case, {"kind": "end", "now": now})
            self._reads_as_stored(case, json.loads(record["states"][case.id]))
        last_second = record["us"] // 1_000_000 - 3
        settled = max((seq for second, seq in self._seq_by_second.items() if second <= last_second), default=0)
        for name, position in record["screens"].items():
            # What was committed in the last moment may still be on its way.
            self._is(3, position >= settled, f"{name} ends at {position} of {record['seq']}")
        for accepted in self._accepted:
            key = (accepted["device"], accepted["id"])
            self._is(1, key in self._alarms, f"alarm {key} is lost")
        self._is_in_one(record["alarms"])
        known = {one.id: one for case in self.book.cases.values() for one in case.assignments.values()}
        for heard in self._heard:
            assignment = known.get(heard["assignment"])
            is_so = assignment and (assignment.was_corrected or assignment.rank >= RANK[heard["status"]])
            # What the officer has said since, and what came before this, goes before it.
            is_old = assignment and assignment.reported_at and assignment.reported_at > heard["reported_at"]
            self._is(7, is_so or is_old, f"{heard['assignment']} was said to be {heard['status']}, and is not")

    def _reads_as_stored(self, case: Case, state: Any) -> None:
        """The state that the core kept is the one that its events tell."""
        told = {offer.id for offer in case.open_offers()}
        kept = {offer["id"] for offer in state["offers"] if offer["status"] == "open"}
        self._is(7, told == kept, f"{case.id} keeps other open offers than its events tell")
        going = {one.id for one in case.open_assignments()}
        stored = {one["id"] for one in state["assignments"] if one["status"] != "clear"}
        self._is(7, going == stored, f"{case.id} keeps other assignments than its events tell")
        self._is(7, case.is_open == (state["status"] == "open"), f"{case.id} is {state['status']}")
        self._is(7, case.merged_into == state["merged_into"], f"{case.id} was merged into {state['merged_into']}")
        # A merged one keeps its own count.
        is_counted = case.merged_into or state["alarm_count"] == len(case.alarms)
        self._is(2, is_counted, f"{case.id} counts {state['alarm_count']} alarms")
        is_marked = [key for key, way in case.alarms.items() if way.alarm["drill"] != state["drill"]]
        self._is(
            1, not is_marked, f"{is_marked} are in {case.id}, which is {'an' if state['drill'] else 'no'} exercise"
        )
        if case.fixes and not case.is_sorted:
            shown = datetime.fromisoformat(state["position"]["at"])
            self._is(7, shown >= max(case.fixes), f"{case.id} was moved back to an older fix")
        kept_rt = state["place"]["rt"] and state["place"]["rt"]["code"]
        self._is(8, kept_rt in case.been_at, f"{case.id} is at {kept_rt}, where no phone of it was")

    def _is_in_one(self, stored: list[tuple[str, str, str]]) -> None:
        """Every alarm that ever came, in the incident that the log tells, and nowhere else."""
        told = [(*key, case.id) for case in self.book.cases.values() for key in case.alarms]
        wrong = set(stored) ^ set(told)
        self._is(2, not wrong, f"{wrong} are not where the log tells")
        self._is(2, len(told) == len(self._alarms), f"of {len(self._alarms)} alarms {len(told)} are in an incident")

    def _is_exercise_only(self, case: Case, record: Record) -> None:
        """The end of an exercise ends nothing that is real."""
        is_end = record["kind"] == "Closed" and record["event"]["operator"]["id"] == TRAINER
        self._is(4, case.is_drill or not is_end, f"{case.id} is real, and was closed with an exercise")
