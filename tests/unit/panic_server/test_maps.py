"""The map in force and the representatives of its RT, swapped as a whole."""

from __future__ import annotations

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
