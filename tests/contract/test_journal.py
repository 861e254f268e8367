"""What the journal keeps, on SQLite and on PostgreSQL: one suite, with one writer and with two at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy import event

from dispatch.commands import AddNote, Claim
from dispatch.errors import IncidentUnknown, VersionConflict
from dispatch.incident import Kind, Person
from geo.geofence import Place
from geo.position import Position
from panic_server.journal import waiting
from panic_server.journal import writer as writing
from panic_server.journal.port import DeviceOrder, JournalUnavailable
from panic_server.people import Principal, Role
from panic_server.surroundings import Surroundings
from tests.contract.desk import EAST, OPERATOR, OPERATOR_PERSON, WEST, Desk, press


async def test_an_answered_alarm_is_on_disk_with_its_content(desk: Desk) -> None:
    sent = press(kind=Kind.FIRE, flags=("fix_stale",), raw_position='{"lat":"-6.995"}')
    accepted = await desk.writer.submit(sent)
    stored, incident = await desk.queries.alarm("phone", sent.id) or pytest.fail("not stored")
    assert (stored.alarm.kind, stored.alarm.position, stored.alarm.flags) == (Kind.FIRE, WEST, ("fix_stale",))
    assert stored.raw_position == '{"lat":"-6.995"}'
    assert incident.place.rt is not None
    assert incident.place.rt.code == "RT-W"
    assert not accepted.is_repeat


async def test_the_same_alarm_again_gets_the_first_answer_and_changes_nothing(desk: Desk) -> None:
    sent = press()
    first = await desk.writer.submit(sent)
    again = await desk.writer.submit(sent)
    assert (again.answer, again.is_repeat) == (first.answer, True)
    assert len(await desk.rows("SELECT 1 FROM alarms")) == 1
    assert len(await desk.seqs()) == 1


async def test_the_same_alarm_many_times_at_once_is_one_alarm(desk: Desk) -> None:
    sent = press()
    answers = await asyncio.gather(*(desk.writer.submit(sent) for _ in range(50)))
    assert len({answer.answer for answer in answers}) == 1
    assert sum(not answer.is_repeat for answer in answers) == 1
    assert len(await desk.rows("SELECT 1 FROM alarms")) == 1


async def test_another_body_under_the_same_id_is_kept_once_as_a_flagged_update(desk: Desk) -> None:
    sent = press()
    changed = press(id=sent.id, kind=Kind.FIRE, digest=b"second")
    first = await desk.writer.submit(sent)
    answers = [await desk.writer.submit(changed) for _ in range(3)]
    assert {answer.answer for answer in answers} == {first.answer}
    [incident] = await desk.open_incidents()
    assert "alarm_updated" in incident.flags
    assert incident.kind is Kind.EMERGENCY
    assert len(await desk.rows("SELECT 1 FROM alarm_updates")) == 1
    assert len(await desk.seqs()) == 2


async def test_one_id_from_two_phones_is_two_alarms(desk: Desk) -> None:
    sent = press("one")
    await desk.writer.submit(sent)
    other = await desk.writer.submit(press("two", id=sent.id))
    assert not other.is_repeat
    assert len(await desk.open_incidents()) == 2


async def test_a_phone_that_presses_again_joins_its_open_incident(desk: Desk) -> None:
    await desk.press("phone")
    await desk.press("phone", position=EAST)
    [incident] = await desk.open_incidents()
    assert incident.alarm_count == 2
    assert incident.place.rt is not None
    assert incident.place.rt.code == "RT-E"


async def test_a_real_alarm_never_joins_an_exercise(desk: Desk) -> None:
    await desk.press("phone", drill=True)
    await desk.press("phone")
    assert [incident.drill for incident in await desk.open_incidents()] == [True, False]


async def test_numbers_have_no_hole_and_no_alarm_is_lost_with_two_writers(desk: Desk, other_desk: Desk) -> None:
    sent = [press(f"phone-{number}") for number in range(120)]
    desks = (desk, other_desk)
    await asyncio.gather(*(desks[number % 2].writer.submit(one) for number, one in enumerate(sent)))
    assert await desk.seqs() == list(range(1, 121))
    assert len(await desk.open_incidents()) == 120


async def test_one_alarm_sent_to_two_processes_is_one_alarm(desk: Desk, other_desk: Desk) -> None:
    sent = [press(f"phone-{number}") for number in range(40)]
    both = await asyncio.gather(*(each.writer.submit(one) for one in sent for each in (desk, other_desk)))
    assert sum(not answer.is_repeat for answer in both) == 40
    assert all(first.answer == second.answer for first, second in zip(both[::2], both[1::2], strict=True))
    assert len(await desk.open_incidents()) == 40


async def test_a_failed_commit_is_no_yes_leaves_nothing_and_the_next_one_works(desk: Desk) -> None:
    await desk.press("before")
    await desk.write("ALTER TABLE outbox RENAME TO outbox_gone")
    sent = press("during", position=None)
    await desk.officer("somebody")
    with pytest.raises(JournalUnavailable):
        await desk.press("needs the outbox")
    await desk.write("ALTER TABLE outbox_gone RENAME TO outbox")
    assert desk.is_failing()
    await desk.writer.submit(sent)
    assert not desk.is_failing()
    assert [one.device for one in await desk.open_incidents()] == ["before", "during"]
    assert await desk.seqs() == list(range(1, len(await desk.seqs()) + 1))


async def test_a_version_that_moved_on_disk_is_noticed_and_decided_again(desk: Desk) -> None:
    await desk.press()
    [incident] = await desk.open_incidents()
    await desk.write("UPDATE incidents SET version = version + 1")
    with pytest.raises(JournalUnavailable):
        await desk.command(Claim(OPERATOR_PERSON), incident_id=incident.id)
    assert await desk.seqs() == [1]


async def test_a_claim_on_an_outdated_version_is_refused(desk: Desk) -> None:
    await desk.press()
    [incident] = await desk.open_incidents()
    await desk.command(AddNote(OPERATOR_PERSON, "hujan"), incident_id=incident.id)
    with pytest.raises(VersionConflict):
        await desk.command(Claim(OPERATOR_PERSON), incident_id=incident.id, expected_version=incident.version)


async def test_what_a_reader_may_not_see_is_unknown_to_them(desk: Desk) -> None:
    await desk.press()
    [incident] = await desk.open_incidents()
    other = Principal("op-east", Role.OPERATOR, "East", ("PS-E",))
    with pytest.raises(IncidentUnknown):
        await desk.command(Claim(Person("op-east", "East")), incident_id=incident.id, principal=other)
    assert await desk.queries.incident(incident.id, other) is None


async def test_a_restart_finds_everything_as_it_was(url: str) -> None:
    async with Desk(url) as first:
        await first.officer("busy")
        await first.officer("free", EAST)
        await first.press()
        await first.accept("busy", await first.offer_of("busy"))
        epoch, seq = first.loaded.epoch, first.committed[-1].seq
    async with Desk(url) as second:
        assert (second.loaded.epoch, second.loaded.seq) == (epoch, seq)
        assert second.board.is_on_duty("busy")
        statuses = {officer.id: officer.status for officer in second.board.officers()}
        assert statuses == {"busy": "en_route", "free": "available"}
        second.board.take_positions("busy", [Position(WEST.lat, WEST.lon, 10, second.clock.now())])
        await second.press("another")
        newest = (await second.open_incidents())[-1]
        assert "busy" not in [offer.officer.id for offer in newest.offers]


async def test_a_journal_behind_its_mark_begins_a_new_epoch(url: str) -> None:
    async with Desk(url) as first:
        await first.press()
        epoch = first.loaded.epoch
    async with Desk(url, mark=(epoch, 1)) as second:
        assert second.loaded.epoch == epoch
    async with Desk(url, mark=(epoch, 99)) as restored:
        assert restored.loaded.epoch != epoch


async def test_a_device_belongs_to_the_last_who_named_it(desk: Desk) -> None:
    await desk.writer.submit(DeviceOrder("one", "fcm_token", "phone-token"))
    await desk.writer.submit(DeviceOrder("two", "fcm_token", "phone-token"))
    assert await desk.rows("SELECT subject, value FROM devices") == [("two", "phone-token")]


async def test_three_hundred_taps_on_one_place_stay_one_small_incident(desk: Desk) -> None:
    await asyncio.gather(*(desk.press("phone", flags=(f"flag-{number}",)) for number in range(300)))
    [incident] = await desk.open_incidents()
    assert incident.alarm_count == 300
    [(state,)] = await desk.rows("SELECT state FROM incidents")
    assert len(state.encode()) <= 8192
    assert len(await desk.queries.alarms(incident.id)) == 300


async def test_text_of_any_kind_comes_back_as_it_went(desk: Desk) -> None:
    await desk.press()
    [incident] = await desk.open_incidents()
    strange = "kutip ' \" \\ %s :x \u0000 \U0001f6a8 \u200f".replace("\u0000", "")
    await desk.command(AddNote(OPERATOR_PERSON, strange), incident_id=incident.id)
    timeline = await desk.queries.timeline(incident.id)
    assert msgspec.json.decode(timeline[-1].data)["text"] == strange


async def test_lists_are_newest_first_and_their_pages_have_no_gap(desk: Desk) -> None:
    for number in range(7):
        await desk.press(f"phone-{number}", position=WEST if number % 2 else EAST)
    seen, cursor = [], None
    while True:
        page, cursor = await desk.queries.incidents(OPERATOR, status="open", area=None, after=cursor, limit=3)
        seen += [incident.device for incident in page]
        if cursor is None:
            break
    assert seen == [f"phone-{number}" for number in range(6, -1, -1)]
    east, _ = await desk.queries.incidents(OPERATOR, status=None, area="PS-E", after=None, limit=10)
    assert [incident.device for incident in east] == ["phone-6", "phone-4", "phone-2", "phone-0"]


async def test_an_order_that_cannot_be_written_takes_no_other_with_it(desk: Desk) -> None:
    await desk.officer("cursed")
    await desk.write("INSERT INTO engagements (officer_id, slot, offer_id, incident_id) VALUES ('cursed', 1, 'x', 'y')")
    good = [press(f"good-{number}", position=None) for number in range(10)]
    bad = [press(f"bad-{number}") for number in range(10)]
    mixed = [one for pair in zip(good, bad, strict=True) for one in pair]
    answers = await asyncio.gather(*(desk.writer.submit(one) for one in mixed), return_exceptions=True)
    assert [isinstance(answer, JournalUnavailable) for answer in answers] == [False, True] * 10
    assert len(await desk.open_incidents()) == 10


async def test_a_local_file_is_decided_about_on_the_loop_and_a_database_across_the_network_never(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hanging network must not stop the loop, and two threads that take turns lose more time than either needs."""
    decided_on: list[int] = []
    places = Surroundings.places

    def noted(
        world: Surroundings, positions: Sequence[Position | None], flags: Sequence[tuple[str, ...]]
    ) -> Sequence[Place]:
        decided_on.append(threading.get_ident())
        return places(world, positions, flags)

    monkeypatch.setattr(Surroundings, "places", noted)
    await desk.press()
    is_on_loop = [thread == threading.get_ident() for thread in decided_on]
    assert is_on_loop == [desk.url.startswith("sqlite")]


