"""Where a point is, and the map's outlines."""

import json

import pytest

from geo.geojson import read_map
from panic_server.api import areas
from tests.unit.panic_server.api.doubles import MAP, RESIDENT, bearer, build_house

EVERYONE = bearer(RESIDENT)


async def test_a_point_has_a_place(house):
    answer = (await house.client.get("/v1/areas/at?lat=-6.995&lon=110.405&accuracy_m=10", headers=EVERYONE)).json()
    assert (answer["sure"], answer["rt"], answer["sectors"]) == (
        "inside", {"code": "RT1", "name": "RT 001"}, [{"code": "S1", "name": "Polsek Satu"}],
    )  # fmt: skip


async def test_a_point_may_come_without_accuracy(house):
    assert (await house.client.get("/v1/areas/at?lat=-7.5&lon=110", headers=EVERYONE)).json()["sure"] == "outside"


@pytest.mark.parametrize(
    "query",
    [
        "", "lat=1", "lat=NaN&lon=1", "lat=1&lon=nan", "lat=1&lon=inf", "lat=91&lon=1", "lat=1&lon=-181", "lat=x&lon=1",
        "lat=1&lon=1&accuracy_m=0", "lat=1&lon=1&accuracy_m=NaN", "lat=1&lon=1&accuracy_m=1e999", "lat=1e999&lon=1",
        "lat=" + "9" * 5000 + "&lon=1", "lat=%00&lon=%ff",
    ],
)  # fmt: skip
async def test_a_point_that_is_none_is_refused(house, query):
    answer = await house.client.get(f"/v1/areas/at?{query}", headers=EVERYONE)
    assert (answer.status_code, answer.json()["code"]) == (422, "query_invalid")


async def test_areas_are_geojson(house):
    answer = await house.client.get("/v1/areas?level=rt", headers=EVERYONE)
    assert answer.headers["content-type"] == "application/geo+json"
    [feature] = answer.json()["features"]
    assert feature["properties"]["code"] == "RT1"
    assert feature["geometry"]["coordinates"][0][0] == [110.4, -7.0]


async def test_a_sector_made_of_areas_has_their_outline(house):
    [feature] = (await house.client.get("/v1/areas?level=sector", headers=EVERYONE)).json()["features"]
    assert feature["properties"]["code"] == "S1"
    assert feature["geometry"]["type"] == "Polygon"


@pytest.mark.parametrize(
    ("level", "bbox", "count"),
    [
        ("rt", "110.0,-8,111,-6", 1),
        ("rt", "111,-8,112,-6", 0),
        ("sector", "110.0,-8,111,-6", 1),
        ("sector", "111,-8,112,-6", 0),
        ("city", "110,-8,111,-6", 0),
    ],
)
async def test_a_box_leaves_out_what_it_does_not_meet(house, level, bbox, count):
    answer = await house.client.get(f"/v1/areas?level={level}&bbox={bbox}", headers=EVERYONE)
    assert len(answer.json()["features"]) == count


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("level=rt&sector=S1", ["RT1"]),
        ("level=sector&sector=S1", ["S1"]),
        ("sector=S1&bbox=111,-8,112,-6", []),
        ("level=rt&sector=RT1", []),
        ("level=rt&sector=", []),
        ("sector=%00%F0%9F%9A%A8", []),
    ],
)
async def test_a_sector_leaves_out_what_does_not_lie_in_it(house, query, codes):
    answer = await house.client.get(f"/v1/areas?{query}", headers=EVERYONE)
    assert [feature["properties"]["code"] for feature in answer.json()["features"]] == codes


@pytest.mark.parametrize(
    "query",
    [
        "sector=" + "S" * 65,
        "level=house", "level=null",
        "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=NaN,1,2,3", "bbox=1,1,inf,2",
        "bbox=1e2,1,2,3", "bbox=2,1,1,2", "bbox=1,2,3,1", "bbox=" + "1" * 300, "level=", "bbox=",
    ],
)  # fmt: skip
async def test_a_wrong_query_is_refused(house, query):
    answer = await house.client.get(f"/v1/areas?{query}", headers=EVERYONE)
    assert (answer.status_code, answer.json()["code"]) == (422, "query_invalid")


async def test_the_same_outlines_are_sent_once(house):
    first = await house.client.get("/v1/areas?level=rt", headers=EVERYONE)
    known = {**EVERYONE, "if-none-match": first.headers["etag"]}
    house.maps.swap(read_map(MAP, version=2))
    again = await house.client.get("/v1/areas?level=rt", headers=known)
    assert (again.status_code, again.content) == (304, b"")


async def test_another_city_on_the_same_address_is_not_taken_for_the_one_that_a_browser_keeps(house, tmp_path):
    first = await house.client.get("/v1/areas?level=rt", headers=EVERYONE)
    other = build_house(tmp_path)
    other.maps.swap(read_map(json.loads(json.dumps(MAP).replace("110.4", "110.3")), version=1))
    known = {**EVERYONE, "if-none-match": first.headers["etag"]}
    async with other.client:
        anew = await other.client.get("/v1/areas?level=rt", headers=known)
    assert anew.status_code == 200
    assert anew.headers["etag"] != first.headers["etag"]


async def test_a_large_map_travels_compressed_to_whoever_can_read_it(house, monkeypatch):
    monkeypatch.setattr(areas, "_COMPRESS_FROM_BYTES", 10)
    packed = await house.client.get("/v1/areas", headers={**EVERYONE, "accept-encoding": "gzip"})
    plain = await house.client.get("/v1/areas", headers={**EVERYONE, "accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.json() == plain.json()


async def test_a_level_is_written_once_for_all_who_ask(house, monkeypatch):
    written: list[object] = []
    write = areas._write

    def counted(area_map, level, part):
        written.append(level)
        return write(area_map, level, part)

    monkeypatch.setattr(areas, "_write", counted)
    for _ in range(3):
        await house.client.get("/v1/areas?level=rt", headers=EVERYONE)
    assert written == ["rt"]
