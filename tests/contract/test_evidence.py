"""The moments of an incident in the journal, on SQLite and on PostgreSQL: what is known, and what comes along later."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from dispatch.commands import ChangeAssignment, Claim, Close, ReceiveOffer
from dispatch.incident import AssignmentStatus, Disposition
from panic_server.journal.port import Actor, EvidenceOrder, Moments, PushOrder, Seen
from panic_server.push.port import EndReason, Push, accepted, ended
from tests.contract.desk import EAST, OPERATOR_PERSON, START, Desk


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def moments(desk: Desk) -> Moments:
    [incident] = await desk.open_incidents()
    found = await desk.queries.moments(incident.id)
    assert found is not None
    return found


def known(found: Moments) -> dict[str, float]:
    """Seconds since START of what has come."""
    times = {name: getattr(found, name) for name in Moments.__slots__}
    return {name: (at - START).total_seconds() for name, at in times.items() if at is not None}


def pushes(desk: Desk, kind: str = "offer") -> list[Push]:
    return [push for commit in desk.committed for push in commit.pushes if push.kind == kind]


async def test_of_an_incident_that_there_is_not_nothing_is_known(desk: Desk) -> None:
    assert await desk.queries.moments("none") is None


async def test_an_incident_collects_its_moments_and_of_each_the_first_stays(desk: Desk) -> None:
    await desk.officer("budi")
    await desk.officer("sari", EAST)
    desk.clock.advance(1)
    await desk.press()
    [incident] = await desk.open_incidents()
    first, second = (offer.id for offer in incident.offers)
    desk.clock.advance(1)
    await desk.writer.submit(PushOrder([accepted(pushes(desk)[0], at=after(2))]))
    await desk.writer.submit(PushOrder([accepted(pushes(desk)[1], at=after(3))]))
    for number, (offer, officer) in enumerate([(first, "budi"), (second, "sari")]):
        desk.clock.advance(1 + number)
        await desk.command(ReceiveOffer(offer, officer), Actor("officer", officer), offer_id=offer)
    await desk.command(Claim(OPERATOR_PERSON), incident_id=incident.id)
    desk.clock.advance(5)
    await desk.accept("budi", first)
    desk.clock.advance(100)
    arrival = ChangeAssignment(first, "budi", AssignmentStatus.ON_SCENE)
    await desk.command(arrival, Actor("officer", "budi"), offer_id=first)
    expected = {
        "received_at": 1.0,
        "offered_at": 1.0,
        "push_accepted_at": 2.0,
        "receipt_at": 3.0,
        "claimed_at": 5.0,
        "accepted_at": 10.0,
        "on_scene_at": 110.0,
    }
    assert known(await moments(desk)) == expected
    desk.clock.advance(5)
    await desk.command(Close(OPERATOR_PERSON, Disposition.RESOLVED, None), incident_id=incident.id)
    found = await desk.queries.moments(incident.id)
    assert found is not None
    assert known(found) == {**expected, "closed_at": 115.0}


async def test_a_push_that_failed_or_is_no_offer_is_none_that_google_accepted(desk: Desk) -> None:
    await desk.officer("budi")
    await desk.press()
    await desk.writer.submit(PushOrder([ended(pushes(desk)[0], EndReason.NO_DEVICE, at=after(2))]))
    await desk.writer.submit(PushOrder([accepted(pushes(desk, "neighbourhood")[0], at=after(2))]))
    assert (await moments(desk)).push_accepted_at is None


async def test_a_commit_tells_which_incidents_it_opened_and_when_they_were_placed_and_durable(desk: Desk) -> None:
    await desk.press()
    await desk.press(silent=True)
    await desk.press("another")
    opened = [list(commit.opened) for commit in desk.committed if commit.events]
    assert opened == [[1], [], [3]]
    assert all(commit.placed_at == commit.durable_at == START for commit in desk.committed)


async def test_what_is_known_stays_and_of_two_consoles_the_earlier_counts(desk: Desk) -> None:
    await desk.press()
    for row in (
        Seen(1, None, None, after(9)),
        Seen(1, after(1), after(2), None),
        Seen(1, after(5), after(6), after(7)),
        Seen(1, None, None, after(8)),
    ):
        await desk.writer.submit(EvidenceOrder([row]))
    found = await moments(desk)
    assert (found.placed_at, found.durable_at, found.console_at) == (after(1), after(2), after(7))


async def test_many_rows_are_one_statement_and_a_repeated_seq_does_no_harm(desk: Desk) -> None:
    rows = [Seen(seq, after(1), after(2), None) for seq in range(1, 301)]
    await asyncio.gather(*(desk.writer.submit(EvidenceOrder(rows)) for _ in range(3)))
    assert await desk.rows("SELECT count(*), min(opened_seq), max(opened_seq) FROM evidence") == [(300, 1, 300)]


async def test_evidence_makes_no_commit_of_its_own(desk: Desk) -> None:
    await desk.press()
    before = len(desk.committed)
    waits = asyncio.create_task(desk.writer.take_along(EvidenceOrder([Seen(1, after(1), after(2), None)])))
    await asyncio.sleep(0.05)
    assert (waits.done(), len(desk.committed)) == (False, before)
    await desk.press("another")
    await waits
    assert len(desk.committed) == before + 1
    assert [commit.orders for commit in desk.committed[before:]] == [2]
    assert await desk.rows("SELECT opened_seq FROM evidence") == [(1,)]


async def test_the_unseen_are_open_and_not_known_to_have_been_sent_to_a_console(desk: Desk) -> None:
    for device in ("seen", "waits", "ended"):
        await desk.press(device)
    await desk.writer.submit(EvidenceOrder([Seen(1, None, None, after(1)), Seen(2, after(1), after(1), None)]))
    open_ones: dict[str, Any] = {one.device: one.id for one in await desk.open_incidents()}
    await desk.command(Close(OPERATOR_PERSON, Disposition.TEST, None), incident_id=open_ones["ended"])
    [(incident_id, seq, selectors)] = await desk.queries.unseen()
    assert (incident_id, seq) == (open_ones["waits"], 2)
    assert {"op:*", "op:PS-W"} <= set(selectors)
