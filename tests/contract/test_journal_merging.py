"""Merges and splits in the journal, and what comes between: answers, restarts, cancels, and a second process."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dispatch.commands import CancelAlarm, ChangeAssignment, Close
from dispatch.incident import AssignmentStatus, Disposition, Incident, Kind, PinMeaning
from panic_server.journal.port import Actor, CheckpointOrder, Done, MergeOrder, SplitOrder
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, START, WEST, Desk, press


async def opens(desk: Desk, device: str, **changes: object) -> str:
    """Id of the incident that the phone's alarm is in."""
    await desk.press(device, **{"kind": Kind.FIRE, **changes})
    rows = await desk.rows("SELECT incident_id, device FROM alarms ORDER BY seq")
    return str([incident_id for incident_id, pressed_by in rows if pressed_by == device][-1])


async def merges(desk: Desk, one: str, into: str) -> Incident:
    done = await desk.writer.submit(MergeOrder(one, into, OPERATOR))
    assert isinstance(done, Done)
    return done.incident


async def takes_back(desk: Desk, one: str, out_of: str) -> Incident:
    done = await desk.writer.submit(SplitOrder(out_of, OPERATOR, merged=one))
    assert isinstance(done, Done)
    return done.incident


async def reports(desk: Desk, officer_id: str, offer_id: str, status: AssignmentStatus) -> Incident:
    change = ChangeAssignment(offer_id, officer_id, status)
    return (await desk.command(change, Actor("officer", officer_id), offer_id=offer_id)).incident


async def hears_of_the_others(desk: Desk) -> None:
    """An order that changes nothing: by it this process learns what the other one did."""
    await desk.writer.submit(CheckpointOrder(()))


def can_be_asked(desk: Desk) -> set[str]:
    return {one.officer.id for one in desk.board.candidates(WEST, (), now=START, limit=9, drill=False)}


async def test_who_went_on_under_another_incident_reports_to_that_one_also_when_the_merge_is_undone(desk: Desk) -> None:
    await desk.officer("near")
    one = await opens(desk, "phone-1")
    assignment = await desk.offer_of("near")
    await desk.accept("near", assignment)
    other = await opens(desk, "phone-2", position=EAST)
    await merges(desk, one, other)
    await takes_back(desk, one, other)

    assert (await desk.accept("near", assignment)).incident.id == other
    assert (await reports(desk, "near", assignment, AssignmentStatus.ON_SCENE)).id == other
    assert [each.status for each in (await desk.incident(other)).assignments] == [AssignmentStatus.ON_SCENE]
    assert can_be_asked(desk) == set()
    await reports(desk, "near", assignment, AssignmentStatus.CLEAR)
    assert can_be_asked(desk) == {"near"}


async def test_another_process_knows_that_the_officers_of_both_are_on_the_way(desk: Desk, other_desk: Desk) -> None:
    """Whichever of the two incidents is older, and it reads first."""
    for node in (desk, other_desk):
        await node.officer("first")
        await node.officer("second")
    old, new = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    for incident_id, officer_id in ((old, "first"), (new, "second")):
        [offer] = [each for each in (await desk.incident(incident_id)).open_offers() if each.officer.id == officer_id]
        await desk.accept(officer_id, offer.id)
    await hears_of_the_others(other_desk)

    await merges(desk, new, old)
    await hears_of_the_others(other_desk)

    assert can_be_asked(desk) == can_be_asked(other_desk) == set()
    assert {each.officer.id for each in (await desk.incident(old)).open_assignments()} == {"first", "second"}


async def test_another_process_knows_that_a_phone_is_no_longer_part_of_what_it_was_split_from(
    desk: Desk, other_desk: Desk
) -> None:
    """What it presses once its own incident is over is not about the other one."""
    one, other = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    await merges(desk, one, other)
    await hears_of_the_others(other_desk)
    await takes_back(desk, one, other)
    await other_desk.command(Close(OPERATOR_PERSON, Disposition.UNFOUNDED, None), incident_id=one)

    assert await opens(other_desk, "phone-1") not in {one, other}


async def cancels(desk: Desk, device: str, incident_id: str, pin: PinMeaning = PinMeaning.RIGHT) -> Incident:
    """As the phone knew it: the alarm was in this incident when its PIN was looked at."""
    command = await cancel_of(device, desk, pin)
    return (await desk.command(command, Actor("resident", device), incident_id=incident_id)).incident


async def cancel_of(device: str, desk: Desk, pin: PinMeaning = PinMeaning.RIGHT) -> CancelAlarm:
    """Of its last alarm."""
    rows = await desk.rows("SELECT id, device FROM alarms ORDER BY seq")
    return CancelAlarm([alarm_id for alarm_id, pressed_by in rows if pressed_by == device][-1], device, pin)


