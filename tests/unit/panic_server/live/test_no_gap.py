"""Whatever happens, a client's incidents are those of a fresh snapshot; it is told everything once and in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.incident import Disposition, Person, Status
from tests.unit.panic_server.live.doubles import READERS, Connection, Screen, Stage, offer, place, turn

SECTORS = (("S1",), ("S2",), ("S2", "S1"), ("S3",), ())
NEIGHBOURHOODS = ((), ("RT1",), ("RT2",), ("RT1", "RT2"))

changes = st.one_of(
    st.tuples(st.just("open"), st.sampled_from(SECTORS), st.sampled_from(NEIGHBOURHOODS)),
    st.tuples(st.just("move"), st.integers(0, 2), st.sampled_from(SECTORS)),
    st.tuples(st.just("tell"), st.integers(0, 2), st.sampled_from(NEIGHBOURHOODS)),
    st.tuples(st.just("offer"), st.integers(0, 2), st.sampled_from([("o1",), ("o2",), ("o1", "o2"), ()])),
    st.tuples(st.just("claim"), st.integers(0, 2)),
    st.tuples(st.just("close"), st.integers(0, 2)),
)
who = st.integers(0, len(READERS) - 1)
steps = st.one_of(
    changes,
    changes,
    changes,
    st.tuples(st.just("connect"), who),
    st.tuples(st.just("connect"), who),
    st.tuples(st.just("drop"), who),
    st.tuples(st.just("stall"), who),
    st.tuples(st.just("flow"), who),
    st.tuples(st.sampled_from(["publish", "publish", "beat", "restart", "restore"])),
)
# After each step the loop turns a few times, so that what follows falls into the midst of what is under way.
acts = st.tuples(steps, st.booleans(), st.sampled_from([0, 0, 1, 2, 3, 8]))


class Story:
    """Plays steps on a stage, with one screen for each reader."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.screens = [Screen(reader) for reader in READERS]
        self.connections: dict[int, Connection] = {}

    async def play(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("publish",):
                self.stage.publish()
            case ("restore",):
                await self.restore()
            case ("beat",):
                self.stage.beat_all()
            case ("restart",):
                await self.drop_all()
                await self.stage.restart()
            case ("connect", number):
                await self.connect(number)
            case ("drop", number):
                await self.drop(number)
            case ("stall", number):
                if number in self.connections:
                    self.connections[number].tape.flows.clear()
            case ("flow", number):
                if number in self.connections:
                    self.connections[number].tape.flows.set()
            case _:
                self.change(step)

    def change(self, step: tuple[Any, ...]) -> None:
        city = self.stage.city
        if step[0] == "open":
            city.open(step[1], step[2])
            return
        open_ids = [one.id for one in city.incidents.values() if one.is_open]
        if not isinstance(step[1], int) or step[1] >= len(open_ids):
            return
        chosen = open_ids[step[1]]
        match step:
            case ("move", _, sectors):
                city.change(chosen, "alarm_updated", place=place(sectors))
            case ("tell", _, neighbourhood):
                city.change(chosen, "alarm_joined", neighbourhood=neighbourhood)
            case ("offer", _, officers):
                city.change(chosen, "offers_made", offers=tuple(offer(one, city.at()) for one in officers))
            case ("claim", _):
                city.change(chosen, "claimed", claimed_by=Person("op", "Operator"))
            case ("close", _):
                city.change(chosen, "closed", status=Status.CLOSED, disposition=Disposition.RESOLVED)
            case _:
                raise ValueError(step)

    async def restore(self) -> None:
        """The journal goes on as another one: every client is sent away, and what it had counts for nothing."""
        self.stage.city.epoch += "+"
        self.stage.hub.restart(self.stage.city.epoch, self.stage.city.seq)
        await self.drop_all()

    async def connect(self, number: int) -> None:
        await self.drop(number)
        self.connections[number] = Connection(self.stage, self.screens[number])

    async def drop(self, number: int) -> None:
        if number in self.connections:
            await self.connections.pop(number).drop()

    async def drop_all(self) -> None:
        for number in tuple(self.connections):
            await self.drop(number)

    async def finish(self) -> None:
        """Everybody connects, from wherever they were, and hears the rest."""
        for number in range(len(READERS)):
            if number not in self.connections:
                await self.connect(number)
            self.connections[number].tape.flows.set()
        self.stage.publish()
        await self.stage.settle()
        self.stage.hub.flush()
        await self.stage.settle()
        for connection in self.connections.values():
            connection.read()


@asynccontextmanager
async def a_story() -> AsyncIterator[Story]:
    stage = Stage()
    await stage.hub.start(stage.city.epoch, stage.city.seq)
    story = Story(stage)
    try:
        yield story
    finally:
        await story.drop_all()
        await stage.hub.stop()


@settings(max_examples=300)
@given(st.lists(acts, min_size=10, max_size=60))
async def test_a_snapshot_and_later_events_are_a_fresh_snapshot_for_every_role(told: list[tuple[Any, ...]]):
    async with a_story() as story:
        for step, published, turns in told:
            await story.play(step)
            if published:
                story.stage.publish()
            await turn(turns)
        await story.finish()
        for screen in story.screens:
            assert screen.incidents == story.stage.city.fresh(screen.reader)
