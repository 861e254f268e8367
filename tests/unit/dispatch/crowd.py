"""Everybody and everything that may happen to an incident, as Hypothesis draws it."""

from datetime import timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch.facts import Neighbour
from dispatch.incident import Alarm, Kind, Person
from geo.areas import AreaRef
from tests.unit.dispatch.city import NOON, SECTOR, alarm, fix, place_in, unlocated_alarm

# Ids as long as a UUID, names of forty characters: see the sizes in test_evolve.
OFFICERS = [Person(f"officer-{number}".ljust(36, "x"), "Nama petugas ".ljust(40, "x")) for number in range(7)]
AREAS = [AreaRef(f"3374010001001{number:03}", f"RT {number} ".ljust(30, "x")) for number in range(10)]
HEADS = [Neighbour(Person(f"head-{area.code}".ljust(36, "x"), "Ketua ".ljust(40, "x")), area) for area in AREAS]
RW_HEADS = [replace(head, area=AreaRef("33740100010020" + head.area.code[-2:], "RW".ljust(30, "x"))) for head in HEADS]
RW_HEADS = [replace(head, person=Person("rw-" + head.person.id[:33], head.person.name)) for head in RW_HEADS]
VILLAGE = Neighbour(
    Person("community".ljust(36, "x"), "Aiptu".ljust(40, "x")), AreaRef("3374010001", "V".ljust(30, "x"))
)
SUPERIORS = [*RW_HEADS, VILLAGE]
OPERATORS = [Person(f"operator-{number}".ljust(36, "x"), "Nama operator ".ljust(40, "x")) for number in range(2)]
FLAGS = [f"position_flag_{number:02}" for number in range(30)]


def superiors_of(area: AreaRef) -> list[Neighbour]:
    """Every RT has an RW of its own; above all of them is one village."""
    if area == VILLAGE.area:
        return []
    return [RW_HEADS[[head.area for head in HEADS].index(area)]] if area in AREAS else [VILLAGE]


officer = st.sampled_from(OFFICERS)
operator = st.sampled_from(OPERATORS)
# Anybody may be near, or nobody; who holds what elsewhere is the journal's to know.
near = st.permutations(OFFICERS).flatmap(lambda order: st.integers(0, len(order)).map(lambda n: order[:n]))
some_areas = st.lists(st.sampled_from(AREAS), unique=True, max_size=8)
seldom = st.sampled_from([False, False, False, True])
pause_s = st.sampled_from([0.0, 0.5, 4.0, 6.0, 9.0, 10.0, 29.5, 30.0, 61.0, 3600.0])


@st.composite
def presses(draw: st.DrawFn) -> Alarm:
    number = draw(st.integers(1, 99))
    kind = draw(st.sampled_from(Kind))
    flags = tuple(draw(st.lists(st.sampled_from(FLAGS), unique=True, max_size=20)))
    silent = draw(seldom)
    found = draw(some_areas)
    if not found:
        return replace(unlocated_alarm(number), kind=kind, silent=silent, flags=flags)
    place = place_in(found[0], candidates=tuple(found), truncated=draw(st.booleans()), sectors=(SECTOR,) * 4)
    seen = fix(draw(st.floats(-7, -6)), at=NOON + timedelta(seconds=draw(st.integers(-600, 600))))
    return alarm(number, kind=kind, silent=silent, flags=flags, place=place, position=seen, origin=seen)
