"""Makes everybody in the demo city, and lets them live from where they were when the demo last ended."""

import argparse
import asyncio
from collections.abc import Iterable
from random import Random
from typing import Final

from geo.areas import AreaMap, Level
from panic_server.demo import people, visitor
from panic_server.demo.desk import Desk
from panic_server.demo.ground import Point
from panic_server.demo.neighbours import Representative, press_now_and_then
from panic_server.demo.patrol import Officer
from panic_server.demo.people import Person
from panic_server.demo.town import Town
from panic_server.people import Role

REPRESENTATIVES_MAX: Final = 600
"""Each has a socket of their own; a large city's other RT have none in the demo."""

RESIDENTS: Final = 120
"""They press in turn, so that nobody's second alarm joins their first while that is worked on."""

DESK: Final = Person("demo-desk", Role.SUPERVISOR, "Kepala Jaga demo")

_FIRST_LOOK_S: Final = 5.0


async def settle(wish: argparse.Namespace, town: Town, area_map: AreaMap, home: visitor.Home, url: str) -> None:
    """Returns once all of them have begun."""
    rng = Random(wish.seed)
    patrol = list(people.officers(rng, wish.officers, area_map.sectors))
    heads = _representatives(rng, area_map, home)
    pressing = list(people.residents(rng, RESIDENTS))
    tokens = await _enlist(town, url, [*patrol, *heads, *pressing, DESK, *visitor.cast(home)])
    desk = Desk(town, tokens[DESK.subject], visitor.RESIDENT)
    town.begin(desk.live())
    await desk.has_seen_officers(within_s=_FIRST_LOOK_S)
    await _send_home(town, url, desk, patrol)
    # Chance of its own: whoever is drawn after the patrol stays who they were in every demo of the same seed.
    units = people.patrol_units(Random(wish.seed), (one.subject for one in patrol))
    for one in patrol:
        start = _start_of(town, desk, one)
        town.begin(Officer(town, one.subject, tokens[one.subject], start, units[one.subject]).live())
    for one in heads:
        town.begin(Representative(town, tokens[one.subject]).live())
    town.begin(visitor.stand_by(town, tokens[visitor.OFFICER], home, desk))
    phones = [town.phone(tokens[one.subject]) for one in pressing]
    town.begin(press_now_and_then(town, phones, home.close_by, wish.alarms_per_minute))


def _representatives(rng: Random, area_map: AreaMap, home: visitor.Home) -> list[Person]:
    """Of every RT but those that have the visitor; and who is told when the visitor's page is closed."""
    answered_for = [area for area in area_map.areas(Level.RT) if area not in (home.area, home.close_by)]
    if len(answered_for) > REPRESENTATIVES_MAX:
        answered_for = rng.sample(answered_for, REPRESENTATIVES_MAX)
    above = [area for area in area_map.parents(home.area.code) if area.level in {Level.RW, Level.VILLAGE}]
    return list(people.representatives(rng, [*answered_for, *above]))


async def _enlist(town: Town, url: str, persons: Iterable[Person]) -> dict[str, str]:
    return await asyncio.to_thread(people.enlist, url, persons, now=town.clock.now())


async def _send_home(town: Town, url: str, desk: Desk, patrol: list[Person]) -> None:
    """Whoever was on patrol in an earlier, larger demo would be asked and never answer."""
    wanted = {one.subject for one in patrol} | {visitor.OFFICER}
    others = [Person(subject, Role.OFFICER, subject) for subject in desk.on_duty() if subject not in wanted]
    tokens = await _enlist(town, url, others)
    for one in others:
        await town.phone(tokens[one.subject]).put("/v1/me/duty", {"on_duty": False})


def _start_of(town: Town, desk: Desk, officer: Person) -> Point:
    """Where they were last seen, if that is in this city."""
    seen = desk.position_of(officer.subject)
    return seen if seen is not None and town.ground.is_inside(seen) else town.ground.point(town.rng)
