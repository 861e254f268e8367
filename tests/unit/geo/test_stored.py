"""A map as the journal keeps it: read back the same, and the GeoJSON that earlier versions kept is read as well."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import shapely

from geo.areas import Area, AreaMap, Level, MapRefused, Sector
from geo.geofence import locate_batch
from geo.geojson import write_map
from geo.position import Position
from geo.stored import is_the_same, read_stored, write_stored
from panic_server.demo.city import generate_city, random_point
from tests.unit.geo.maps import box, built, city, grid_areas


def same(one: AreaMap, other: AreaMap) -> bool:
    return one.areas() == other.areas() and one.sectors == other.sectors and one.warnings == other.warnings


def test_a_city_is_read_back_to_the_last_digit_and_places_every_alarm_as_before() -> None:
    invented = generate_city(seed=4, rt=300)
    written = AreaMap.build(invented.areas, invented.sectors, version=6)
    dice = Random(9)
    where = [Position(*random_point(invented, dice), dice.choice((None, 5.0, 60.0)), None) for _ in range(500)]

    read = read_stored(write_stored(written), version=6)

    assert same(read, written)
    assert read.version == 6
    assert locate_batch(read, where) == locate_batch(written, where)


def test_holes_several_parts_and_sectors_with_and_without_a_polygon_are_kept() -> None:
    ring = box(0, 0, 4, 4).difference(box(1, 1, 2, 2))
    islands = shapely.MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)])
    # A single part in a MultiPolygon is how some programs write all of theirs: screens get it as it came.
    single = shapely.MultiPolygon([box(2, 0, 3, 1)])
    areas = [
        city(ring),
        Area("99.D1", "Kecamatan ‘Ümlaut’", Level.DISTRICT, "99", islands),
        Area("99.V1", "Kelurahan", Level.VILLAGE, "99.D1", single),
    ]
    sectors = [Sector("P1", "Satu", areas=("99.D1",), priority=-3, parent="R"), Sector("P2", "Dua", box(0, 0, 1, 1))]
    written = built(areas, sectors)

    read = read_stored(write_stored(written), version=7)

    assert same(read, written)
    kinds = [area.geometry.geom_type for area in read.areas()]
    assert kinds == [area.geometry.geom_type for area in written.areas()]
    assert [sector.geometry is None for sector in read.sectors] == [True, False]


FIRST = Area("99.V1", "Kelurahan", Level.VILLAGE, None, box(0, 0, 1, 1))
SECOND = Area("99.V2", "Desa", Level.VILLAGE, None, box(1, 0, 2, 1))
POLICE = Sector("P1", "Polsek", areas=("99.V1", "99.V2"))


@pytest.mark.parametrize(
    ("area", "sector"),
    [
        ({"name": "kelurahan"}, {}),
        ({"level": Level.RW}, {}),
        ({"parent": "99"}, {}),
        ({"geometry": shapely.MultiPolygon([FIRST.geometry])}, {}),
        ({"geometry": FIRST.geometry.reverse()}, {}),
        ({"geometry": shapely.transform(FIRST.geometry, lambda corners: np.nextafter(corners, 0))}, {}),
        ({}, {"code": "P2"}),
        ({}, {"name": "Polres"}),
        ({}, {"areas": ("99.V1",)}),
        ({}, {"areas": ("99.V2", "99.V1")}),
        ({}, {"priority": 1}),
        ({}, {"parent": "R"}),
        ({}, {"geometry": FIRST.geometry}),
    ],
)
def test_a_map_is_the_same_only_to_the_last_digit_whatever_its_version(area, sector) -> None:
    city_of_all = city(box(0, 0, 2, 1))
    known = built([city_of_all, FIRST, SECOND], [POLICE])
    again = AreaMap.build([SECOND, city_of_all, FIRST], [POLICE], version=8)
    other = built([city_of_all, replace(FIRST, **area), SECOND], [replace(POLICE, **sector)])
    assert is_the_same(again, known)
    assert not is_the_same(other, known)


def test_a_map_of_nothing_is_read_back() -> None:
    assert same(read_stored(write_stored(AreaMap.empty(3)), version=3), AreaMap.empty(3))


def test_what_earlier_versions_kept_is_read_and_checked() -> None:
    written = built(grid_areas())
    document = write_map(written.areas(), written.sectors).decode()
    assert same(read_stored(document, version=7), written)
    with pytest.raises(MapRefused):
        read_stored('{"type":"FeatureCollection","features":[]}', version=7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"kentongan_map":2,"features":[],"outlines":[]}',
        '{"kentongan_map":1,"features":[',
        '{"kentongan_map":1,"features":[]}',
        '{"kentongan_map":1,"features":null,"outlines":[]}',
        '{"kentongan_map":1,"features":[{"level":"rt"}],"outlines":["00"]}',
        '{"kentongan_map":1,"features":[{"level":"continent"}],"outlines":[null]}',
        '{"kentongan_map":1,"features":[{"level":"rt"}],"outlines":[]}',
    ],
)
def test_what_cannot_be_read_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(MapRefused):
        read_stored(text, version=7)


def test_the_geojson_that_earlier_versions_kept_is_the_same_map() -> None:
    written = built(grid_areas())
    kept = read_stored(write_map(written.areas(), written.sectors).decode(), version=3)
    assert is_the_same(kept, written)
    assert is_the_same(read_stored(write_stored(kept), version=4), kept)
