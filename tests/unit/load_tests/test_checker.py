"""The checker finds what is wrong with a run: recordings are made right here, and then doctored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest
from msgspec import json

from load_tests.checker import PUSHES_MAX, Evidence, check
from load_tests.findings import Findings
from load_tests.journal import Offered, Worked
from load_tests.records import Ack, Push, Recording, Stream

ALARMS = 4
HEAD = 10
MS = 1_000_000


def device_of(subject: str) -> str:
    return f"device-of-{subject}"


def welcome(at: int = HEAD) -> bytes:
    return json.encode({"type": "welcome", "at": at, "snapshot": {"incidents": []}})


def events(first: int, last: int, *seqs: int) -> bytes:
    told = [{"seq": seq, "incident_id": f"incident-{seq}", "kind": "incident_opened"} for seq in seqs]
    return json.encode({"type": "events", "from": first, "to": last, "events": told})


def heartbeat(to: int) -> bytes:
    return json.encode({"type": "heartbeat", "to": to, "degraded": []})


@dataclass
class Run:
    """Alarms 11 to 14, each its own incident; a console that sees all, and a neighbour who was told of 12 alone."""

    console: list[bytes] = field(
        default_factory=lambda: [
            welcome(),
            events(11, 12, 11, 12),
            heartbeat(12),
            events(13, 13, 13),
            events(14, 14, 14),
        ]
    )
    neighbour: list[bytes] = field(default_factory=lambda: [welcome(), events(11, 12, 12), heartbeat(14)])
    acks: list[Ack] = field(default_factory=lambda: [an_ack(seq) for seq in range(HEAD + 1, HEAD + 1 + ALARMS)])
    journal: list[Worked] = field(default_factory=lambda: [worked(seq) for seq in range(HEAD + 1, HEAD + 1 + ALARMS)])
    pushes: list[Push] = field(default_factory=lambda: [*map(offer_push, range(11, 15)), news_push(12)])
    ended_offers: int = 0
    waiting: int = 0

    def check(self) -> Findings:
        streams = [("operator", self.console), ("rep", self.neighbour)]
        frames = list(dict.fromkeys(frame for _, told in streams for frame in told))
        recording = Recording(
            frames,
            [
                Stream(who, who == "operator", [number * MS for number in range(len(told))], [*map(frames.index, told)])
                for who, told in streams
            ],
        )
        evidence = Evidence(
            self.acks, recording, self.journal, self.pushes, HEAD + ALARMS, self.ended_offers, self.waiting, device_of
        )
        return check(evidence)[0]


def an_ack(seq: int, **changes: Any) -> Ack:
    return msgspec.structs.replace(Ack(f"alarm-{seq}", "somebody", 0, 0, MS, 201, seq, f"incident-{seq}"), **changes)


def worked(seq: int) -> Worked:
    told: dict[str, int | None] = {"rep": 12} if seq == 12 else {}
    offers = {f"offer-{seq}": Offered(f"officer-{seq}", seq, is_first=True)}
    return Worked(f"incident-{seq}", True, (f"alarm-{seq}",), offers, told)


def offer_push(seq: int) -> Push:
    return Push(MS, device_of(f"officer-{seq}"), f"push-{seq}", "offer", f"incident-{seq}", f"offer-{seq}")


def news_push(seq: int) -> Push:
    return Push(MS, device_of("rep"), f"news-{seq}", "neighbourhood", f"incident-{seq}", None)


def kinds(findings: Findings) -> set[str]:
    return set(findings.counts)


def without(items: Sequence[Any], number: int) -> list[Any]:
    return [item for at, item in enumerate(items) if at != number]


def test_a_run_in_which_everything_arrived_is_clean() -> None:
    assert Run().check().lines() == []


@pytest.mark.parametrize("dropped", [1, 3, 4])
def test_a_dropped_frame_is_a_loss(dropped: int) -> None:
    run = Run()
    run.console = without(run.console, dropped)
    assert "lost" in kinds(run.check())


def test_a_hole_between_ranges_is_a_loss_even_where_no_alarm_is_missed() -> None:
    run = Run()
    for kept in (run.acks, run.journal, run.pushes):
        del kept[2]
    run.console = without(run.console, 3)
    assert run.check().lines() == ["lost: operator: nothing about 13 to 13"]


def test_a_heartbeat_does_not_cover_what_was_never_shown() -> None:
    run = Run()
    run.console = [*run.console[:3], heartbeat(14)]
    assert run.check().counts["lost"] == 2


def test_an_event_left_out_of_its_frame_is_a_loss() -> None:
    run = Run()
    run.console[1] = events(11, 12, 11)
    assert kinds(run.check()) == {"lost"}


def test_a_repeated_frame_is_a_duplicate() -> None:
    run = Run()
    run.console.insert(4, run.console[3])
    assert "duplicated" in kinds(run.check())


def test_an_event_told_again_in_a_later_range_is_a_duplicate() -> None:
    run = Run()
    run.console[4] = events(14, 14, 13, 14)
    assert "duplicated" in kinds(run.check())


def test_swapped_frames_are_a_disorder() -> None:
    run = Run()
    run.console[3], run.console[4] = run.console[4], run.console[3]
    assert "disordered" in kinds(run.check())


def test_events_the_wrong_way_round_in_one_frame_are_a_disorder() -> None:
    run = Run()
    run.console[1] = events(11, 12, 12, 11)
    assert kinds(run.check()) == {"disordered"}


def test_a_heartbeat_that_goes_back_is_a_disorder() -> None:
    run = Run()
    run.console.append(heartbeat(12))
    assert kinds(run.check()) == {"disordered"}


def test_a_representative_who_hears_nothing_of_what_they_were_told_is_a_loss() -> None:
    run = Run()
    run.neighbour[1] = heartbeat(12)
    assert kinds(run.check()) == {"lost"}


@pytest.mark.parametrize(("told_by", "found"), [(12, set()), (None, set()), (11, {"lost"})])
def test_a_representative_sees_an_incidents_alarms_from_the_one_by_which_they_were_told(told_by, found) -> None:
    run = Run()
    run.acks[0] = an_ack(11, incident_id="incident-12")
    run.console[1] = run.console[1].replace(b"incident-11", b"incident-12")
    offers = run.journal[0].offers | run.journal[1].offers
    run.journal[:2] = [Worked("incident-12", True, ("alarm-11", "alarm-12"), offers, {"rep": told_by})]
    assert kinds(run.check()) == found


def test_a_representative_who_sees_another_rts_incident_is_a_stray() -> None:
    run = Run()
    run.neighbour[1] = events(11, 12, 11, 12)
    assert kinds(run.check()) == {"stray"}


def test_an_acknowledged_alarm_that_the_journal_does_not_have_is_a_loss() -> None:
    run = Run()
    run.journal[2] = replace(run.journal[2], alarms=())
    assert kinds(run.check()) == {"lost"}


def test_an_alarm_in_two_incidents_is_a_duplicate() -> None:
    run = Run()
    run.journal[2] = replace(run.journal[2], alarms=("alarm-13", "alarm-12"))
    assert kinds(run.check()) == {"duplicated"}


@pytest.mark.parametrize("status", [0, 429, 503])
def test_an_alarm_that_was_not_taken_is_a_loss(status: int) -> None:
    run = Run()
    run.acks.append(Ack("alarm-15", "somebody", 0, 0, MS, status))
    assert kinds(run.check()) == {"lost"}


def test_two_alarms_with_one_seq_are_a_duplicate() -> None:
    run = Run()
    run.acks[1] = an_ack(11, alarm_id="alarm-12", incident_id="incident-12")
    assert "duplicated" in kinds(run.check())


@pytest.mark.parametrize("missing", [0, 4])
def test_a_push_that_never_went_out_is_a_loss(missing: int) -> None:
    run = Run()
    run.pushes = without(run.pushes, missing)
    assert kinds(run.check()) == {"lost"}


def test_an_offer_that_ended_before_its_push_needs_none() -> None:
    run = Run()
    run.pushes, run.ended_offers = without(run.pushes, 0), 1
    assert run.check().is_clean


def test_an_ended_offer_does_not_explain_missing_news() -> None:
    run = Run()
    run.pushes, run.ended_offers = without(run.pushes, 4), 1
    assert kinds(run.check()) == {"lost"}


def test_a_push_that_still_waits_is_no_loss() -> None:
    run = Run()
    run.pushes, run.waiting = without(run.pushes, 4), 1
    assert run.check().is_clean


def test_a_push_that_went_out_twice_is_a_duplicate() -> None:
    run = Run()
    run.pushes.append(run.pushes[0])
    assert kinds(run.check()) == {"duplicated"}


def rung_again(times: int) -> Run:
    run = Run()
    run.pushes += [msgspec.structs.replace(offer_push(11), push_id=f"again-{number}") for number in range(times)]
    return run


def test_an_offer_rings_again_until_it_is_answered_but_not_for_ever() -> None:
    assert rung_again(PUSHES_MAX - 1).check().is_clean
    assert kinds(rung_again(PUSHES_MAX).check()) == {"duplicated"}


def test_how_fast_an_offer_was_its_first_push_tells_and_no_later_ring() -> None:
    rings = [msgspec.structs.replace(offer_push(11), at_ns=at * MS, push_id=f"ring-{at}") for at in (4000, 7, 2000)]
    evidence = Evidence([an_ack(11)], Recording([], []), [worked(11)], rings, 11, 0, 0, device_of)
    assert check(evidence)[1].offer_push == [7 * MS]


def test_the_first_offers_of_an_incident_that_an_earlier_step_opened_are_not_timed_from_an_alarm_that_joined() -> None:
    acks = [an_ack(11), an_ack(12, incident_id="incident-11", sent_ns=5000 * MS)]
    push = msgspec.structs.replace(offer_push(11), at_ns=7 * MS)
    evidence = Evidence(acks, Recording([], []), [worked(11)], [push], 12, 0, 0, device_of)
    assert check(evidence)[1].offer_push == [7 * MS]
    assert check(evidence, timed=acks[1:])[1].offer_push == []


def test_news_is_timed_from_the_alarm_that_told_this_neighbour() -> None:
    acks = [an_ack(11, incident_id="incident-12"), an_ack(12, sent_ns=5000 * MS)]
    push = msgspec.structs.replace(news_push(12), at_ns=5009 * MS)
    evidence = Evidence(acks, Recording([], []), [worked(12)], [push], 12, 0, 0, device_of)
    assert check(evidence)[1].news_push == [9 * MS]


def test_an_offer_on_another_officers_phone_is_a_stray() -> None:
    run = Run()
    run.pushes.append(Push(MS, device_of("officer-12"), "push-x", "offer", "incident-11", "offer-11"))
    assert kinds(run.check()) == {"stray"}


def test_news_for_somebody_who_was_not_told_is_a_stray() -> None:
    run = Run()
    run.pushes.append(Push(MS, device_of("another"), "push-x", "neighbourhood", "incident-11", None))
    assert kinds(run.check()) == {"stray"}


def test_nobody_watching_proves_nothing() -> None:
    findings, _ = check(Evidence([an_ack(11)], Recording([], []), [worked(11)], [offer_push(11)], 11, 0, 0, device_of))
    assert "lost" in kinds(findings)
