"""Where a point is, and the map's outlines as GeoJSON: made off the event loop, kept while the map is in force."""

import asyncio
import gzip
from hashlib import blake2b
from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from geo.areas import AreaMap, Bbox, Level
from geo.geofence import locate
from geo.geojson import write_map
from geo.position import Position
from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import Anybody, Kentongan, query
from panic_server.maps import Maps
from panic_server.wire import shapes, views
from panic_server.wire.problems import QUERY_INVALID, Refusal

routes = resource("areas")

# Below this a packet or two carries it either way.
_COMPRESS_FROM_BYTES: Final = 2048

# Two cores; a city's outlines take half a second to write and compress, and the trigger must not wait behind them.
_AT_ONCE: Final = 2


class PlaceQuery(Struct, frozen=True):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, Meta(gt=0, le=100_000)] | None = None


@routes.get("/v1/areas/at", **described(gives=shapes.Place, asks=PlaceQuery))
async def place_at(_: Anybody, at: Annotated[PlaceQuery, query(PlaceQuery)], services: Kentongan) -> Response:
    """Where a point is: its RT and sector, and how sure that is."""
    return answer(views.place(locate(services.maps.current, Position(at.lat, at.lon, at.accuracy_m, None))))


_BBOX: Final = r"^-?[0-9]{1,3}(?:\.[0-9]{1,15})?(?:,-?[0-9]{1,3}(?:\.[0-9]{1,15})?){3}$"


class AreasQuery(Struct, frozen=True):
    """Without a level all areas, but no sectors."""

    level: Literal["rt", "rw", "village", "district", "city", "sector"] | None = None
    bbox: Annotated[str, Meta(pattern=_BBOX, description="west,south,east,north in degrees")] | None = None
    sector: Annotated[str, Meta(max_length=64, description="only what lies wholly in this sector")] | None = None


class Outline(NamedTuple):
    """GeoJSON, plain and compressed. The tag is of the content: another city's map may have the same version."""

    plain: bytes
    compressed: bytes
    tag: str


class Part(NamedTuple):
    """What meets the box, and of that what is among these; None leaves nothing out."""

    bbox: Bbox | None = None
    codes: frozenset[str] | None = None


WHOLE: Final = Part()


class Outlines:
    """GeoJSON of the map in force. Whole levels are kept, in both encodings; parts are made anew each time."""

    def __init__(self) -> None:
        self._version = -1
        self._kept: dict[str, asyncio.Task[Outline]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def geojson(self, area_map: AreaMap, level: str | None, part: Part) -> Outline:
        if part != WHOLE:
            return await self._make(area_map, level, part)
        if area_map.version != self._version:
            self._version, self._kept = area_map.version, {}
        key = level or ""
        made = self._kept.get(key)
        if made is None or (made.done() and made.exception() is not None):
            made = self._kept[key] = asyncio.create_task(self._make(area_map, level, WHOLE))
        return await asyncio.shield(made)

    async def _make(self, area_map: AreaMap, level: str | None, part: Part) -> Outline:
        async with self._turn:
            return await asyncio.to_thread(_write, area_map, level, part)


_GEOJSON: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": {"type": "object"}}},
    "required": ["type", "features"],
}
_about = described(gives=None, asks=AreasQuery)
_about["responses"][200] = {
    "description": "A FeatureCollection of outlines",
    "content": {"application/geo+json": {"schema": _GEOJSON}},
}
_about["responses"][304] = {"description": "The outlines have not changed since the ETag in If-None-Match"}


@routes.get("/v1/areas", **_about)
async def list_areas(
    request: Request, _: Anybody, wanted: Annotated[AreasQuery, query(AreasQuery)], services: Kentongan
) -> Response:
    """The outlines of areas or sectors: of one level, within a box, in a sector."""
    bbox = None if wanted.bbox is None else _read_bbox(wanted.bbox)
    codes = None if wanted.sector is None else await _within(services.maps, wanted.sector)
    outlines: Outlines = request.app.state.outlines
    found = await outlines.geojson(services.maps.current, wanted.level, Part(bbox, codes))
    headers = {
        "ETag": found.tag,
        "Vary": "Accept-Encoding, Authorization, Cookie",
        "Cache-Control": "private, no-cache",
    }
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if found.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.compressed, headers=headers, media_type="application/geo+json")
    return Response(found.plain, headers=headers, media_type="application/geo+json")


def _read_bbox(text: str) -> Bbox:
    """Raises Refusal. That these are four numbers was checked before."""
    west, south, east, north = (float(part) for part in text.split(","))
    if west > east or south > north:
        raise Refusal(QUERY_INVALID, "The field bbox must be west,south,east,north in this order")
    return west, south, east, north


async def _within(maps: Maps, sector: str) -> frozenset[str]:
    if maps.current.sector(sector) is None:
        return frozenset()
    return await asyncio.to_thread(maps.within, (sector,))


def _write(area_map: AreaMap, level: str | None, part: Part) -> Outline:
    bbox, codes = part
    if level == "sector":
        plain = write_map((), [one for one in area_map.drawn_sectors(bbox) if codes is None or one.code in codes])
    else:
        areas = area_map.areas(None if level is None else Level(level), bbox)
        plain = write_map([one for one in areas if codes is None or one.code in codes], ())
    # Level 5 is twice as quick as the usual 6 on outlines and 2 % larger.
    compressed = gzip.compress(plain, 5, mtime=0) if len(plain) >= _COMPRESS_FROM_BYTES else b""
    # Weak, since both encodings share it.
    return Outline(plain, compressed, f'W/"{blake2b(plain, digest_size=12).hexdigest()}"')