async def looks_cancelled(desk: Desk, device: str) -> bool:
    """On the phone's own page."""
    found = await desk.queries.alarm(device, (await cancel_of(device, desk)).alarm_id)
    assert found is not None
    return found[0].cancelled_at is not None


@pytest.mark.parametrize("pin", [PinMeaning.RIGHT, PinMeaning.DURESS])
async def test_a_cancel_in_a_merged_incident_stays_a_cancel_when_the_merge_is_undone(
    desk: Desk, pin: PinMeaning
) -> None:
    """Whoever forced it would see on the phone that officers are on the way after all."""
    await desk.officer("near")
    one, other = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    await merges(desk, one, other)
    await cancels(desk, "phone-1", other, pin)

    back = await takes_back(desk, one, other)

    assert await looks_cancelled(desk, "phone-1")
    assert not await looks_cancelled(desk, "phone-2")
    assert (back.cancelled is not None, back.duress) == (True, pin is PinMeaning.DURESS)
    assert bool(list(back.open_offers())) == back.duress


@pytest.mark.parametrize("pin", [PinMeaning.RIGHT, PinMeaning.DURESS])
async def test_an_alarm_that_was_cancelled_stays_so_in_the_incident_that_it_is_split_off_to(
    desk: Desk, pin: PinMeaning
) -> None:
    """Neither on the phone nor in the RT anything may tell that it goes on."""
    await desk.officer("near")
    one, other = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    await merges(desk, one, other)
    await cancels(desk, "phone-1", other, pin)
    [(device, alarm_id)] = [row for row in await desk.rows("SELECT device, id FROM alarms") if row[0] == "phone-1"]

    done = await desk.writer.submit(SplitOrder(other, OPERATOR, alarms=((device, alarm_id),)))

    assert isinstance(done, Done)
    apart = await desk.incident(done.incident.id)
    assert await looks_cancelled(desk, "phone-1")
    assert (apart.cancelled is not None, apart.duress) == (True, pin is PinMeaning.DURESS)
    assert bool(list(apart.open_offers())) == apart.duress
    told = [push for one in desk.committed for push in one.pushes if push.incident_id == apart.id]
    assert "neighbourhood" not in {push.kind for push in told}


async def test_a_cancel_counts_where_its_alarm_is_by_now(desk: Desk) -> None:
    """A PIN takes a moment to be looked at, and meanwhile operators merge and take apart."""
    one, other = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    await merges(desk, one, other)
    assert (await cancels(desk, "phone-1", one, PinMeaning.WRONG)).id == other
    await takes_back(desk, one, other)
    assert (await cancels(desk, "phone-1", other, PinMeaning.DURESS)).id == one
    assert not (await desk.incident(other)).duress


async def test_a_cancel_in_the_same_commit_as_a_merge_leaves_the_other_phones_alarm_standing(desk: Desk) -> None:
    one, other = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    cancel = await cancel_of("phone-2", desk)
    await asyncio.gather(
        merges(desk, one, other), desk.command(cancel, Actor("resident", "phone-2"), incident_id=other)
    )
    assert desk.committed[-1].orders == 2
    assert not (await desk.incident(other)).is_cancelled

    cancel = await cancel_of("phone-1", desk)
    await asyncio.gather(
        takes_back(desk, one, other), desk.command(cancel, Actor("resident", "phone-1"), incident_id=one)
    )
    assert (await desk.incident(one)).is_cancelled


async def test_an_incidents_own_phone_stays_the_first_as_long_as_it_has_an_alarm_there(desk: Desk) -> None:
    """By its fixes the incident moves, whoever pressed before it."""
    early, late, own = [
        await opens(desk, f"phone-{number}", position=at) for number, at in enumerate((WEST, EAST, WEST))
    ]
    await merges(desk, early, own)
    await merges(desk, late, own)

    await takes_back(desk, late, own)

    incident = await desk.incident(own)
    assert (incident.device, incident.alarm_count, incident.phone_count) == ("phone-2", 2, 2)


async def test_an_alarm_that_got_its_place_later_keeps_it_when_it_is_split_off(desk: Desk) -> None:
    """A phone without a fix sends the alarm again as soon as it has one."""
    await desk.officer("near")
    first = press("phone-1", kind=Kind.FIRE, position=None)
    await desk.writer.submit(first)
    await desk.writer.submit(replace(first, position=WEST, digest=b"with a fix"))
    [placed] = await desk.open_incidents()
    other = await opens(desk, "phone-2", position=EAST)
    await merges(desk, placed.id, other)

    done = await desk.writer.submit(SplitOrder(other, OPERATOR, alarms=((first.device, first.id),)))

    assert isinstance(done, Done)
    apart = done.incident
    assert apart.position is not None
    assert (apart.position.lon, apart.place.rt and apart.place.rt.code) == (WEST.lon, "RT-W")
    assert [offer.officer.id for offer in apart.open_offers()] == ["near"]


