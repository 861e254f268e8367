"""What lies in what, by the middle of each smallest area: where exercises are pressed, and whose ground an area is."""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from geo.areas import AreaMap
from geo.geofence import Place, locate_batch
from geo.position import Position

# As exact as a good phone is.
ACCURACY_M: Final = 10.0


class Ground(NamedTuple):
    """The middle of an area that has no other within, and what is there."""

    middle: Position
    place: Place

    @property
    def codes(self) -> frozenset[str]:
        """Of all areas and sectors that hold it."""
        place = self.place
        areas = (place.rt, place.rw, place.village, place.district, place.city, *place.sectors)
        return frozenset(area.code for area in areas if area is not None)


def grounds(area_map: AreaMap) -> list[Ground]:
    """In the order of the map's areas. A city of 10,628 RT takes a quarter of a second."""
    parents = {area.parent for area in area_map.areas()}
    middles = [middle_of(area.geometry) for area in area_map.areas() if area.code not in parents]
    return [Ground(*one) for one in zip(middles, locate_batch(area_map, middles), strict=True)]


def middle_of(geometry: Any) -> Position:
    """A point that is surely within it."""
    middle = geometry.representative_point()
    return Position(middle.y, middle.x, ACCURACY_M, None)


def areas_within(area_map: AreaMap, sectors: Collection[str]) -> frozenset[str]:
    """The codes of the areas and sectors whose every ground is in one of these sectors, in charge there or not."""
    mine, others = set[str](), set[str]()
    for ground in grounds(area_map):
        codes = ground.codes
        (others if codes.isdisjoint(sectors) else mine).update(codes)
    return frozenset(mine - others)