async def test_what_waits_when_a_batch_is_decided_goes_with_it(desk: Desk) -> None:
    before = len(desk.committed)
    await asyncio.gather(*(desk.press(f"phone-{number}") for number in range(40)))
    orders = [one.orders for one in desk.committed[before:]]
    assert sum(orders) == 40
    assert len(orders) <= 3


async def test_a_database_that_hangs_keeps_nobody_waiting_drops_what_is_not_begun_and_loses_no_alarm(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.press()
    [opened] = await desk.open_incidents()
    monkeypatch.setattr(writing, "PATIENCE_S", 0.3)
    begun, behind = press("begun"), press("behind")
    is_hanging, goes_on = threading.Event(), threading.Event()

    def hangs(_connection: object) -> None:
        is_hanging.set()
        goes_on.wait(30)

    event.listen(desk.writer._engine, "commit", hangs)
    try:
        first = asyncio.ensure_future(desk.writer.submit(begun))
        await asyncio.to_thread(is_hanging.wait, 10)
        claim = desk.command(Claim(OPERATOR_PERSON), incident_id=opened.id)
        answers = await asyncio.gather(first, desk.writer.submit(behind), claim, return_exceptions=True)
        assert [type(one) for one in answers] == [JournalUnavailable] * 3
        assert desk.is_failing()
    finally:
        goes_on.set()
    monkeypatch.undo()

    for sent in (begun, behind):
        assert (await desk.writer.submit(sent)).is_repeat
    assert not desk.is_failing()
    assert (await desk.incident(opened.id)).claimed_by is None


async def test_where_more_is_asked_than_can_be_done_whoever_waits_too_long_is_refused_and_nothing_counts_as_broken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.press()
    monkeypatch.setattr(waiting, "BATCH_MAX", 1)
    monkeypatch.setattr(writing, "PATIENCE_S", 0.5)
    event.listen(desk.writer._engine, "commit", lambda _connection: time.sleep(0.2))
    sent = [press(f"phone-{number}") for number in range(5)]
    answers = await asyncio.gather(*(desk.writer.submit(one) for one in sent), return_exceptions=True)
    assert isinstance(answers[-1], JournalUnavailable)
    assert not isinstance(answers[0], BaseException)
    assert not desk.is_failing()
    monkeypatch.undo()
    assert [(await desk.writer.submit(one)).is_repeat for one in sent] == [True] * 5


async def test_whoever_asks_a_database_that_hangs_is_told_so_in_time(desk: Desk) -> None:
    goes_on = threading.Event()
    try:
        with pytest.raises(JournalUnavailable, match="does not answer"):
            await desk.reader.ask(lambda _connection: goes_on.wait(30), within_s=0.2)
        # The others go on.
        assert await desk.open_incidents() == ()
    finally:
        goes_on.set()
