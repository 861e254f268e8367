"""Offers, winners and duty, decided under the journal's lock, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.commands import ChangeAssignment, Close, LookAgain
from dispatch.errors import OfferExpired, OfferTaken
from dispatch.incident import AssignmentStatus, Disposition, Kind, OfferStatus
from dispatch.units import Unit
from geo.position import Position
from panic_server.duty.board import DutyBoard
from panic_server.journal.port import SYSTEM, Actor, DutyOrder, JournalUnavailable
from tests.contract.desk import EAST, OPERATOR_PERSON, WEST, Desk, press
from tests.fake_fcm.pushes import eventually


async def test_the_three_nearest_are_asked_and_only_one_wins(desk: Desk) -> None:
    for number in range(4):
        await desk.officer(f"officer-{number}", Position(-6.995, 110.405 + number * 0.006, 10, None))
    await desk.press()
    [incident] = await desk.open_incidents()
    assert [offer.officer.id for offer in incident.offers] == ["officer-0", "officer-1", "officer-2"]
    winning, losing = incident.offers[1].id, incident.offers[0].id
    done = await desk.accept("officer-1", winning)
    assert done.incident.stage == "accepted"
    assert (await desk.accept("officer-1", winning)).seq is None
    with pytest.raises(OfferTaken):
        await desk.accept("officer-0", losing)
    withdrawn = {push.recipient for one in desk.committed for push in one.pushes if push.kind == "offer_withdrawn"}
    assert withdrawn == {"officer-0", "officer-2"}


async def test_two_processes_cannot_both_find_a_winner(desk: Desk, other_desk: Desk) -> None:
    for number in range(3):
        await desk.officer(f"officer-{number}")
    for round_number in range(10):
        await desk.press(f"phone-{round_number}")
        [incident] = await desk.open_incidents()
        answers = await asyncio.gather(
            *(
                each.accept(offer.officer.id, offer.id)
                for offer, each in zip(incident.offers, (desk, other_desk, desk), strict=True)
            ),
            return_exceptions=True,
        )
        assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
        assert sum(isinstance(answer, OfferTaken) for answer in answers) == 2
        await desk.command(Close(OPERATOR_PERSON, Disposition.TEST, None), incident_id=incident.id)


async def test_an_officer_goes_to_one_place_only_and_is_asked_about_no_other(desk: Desk, other_desk: Desk) -> None:
    await desk.officer("busy")
    await desk.press("one")
    await desk.press("two")
    first, second = await desk.open_incidents()
    offers = [next(first.open_offers()).id, next(second.open_offers()).id]
    answers = await asyncio.gather(
        desk.accept("busy", offers[0]), other_desk.accept("busy", offers[1]), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    slots = await desk.rows("SELECT slot FROM engagements WHERE officer_id = 'busy'")
    assert slots == [(0,)]


async def test_an_engagement_cannot_be_doubled_in_the_database_either(desk: Desk) -> None:
    await desk.officer("busy")
    await desk.press()
    await desk.accept("busy", await desk.offer_of("busy"))
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        await desk.write(
            "INSERT INTO engagements (officer_id, slot, offer_id, incident_id) VALUES ('busy', 0, 'x', 'y')"
        )


async def test_incidents_wait_by_urgency_and_age_when_nobody_is_free(desk: Desk) -> None:
    await desk.officer("only", WEST)
    for number in range(3):
        await desk.press(f"asked-{number}")
    await desk.press("old", kind=Kind.DISASTER)
    desk.clock.advance(1)
    await desk.press("young", kind=Kind.DISASTER)
    await desk.press("urgent", kind=Kind.VIOLENCE)
    waiting = [one.device for one in await desk.open_incidents() if not list(one.open_offers())]
    assert waiting == ["old", "young", "urgent"]
    for expected in ("urgent", "old", "young"):
        await desk.decline("only", await desk.offer_of("only"))
        asked = [one.device for one in await desk.open_incidents() if one.offers and one.device == expected]
        assert asked == [expected]


async def test_off_duty_means_no_open_offer_and_no_new_one(desk: Desk) -> None:
    leaving = await desk.officer("leaving")
    await desk.officer("staying", EAST)
    await desk.press()
    await desk.writer.submit(DutyOrder(leaving, on_duty=False))
    [incident] = await desk.open_incidents()
    assert [offer.officer.id for offer in incident.open_offers()] == ["staying"]
    await desk.press("another")
    newest = (await desk.open_incidents())[-1]
    assert [offer.officer.id for offer in newest.offers] == ["staying"]


async def test_an_expired_offer_is_over_and_the_next_are_asked(desk: Desk) -> None:
    for number in range(4):
        await desk.officer(f"officer-{number}", Position(-6.995, 110.405 + number * 0.006, 10, None))
    await desk.press()
    [incident] = await desk.open_incidents()
    desk.clock.advance(desk.policy.usual.offer_timeout_s)
    done = await desk.command(LookAgain(), SYSTEM, incident_id=incident.id)
    assert [offer.officer.id for offer in done.incident.open_offers()] == ["officer-3"]
    with pytest.raises(OfferExpired):
        await desk.accept("officer-0", incident.offers[0].id)


async def test_without_a_position_officers_are_found_where_the_phone_last_was(desk: Desk) -> None:
    await desk.officer("near")
    await desk.press("phone")
    [incident] = await desk.open_incidents()
    await desk.command(Close(OPERATOR_PERSON, Disposition.TEST, None), incident_id=incident.id)
    await desk.press("phone", position=None)
    [incident] = await desk.open_incidents()
    assert incident.place.sure == "unlocated"
    assert "last_known_position" in incident.flags
    assert [offer.officer.id for offer in incident.offers] == ["near"]


async def test_a_position_older_than_half_an_hour_finds_nobody(desk: Desk) -> None:
    await desk.officer("near")
    await desk.press("phone")
    [incident] = await desk.open_incidents()
    await desk.command(Close(OPERATOR_PERSON, Disposition.TEST, None), incident_id=incident.id)
    desk.clock.advance(desk.policy.last_known_position_s + 1)
    await desk.press("phone", position=None)
    [incident] = await desk.open_incidents()
    assert incident.offers == ()


async def test_closing_frees_everybody_and_clears_the_way(desk: Desk) -> None:
    await desk.officer("busy")
    await desk.press()
    done = await desk.accept("busy", await desk.offer_of("busy"))
    assignment = done.incident.assignments[0].id
    change = ChangeAssignment(assignment, "busy", AssignmentStatus.ON_SCENE)
    await desk.command(change, Actor("officer", "busy"), offer_id=assignment)
    await desk.command(Close(OPERATOR_PERSON, Disposition.RESOLVED, "aman"), incident_id=done.incident.id)
    assert await desk.rows("SELECT officer_id FROM engagements") == []
    assert await desk.open_incidents() == ()
    await desk.press("next")
    assert [offer.status for offer in (await desk.open_incidents())[0].offers] == [OfferStatus.OPEN]


async def test_a_second_process_takes_over_deadlines_it_did_not_make(desk: Desk, other_desk: Desk) -> None:
    await desk.officer("silent")
    await desk.press()
    other_desk.writer.nudge()
    await eventually(lambda: bool(other_desk.committed))
    [incident] = await desk.open_incidents()
    due = dict(other_desk.committed[-1].dues)[incident.id]
    assert due == desk.clock.now() + timedelta(seconds=desk.policy.usual.receipt_s)


async def test_random_work_leaves_no_hole_and_no_double_booking(desk: Desk, other_desk: Desk) -> None:
    dice = random.Random(20261122)
    officers = [f"officer-{number}" for number in range(6)]
    for name in officers:
        await desk.officer(name, dice.choice((WEST, EAST)))
        await other_desk.officer(name, WEST)

    async def act(number: int) -> None:
        on = dice.choice((desk, other_desk))
        name = dice.choice(officers)
        match dice.randrange(4):
            case 0:
                await on.press(f"phone-{number % 9}", position=dice.choice((WEST, EAST)))
            case 1:
                await on.accept(name, await on.offer_of(name))
            case 2:
                await on.decline(name, await on.offer_of(name))
            case _:
                for incident in (await on.open_incidents())[:1]:
                    await on.command(Close(OPERATOR_PERSON, Disposition.TEST, None), incident_id=incident.id)

    await asyncio.gather(*(act(number) for number in range(150)), return_exceptions=True)
    seqs = await desk.seqs()
    assert seqs == list(range(1, len(seqs) + 1))
    going = [
        assignment.officer.id for incident in await desk.open_incidents() for assignment in incident.open_assignments()
    ]
    assert len(going) == len(set(going))
    held = await desk.rows("SELECT officer_id FROM engagements WHERE slot = 0 ORDER BY officer_id")
    assert [row[0] for row in held] == sorted(going)


async def test_going_on_duty_twice_is_one_event(desk: Desk) -> None:
    officer = await desk.officer("keen")
    await desk.writer.submit(DutyOrder(officer, on_duty=True))
    assert await desk.seqs() == [1]


async def test_after_a_failed_commit_the_board_is_right_again_without_anybody_asking(desk: Desk) -> None:
    await desk.officer("staying")
    await desk.write("ALTER TABLE outbox RENAME TO outbox_gone")
    with pytest.raises(JournalUnavailable):
        await desk.press()
    await desk.write("ALTER TABLE outbox_gone RENAME TO outbox")
    before = len(desk.committed)
    await eventually(lambda: len(desk.committed) > before)
    assert [(officer.id, officer.status) for officer in desk.board.officers()] == [("staying", "available")]


async def test_a_restart_keeps_the_slots_that_offers_have_on_disk(url: str) -> None:
    async with Desk(url) as first:
        await first.officer("busy")
        for phone in ("one", "two"):
            await first.press(phone)
        await first.decline("busy", await first.offer_of("busy"))
    async with Desk(url) as second:
        second.board.take_positions("busy", [Position(WEST.lat, WEST.lon, 10, second.clock.now())])
        await second.press("three")
        assert len(await second.rows("SELECT 1 FROM engagements")) == 2


async def test_another_process_keeps_the_slots_that_it_finds(desk: Desk, other_desk: Desk) -> None:
    await desk.officer("busy")
    for phone in ("one", "two"):
        await desk.press(phone)
    await other_desk.press("elsewhere", position=None)
    other_desk.board.take_positions("busy", [Position(WEST.lat, WEST.lon, 10, desk.clock.now())])
    await desk.decline("busy", await desk.offer_of("busy"))
    await other_desk.press("three")
    await desk.press("four")
    assert len(await desk.rows("SELECT 1 FROM engagements")) == 3


async def test_a_fix_that_comes_after_the_press_places_the_incident_and_finds_officers(desk: Desk) -> None:
    await desk.officer("near")
    sent = press("phone", position=None)
    await desk.writer.submit(sent)
    await desk.writer.submit(press("phone", id=sent.id, digest=b"with a fix"))
    [incident] = await desk.open_incidents()
    assert (incident.place.sure, incident.alarm_count) == ("inside", 1)
    assert [offer.officer.id for offer in incident.open_offers()] == ["near"]
    assert [told.person.id for told in incident.told] == ["ketua-w"]


@pytest.mark.parametrize("change", [{"kind": Kind.VIOLENCE}, {"silent": True}])
async def test_a_repeat_that_says_more_hides_the_incident_from_the_rt(desk: Desk, change: dict[str, Any]) -> None:
    sent = press("phone", kind=Kind.FIRE)
    await desk.writer.submit(sent)
    await desk.writer.submit(press("phone", id=sent.id, digest=b"more", **change))
    [incident] = await desk.open_incidents()
    assert incident.neighbourhood == ()


async def test_who_takes_a_clear_back_is_asked_about_no_other_place(desk: Desk) -> None:
    await desk.officer("near")
    await desk.press("phone-a")
    offer_id = await desk.offer_of("near")
    await desk.accept("near", offer_id)
    await desk.press("phone-b", position=EAST)

    async def reports(status: AssignmentStatus, *, correction: bool = False) -> None:
        change = ChangeAssignment(offer_id, "near", status, correction)
        await desk.command(change, Actor("officer", "near"), offer_id=offer_id)

    await reports(AssignmentStatus.ON_SCENE)
    await reports(AssignmentStatus.CLEAR)
    assert [one.device for one in await desk.queries.offered_to("near")] == ["phone-b"]
    await reports(AssignmentStatus.ON_SCENE, correction=True)
    assert [one.device for one in await desk.queries.offered_to("near")] == ["phone-a"]


async def test_in_the_outbox_a_new_offer_goes_before_the_ends_of_older_ones(desk: Desk) -> None:
    leaving, _ = await desk.officer("leaving"), await desk.officer("staying")
    await desk.press("phone-a")
    await desk.writer.submit(DutyOrder(leaving, on_duty=False))
    await desk.press("phone-b", position=EAST)
    kinds = await desk.rows("SELECT kind FROM outbox WHERE kind LIKE 'offer%' ORDER BY urgent DESC, seq")
    assert kinds == [("offer",), ("offer",), ("offer",), ("offer_withdrawn",)]


async def test_what_an_officer_travels_with_is_known_to_every_process(desk: Desk, other_desk: Desk) -> None:
    officer = await desk.officer("rider")
    for unit, expected in ((Unit.BOAT, Unit.BOAT), (None, Unit.BOAT), (Unit.CAR, Unit.CAR)):
        await desk.writer.submit(DutyOrder(officer, on_duty=True, unit=unit))
        await other_desk.press()
        assert (desk.board.unit_of("rider"), other_desk.board.unit_of("rider")) == (expected, expected)
    changes = await desk.rows("SELECT data FROM events WHERE kind = 'duty_changed' ORDER BY seq")
    assert [json.loads(data)["unit"] for (data,) in changes] == [None, "boat", "car"]


async def test_while_memory_is_loaded_again_nobody_is_off_duty_for_an_instant(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a new policy, or a commit that failed."""
    await desk.officer("first")
    await desk.officer("second")
    seen: list[bool] = []

    def set_duty(*told: Any, **how: Any) -> None:
        seen.extend(desk.board.is_on_duty(officer_id) for officer_id in ("first", "second"))
        DutyBoard.set_duty(desk.board, *told, **how)

    monkeypatch.setattr(desk.board, "set_duty", set_duty)
    desk.policies.current = replace(desk.policy, max_open_offers=1)
    await desk.press()

    assert seen == [True] * 4
    assert desk.board.is_on_duty("first")
