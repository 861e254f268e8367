"""You, in the demo city: one person of each role, the links that sign your browser in, and what to try."""

import asyncio
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import dist
from statistics import fmean
from typing import Final

from dispatch.units import Unit
from geo.areas import Area, AreaMap, Level
from geo.geofence import locate
from geo.nearest import metres_between
from geo.position import Position
from panic_server.demo.desk import Desk
from panic_server.demo.ground import Point, middle_of
from panic_server.demo.patrol import YOURS_AFTER_S
from panic_server.demo.people import Person
from panic_server.demo.town import Town
from panic_server.people import Role

RESIDENT: Final = "you-resident"
OFFICER: Final = "you-officer"
REPRESENTATIVE: Final = "you-representative"
OPERATOR: Final = "you-operator"


@dataclass(frozen=True, slots=True)
class Home:
    """Where you live: your RT, a point in it, and the sector in charge there, if any. Your representative also answers
    for an RT close by, where others press: too far from home for your alarm to join theirs.
    """

    area: Area
    at: Point
    sector: str | None
    close_by: Area


def cast(home: Home) -> tuple[Person, ...]:
    sectors = () if home.sector is None else (home.sector,)
    answers_for = tuple(dict.fromkeys((home.area.code, home.close_by.code)))
    return (
        Person(OPERATOR, Role.OPERATOR, "Operator tamu"),
        Person(RESIDENT, Role.RESIDENT, "Warga tamu"),
        Person(OFFICER, Role.OFFICER, "Petugas tamu", sectors),
        Person(REPRESENTATIVE, Role.REPRESENTATIVE, "Ketua RT tamu", answers_for),
    )


_APART_M: Final = 400.0
"""Two hundred metres are the most that alarms of one emergency may be apart, and an RT reaches on from its middle."""

_STANDS_FOR_S: Final = 2.0
"""Of all who are equally near, those with the freshest position are asked first: your officer should be among them."""

_PAGES: Final = (
    (OPERATOR, "/console", "the command center"),
    (RESIDENT, "/", "your button, as a resident"),
    (OFFICER, "/officer", "your phone, as a police officer"),
    (REPRESENTATIVE, "/representative", "the neighbourhood's page, as head of an RT"),
)


def greeting(area_map: AreaMap, home: Home, codes: dict[str, str], address: str, wish: Namespace) -> str:
    """What the terminal shows once the city lives."""
    city = next(
        (area.name for area in area_map.chain(home.area.code) if area.level is Level.CITY), "a city without a name"
    )
    smallest = len(area_map.areas(home.area.level))
    head = f"Kentongan runs a demo: {city}, {smallest:,} {home.area.level.value.upper()}, at {address}/"
    return "\n".join([head, "", links(address, codes), advice(home, area_map, wish)])


def links(address: str, codes: dict[str, str]) -> str:
    return "\n".join(f"  {what}\n      {address}{page}#code={codes[subject]}\n" for subject, page, what in _PAGES)


def advice(home: Home, area_map: AreaMap, wish: Namespace) -> str:
    lat, lon = home.at
    where = ", ".join([home.area.name, *(area.name for area in area_map.parents(home.area.code)[-2:-1])])
    return f"""\
Each link signs one browser in, once, within a day. All four work side by side in one browser.

{wish.officers} officers are on patrol, and {_often(wish.alarms_per_minute)}. They do what people do: most accept, some
decline, some say nothing. The demo closes its own incidents in the end; yours are yours to close.

Hold the button for a second. For about {YOURS_AFTER_S:.0f} seconds the alarm is your own officer's to accept; then
somebody of the demo does. The page uses your browser's own position. Outside of the city an alarm is, truthfully,
"outside": every operator sees it and the nearest officers are asked, but no RT. To press from your home in the city,
set your position in the browser's developer tools (in Chromium: More tools, Sensors) to

      {lat:.5f}, {lon:.5f}     {where}

Your own officer stands there too, on duty, until your officer's page says otherwise. Without any position an alarm goes
to the command center alone, for an operator to place.

Ctrl-C ends everything. Start again, and the city goes on from where it was.
"""


def _often(per_minute: float) -> str:
    if per_minute <= 0:
        return "nobody presses but you"
    return (
        "a resident presses every minute or so" if per_minute == 1 else f"residents press {per_minute:g} times a minute"
    )


async def stand_by(town: Town, token: str, home: Home, desk: Desk) -> None:
    """Your officer is on duty with a motorcycle at your home, until the officer's page tells of another place."""
    phone = town.phone(token)
    lat, lon = (round(degrees, 6) for degrees in home.at)
    await phone.put("/v1/me/duty", {"on_duty": True, "unit": Unit.MOTORCYCLE})
    while desk.position_of(OFFICER) in (None, (lat, lon)):
        await phone.post("/v1/me/positions", {"positions": [{"lat": lat, "lon": lon, "accuracy_m": 8}]})
        await asyncio.sleep(_STANDS_FOR_S)


def choose_home(area_map: AreaMap, smallest: Sequence[Area]) -> Home:
    """In the middle of the city, where most officers are near."""
    middles = [middle_of(area) for area in smallest]
    centre = (fmean(lat for lat, _ in middles), fmean(lon for _, lon in middles))
    area, at = min(zip(smallest, middles, strict=True), key=lambda pair: dist(pair[1], centre))
    sectors = locate(area_map, Position(at[0], at[1], 1.0, None)).sectors
    close_by = _close_by(area, at, zip(smallest, middles, strict=True))
    return Home(area, at, sectors[0].code if sectors else None, close_by)


def _close_by(home: Area, at: Point, others: Iterable[tuple[Area, Point]]) -> Area:
    """The nearest that is far enough; in a village that has none, home itself."""
    away = ((metres_between(Position(*at, None, None), Position(*middle, None, None)), one) for one, middle in others)
    return min((pair for pair in away if pair[0] >= _APART_M), key=lambda pair: pair[0], default=(0.0, home))[1]
