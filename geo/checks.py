"""Everything that can be wrong with a map's areas and sectors, found all at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
import shapely

from geo.features import Area, Level, Problem, Sector
from geo.plane import Geometries, as_geometries

_POLYGONS: Final = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon


def find_problems(
    areas: Sequence[Area], sectors: Sequence[Sector], *, unreadable: frozenset[str] = frozenset()
) -> list[Problem]:
    """Why this map must be refused. Codes in `unreadable` were reported already, so naming them is no mistake."""
    by_code = {area.code: area for area in areas}
    known = by_code.keys() | unreadable
    return [
        *_repeated_codes(areas, sectors),
        *_bad_outlines(areas, sectors),
        *_bad_parents(areas, by_code, known),
        *_bad_sectors(sectors, known),
        *_sector_cycles(sectors),
    ]


def find_warnings(areas: Sequence[Area], sectors: Sequence[Sector]) -> list[Problem]:
    """What is odd about this map, but does not keep it from being used."""
    known = {area.code for area in areas} | {sector.code for sector in sectors}
    at_the_top: list[Area | Sector] = [*(area for area in areas if area.level is Level.CITY), *sectors]
    warnings = [
        Problem(each.code, f"its parent {each.parent} is not on the map")
        for each in at_the_top
        if each.parent is not None and each.parent not in known
    ]
    warnings += [
        Problem(area.code, f"has no parent, so nothing above this {area.level} is known")
        for area in areas
        if area.parent is None and area.level is not Level.CITY
    ]
    return warnings


def _repeated_codes(areas: Sequence[Area], sectors: Sequence[Sector]) -> Iterator[Problem]:
    counts = Counter([area.code for area in areas] + [sector.code for sector in sectors])
    for code, count in counts.items():
        if count > 1:
            yield Problem(code, f"{count} features have this code")


def _bad_outlines(areas: Sequence[Area], sectors: Sequence[Sector]) -> Iterator[Problem]:
    drawn: list[Area | Sector] = [*areas, *(sector for sector in sectors if sector.geometry is not None)]
    geometries = as_geometries([each.geometry for each in drawn])
    polygonal = np.isin(shapely.get_type_id(geometries), _POLYGONS) & ~shapely.is_empty(geometries)
    for index in np.flatnonzero(~polygonal):
        yield Problem(drawn[index].code, "has no polygon")
    sound = np.flatnonzero(polygonal)
    for index, what in zip(sound, _outline_problems(geometries[sound]), strict=True):
        if what is not None:
            yield Problem(drawn[index].code, what)


def _outline_problems(polygons: Geometries) -> list[str | None]:
    x1, y1, x2, y2 = shapely.bounds(polygons).T.reshape(4, -1)
    finite = np.isfinite(x1 + y1 + x2 + y2)
    in_range = finite & (x1 >= -180) & (x2 <= 180) & (y1 >= -90) & (y2 <= 90)
    swapped = (x1 >= -11.5) & (x2 <= 6.5) & (y1 >= 94) & (y2 <= 142)
    valid = shapely.is_valid(polygons)
    area = shapely.area(polygons)
    found: list[str | None] = [None] * len(polygons)
    for index in np.flatnonzero(~(in_range & valid & (area > 0))):
        if swapped[index]:
            found[index] = "latitude and longitude are swapped"
        elif not in_range[index]:
            found[index] = "its coordinates are not degrees of longitude and latitude (WGS 84)"
        elif not valid[index]:
            found[index] = f"its polygon is not valid: {shapely.is_valid_reason(polygons[index])}"
        else:
            found[index] = "its polygon encloses nothing"
    return found


def _bad_parents(areas: Sequence[Area], by_code: Mapping[str, Area], known: AbstractSet[str]) -> Iterator[Problem]:
    for area in areas:
        if area.parent is None:
            continue
        parent = by_code.get(area.parent)
        if parent is not None and parent.level.rank <= area.level.rank:
            yield Problem(area.code, f"its parent {parent.code} is a {parent.level}, not above a {area.level}")
        elif area.parent not in known and area.level is not Level.CITY:
            yield Problem(area.code, f"its parent {area.parent} is not on the map")


def _bad_sectors(sectors: Sequence[Sector], known: AbstractSet[str]) -> Iterator[Problem]:
    for sector in sectors:
        if not sector.areas and sector.geometry is None:
            yield Problem(sector.code, "a sector needs area codes or a polygon")
        for code in sector.areas:
            if code not in known:
                yield Problem(sector.code, f"names the area {code}, which is not on the map")


def _sector_cycles(sectors: Sequence[Sector]) -> Iterator[Problem]:
    parents = {sector.code: sector.parent for sector in sectors}
    for code, above in parents.items():
        seen = {code}
        top = above
        while top is not None and top not in seen:
            seen.add(top)
            top = parents.get(top)
        if top == code:
            yield Problem(code, "is above itself: its parents form a circle")
