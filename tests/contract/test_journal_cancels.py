"""What a phone tries with its PINs, looked up on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.commands import CancelAlarm
from dispatch.incident import PinMeaning
from panic_server.journal.port import Actor
from tests.contract.desk import START, Desk


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