async def alarms_of(desk: Desk, incident_id: str) -> list[str]:
    """The phones of its alarms, as its page shows them."""
    return [stored.alarm.device for stored in await desk.queries.alarms(incident_id)]


async def splits_off(desk: Desk, out_of: str, *devices: str) -> str:
    rows = await desk.rows("SELECT device, id, incident_id FROM alarms")
    chosen = tuple((device, alarm_id) for device, alarm_id, now_in in rows if now_in == out_of and device in devices)
    done = await desk.writer.submit(SplitOrder(out_of, OPERATOR, alarms=chosen))
    assert isinstance(done, Done)
    return done.incident.id


async def test_what_was_split_off_and_merged_back_still_goes_back_to_where_it_came_from(desk: Desk) -> None:
    """Merged, taken out by mistake, put back: the first merge can be undone as if nothing had been in between."""
    one, two, three = [await opens(desk, f"phone-{number}", position=EAST) for number in (1, 2, 3)]
    await merges(desk, one, two)
    await merges(desk, two, three)
    apart = await splits_off(desk, three, "phone-1")
    await merges(desk, apart, three)

    assert await alarms_of(desk, apart) == ["phone-1"]
    assert await alarms_of(desk, two) == ["phone-1", "phone-2"]
    back = await takes_back(desk, two, three)

    assert (back.id, back.alarm_count, back.phone_count) == (two, 2, 2)
    assert (await takes_back(desk, one, two)).alarm_count == 1
    assert [await alarms_of(desk, each) for each in (one, two, three)] == [["phone-1"], ["phone-2"], ["phone-3"]]


async def test_what_was_split_off_stays_apart_when_what_it_came_with_is_merged_into_it_and_taken_out(
    desk: Desk,
) -> None:
    """By the split the alarm is about something else, whatever it was once merged with."""
    one, two = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    await merges(desk, await opens(desk, "phone-1b"), one)
    await merges(desk, one, two)
    apart = await splits_off(desk, two, "phone-1b")
    await takes_back(desk, one, two)
    assert await alarms_of(desk, one) == ["phone-1"]

    for incident_id in (one, two):
        await merges(desk, incident_id, apart)
        await takes_back(desk, incident_id, apart)
        assert await alarms_of(desk, apart) == ["phone-1b"]
    assert [await alarms_of(desk, each) for each in (one, two)] == [["phone-1"], ["phone-2"]]


async def test_an_undone_merge_leaves_each_incident_the_way_that_its_alarms_came_before(desk: Desk) -> None:
    one, two = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
    await merges(desk, one, two)
    apart = await splits_off(desk, two, "phone-1")
    await merges(desk, apart, two)

    assert (await takes_back(desk, apart, two)).alarm_count == 1
    await merges(desk, apart, two)
    assert (await takes_back(desk, one, two)).alarm_count == 1
    assert [await alarms_of(desk, each) for each in (one, two, apart)] == [["phone-1"], ["phone-2"], []]


@pytest.mark.parametrize("links", [1, 2])
async def test_who_went_on_under_another_incident_may_take_back_there_that_it_was_over(desk: Desk, links: int) -> None:
    """Also once nobody goes anywhere any more: that they went on there is in the history of where they were asked."""
    await desk.officer("near")
    ways = [await opens(desk, "phone-1")]
    assignment = await desk.offer_of("near")
    await desk.accept("near", assignment)
    for number in range(links):
        ways.append(await opens(desk, f"phone-other-{number}", position=EAST))
        await merges(desk, *ways[-2:])
    for number in reversed(range(links)):
        await takes_back(desk, ways[number], ways[number + 1])
    await reports(desk, "near", assignment, AssignmentStatus.CLEAR)

    correction = ChangeAssignment(assignment, "near", AssignmentStatus.ON_SCENE, correction=True)
    done = await desk.command(correction, Actor("officer", "near"), offer_id=assignment)

    assert done.incident.id == ways[-1]
    assert [one.status for one in (await desk.incident(ways[-1])).assignments] == [AssignmentStatus.ON_SCENE]
    assert can_be_asked(desk) == set()
    await reports(desk, "near", assignment, AssignmentStatus.CLEAR)
    assert (await desk.accept("near", assignment)).incident.id == ways[-1]
