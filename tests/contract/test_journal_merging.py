"""Merges and splits in the journal, and what comes between: answers, restarts, cancels, and a second process."""

from __future__ import annotations

from dispatch.commands import ChangeAssignment, Close
from dispatch.incident import AssignmentStatus, Disposition, Incident, Kind
from panic_server.journal.port import Actor, CheckpointOrder, Done, MergeOrder, SplitOrder
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, START, WEST, Desk


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
