"""Where things are, by the rules of docs/decisions/003-geofence.md, on maps small enough to draw."""

from __future__ import annotations

import pytest
import shapely

from geo.areas import Area, AreaMap, AreaRef, Level, Sector
from geo.geofence import Place, find_leaf, locate, locate_batch
from geo.position import Position
from tests.unit.geo.maps import SOUTH, STEP, WEST, at, box, built, city, grid_areas, rt


def codes(areas: tuple[AreaRef, ...]) -> list[str]:
    return [area.code for area in areas]


def code(area: AreaRef | None) -> str | None:
    return None if area is None else area.code


def chain(place: Place) -> list[str | None]:
    return [code(area) for area in (place.rt, place.rw, place.village, place.district, place.city)]


def test_a_circle_within_one_rt_is_inside() -> None:
    place = locate(built(grid_areas()), at(1.5, 0.5, 40))
    assert place.sure == "inside"
    assert chain(place) == ["rt-10", "99.W1", "99.V1", "99.D1", "99"]
    assert codes(place.candidates) == ["rt-10"]
    assert (place.distance_m, place.candidates_truncated, place.map_version) == (None, False, 7)


def test_a_circle_that_leaves_the_rt_is_uncertain_and_names_the_others_by_overlap() -> None:
    place = locate(built(grid_areas()), at(1.4, 0.7, 60))
    assert (place.sure, code(place.rt)) == ("uncertain", "rt-10")
    assert codes(place.candidates) == ["rt-10", "rt-11", "rt-00", "rt-01"]


def test_a_point_on_a_shared_border_belongs_to_the_lowest_code_and_all_are_listed() -> None:
    place = locate(built(grid_areas()), Position(SOUTH + STEP, WEST + STEP, None, None))
    assert (place.sure, code(place.rt)) == ("uncertain", "rt-00")
    assert codes(place.candidates) == ["rt-00", "rt-01", "rt-10", "rt-11"]


def test_more_than_eight_candidates_are_truncated_but_never_without_the_one_that_holds_the_point() -> None:
    areas = [city(box(0, 0, 40, 40)), rt("small", box(0, 0, 0.2, 0.2), "99")]
    areas += [rt(f"large-{x}{y}", box(x + 1, y + 1, x + 2, y + 2), "99") for x in range(4) for y in range(4)]
    place = locate(built(areas), at(0.1, 0.1, 700))
    assert code(place.rt) == "small"
    assert place.candidates_truncated
    assert len(place.candidates) == 8
    assert codes(place.candidates)[-1] == "small"


def test_eight_candidates_are_not_truncated() -> None:
    place = locate(built(grid_areas(4, 2)), at(2, 1.1, 400))
    assert len(place.candidates) == 8
    assert not place.candidates_truncated


def test_a_hole_is_not_inside() -> None:
    area_map = built([rt("ring", box(0, 0, 10, 10).difference(box(4, 4, 6, 6)), None)])
    place = locate(area_map, at(5, 5))
    assert (place.sure, code(place.rt)) == ("near", "ring")
    assert place.distance_m == pytest.approx(110.5, abs=0.2)


def test_an_rt_in_the_hole_of_another_is_found() -> None:
    around = rt("a-ring", box(0, 0, 10, 10).difference(box(4, 4, 6, 6)), None)
    assert code(locate(built([around, rt("island", box(4, 4, 6, 6), None)]), at(5, 5)).rt) == "island"


def test_every_part_of_a_multipolygon_is_inside() -> None:
    parts = shapely.union(box(0, 0, 1, 1), box(30, 30, 31, 31))
    area_map = built([rt("two", parts, None)])
    assert [locate(area_map, at(x, x)).sure for x in (0.5, 30.5)] == ["inside", "inside"]


