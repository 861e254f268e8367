"""What the hub sends to whom, and when."""

import itertools
import json
from dataclasses import replace

import pytest

from panic_server.live import hub as hub_module
from panic_server.live.frames import Frame
from panic_server.live.session import CloseCode
from tests.unit.panic_server.live.doubles import (
    CITY_OPERATOR,
    NORTH_OPERATOR,
    OFFICER,
    REPRESENTATIVE,
    TWO_SECTORS_OPERATOR,
    Connection,
    Keeper,
    Screen,
    Stage,
    connect,
    frames_of,
    offer,
    place,
    turn,
    until,
)


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
    (frame,) = frames_of(connection, "events")
    assert (frame["from"], frame["to"], len(frame["events"])) == (1, 2, 2)


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
    assert [len(frames_of(connection, "events")) for connection in (north, mine, other)] == [0, 1, 0]


async def test_an_operator_of_two_sectors_keeps_an_incident_that_moves_from_one_to_the_other(stage: Stage):
    stage.city.open(sectors=("S1",))
    stage.publish()
    both, north = await connect(stage, TWO_SECTORS_OPERATOR), await connect(stage, NORTH_OPERATOR)
    stage.publish(stage.city.change("i1", "alarm_updated", place=place(["S2"])))
    await turn(3)
    assert [frames_of(one, "events")[0]["events"][0]["kind"] for one in (both, north)] == [
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
    (welcome,) = frames_of(again, "welcome")
    (missed,) = frames_of(again, "events")
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
    assert frames_of(again, "welcome")[0]["snapshot"] is None
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
    assert frames_of(connection, "welcome")[0]["at"] == 1
    assert frames_of(connection, "events") == []


async def test_one_who_is_ahead_does_not_keep_the_event_from_the_others(stage: Stage):
    others = [await connect(stage) for _ in range(5)]
    stage.city.open()
    stage.clock.advance(2)
    ahead = await connect(stage)
    stage.publish()
    await turn(3)
    assert [len(frames_of(connection, "events")) for connection in [ahead, *others]] == [0, 1, 1, 1, 1, 1]
    assert all(connection.is_open for connection in [ahead, *others])


async def test_a_client_whose_range_would_break_is_sent_away_and_the_others_are_not(stage: Stage):
    broken, sound = await connect(stage), await connect(stage)
    broken.client.session.close(CloseCode.INTERNAL)
    stage.publish(stage.city.open())
    await turn(3)
    assert (broken.tape.closed_with, len(frames_of(sound, "events"))) == (1011, 1)


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
    assert [beat["to"] for beat in frames_of(connection, "heartbeat")] == [1, 1]


async def test_every_client_hears_something_every_five_seconds_with_what_is_broken(stage: Stage):
    connections = [await connect(stage) for _ in range(7)]
    stage.broken = ("bus", "journal")
    for _ in range(20):
        stage.clock.advance(0.25)
        await turn(4)
    beats = [frames_of(connection, "heartbeat") for connection in connections]
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
    assert len(frames_of(connection, "heartbeat")) == 2
    assert b'kentongan_faults_total{where="live"} 20.0' in stage.metrics.render()


async def test_events_must_follow_what_was_published_before(stage: Stage):
    first, second = stage.city.open(), stage.city.open()
    with pytest.raises(ValueError, match="2 does not follow 0"):
        stage.hub.publish([second])
    stage.hub.publish([first, second])
    assert stage.hub.head == 2


async def test_fan_out_rests_after_a_costly_tick(stage: Stage):
    connection = await connect(stage)
    spent_s = itertools.count(0.0, 0.004)
    stage.hub._cpu_s = lambda: next(spent_s)
    stage.publish(stage.city.open())
    await turn(3)
    stage.publish(stage.city.open())
    await turn(3)
    assert len(frames_of(connection, "events")) == 1
    assert stage.hub._quiet_until_s == pytest.approx(0.004 * hub_module.PAUSE_PER_TICK)


async def test_no_rest_is_longer_than_anybody_would_notice(stage: Stage):
    spent_s = itertools.count(0.0, 3.0)
    stage.hub._cpu_s = lambda: next(spent_s)
    stage.publish(stage.city.open())
    await turn(3)
    assert stage.hub._quiet_until_s == pytest.approx(hub_module.LONGEST_PAUSE_S)


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
