"""A map is whole or refused: everything that is wrong with it is said at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from geo.areas import Area, AreaMap, Level, MapRefused, Problem, Sector
from tests.unit.geo.maps import box, built, city, grid_areas, rt


def refused(areas: list[Area], sectors: list[Sector] | None = None) -> list[str]:
    with pytest.raises(MapRefused) as caught:
        built(areas, sectors or [])
    return [str(problem) for problem in caught.value.problems]


def test_areas_and_sectors_are_found_by_code() -> None:
    area_map = built(grid_areas(), [Sector("P1", "Polsek", areas=("99",))])
    assert [found and found.name for found in (area_map.area("99.W1"), area_map.area("nowhere"))] == ["RW 01", None]
    assert [found and found.name for found in (area_map.sector("P1"), area_map.sector("99"))] == ["Polsek", None]


def test_a_chain_goes_from_the_area_to_the_city() -> None:
    area_map = built(grid_areas())
    assert [area.code for area in area_map.chain("rt-00")] == ["rt-00", "99.W1", "99.V1", "99.D1", "99"]
    assert [area.code for area in area_map.parents("99.V1")] == ["99.D1", "99"]
    assert area_map.chain("nowhere") == ()


def test_areas_are_listed_by_level_and_box() -> None:
    area_map = built(grid_areas())
    assert [area.code for area in area_map.areas(Level.DISTRICT)] == ["99.D1"]
    assert [area.code for area in area_map.areas(Level.RT, (110.0001, -6.9999, 110.0009, -6.9995))] == ["rt-00"]
    assert area_map.areas(Level.RT, (0, 0, 1, 1)) == ()


def test_a_sector_of_areas_is_drawn_as_their_union() -> None:
    (drawn,) = built(grid_areas(), [Sector("P1", "Polsek", areas=("rt-00", "rt-10"))]).drawn_sectors()
    assert drawn.geometry is not None
    assert drawn.geometry.equals(box(0, 0, 2, 1))


def test_every_problem_is_listed() -> None:
    bow_tie = shapely.Polygon([(110, -7), (110.1, -6.9), (110.1, -7), (110, -6.9), (110, -7)])
    areas = [*grid_areas(), rt("rt-00", box(7, 7, 8, 8)), rt("lost", box(8, 8, 9, 9), "nowhere"), rt("bow", bow_tie)]
    found = refused(areas, [Sector("P1", "Polsek", areas=("rt-99",)), Sector("P2", "Polsek")])
    assert found == [
        "rt-00: 2 features have this code",
        "bow: its polygon is not valid: Self-intersection[110.05 -6.95]",
        "lost: its parent nowhere is not on the map",
        "P1: names the area rt-99, which is not on the map",
        "P2: a sector needs area codes or a polygon",
    ]


@pytest.mark.parametrize(
    ("geometry", "what"),
    [
        (shapely.box(-7.1, 110.0, -7.0, 110.1), "latitude and longitude are swapped"),
        (shapely.box(430_000, 9_220_000, 440_000, 9_230_000), "not degrees"),
        (shapely.Polygon(), "has no polygon"),
        (shapely.Point(110, -7), "has no polygon"),
        (None, "has no polygon"),
        (shapely.Polygon([(110, -7), (110.1, -7), (110.2, -7), (110, -7)]), "not valid"),
    ],
)
def test_an_outline_that_encloses_no_ground_is_refused(geometry: object, what: str) -> None:
    (problem,) = refused([city(box(0, 0, 4, 4)), rt("bad", geometry, "99")])
    assert problem.startswith("bad: ")
    assert what in problem


def test_a_parent_of_the_same_or_a_lower_level_is_refused() -> None:
    areas = grid_areas()
    wrong = [replace(area, parent="rt-00") if area.code == "99.V1" else area for area in areas]
    assert refused(wrong) == ["99.V1: its parent rt-00 is a rt, not above a village"]


def test_a_city_below_a_city_is_refused() -> None:
    assert refused([city(box(0, 0, 4, 4)), replace(city(box(5, 5, 6, 6)), code="98", parent="99")]) == [
        "98: its parent 99 is a city, not above a city"
    ]


def test_levels_may_be_skipped() -> None:
    area_map = built([city(box(0, 0, 4, 4)), rt("only", box(0, 0, 1, 1), "99")])
    assert [area.code for area in area_map.chain("only")] == ["only", "99"]


def test_sectors_above_each_other_in_a_circle_are_refused() -> None:
    sectors = [Sector("A", "A", box(0, 0, 1, 1), parent="B"), Sector("B", "B", box(1, 0, 2, 1), parent="A")]
    assert len(refused(grid_areas(), sectors)) == 2


def test_an_unknown_parent_above_a_city_or_a_sector_is_a_warning() -> None:
    area_map = built(
        [replace(city(box(0, 0, 1, 1)), parent="33")], [Sector("P1", "P", box(0, 0, 1, 1), parent="RESORT")]
    )
    assert [str(warning) for warning in area_map.warnings] == [
        "99: its parent 33 is not on the map",
        "P1: its parent RESORT is not on the map",
    ]


def test_fifty_problems_are_listed_and_then_counted() -> None:
    refusal = MapRefused([Problem(str(number), "is wrong") for number in range(53)])
    assert len(refusal.lines()) == 51
    assert refusal.lines()[-1] == "... and 3 more"
    assert str(refusal).splitlines() == refusal.lines()


def test_an_empty_map_has_a_version_and_nothing_else() -> None:
    assert (AreaMap.empty(4).version, AreaMap.empty().areas(), AreaMap.empty().sectors) == (4, (), ())