@pytest.mark.parametrize(("metres", "sure"), [(499, "near"), (501, "outside")])
def test_near_ends_at_five_hundred_metres(metres: float, sure: str) -> None:
    place = locate(built(grid_areas()), at(-metres / 110.495, 0.5))
    assert place.sure == sure
    assert code(place.rt) == ("rt-00" if sure == "near" else None)


def test_near_tells_the_distance_and_the_parents_of_the_nearest_rt() -> None:
    place = locate(built(grid_areas()), at(-2, 0.5, 20))
    assert place.distance_m == pytest.approx(221.0, abs=0.2)
    assert chain(place) == ["rt-00", "99.W1", "99.V1", "99.D1", "99"]
    assert codes(place.candidates) == ["rt-00"]


def test_outside_knows_no_area_but_the_candidates_that_its_circle_touches() -> None:
    place = locate(built(grid_areas()), at(-10, 0.5, 1200))
    assert place.sure == "outside"
    assert chain(place) == [None] * 5
    assert set(codes(place.candidates)) == {"rt-00", "rt-01"}


def test_without_a_position_nothing_is_known() -> None:
    place = locate(built(grid_areas()), None, ("position_missing",))
    assert (place.sure, chain(place), place.sectors) == ("unlocated", [None] * 5, ())
    assert (place.flags, place.map_version) == (("position_missing",), 7)


def test_on_an_empty_map_everything_is_outside() -> None:
    assert locate(AreaMap.empty(3), at(1, 1, 50)).sure == "outside"


def test_an_rw_without_rt_answers_itself() -> None:
    areas = [*grid_areas(), Area("99.W2", "RW 02", Level.RW, "99.V1", box(4, 0, 5, 2))]
    place = locate(built(areas), at(4.5, 1, 20))
    assert (place.sure, chain(place)) == ("inside", [None, "99.W2", "99.V1", "99.D1", "99"])
    assert place.candidates == ()


def test_a_village_without_rt_wins_over_a_nearby_rt_of_another() -> None:
    areas = [*grid_areas(), Area("99.V2", "Desa", Level.VILLAGE, "99.D1", box(4, 0, 9, 2))]
    place = locate(built(areas), at(4.2, 1, 10))
    assert (place.sure, chain(place)) == ("inside", [None, None, "99.V2", "99.D1", "99"])


def test_a_gap_between_rts_belongs_to_the_deepest_area_around_it() -> None:
    areas = [area for area in grid_areas() if area.code != "rt-10"]
    place = locate(built(areas), at(1.5, 0.5, 30))
    assert (place.sure, chain(place)) == ("inside", [None, "99.W1", "99.V1", "99.D1", "99"])


def test_a_circle_in_a_gap_that_touches_an_rt_is_uncertain() -> None:
    areas = [area for area in grid_areas() if area.code != "rt-10"]
    place = locate(built(areas), at(1.1, 0.5, 30))
    assert (place.sure, place.rt, codes(place.candidates)) == ("uncertain", None, ["rt-00"])


def test_parents_come_from_the_rt_and_not_from_the_ground() -> None:
    areas = [*grid_areas(), Area("99.V2", "Lain", Level.VILLAGE, "99.D1", box(0, 0, 1, 1))]
    assert code(locate(built(areas), at(0.5, 0.5)).village) == "99.V1"


def test_a_sector_of_areas_is_found_through_the_rts_parents() -> None:
    sectors = [Sector("P1", "Polsek 1", areas=("99.V1",)), Sector("P2", "Polsek 2", areas=("rt-00",))]
    area_map = built(grid_areas(), sectors)
    assert codes(locate(area_map, at(1.5, 0.5, 10)).sectors) == ["P1"]
    assert codes(locate(area_map, at(0.5, 0.5, 10)).sectors) == ["P1", "P2"]


def test_every_sector_that_the_circle_touches_is_named_and_the_one_that_holds_the_point_is_in_charge() -> None:
    sectors = [Sector("east", "E", areas=("rt-20", "rt-30")), Sector("west", "W", areas=("rt-00", "rt-10"))]
    area_map = built(grid_areas(4, 1), sectors)
    assert codes(locate(area_map, at(1.9, 0.5, 50)).sectors) == ["west", "east"]
    assert codes(locate(area_map, at(2.1, 0.5, 50)).sectors) == ["east", "west"]


