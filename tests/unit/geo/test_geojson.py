"""Files of other people: what is right is read to the last digit, what is wrong is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import AreaMap, Level, MapRefused, Sector
from geo.geojson import read_files, read_map, write_map
from panic_server.demo.city import generate_city
from tests.unit.geo.maps import box, built, grid_areas

SQUARE = {"type": "Polygon", "coordinates": [[[110, -7], [110.1, -7], [110.1, -6.9], [110, -6.9], [110, -7]]]}
CITY = {"code": "99", "name": "Kota", "level": "kota"}


NO_PRIORITY = "99 (map, feature 1): its priority is no whole number from -1000 to 1000"


def feature(geometry: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {**CITY, **properties}, "geometry": geometry}


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def problems(content: Any) -> list[str]:
    with pytest.raises(MapRefused) as caught:
        read_map(content, version=1)
    return [str(problem) for problem in caught.value.problems]


def same(one: AreaMap, other: AreaMap) -> bool:
    return one.areas() == other.areas() and one.sectors == other.sectors


def test_what_is_written_is_read_back_the_same() -> None:
    city = generate_city(seed=3, rt=80)
    written = AreaMap.build(city.areas, city.sectors, version=1)
    assert same(read_map(write_map(written.areas(), written.sectors), version=2), written)


def test_a_sector_keeps_its_areas_priority_and_polygon() -> None:
    sectors = [Sector("P1", "Satu", areas=("99",), priority=3, parent="R"), Sector("P2", "Dua", box(0, 0, 1, 1))]
    written = built(grid_areas(), sectors)
    assert same(read_map(write_map(written.areas(), written.sectors), version=2), written)


@pytest.mark.parametrize(
    ("alias", "level"),
    [
        ("rt", Level.RT), ("RW", Level.RW), ("kelurahan", Level.VILLAGE), ("desa", Level.VILLAGE),
        ("kecamatan", Level.DISTRICT), ("kota", Level.CITY), ("Kabupaten", Level.CITY), ("village", Level.VILLAGE),
    ],
)  # fmt: skip
def test_indonesian_levels_are_aliases(alias: str, level: Level) -> None:
    (area,) = read_map(collection(feature(level=alias)), version=1).areas()
    assert area.level is level


@pytest.mark.parametrize("alias", ["sektor", "sector"])
def test_a_sector_may_name_areas_and_a_priority(alias: str) -> None:
    sector = feature(None, code="P1", level=alias, areas=["99", 99], priority=5)
    assert read_map(collection(feature(), sector), version=1).sectors == (
        Sector("P1", "Kota", areas=("99",), priority=5),
    )


@pytest.mark.parametrize(("areas", "priority"), [("99, 99", "5"), (["99"], 5.0)])
def test_programs_without_lists_may_write_text(areas: Any, priority: Any) -> None:
    sector = feature(None, code="P1", level="sektor", areas=areas, priority=priority)
    (found,) = read_map(collection(feature(), sector), version=1).sectors
    assert (found.areas, found.priority) == (("99",), 5)


def test_several_files_form_one_map() -> None:
    files = [("a.json", collection(feature())), ("b.json", collection(feature(code="1", level="rt", parent="99")))]
    assert [area.code for area in read_map(files, version=1).areas()] == ["1", "99"]


@pytest.mark.parametrize(("raw", "code"), [(3374, "3374"), (" 33.74 ", "33.74")])
def test_whole_numbers_are_codes(raw: Any, code: str) -> None:
    assert read_map(collection(feature(code=raw)), version=1).area(code) is not None


def test_heights_and_byte_order_marks_are_ignored() -> None:
    ring = [[110, -7, 9], [110.1, -7, 9], [110.1, -6.9, 9], [110, -6.9, 9], [110, -7, 9]]
    content = b"\xef\xbb\xbf" + collection(feature({"type": "Polygon", "coordinates": [ring]}))
    assert same(read_map(content, version=1), read_map(collection(feature()), version=1))


def test_a_decoded_document_and_a_single_feature_are_read_too() -> None:
    assert same(read_map(feature(), version=1), read_map(collection(feature()), version=1))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is not GeoJSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "it is no object"),
        (b'{"type": "Topology"}', "neither a FeatureCollection nor a Feature"),
        (b'{"type": "FeatureCollection", "features": {}}', "neither a FeatureCollection nor a Feature"),
        (collection(), "there is no area and no sector in it"),
        (
            collection(feature(), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::32749"}}),
            "another coordinate system",
        ),
        (collection(feature(), crs=5), "another coordinate system"),
    ],
)
def test_a_file_that_is_no_map_is_refused(content: bytes, what: str) -> None:
    (problem,) = problems(content)
    assert problem.startswith("map: ")
    assert what in problem


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_older_files_may_say_that_they_are_wgs84(name: str) -> None:
    assert read_map(collection(feature(), crs={"type": "name", "properties": {"name": name}}), version=1).area("99")


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (5, "map, feature 1: is no feature"),
        ({"type": "Feature"}, "map, feature 1: has no properties"),
        (feature(code=None), "map, feature 1: has no code"),
        (feature(code="  "), "map, feature 1: has no code"),
        (feature(code=33.7), "map, feature 1: its code is a number with a fraction: write it as text"),
        (feature(code="x" * 65), "map, feature 1: its code is longer than 64 characters"),
        (feature(code=10**30), "map, feature 1: its code is too large a number"),
        (feature(code=True), "map, feature 1: its code is no text"),
        (feature(code="a\nb"), "map, feature 1: its code has characters that cannot be printed"),
        (feature(name="\ud800"), "99 (map, feature 1): its name has characters that cannot be printed"),
        (feature(name=None), "99 (map, feature 1): has no name"),
        (feature(name=["x"]), "99 (map, feature 1): its name is no text"),
        (feature(level=None), "99 (map, feature 1): has no level"),
        (feature(level="sektor", areas=5), "99 (map, feature 1): its areas are no list of codes"),
        (feature(level="sektor", areas=[[]]), "99 (map, feature 1): its list of areas is no text"),
        (feature(level="sektor", priority="x"), NO_PRIORITY),
        (feature(level="sektor", priority=2.5), NO_PRIORITY),
        (feature(level="sektor", priority=True), NO_PRIORITY),
        (feature(None), "99 (map, feature 1): has no polygon"),
    ],
)  # fmt: skip
def test_a_feature_that_is_wrong_is_named_with_what_is_wrong(bad: Any, what: str) -> None:
    assert problems(collection(bad)) == [what]


def test_an_unknown_level_is_told_the_known_ones() -> None:
    (problem,) = problems(collection(feature(level="provinsi")))
    assert problem.startswith("99 (map, feature 1): has the unknown level provinsi; known are rt, rw, village")


@pytest.mark.parametrize(
    ("geometry", "what"),
    [
        ({"type": "Point", "coordinates": [110, -7]}, "has the geometry 'Point' instead of a Polygon or MultiPolygon"),
        ("polygon", "has the geometry 'None' instead of a Polygon or MultiPolygon"),
        ({"type": "Polygon", "coordinates": []}, "its polygon is empty"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "its polygon is empty"),
        ({"type": "MultiPolygon", "coordinates": [5]}, "its polygon is empty"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "has a ring of less than four positions"),
        ({"type": "Polygon", "coordinates": [5]}, "has a ring of less than four positions"),
        ({"type": "Polygon", "coordinates": [[1, 2, 3, 4]]}, "has a position that is no longitude and latitude"),
        ({"type": "Polygon", "coordinates": [[[0]] * 4]}, "has a position that is no longitude and latitude"),
        ({"type": "Polygon", "coordinates": [[["0", 0]] * 4]}, "has a coordinate that is no number"),
        ({"type": "Polygon", "coordinates": [[[True, 0]] * 4]}, "has a coordinate that is no number"),
        ({"type": "Polygon", "coordinates": [[[None, 0]] * 4]}, "has a coordinate that is no number"),
        ({"type": "Polygon", "coordinates": [[[float("nan"), 0]] * 4]}, "has a coordinate that is not finite"),
        ({"type": "Polygon", "coordinates": [[[float("inf"), 0]] * 4]}, "has a coordinate that is not finite"),
        ({"type": "Polygon", "coordinates": [[[10**400, 0]] * 4]}, "has a coordinate that no number can hold"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "does not end where it began"),
    ],
)  # fmt: skip
def test_a_geometry_that_is_no_polygon_is_refused(geometry: Any, what: str) -> None:
    (problem,) = problems(collection(feature(geometry)))
    assert problem.startswith("99 (map, feature 1): ")
    assert problem.endswith(what)


def test_what_is_wrong_in_the_map_is_told_together_with_what_is_wrong_in_the_file() -> None:
    found = problems(collection(feature(name=None), feature(code="1", level="rt", parent="88")))
    assert found == ["99 (map, feature 1): has no name", "1: its parent 88 is not on the map"]


def test_the_children_of_a_feature_that_cannot_be_read_are_not_reported_again() -> None:
    assert problems(collection(feature(name=None), feature(code="1", level="rt", parent="99"))) == [
        "99 (map, feature 1): has no name"
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)
geometries = anything | st.fixed_dictionaries(
    {"type": st.sampled_from(["Polygon", "MultiPolygon"]), "coordinates": anything}
)
strange_features = anything | st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "properties": anything
        | st.fixed_dictionaries(
            {name: anything | st.just(good) for name, good in CITY.items()},
            optional=dict.fromkeys(("parent", "areas", "priority"), anything),
        ),
        "geometry": geometries,
    }
)


@given(st.binary() | st.builds(lambda each: collection(*each), st.lists(strange_features, max_size=3)))
def test_nothing_in_a_file_makes_reading_fail(content: bytes) -> None:
    reading = read_files([("a file", content)])
    assert reading.areas or reading.sectors or reading.problems
