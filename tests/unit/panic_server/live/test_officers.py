"""Officers' positions: for consoles only, of whom they may see, newest wins."""

import pytest

from panic_server.live.frames import Frame
from panic_server.wire.shapes import Officer
from tests.unit.panic_server.live.doubles import (
    NORTH_OPERATOR,
    OFFICER,
    REPRESENTATIVE,
    Keeper,
    Stage,
    connect,
    frames_of,
    turn,
)


def officer(number: int, *sectors: str) -> Officer:
    return Officer(f"o{number}", "Budi", "available", None, False, sectors)


async def test_a_console_gets_all_officers_and_then_who_changed(stage: Stage):
    stage.board.put(officer(1), officer(2))
    stage.beat_all()
    connection = await connect(stage)
    stage.board.put(officer(2))
    stage.beat_all()
    sent = [(frame["full"], [one["id"] for one in frame["changed"]]) for frame in frames_of(connection, "officers")]
    assert sent == [(True, ["o1", "o2"]), (False, ["o2"])]


@pytest.mark.parametrize("reader", [OFFICER, REPRESENTATIVE])
async def test_only_consoles_see_where_officers_are(stage: Stage, reader):
    stage.board.put(officer(1))
    connection = await connect(stage, reader)
    stage.board.put(officer(1))
    stage.beat_all()
    assert [(frame["full"], frame["changed"]) for frame in frames_of(connection, "officers")] == [(True, [])]


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
    sent = [[one["id"] for one in frame["changed"]] for frame in frames_of(connection, "officers")]
    assert sent == [["o1", "o3"], ["o1"]]


async def test_when_no_officer_changed_there_is_no_frame(stage: Stage):
    stage.board.put(officer(1))
    stage.beat_all()
    connection = await connect(stage)
    stage.beat_all()
    assert len(frames_of(connection, "officers")) == 1


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
    sent = [(frame["full"], [one["id"] for one in frame["changed"]]) for frame in frames_of(connection, "officers")]
    assert sent == [(True, ["o1"]), (False, ["o2"])]
