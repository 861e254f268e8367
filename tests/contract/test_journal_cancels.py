"""What a phone tries with its PINs, looked up on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.json import decode

from dispatch.commands import CancelAlarm
from dispatch.incident import PinMeaning
from panic_server.journal.port import Actor, MergeOrder, SplitOrder
from tests.contract.desk import OPERATOR, START, Desk


@pytest.mark.parametrize(("set_after_s", "duress"), [(-1, False), (5, True)])
async def test_pins_count_as_new_from_the_phones_first_press_on_however_often_it_presses(
    desk: Desk, set_after_s: float, duress: bool
) -> None:
    await desk.press("phone")
    desk.clock.advance(10)
    await desk.press("phone")
    [incident] = await desk.open_incidents()
    assert incident.alarm_count == 2
    set_at = START + timedelta(seconds=set_after_s)

    cancel = CancelAlarm("any", "phone", PinMeaning.RIGHT, pins_set_at=set_at)
    done = await desk.command(cancel, Actor("resident", "phone"), incident_id=incident.id)

    assert (done.incident.duress, done.incident.is_cancelled) == (duress, not duress)


@pytest.mark.parametrize(
    ("waited", "pins_age", "duress"),
    [
        (timedelta(minutes=10), timedelta(minutes=9), True),
        (timedelta(minutes=10), timedelta(minutes=11), False),
        # A phone that came to know the time only after the press has waited for no fifty years.
        (timedelta(days=20_000), timedelta(days=2), False),
    ],
)
async def test_pins_set_while_the_alarm_waited_in_the_phone_are_newer_than_the_press(
    desk: Desk, waited: timedelta, pins_age: timedelta, duress: bool
) -> None:
    """By the phone's own word on how long it waited, whatever its clock says else; also where the alarm is moved to."""
    ahead = START + timedelta(days=300)
    late = await desk.press("phone", pressed_at=ahead - waited, sent_at=ahead)
    one, other = [str(decode(each.answer)["incident_id"]) for each in (late, await desk.press("other"))]
    await desk.press("phone")
    await desk.writer.submit(MergeOrder(one, other, OPERATOR))
    await desk.writer.submit(SplitOrder(other, OPERATOR, merged=one))

    cancel = CancelAlarm("any", "phone", PinMeaning.RIGHT, pins_set_at=START - pins_age)
    done = await desk.command(cancel, Actor("resident", "phone"), incident_id=one)

    assert (done.incident.duress, done.incident.is_cancelled) == (duress, not duress)
