"""Who lives and works in the demo city, and their tokens: many at once, in one transaction."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from dispatch.units import Unit
from geo.areas import Area, Sector
from panic_server.journal.accounts import add_person, add_token
from panic_server.journal.admin import opened
from panic_server.journal.times import micros
from panic_server.people import Role

_FIRST: Final = (
    "Agus", "Ani", "Bambang", "Budi", "Citra", "Dewi", "Dwi", "Eko", "Endah", "Fajar", "Galih", "Hadi", "Hesti",
    "Indra",
    "Joko", "Kartika", "Lestari", "Mulyono", "Ningsih", "Nugroho", "Putri", "Rahmat", "Retno", "Slamet", "Siti", "Sri",
    "Teguh", "Tri", "Utami", "Wahyu", "Wati", "Yanto", "Yulia",
)  # fmt: skip
_LAST: Final = (
    "Anggraini", "Aryanto", "Gunawan", "Handayani", "Hartono", "Kurniawan", "Kusuma", "Lestari", "Maharani", "Nugraha",
    "Permana", "Prasetyo", "Pratama", "Rahayu", "Saputra", "Setiawan", "Suharto", "Susanti", "Suryadi", "Utomo",
    "Wibowo", "Widodo", "Wijaya", "Wulandari",
)  # fmt: skip
# Most Indonesian patrols ride; a few walk their quarter or sit in a car.
_PATROL_UNITS: Final = {Unit.MOTORCYCLE: 6, Unit.CAR: 3, Unit.FOOT: 2, Unit.BICYCLE: 1}
_RANKS: Final = ("Bripda", "Briptu", "Brigadir", "Bripka", "Aipda", "Aiptu")


@dataclass(frozen=True, slots=True)
class Person:
    """As `kentongan token` takes them: `areas` are codes of RT or sectors."""

    subject: str
    role: Role
    name: str
    areas: tuple[str, ...] = ()


def enlist(url: str, people: Iterable[Person], *, now: datetime) -> dict[str, str]:
    """Makes the people, or brings them up to date, and gives each a new token: subject -> token."""
    tokens = {}
    with opened(url) as connection:
        for person in people:
            token = tokens[person.subject] = secrets.token_urlsafe(32)
            add_person(connection, person.subject, person.role, person.name, person.areas)
            add_token(connection, person.subject, token, micros(now))
    return tokens


def officers(rng: Random, count: int, sectors: Sequence[Sector]) -> Iterator[Person]:
    """Spread evenly over the sectors."""
    for number in range(count):
        own = (sectors[number % len(sectors)].code,) if sectors else ()
        yield Person(f"officer-{number + 1:04}", Role.OFFICER, f"{rng.choice(_RANKS)} {_name(rng)}", own)


def patrol_units(rng: Random, subjects: Iterable[str]) -> dict[str, Unit]:
    """What each of them travels with; the first few, however few there are, all with something else."""
    kinds = list(_PATROL_UNITS)
    often = list(_PATROL_UNITS.values())
    return {
        subject: kinds[number] if number < len(kinds) else rng.choices(kinds, often)[0]
        for number, subject in enumerate(subjects)
    }


def representatives(rng: Random, areas: Iterable[Area]) -> Iterator[Person]:
    """One for each area."""
    for area in areas:
        yield Person(f"rep-{area.code}", Role.REPRESENTATIVE, _name(rng), (area.code,))


def residents(rng: Random, count: int) -> Iterator[Person]:
    for number in range(count):
        yield Person(f"resident-{number + 1:05}", Role.RESIDENT, _name(rng))


def operators(rng: Random, count: int) -> Iterator[Person]:
    """They see the whole city."""
    for number in range(count):
        yield Person(f"operator-{number + 1:03}", Role.OPERATOR, _name(rng))


def _name(rng: Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
