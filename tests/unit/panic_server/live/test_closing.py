"""Whom the hub sends away, with which code, and how they come back."""

from dataclasses import replace

from panic_server.live.history import History
from panic_server.live.session import HELLO_WITHIN_S, CloseCode
from tests.unit.panic_server.live.doubles import (
    CITY_OPERATOR,
    NORTH_OPERATOR,
    SUPERVISOR,
    Connection,
    Screen,
    Stage,
    connect,
    turn,
)


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


async def test_rights_that_were_taken_away_elsewhere_are_noticed(stage: Stage):
    stage.tokens = {"kept": CITY_OPERATOR, "moved": replace(NORTH_OPERATOR, areas=("S9",))}
    connections = [await connect(stage, who) for who in (CITY_OPERATOR, NORTH_OPERATOR, SUPERVISOR)]
    for connection, token in zip(connections, ["kept", "moved", "gone"], strict=True):
        connection.client.token = token
    await stage.hub.check_rights()
    assert [connection.tape.closed_with for connection in connections] == [None, 1012, 1008]
