"""What a dry run prints: every change once, with the codes and the ground it concerns."""

from __future__ import annotations

from dataclasses import replace

from geo.areas import Area, Sector
from geo.differences import differences
from tests.unit.geo.maps import box, built, grid_areas, rt

SECTORS = [Sector("P1", "Polsek", areas=("rt-00", "rt-10"), priority=1), Sector("P2", "Laut", box(0, 0, 1, 1))]


def changed(code: str, **changes: object) -> list[Area]:
    return [replace(area, **changes) if area.code == code else area for area in grid_areas()]  # type: ignore[arg-type]  # the test names the fields.


def test_the_same_map_has_no_differences() -> None:
    assert differences(built(grid_areas(), SECTORS), built(grid_areas(), SECTORS)) == []


def test_the_order_of_an_outlines_corners_is_no_difference() -> None:
    turned = changed("rt-00", geometry=box(0, 0, 1, 1).reverse())
    assert differences(built(grid_areas()), built(turned)) == []


def test_a_first_map_is_all_new() -> None:
    lines = differences(None, built(grid_areas(1, 1), SECTORS[1:]))
    assert lines == [
        "city added: 99 Kota",
        "district added: 99.D1 Kecamatan",
        "village added: 99.V1 Kelurahan",
        "rw added: 99.W1 RW 01",
        "rt added: rt-00 RT rt-00",
        "sector added: P2 Laut",
    ]


def test_added_and_removed_areas_are_named() -> None:
    other = [area for area in grid_areas() if area.code != "rt-00"] + [rt("new", box(0, 0, 1, 1))]
    assert differences(built(grid_areas()), built(other)) == ["rt removed: rt-00 RT rt-00", "rt added: new RT new"]


def test_another_name_and_another_parent_are_told() -> None:
    other = changed("rt-00", name="RT 1", parent="99.V1")
    assert differences(built(grid_areas()), built(other)) == [
        "rt renamed: rt-00: RT rt-00 -> RT 1",
        "rt moved: rt-00 RT 1: from 99.W1 to 99.V1",
    ]


def test_another_outline_is_told_in_square_metres() -> None:
    (line,) = differences(built(grid_areas()), built(changed("rt-00", geometry=box(0, 0, 1, 0.5))))
    assert line == "rt redrawn: rt-00 RT rt-00: 12,220 m2 -> 6,110 m2 (-6,110 m2)"


def test_sectors_are_compared_by_areas_priority_and_outline() -> None:
    other = [replace(SECTORS[0], areas=("rt-10", "rt-20"), priority=2), replace(SECTORS[1], geometry=box(0, 0, 2, 1))]
    lines = differences(built(grid_areas(), SECTORS), built(grid_areas(), other))
    assert lines[:2] == [
        "sector has another priority: P1 Polsek: priority 1 -> 2",
        "sector has other areas: P1 Polsek: +rt-20 -rt-00",
    ]
    assert lines[2].startswith("sector redrawn: P2 Laut: 12,220 m2 -> 24,440 m2")


def test_of_many_changes_twenty_are_shown_and_the_rest_counted() -> None:
    lines = differences(built(grid_areas(1, 1)), built(grid_areas(6, 4)))
    assert len([line for line in lines if line.startswith("rt added")]) == 21
    assert lines[-1] == "rt added: ... and 3 more"
