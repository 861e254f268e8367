"""What phones' earlier incidents came to, counted in the database by whichever process ends one."""

from __future__ import annotations

import asyncio

from msgspec.json import decode

from dispatch.commands import Close, Reopen
from dispatch.incident import Disposition, Standing
from tests.contract.desk import OPERATOR_PERSON, Desk


async def opens(desk: Desk, device: str = "phone") -> str:
    return str(decode((await desk.press(device)).answer)["incident_id"])


async def ends(desk: Desk, incident_id: str, as_: Disposition) -> None:
    await desk.command(Close(OPERATOR_PERSON, as_, None), incident_id=incident_id)


async def judged(desk: Desk) -> list[tuple[object, ...]]:
    return await desk.rows("SELECT device, genuine, false_alarms, pranks FROM standings ORDER BY device")


async def test_a_press_knows_what_another_process_has_counted(desk: Desk, other_desk: Desk) -> None:
    for process, disposition in ((desk, Disposition.PRANK), (other_desk, Disposition.RESOLVED)):
        await ends(process, await opens(process), disposition)
        process.clock.advance(100_000)
    pressed = await desk.incident(await opens(desk))
    assert pressed.standing == Standing(1, 0, 1)
    assert await judged(desk) == [("phone", 1, 0, 1)]


async def test_a_press_in_the_same_commit_as_an_end_knows_of_it(desk: Desk) -> None:
    """An exercise, which the same phone's closed emergency does not take in."""
    first = await opens(desk)
    close = Close(OPERATOR_PERSON, Disposition.FALSE_ALARM, None)
    _, pressed = await asyncio.gather(desk.command(close, incident_id=first), desk.press("phone", drill=True))
    assert desk.committed[-1].orders == 2
    assert (await desk.incident(decode(pressed.answer)["incident_id"])).standing == Standing(0, 1, 0)


async def test_an_end_that_is_taken_back_counts_no_more_and_never_below_nothing(desk: Desk) -> None:
    incident_id = await opens(desk)
    await ends(desk, incident_id, Disposition.PRANK)
    assert await judged(desk) == [("phone", 0, 0, 1)]
    await desk.write("UPDATE standings SET pranks = 0")
    await desk.command(Reopen(OPERATOR_PERSON, None), incident_id=incident_id)
    assert await judged(desk) == [("phone", 0, 0, 0)]


async def test_ends_of_one_commit_are_all_counted(desk: Desk) -> None:
    ids = [await opens(desk, device) for device in ("phone-1", "phone-2", "phone-1")]
    close = Close(OPERATOR_PERSON, Disposition.RESOLVED, None)
    await asyncio.gather(*(desk.command(close, incident_id=one) for one in dict.fromkeys(ids)))
    assert await judged(desk) == [("phone-1", 1, 0, 0), ("phone-2", 1, 0, 0)]
