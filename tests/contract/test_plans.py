"""What a city asks of its database does not take longer with every year of history."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.json import decode

from dispatch.commands import AddNote, ChangeAssignment, Close, MoveAlarm, ReceiveOffer
from dispatch.incident import AssignmentStatus, Disposition
from panic_server.journal.accounts import SqlAccounts
from panic_server.journal.admin import issue_code, issue_token, opened, revoke_tokens
from panic_server.journal.outbox import SqlOutbox
from panic_server.journal.port import Actor, DeviceOrder, EvidenceOrder, PinsOrder, Seen
from panic_server.people import Principal, Role
from panic_server.push.port import accepted
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, START, WEST, Desk, press
from tests.contract.plans import listening, that_read_all
from tests.contract.test_journal_merging import cancel_of, merges, opens, splits_off, takes_back

READERS = (
    OPERATOR,
    Principal("op-w", Role.OPERATOR, "Op", ("PS-W",)),
    Principal("ketua-w", Role.REPRESENTATIVE, "Bu Ketua", ("RT-W",)),
    Principal("near", Role.OFFICER, "Near", ()),
)
OF_AN_OFFICER = Actor("officer", "near")


async def test_a_whole_life_of_an_incident_reads_through_nothing_that_grows(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(monkeypatch) as asked:
        async with Desk(url) as desk:
            await desk.officer("near")
            one = decode((await desk.press("phone-1")).answer)["incident_id"]
            again = press("phone-1")
            await desk.writer.submit(again)
            offer = await desk.offer_of("near")
            await desk.command(ReceiveOffer(offer, "near"), OF_AN_OFFICER, offer_id=offer)
            await desk.accept("near", offer)
            move = MoveAlarm(again.id, "phone-1", (WEST,))
            await desk.command(move, Actor("resident", "phone-1"), incident_id=one)
            arrived = ChangeAssignment(offer, "near", AssignmentStatus.ON_SCENE)
            await desk.command(arrived, OF_AN_OFFICER, offer_id=offer)
            await desk.writer.submit(DeviceOrder("near", "fcm_token", "value"))
            await desk.writer.submit(PinsOrder("phone-1", "pin", "duress"))
            seq = desk.committed[-1].seq
            await desk.writer.submit(EvidenceOrder((Seen(seq, START, START, START),)))
            await desk.command(Close(OPERATOR_PERSON, Disposition.PRANK, None), incident_id=one)
            await desk.press("phone-1")
            await desk.command(AddNote(OPERATOR_PERSON, "Aman"), incident_id=one)
        async with Desk(url):
            pass
    assert that_read_all(asked, url) == {}


async def test_merges_splits_and_cancels_read_through_nothing_that_grows(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Desk(url) as desk:
        one, other = await opens(desk, "phone-1"), await opens(desk, "phone-2", position=EAST)
        cancel = await cancel_of("phone-2", desk)
        with listening(monkeypatch) as asked:
            await asyncio.gather(
                merges(desk, one, other), desk.command(cancel, Actor("resident", "phone-2"), incident_id=other)
            )
            await takes_back(desk, one, other)
            await merges(desk, one, other)
        apart = await splits_off(desk, other, "phone-1")
        with listening(monkeypatch) as asked_later:
            await merges(desk, apart, other)
    assert that_read_all(asked | asked_later, url) == {}


async def test_a_process_that_hears_of_what_another_did_reads_no_more_than_that(
    desk: Desk, other_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.press("phone-1")
    with listening(monkeypatch) as asked:
        await other_desk.press("phone-2")
        await desk.press("phone-3")
    assert that_read_all(asked, desk.url) == {}


async def test_a_start_reads_what_is_open_and_nothing_of_what_phones_ever_did(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.press("phone-1")
    with listening(monkeypatch) as asked:
        async with Desk(desk.url, clock=desk.clock):
            pass
    assert not [statement for statement in asked if "standings" in statement]
    [pressed] = [statement for statement in asked if "alarms.device" in statement]
    assert "incidents.seq >" not in pressed, "all incidents are after the beginning, and would be gone through"
    assert that_read_all(asked, desk.url) == {}


async def test_no_page_and_no_snapshot_reads_through_what_grows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.officer("near")
    await desk.press("phone-1")
    incident_id = (await desk.open_incidents())[0].id
    queries = desk.queries
    with listening(monkeypatch) as asked:
        for reader in READERS:
            await queries.snapshot(reader)
            for status in (None, "open", "closed"):
                for area, after in ((None, None), ("RT-W", None), ("RT-W", "9"), (None, "9")):
                    await queries.incidents(reader, status=status, area=area, after=after, limit=50)
        for question in (queries.timeline, queries.alarms, queries.track, queries.moments):
            await question(incident_id)
        await queries.alarm("phone-1", "nothing")
        await queries.pins("phone-1")
        await queries.offered_to("near")
        await queries.events(0, None, 10)
        await queries.oldest_seq()
        await queries.unseen()
        await queries.last_worked_at()
        await queries.responses(OPERATOR, since=START - timedelta(days=30), until=START)
    assert that_read_all(asked, desk.url) == {}


@pytest.mark.parametrize("area", [None, "RT-W"])
async def test_sqlite_looks_for_an_area_without_reading_every_incidents_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, area: str | None
) -> None:
    """PostgreSQL, whose indexes hold no text of any length, looks through the table with several processes."""
    async with Desk(f"sqlite:///{tmp_path / 'journal.db'}") as desk:
        with listening(monkeypatch) as asked:
            for reader in READERS[1:3]:
                for status in (None, "closed"):
                    await desk.queries.incidents(reader, status=status, area=area, after=None, limit=50)
        with opened(desk.url) as connection:
            for statement, parameters in asked.items():
                plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
                assert "SCAN incidents USING COVERING INDEX incidents_by_area" in plan


async def test_no_push_reads_through_what_grows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.officer("near")
    await desk.press("phone-1")
    outbox = SqlOutbox(desk.url, desk.reader, desk.writer.submit, is_alone=False)
    with listening(monkeypatch) as asked:
        pushes = await outbox.load_due(START + timedelta(hours=1), 10)
        await outbox.devices_of(["near"])
        await outbox.record([accepted(push, at=START) for push in pushes])
        await outbox.forget_devices(["value"])
        await outbox.pending_age(START)
        await outbox.pending()
        await outbox.still_open(["offer"])
        await outbox.unheard(START, ())
    assert pushes
    assert that_read_all(asked, desk.url) == {}


async def test_signing_in_and_out_reads_through_nobody_elses_tokens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.officer("near")
    accounts = SqlAccounts(desk.url, desk.reader, desk.clock)
    with listening(monkeypatch) as asked:
        token = issue_token(desk.url, role=Role.OFFICER, subject="near", areas=(), name=None, now=START)
        code = issue_code(desk.url, role=Role.OFFICER, subject="near", areas=(), name=None, now=START)
        assert await accounts.principal(token)
        assert await accounts.exchange(code)
        await accounts.revoke(token)
        assert revoke_tokens(desk.url, role=Role.OFFICER, subject="near", now=START) == 1
        assert [one.subject for one in await accounts.signed_out()] == ["near"]
        await accounts.people(Role.SUPERVISOR)
    accounts.close()
    assert that_read_all(asked, desk.url) == {}
