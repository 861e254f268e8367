"""What the hub sends to whom, and when."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from panic_server.live import hub as hub_module
from panic_server.live.frames import Frame
from panic_server.live.history import History
from panic_server.live.session import HELLO_WITHIN_S, CloseCode
from panic_server.wire.shapes import Officer
from tests.unit.panic_server.live.doubles import (
    CITY_OPERATOR,
    NORTH_OPERATOR,
    OFFICER,
    REPRESENTATIVE,
    SUPERVISOR,
    TWO_SECTORS_OPERATOR,
    Connection,
    Screen,
    Stage,
    Tape,
    offer,
    place,
    turn,
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.hub.start("e1", 0)
    yield stage
    await stage.hub.stop()


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if condition():
            return
        await turn(10)
    raise AssertionError("it did not come to that")


async def connect(stage: Stage, reader=CITY_OPERATOR, screen: Screen | None = None) -> Connection:
    connection = Connection(stage, screen or Screen(reader))
    await turn(12)
    connection.read()
    return connection


def frames(connection: Connection, kind: str) -> list[dict[str, Any]]:
    return [frame for frame in map(json.loads, connection.tape.texts) if frame["type"] == kind]


def officer(number: int, *sectors: str) -> Officer:
    return Officer(f"o{number}", "Budi", "available", None, False, sectors)


async def test_a_new_client_gets_welcome_officers_and_a_heartbeat(stage: Stage):
    stage.city.open()
    stage.publish()
    connection = await connect(stage)
    texts = [json.loads(text) for text in connection.tape.texts]
    assert [text["type"] for text in texts] == ["welcome", "officers", "heartbeat"]
    assert texts[0]["you"]["subject"] == "op"
    assert (texts[0]["at"], texts[0]["heartbeat_s"], texts[2]["to"]) == (1, 5, 1)
    assert [one["id"] for one in texts[0]["snapshot"]["incidents"]] == ["i1"]


async def test_what_is_published_in_one_turn_is_one_frame(stage: Stage):
    connection = await connect(stage)
    stage.publish(stage.city.open())
    stage.publish(stage.city.open())
    await turn(3)
    (frame,) = frames(connection, "events")
    assert (frame["from"], frame["to"], len(frame["events"])) == (1, 2, 2)


class Keeper(Tape):
    """Keeps the frames themselves, to tell which object was written."""

    def __init__(self, written: list[Frame]) -> None:
        super().__init__()
        self._written = written

    def try_write(self, frame: Frame) -> bool:
        self._written.append(frame)
        return True


async def test_clients_who_may_see_the_same_get_the_same_bytes(stage: Stage):
    connections = [await connect(stage) for _ in range(3)]
    written: list[Frame] = []
    for connection in connections:
        connection.client._line = Keeper(written)
    stage.publish(stage.city.open())
    await turn(3)
    assert len(written) == 3
    assert len({id(frame) for frame in written}) == 1


async def test_an_event_for_one_person_is_not_sent_to_others(stage: Stage):
    stage.city.open(sectors=("S2",), neighbourhood=())
    stage.publish()
    north, mine, other = [await connect(stage, who) for who in (NORTH_OPERATOR, OFFICER, REPRESENTATIVE)]
    stage.publish(stage.city.change("i1", "offers_made", offers=(offer("o1", stage.city.at()),)))
    await turn(3)
    assert [len(frames(connection, "events")) for connection in (north, mine, other)] == [0, 1, 0]


async def test_an_operator_of_two_sectors_keeps_an_incident_that_moves_from_one_to_the_other(stage: Stage):
    stage.city.open(sectors=("S1",))
    stage.publish()
    both, north = await connect(stage, TWO_SECTORS_OPERATOR), await connect(stage, NORTH_OPERATOR)
    stage.publish(stage.city.change("i1", "alarm_updated", place=place(["S2"])))
    await turn(3)
    assert [frames(one, "events")[0]["events"][0]["kind"] for one in (both, north)] == [
        "alarm_updated",
        "incident_hidden",
    ]


async def test_the_same_holds_for_one_who_comes_back(stage: Stage):
    stage.city.open(sectors=("S1",))
    stage.publish()
    first = await connect(stage, TWO_SECTORS_OPERATOR)
    await first.drop()
    stage.publish(stage.city.change("i1", "alarm_updated", place=place(["S2"])))
    await connect(stage, screen=first.screen)
    assert first.screen.incidents == stage.city.fresh(TWO_SECTORS_OPERATOR)
    assert first.screen.snapshots == 1


async def test_a_client_that_comes_back_gets_only_what_it_missed(stage: Stage):
    connection = await connect(stage)
    await connection.drop()
    stage.city.open()
    stage.publish()
    again = await connect(stage, screen=connection.screen)
    (welcome,) = frames(again, "welcome")
    (missed,) = frames(again, "events")
    assert (welcome["snapshot"], welcome["at"]) == (None, 0)
    assert (missed["from"], missed["to"]) == (1, 1)


async def test_after_a_restart_clients_resume_without_a_snapshot(stage: Stage):
    stage.city.open()
    stage.publish()
    connection = await connect(stage)
    await connection.drop()
    stage.city.open()
    await stage.restart()
    again = await connect(stage, screen=connection.screen)
    assert frames(again, "welcome")[0]["snapshot"] is None
    assert set(again.screen.incidents) == {"i1", "i2"}


async def test_events_that_a_snapshot_holds_already_are_not_sent_again(stage: Stage):
    stage.city.may_answer.clear()
    connection = Connection(stage, Screen(CITY_OPERATOR))
    await turn(3)
    stage.city.open()
    stage.city.may_answer.set()
    await turn(8)
    stage.publish()
    await turn(3)
    connection.read()
    assert frames(connection, "welcome")[0]["at"] == 1
    assert frames(connection, "events") == []


async def test_one_who_is_ahead_does_not_keep_the_event_from_the_others(stage: Stage):
    others = [await connect(stage) for _ in range(5)]
    stage.city.open()
    stage.clock.advance(2)
    ahead = await connect(stage)
    stage.publish()
    await turn(3)
    assert [len(frames(connection, "events")) for connection in [ahead, *others]] == [0, 1, 1, 1, 1, 1]
    assert all(connection.is_open for connection in [ahead, *others])


async def test_a_client_whose_range_would_break_is_sent_away_and_the_others_are_not(stage: Stage):
    broken, sound = await connect(stage), await connect(stage)
    broken.client.session.close(CloseCode.INTERNAL)
    stage.publish(stage.city.open())
    await turn(3)
    assert (broken.tape.closed_with, len(frames(sound, "events"))) == (1011, 1)


async def test_nothing_is_kept_of_groups_that_everybody_has_left(stage: Stage):
    connections = [await connect(stage, who) for who in (TWO_SECTORS_OPERATOR, NORTH_OPERATOR)]
    for connection in connections:
        await connection.drop()
    assert (stage.hub._groups._by_selectors, stage.hub._groups._by_selector) == ({}, {})


async def test_events_committed_while_a_snapshot_is_read_come_after_it(stage: Stage):
    stage.city.may_answer.clear()
    connection = Connection(stage, Screen(CITY_OPERATOR))
    await turn(3)
    stage.city.may_answer.set()
    await turn(1)
    stage.publish(stage.city.open())
    await turn(12)
    connection.read()
    assert set(connection.screen.incidents) == {"i1"}


async def test_a_heartbeat_sends_first_what_is_waiting(stage: Stage):
    connection = await connect(stage)
    stage.publish(stage.city.open())
    stage.beat_all()
    connection.read()
    assert set(connection.screen.incidents) == {"i1"}


async def test_a_client_ahead_of_what_was_published_here_is_not_sent_back(stage: Stage):
    stage.city.open()
    connection = await connect(stage)
    stage.beat_all()
    assert [beat["to"] for beat in frames(connection, "heartbeat")] == [1, 1]


async def test_every_client_hears_something_every_five_seconds_with_what_is_broken(stage: Stage):
    connections = [await connect(stage) for _ in range(7)]
    stage.broken = ("bus", "journal")
    for _ in range(20):
        stage.clock.advance(0.25)
        await turn(4)
    beats = [frames(connection, "heartbeat") for connection in connections]
    assert [len(heard) for heard in beats] == [2] * 7
    assert all(heard[1]["degraded"] == ["bus", "journal"] for heard in beats)
    assert beats[0][1]["now"] == "2026-11-02T08:00:05Z"


async def test_a_failing_check_does_not_end_the_heartbeats(stage: Stage):
    connection = await connect(stage)
    stage.hub._sources = replace(stage.hub._sources, degraded=lambda: 1 // 0)  # type: ignore[arg-type, return-value]  # it fails on purpose
    stage.clock.advance(5)
    await turn(60)
    stage.hub._sources = replace(stage.hub._sources, degraded=lambda: ())
    stage.clock.advance(5)
    await turn(60)
    assert len(frames(connection, "heartbeat")) == 2
    assert b'kentongan_faults_total{where="live"} 20.0' in stage.metrics.render()


async def test_who_does_not_say_hello_is_closed(stage: Stage):
    connection = await connect(stage)
    silent = Connection(stage, Screen(CITY_OPERATOR))
    await silent.drop()
    silent.client.session.__init__(stage.clock.monotonic())  # type: ignore[misc]  # as it was before its hello
    stage.hub.opened(silent.client)
    stage.clock.advance(HELLO_WITHIN_S + 0.5)
    await turn(60)
    assert (silent.tape.closed_with, connection.tape.closed_with) == (CloseCode.NOT_THE_PROTOCOL, None)


async def test_a_slow_client_is_closed_and_the_others_feel_nothing(stage: Stage):
    slow, quick = await connect(stage), await connect(stage, SUPERVISOR)
    slow.tape.flows.clear()
    while slow.tape.closed_with is None and stage.city.seq < 5000:
        stage.publish(stage.city.open())
        stage.hub.flush()
    quick.read()
    assert slow.tape.closed_with == 4001
    assert len(quick.screen.incidents) == stage.city.seq
    assert b'kentongan_live_closed_total{code="4001"} 1.0' in stage.metrics.render()


async def test_a_client_that_was_too_slow_resumes_without_a_gap(stage: Stage):
    slow = await connect(stage)
    slow.tape.flows.clear()
    while slow.tape.closed_with is None:
        stage.publish(stage.city.open())
        stage.hub.flush()
    await slow.drop()
    again = await connect(stage, screen=slow.screen)
    await turn(40)
    again.read()
    assert again.screen.incidents == stage.city.fresh(CITY_OPERATOR)


async def test_one_who_falls_out_of_the_history_while_catching_up_is_too_slow(stage: Stage):
    stage.hub._journal.history = History(0, events_kept=2)
    stage.city.may_answer.clear()
    connection = Connection(stage, Screen(CITY_OPERATOR))
    await turn(3)
    stage.city.may_answer.set()
    await turn(1)
    for _ in range(5):
        stage.publish(stage.city.open())
    await turn(12)
    assert connection.tape.closed_with == 4001


async def test_a_new_epoch_sends_everybody_away_and_gives_them_a_snapshot(stage: Stage):
    connection = await connect(stage)
    stage.city.open()
    stage.city.epoch = "e2"
    stage.hub.restart("e2", stage.city.seq)
    assert connection.tape.closed_with == 1012
    await connection.drop()
    before = connection.screen.epoch
    await connect(stage, screen=connection.screen)
    assert connection.screen.epoch != before
    assert set(connection.screen.incidents) == {"i1"}


async def test_with_other_rights_a_client_gets_a_fresh_snapshot(stage: Stage):
    stage.city.open(sectors=("S2",))
    stage.publish()
    connection = await connect(stage, NORTH_OPERATOR)
    await connection.drop()
    connection.screen.reader = replace(NORTH_OPERATOR, areas=("S2",))
    await connect(stage, screen=connection.screen)
    assert set(connection.screen.incidents) == {"i1"}


async def test_going_down_says_so(stage: Stage):
    connection = await connect(stage)
    await stage.hub.stop()
    assert connection.tape.closed_with == 1012


async def test_a_person_who_is_expelled_has_no_rights_any_more(stage: Stage):
    connection, other = await connect(stage), await connect(stage, SUPERVISOR)
    stage.hub.expel("op")
    assert (connection.tape.closed_with, other.tape.closed_with) == (1008, None)


async def test_rights_that_were_taken_away_elsewhere_are_noticed(stage: Stage):
    stage.tokens = {"kept": CITY_OPERATOR, "moved": replace(NORTH_OPERATOR, areas=("S9",))}
    connections = [await connect(stage, who) for who in (CITY_OPERATOR, NORTH_OPERATOR, SUPERVISOR)]
    for connection, token in zip(connections, ["kept", "moved", "gone"], strict=True):
        connection.client.token = token
    await stage.hub.check_rights()
    assert [connection.tape.closed_with for connection in connections] == [None, 1012, 1008]


async def test_events_must_follow_what_was_published_before(stage: Stage):
    first, second = stage.city.open(), stage.city.open()
    with pytest.raises(ValueError, match="2 does not follow 0"):
        stage.hub.publish([second])
    stage.hub.publish([first, second])
    assert stage.hub.head == 2


async def test_fan_out_rests_after_a_costly_tick(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    connection = await connect(stage)
    monkeypatch.setattr(stage.hub, "flush", lambda: stage.clock.advance(0.01))
    stage.publish(stage.city.open())
    await turn(3)
    monkeypatch.undo()
    stage.publish(stage.city.open())
    await turn(3)
    assert frames(connection, "events") == []
    assert stage.hub._quiet_until_s == pytest.approx(0.01 + hub_module.LONGEST_PAUSE_S)


async def test_sockets_are_counted_by_role(stage: Stage):
    first, _ = await connect(stage), await connect(stage, OFFICER)
    assert b'kentongan_live_sockets{role="operator"} 1.0' in stage.metrics.render()
    await first.drop()
    await first.drop()
    assert b'kentongan_live_sockets{role="operator"} 0.0' in stage.metrics.render()
    assert b'kentongan_live_sockets{role="officer"} 1.0' in stage.metrics.render()


async def test_a_thousand_clients_who_come_back_at_once_are_gap_free_and_cost_one_snapshot(stage: Stage):
    for _ in range(10):
        stage.city.open()
    stage.publish()
    connections = [Connection(stage, Screen(CITY_OPERATOR)) for _ in range(1000)]
    await until(lambda: all(one.client.session.position == 10 for one in connections))
    for number, connection in enumerate(connections):
        if number % 10 == 0:
            stage.publish(stage.city.open())
        await connection.drop()
    again = [Connection(stage, connection.screen) for connection in connections]
    stage.publish(stage.city.open())
    await until(lambda: all(one.client.session.position == stage.city.seq for one in again))
    stage.hub.flush()
    for connection in again:
        connection.read()
    fresh = stage.city.fresh(CITY_OPERATOR)
    assert all(connection.screen.incidents == fresh for connection in again)
    assert stage.city.snapshots_read == 1
    for connection in again:
        await connection.drop()


async def test_a_console_gets_all_officers_and_then_who_changed(stage: Stage):
    stage.board.put(officer(1), officer(2))
    stage.beat_all()
    connection = await connect(stage)
    stage.board.put(officer(2))
    stage.beat_all()
    sent = [(frame["full"], [one["id"] for one in frame["changed"]]) for frame in frames(connection, "officers")]
    assert sent == [(True, ["o1", "o2"]), (False, ["o2"])]


@pytest.mark.parametrize("reader", [OFFICER, REPRESENTATIVE])
async def test_only_consoles_see_where_officers_are(stage: Stage, reader):
    stage.board.put(officer(1))
    connection = await connect(stage, reader)
    stage.board.put(officer(1))
    stage.beat_all()
    assert [(frame["full"], frame["changed"]) for frame in frames(connection, "officers")] == [(True, [])]


async def test_consoles_that_were_told_together_share_the_frame(stage: Stage):
    connections = [await connect(stage) for _ in range(3)]
    stage.board.put(officer(1))
    written: list[Frame] = []
    for connection in connections:
        connection.client._line = Keeper(written)
    stage.hub._officers.send(connection.client for connection in connections)
    assert len(written) == 3
    assert len({id(frame) for frame in written}) == 1


async def test_an_operator_of_sectors_sees_their_officers(stage: Stage):
    stage.board.put(officer(1, "S1"), officer(2, "S2"), officer(3))
    stage.beat_all()
    connection = await connect(stage, NORTH_OPERATOR)
    stage.board.put(officer(1, "S1"), officer(2, "S2"))
    stage.beat_all()
    sent = [[one["id"] for one in frame["changed"]] for frame in frames(connection, "officers")]
    assert sent == [["o1", "o3"], ["o1"]]


async def test_when_no_officer_changed_there_is_no_frame(stage: Stage):
    stage.board.put(officer(1))
    stage.beat_all()
    connection = await connect(stage)
    stage.beat_all()
    assert len(frames(connection, "officers")) == 1


async def test_a_client_that_is_behind_misses_positions_and_gets_them_all_later(stage: Stage):
    stage.board.put(officer(1))
    connection = await connect(stage)
    connection.tape.flows.clear()
    stage.publish(stage.city.open())
    stage.hub.flush()
    for _ in range(3):
        stage.board.put(officer(2))
        stage.beat_all()
    connection.tape.flows.set()
    await turn(12)
    stage.beat_all()
    sent = [(frame["full"], [one["id"] for one in frame["changed"]]) for frame in frames(connection, "officers")]
    assert sent == [(True, ["o1"]), (False, ["o2"])]