def test_sectors_that_only_touch_come_by_overlap() -> None:
    sectors = [
        Sector("a-little", "A", box(0, 0, 1, 1)),
        Sector("b-much", "B", box(1.6, 0, 4, 1)),
        Sector("holds", "C", box(1, 0, 1.6, 1)),
    ]
    assert codes(locate(built(grid_areas(4, 1), sectors), at(1.5, 0.5, 80)).sectors) == ["holds", "b-much", "a-little"]


def test_an_overlay_with_priority_is_in_charge_where_it_lies() -> None:
    sectors = [Sector("city", "Polsek", areas=("99",)), Sector("harbour", "Pelabuhan", box(1.2, 0, 2, 1), priority=5)]
    area_map = built(grid_areas(), sectors)
    assert codes(locate(area_map, at(1.6, 0.5, 10)).sectors) == ["harbour", "city"]
    assert codes(locate(area_map, at(1.1, 0.5, 10)).sectors) == ["city"]


def test_an_overlay_beside_the_point_is_touched_but_not_in_charge() -> None:
    sectors = [Sector("city", "Polsek", areas=("99",)), Sector("harbour", "Pelabuhan", box(1.2, 0, 2, 1), priority=5)]
    assert codes(locate(built(grid_areas(), sectors), at(1.1, 0.5, 20)).sectors) == ["city", "harbour"]


def test_a_sector_out_at_sea_holds_a_point_that_is_outside_of_all_areas() -> None:
    area_map = built(grid_areas(), [Sector("sea", "Polair", box(-90, -90, 0, 90))])
    place = locate(area_map, at(-20, 1, 10))
    assert (place.sure, codes(place.sectors)) == ("outside", ["sea"])


def test_near_is_policed_by_the_sector_of_the_nearest_rt() -> None:
    area_map = built(grid_areas(), [Sector("own", "Polsek", box(0, 0, 1, 2)), Sector("other", "P", box(1, 0, 4, 2))])
    assert codes(locate(area_map, at(-1, 1, 10)).sectors) == ["own"]


def test_near_is_policed_by_an_overlay_only_where_it_reaches_the_shore() -> None:
    shore = [Area("99.V1", "Kelurahan", Level.VILLAGE, None, box(0, 0, 40, 4))]
    harbour = Sector("harbour", "Pelabuhan", box(30, 0, 40, 1), priority=5)
    for district in (Sector("polsek", "Polsek", areas=("99.V1",)), Sector("polsek", "Polsek", box(0, 0.002, 40, 4))):
        area_map = built(shore, [district, harbour])
        assert codes(locate(area_map, at(5, -1, 10)).sectors) == ["polsek"]
        assert codes(locate(area_map, at(35, -1, 10)).sectors) == ["harbour", "polsek"]


def test_overlapping_rts_give_the_lowest_code_and_list_both() -> None:
    place = locate(built([rt("b", box(0, 0, 2, 1), None), rt("a", box(1, 0, 3, 1), None)]), at(1.5, 0.5))
    assert (place.sure, code(place.rt), codes(place.candidates)) == ("uncertain", "a", ["a", "b"])


def test_a_batch_answers_as_single_calls_do_and_in_order() -> None:
    area_map = built(grid_areas(), [Sector("P1", "Polsek 1", areas=("99.V1",)), Sector("P2", "P", box(1, 0.3, 9, 9))])
    positions = [at(x / 3, y / 3, r) for x in range(-6, 20) for y in range(-6, 12) for r in (None, 15, 80, 2500)]
    mixed = [position for pair in zip(positions, [None] * len(positions), strict=True) for position in pair]
    flags = [(str(number),) for number in range(len(mixed))]
    singly = [locate(area_map, position, flag) for position, flag in zip(mixed, flags, strict=True)]
    assert locate_batch(area_map, mixed, flags) == singly


