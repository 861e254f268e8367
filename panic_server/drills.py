"""Runs exercises: presses their alarms when they begin, and ends them when their time is over.

Every process does so. An exercise's alarms have ids that follow from its own, so pressing them again, after a restart
or on another node, changes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import structlog

from geo.areas import Area, AreaMap, Sector
from geo.grounds import grounds, middle_of
from geo.position import Position
from panic_server.clock import Clock
from panic_server.journal.drills import device_prefix, load_drill, load_drills
from panic_server.journal.port import SYSTEM, Drill, DrillOrder, JournalUnavailable, Press
from panic_server.journal.queries import Reader
from panic_server.journal.writer import Writer
from panic_server.logs import Spell
from panic_server.maps import Maps

log = structlog.get_logger(__name__)


class DrillMaster:
    """`look` is called again and again; what could not be done then is done by the next call."""

    def __init__(self, reader: Reader, writer: Writer, maps: Maps, clock: Clock) -> None:
        self._reader = reader
        self._writer = writer
        self._maps = maps
        self._clock = clock
        self._begun: set[str] = set()
        self._spell = Spell("drills.wait_for_the_journal", over="drills.go_on")

    async def look(self) -> None:
        now = self._clock.now()
        try:
            for drill in await self._reader.ask(lambda connection: load_drills(connection, running=True)):
                if drill.ends_at <= now:
                    over = replace(drill, ended_at=now)
                    await self._writer.submit(DrillOrder(over, drill.planned_by, SYSTEM))
                elif drill.starts_at <= now and drill.id not in self._begun:
                    await self._begin(drill)
                    self._begun.add(drill.id)
            self._spell.is_over()
        except JournalUnavailable as error:
            self._spell.goes_on(str(error))

    async def _begin(self, drill: Drill) -> None:
        spots = await asyncio.to_thread(self.spots, drill)
        if not spots:
            log.warning("drill.no_such_place", drill=drill.id)
        for number, spot in enumerate(spots):
            await self._writer.submit(_press(drill, number, replace(spot, at=self._clock.now())))
        await self._end_again(drill.id)

    async def _end_again(self, drill_id: str) -> None:
        """Whoever ended it while it was beginning ended only what had been pressed by then."""
        known = await self._reader.ask(lambda connection: load_drill(connection, drill_id))
        if known is not None and known.ended_at is not None:
            await self._writer.submit(DrillOrder(known, known.planned_by, SYSTEM))

    def spots(self, drill: Drill) -> Sequence[Position]:
        """In the middle of the area's RT, or of as many of them as there are alarms, spread evenly.

        Where no RT is mapped, the smallest areas that are stand for them; an area or sector without the middle of any
        has one alarm, in its own.
        """
        area_map = self._maps.current
        inside = [one.middle for one in grounds(area_map) if drill.area is None or drill.area in one.codes]
        inside = inside or [middle_of(outline) for outline in _outlines(area_map, drill.area)]
        wanted = min(drill.alarms, len(inside))
        return [inside[number * len(inside) // wanted] for number in range(wanted)]


def _outlines(area_map: AreaMap, code: str | None) -> list[Any]:
    areas: list[Area | Sector] = [*area_map.areas(), *area_map.drawn_sectors()]
    return [one.geometry for one in areas if one.code == code]


def _press(drill: Drill, number: int, at: Position) -> Press:
    return Press(
        id=str(uuid5(UUID(drill.id), f"alarm {number}")),
        device=f"{device_prefix(drill.id)}:{number}",
        kind=drill.kind,
        position=at,
        raw_position=None,
        pressed_at=at.at,
        sent_at=at.at,
        silent=False,
        drill=True,
        position_flags=(),
        flags=(),
        digest=b"drill",
    )
