"""The map in force and the representatives of its RT, swapped as a whole."""

from __future__ import annotations

from collections.abc import Collection

import pytest
import shapely

from dispatch.facts import Neighbour
from geo.areas import Area, AreaMap, Level
from geo.grounds import areas_within
from panic_server import maps as maps_module
from panic_server.journal.port import PersonRow
from panic_server.maps import Maps
from panic_server.people import Role
from tests.contract.desk import two_rt_map

KETUA = PersonRow("ketua", Role.REPRESENTATIVE, "Bu Ketua", ("RT-W", "RT-E"))
OTHER = PersonRow("other", Role.REPRESENTATIVE, "Pak Ketua", ("RT-W", "RT-GONE"))


def test_there_is_a_map_of_nothing_before_the_first() -> None:
    assert (Maps().current.version, Maps().neighbours(["RT-W"])) == (0, ())


def test_each_representative_of_several_rt_is_found_once() -> None:
    maps = Maps()
    maps.swap(two_rt_map())
    maps.take_representatives([KETUA, OTHER])
    found = maps.neighbours(["RT-W", "RT-E"])
    assert [one.person.id for one in found] == ["ketua", "other"]
    assert maps.neighbours([]) == ()


def test_an_rt_has_its_name_once_the_map_knows_it_and_its_code_before() -> None:
    maps = Maps()
    maps.take_representatives([KETUA, OTHER])
    assert [one.area.name for one in maps.neighbours(["RT-E"])] == ["RT-E"]
    maps.swap(two_rt_map())
    assert [one.area.name for one in maps.neighbours(["RT-E"])] == ["RT Timur"]
    assert [one.area.name for one in maps.neighbours(["RT-GONE"])] == ["RT-GONE"]


def test_representatives_are_replaced_as_a_whole() -> None:
    maps = Maps()
    maps.take_representatives([KETUA, OTHER])
    maps.take_representatives([OTHER])
    assert [one.person.id for one in maps.neighbours(["RT-W", "RT-E"])] == ["other"]


def test_what_lies_in_a_sector_is_found_once_for_each_map(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(area_map: AreaMap, sectors: Collection[str]) -> frozenset[str]:
        asked.append(area_map.version)
        return areas_within(area_map, sectors)

    monkeypatch.setattr(maps_module, "areas_within", counted)
    maps = Maps()
    maps.swap(two_rt_map(version=1))
    assert maps.within(["PS-W"]) == maps.within(("PS-W", "PS-W")) == {"RT-W", "PS-W"}
    maps.swap(two_rt_map(version=2))
    assert maps.within(["PS-W"]) == {"RT-W", "PS-W"}
    assert asked == [1, 2]
    for number in range(maps_module.SETS_KEPT):
        maps.within([f"PS-{number}"])
    maps.within(["PS-W"])
    assert len(asked) == 2 + maps_module.SETS_KEPT + 1


def test_the_same_representatives_again_are_not_sorted_again() -> None:
    maps = Maps()
    maps.take_representatives([KETUA, OTHER])
    before = maps._neighbours
    maps.take_representatives([KETUA, OTHER])
    assert maps._neighbours is before
    maps.take_representatives([OTHER, KETUA])
    assert maps._neighbours is not before


HEAD_OF_RW = PersonRow("rw", Role.REPRESENTATIVE, "Pak RW", ("RW",))
COMMUNITY_OFFICER = PersonRow("polmas", Role.REPRESENTATIVE, "Aiptu", ("V",))
CAMAT = PersonRow("camat", Role.REPRESENTATIVE, "Camat", ("D",))


def tall_map() -> AreaMap:
    """RT-1 in an RW, RT-2 in none; both in a village of a district."""
    area = shapely.box(110.40, -7.0, 110.42, -6.99)
    levels = [("D", Level.DISTRICT, None), ("V", Level.VILLAGE, "D"), ("RW", Level.RW, "V")]
    levels += [("RT-1", Level.RT, "RW"), ("RT-2", Level.RT, "V")]
    return AreaMap.build([Area(code, code, level, parent, area) for code, level, parent in levels], [], version=1)


def found(neighbours: tuple[Neighbour, ...]) -> list[tuple[str, str, str | None]]:
    return [(one.person.id, one.area.code, one.instead_of) for one in neighbours]


def test_above_an_rt_are_its_rw_then_the_village_and_nobody_higher() -> None:
    maps = Maps()
    maps.swap(tall_map())
    maps.take_representatives([HEAD_OF_RW, COMMUNITY_OFFICER, CAMAT])
    above = maps.superiors(["RT-1", "RT-2", "RW", "V", "RT-GONE"])
    assert found(above) == [("rw", "RW", "RT-1"), ("polmas", "V", "RT-2"), ("polmas", "V", "RW")]


def test_where_an_rt_has_nobody_those_above_are_its_neighbours() -> None:
    maps = Maps()
    maps.swap(tall_map())
    maps.take_representatives([COMMUNITY_OFFICER, CAMAT])
    assert found(maps.neighbours(["RT-1"])) == [("polmas", "V", "RT-1")]


def test_who_stands_above_changes_with_the_people_and_with_the_map() -> None:
    maps = Maps()
    maps.swap(tall_map())
    maps.take_representatives([COMMUNITY_OFFICER])
    assert found(maps.superiors(["RT-1"])) == [("polmas", "V", "RT-1")]
    maps.take_representatives([HEAD_OF_RW, COMMUNITY_OFFICER])
    assert found(maps.superiors(["RT-1"])) == [("rw", "RW", "RT-1")]
    maps.swap(AreaMap.empty(version=2))
    assert maps.superiors(["RT-1"]) == ()