def test_the_bare_lookup_finds_the_deepest_area_or_none() -> None:
    area_map = built(grid_areas())
    found = find_leaf(area_map, SOUTH + STEP / 2, WEST + STEP / 2)
    assert found is not None
    assert found.code == "rt-00"
    assert find_leaf(area_map, SOUTH - STEP, WEST) is None


def test_eight_rts_on_one_spot_are_not_truncated() -> None:
    stacked = [rt(f"rt-{number}", box(0, 0, 1, 1), None) for number in range(9)]
    assert [locate(built(stacked[:count]), at(0.5, 0.5)).candidates_truncated for count in (8, 9)] == [False, True]


def test_of_two_equally_near_rts_the_lowest_code_is_named() -> None:
    assert code(locate(built(grid_areas()), at(-1, 1)).rt) == "rt-00"


def test_a_circle_in_a_gap_that_leaves_the_area_around_it_is_uncertain() -> None:
    areas = [*grid_areas(1, 1), Area("99.V2", "Desa", Level.VILLAGE, "99.D1", box(2, 0, 9, 9)), city(box(0, 0, 9, 9))]
    areas = [area for area in areas if area.code != "99" or area.geometry.area > box(0, 0, 5, 5).area]
    place = locate(built(areas), at(1.3, 8.9, 25))
    assert (place.sure, chain(place)) == ("uncertain", [None, None, None, None, "99"])


def test_on_the_border_of_two_sectors_with_polygons_the_higher_priority_is_in_charge() -> None:
    sectors = [Sector("a", "A", box(0, 0, 1, 2)), Sector("b", "B", box(1, 0, 4, 2), priority=5)]
    on_border = Position(SOUTH + STEP / 2, WEST + STEP, 20, None)
    assert codes(locate(built(grid_areas(), sectors), on_border).sectors) == ["b", "a"]


def test_the_polygon_beside_a_sectors_areas_is_only_a_drawing() -> None:
    area_map = built(grid_areas(), [Sector("P1", "Polsek", box(3, 0, 4, 2), areas=("rt-00",))])
    assert [codes(locate(area_map, at(x, 0.5, 60)).sectors) for x in (0.5, 3.5)] == [["P1"], []]


def test_nothing_is_looked_for_beyond_ten_kilometres() -> None:
    area_map = built(grid_areas())
    assert locate(area_map, at(-95, 0.5, 50_000)).candidates == ()
    assert locate(area_map, at(-85, 0.5, 50_000)).candidates != ()


def test_unmapped_villages_do_not_push_rts_out_of_the_candidates() -> None:
    areas = [rt(f"rt-{x:02}", box(x / 10, 0, x / 10 + 0.1, 0.1), None) for x in range(40)]
    areas += [Area(f"v-{x:02}", "Desa", Level.VILLAGE, None, box(x / 10, 0.1, x / 10 + 0.1, 9)) for x in range(40)]
    place = locate(built(areas), at(2, 0.05, 3_000))
    assert len(place.candidates) == 8
    assert place.candidates_truncated
    assert {area.code[:2] for area in place.candidates} == {"rt"}


def test_near_does_not_depend_on_who_else_is_in_the_batch() -> None:
    area_map, beyond = built(grid_areas()), at(-501 / 110.495, 0.5)
    assert locate_batch(area_map, [beyond, Position(70.0, 20.0, None, None)])[0] == locate(area_map, beyond)


@pytest.mark.parametrize("position", [Position(90.0, 0.0, 50, None), Position(-90.0, 180.0, 9e9, None), at(1, 1, 1e-9)])
def test_the_ends_of_the_earth_have_an_answer(position: Position) -> None:
    assert locate(built(grid_areas()), position).sure in {"outside", "uncertain"}
