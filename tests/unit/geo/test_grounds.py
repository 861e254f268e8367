"""What lies in what, by the middle of each smallest area."""

from __future__ import annotations

from geo.areas import Sector
from geo.grounds import areas_within, grounds
from tests.unit.geo.maps import box, built, grid_areas


def test_each_smallest_area_is_a_ground_and_none_above_it() -> None:
    found = grounds(built(grid_areas(2, 1)))
    assert [sorted(one.codes) for one in found] == [
        ["99", "99.D1", "99.V1", "99.W1", "rt-00"],
        ["99", "99.D1", "99.V1", "99.W1", "rt-10"],
    ]
    assert all(one.place.rt is not None for one in found)


def test_an_area_lies_in_sectors_when_all_of_its_grounds_do() -> None:
    west = Sector("W", "Barat", areas=("rt-00", "rt-01"))
    east = Sector("E", "Timur", areas=("rt-10", "rt-11"))
    area_map = built(grid_areas(2, 2), [west, east])
    assert areas_within(area_map, ["W"]) == {"W", "rt-00", "rt-01"}
    everything = {"W", "E", "99", "99.D1", "99.V1", "99.W1", "rt-00", "rt-01", "rt-10", "rt-11"}
    assert areas_within(area_map, ["W", "E"]) == everything
    assert areas_within(area_map, ["nowhere"]) == areas_within(area_map, []) == frozenset()


def test_what_another_sector_lies_over_is_in_both() -> None:
    whole = Sector("C", "Kota", areas=("99",))
    harbour = Sector("H", "Pelabuhan", geometry=box(0, 0, 1, 1), priority=1)
    area_map = built(grid_areas(2, 1), [whole, harbour])
    assert areas_within(area_map, ["H"]) == {"H", "rt-00"}
    assert {"rt-00", "rt-10", "H", "C"} <= areas_within(area_map, ["C"])


def test_nothing_lies_on_an_empty_map() -> None:
    assert (grounds(built([])), areas_within(built([]), ["W"])) == ([], frozenset())
