"""When an incident is first sent to a console: noted once, by whichever console is the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from panic_server.live import sightings
from panic_server.people import Principal
from tests.unit.panic_server.live.doubles import (
    CITY_OPERATOR,
    NORTH_OPERATOR,
    OFFICER,
    REPRESENTATIVE,
    START,
    SUPERVISOR,
    Stage,
    connect,
    turn,
)


class Notes:
    """What the hub told, as seq → seconds since START."""

    def __init__(self, stage: Stage) -> None:
        self.told: list[tuple[int, float]] = []
        stage.hub._sources = replace(stage.hub._sources, shown=self.note)

    def note(self, seqs: Sequence[int], at: datetime) -> None:
        self.told += [(seq, (at - START).total_seconds()) for seq in seqs]


@pytest.fixture
def notes(stage: Stage) -> Notes:
    return Notes(stage)


async def opens(stage: Stage, sectors: Sequence[str] = ("S1",)) -> None:
    stage.publish(stage.city.open(sectors))
    await turn(4)


async def test_what_a_console_is_sent_is_noted_with_its_time(stage: Stage, notes: Notes) -> None:
    await connect(stage)
    stage.clock.advance(7)
    await opens(stage)
    assert notes.told == [(1, 7.0)]


async def test_everything_of_one_tick_is_noted_and_later_events_of_it_are_not(stage: Stage, notes: Notes) -> None:
    await connect(stage, SUPERVISOR)
    stage.publish(stage.city.open())
    stage.publish(stage.city.open())
    await turn(4)
    stage.publish(stage.city.change("i1", "noted"))
    await turn(4)
    assert notes.told == [(1, 0.0), (2, 0.0)]


@pytest.mark.parametrize("reader", [OFFICER, REPRESENTATIVE])
async def test_a_phone_is_no_console(stage: Stage, notes: Notes, reader: Principal) -> None:
    await connect(stage, reader)
    await opens(stage)
    assert notes.told == []


async def test_a_console_of_another_sector_was_not_sent_it(stage: Stage, notes: Notes) -> None:
    await connect(stage, NORTH_OPERATOR)
    await opens(stage, ("S2",))
    await opens(stage, ("S1",))
    await opens(stage, ())
    assert [seq for seq, _ in notes.told] == [2, 3]


async def test_the_first_console_to_come_is_sent_what_waits_and_the_next_changes_nothing(
    stage: Stage, notes: Notes
) -> None:
    await opens(stage, ("S2",))
    await opens(stage, ("S1",))
    stage.clock.advance(3)
    await connect(stage, REPRESENTATIVE)
    assert notes.told == []
    await connect(stage, NORTH_OPERATOR)
    assert notes.told == [(2, 3.0)]
    stage.clock.advance(3)
    await connect(stage, CITY_OPERATOR)
    await connect(stage, SUPERVISOR)
    assert notes.told == [(2, 3.0), (1, 6.0)]


async def test_what_was_closed_before_any_console_came_was_never_sent(stage: Stage, notes: Notes) -> None:
    await opens(stage)
    await opens(stage)
    stage.publish(stage.city.change("i1", "closed"))
    await connect(stage)
    assert [seq for seq, _ in notes.told] == [2]


async def test_after_a_restart_the_first_console_is_still_noted(stage: Stage, notes: Notes) -> None:
    stage.hub.sightings.expect("i0", 7, {"op:*", "op:S1"})
    await connect(stage)
    assert [seq for seq, _ in notes.told] == [7]


async def test_without_a_console_memory_stays_bounded(
    stage: Stage, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "UNSEEN_MAX", 2)
    for _ in range(3):
        await opens(stage)
    await connect(stage)
    assert [seq for seq, _ in notes.told] == [2, 3]


async def test_another_history_has_other_incidents(stage: Stage, notes: Notes) -> None:
    await opens(stage)
    stage.hub.restart("e2", 0)
    await connect(stage)
    assert notes.told == []
