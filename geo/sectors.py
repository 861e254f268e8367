"""Which sectors a circle touches, and which of them is in charge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import shapely

from geo.features import Area, AreaRef, Sector
from geo.layers import Layer
from geo.measuring import Circles, Touched, held_by, touches

# Interiors that share a point, in the notation of the DE-9IM.
_INTERIORS_MEET: Final = "T********"


@dataclass(frozen=True, slots=True, eq=False)
class SectorLayer:
    """The sectors, numbered by code, each with a polygon: its own, or the union of its areas."""

    sectors: tuple[Sector, ...]
    refs: tuple[AreaRef, ...]
    layer: Layer
    by_areas: Mapping[str, tuple[int, ...]]  # area code to the sectors that name it
    own_polygon: tuple[bool, ...]

    @classmethod
    def of(cls, sectors: Sequence[Sector], areas: Mapping[str, Area]) -> Self:
        by_areas: dict[str, tuple[int, ...]] = {}
        for number, sector in enumerate(sectors):
            for code in sector.areas:
                by_areas[code] = (*by_areas.get(code, ()), number)
        return cls(
            sectors=tuple(sectors),
            refs=tuple(AreaRef(sector.code, sector.name) for sector in sectors),
            layer=Layer.of([sector_outline(sector, areas) for sector in sectors]),
            by_areas=by_areas,
            own_polygon=tuple(not sector.areas for sector in sectors),
        )

    def of_chain(self, codes: frozenset[str]) -> set[int]:
        """The sectors that name one of these areas."""
        return {number for code in codes for number in self.by_areas.get(code, ())}

    def by_charge(self, holding: Collection[int], shared: Mapping[int, float]) -> tuple[int, ...]:
        """Those that hold the place, by priority, then overlap; then those that only share ground, by overlap."""

        def order(number: int) -> tuple[bool, float, float, int]:
            overlap, priority = shared.get(number, 0.0), self.sectors[number].priority
            if number in holding:
                return False, -priority, -overlap, number
            return True, -overlap, -priority, number

        return tuple(sorted({*holding, *shared}, key=order))


def sector_outline(sector: Sector, areas: Mapping[str, Area]) -> Any:
    """A sector's polygon. Its areas come first: a polygon beside them would only be a drawing of them."""
    if not sector.areas:
        return sector.geometry
    return shapely.union_all([areas[code].geometry for code in sector.areas])


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """For each leaf of the map the numbers of the sectors it belongs to, in charge first.

    Where `whole`, every inner point of the leaf belongs to exactly these, so that nothing need be measured there.
    """

    sectors: tuple[tuple[int, ...], ...]
    whole: tuple[bool, ...]

    @classmethod
    def of(cls, leaves: Layer, chains: Sequence[frozenset[str]], sectors: SectorLayer) -> Self:
        """`chains[i]` holds the codes of leaf i and of everything above it."""
        shares = [dict.fromkeys(sectors.of_chain(codes), 1.0) for codes in chains]
        partly = _add_own_polygons(shares, leaves, sectors)
        return cls(
            sectors=tuple(sectors.by_charge(share, share) for share in shares),
            whole=tuple(leaf not in partly for leaf in range(len(shares))),
        )


def _add_own_polygons(shares: list[dict[int, float]], leaves: Layer, sectors: SectorLayer) -> set[int]:
    """Adds what part of each leaf lies in which sector with its own polygon; answers the leaves only partly in one."""
    number, leaf = leaves.tree.query(sectors.layer.outlines, predicate="intersects")
    own = np.array(sectors.own_polygon, dtype=bool)[number]
    number, leaf = number[own], leaf[own]
    sector_outlines, leaf_outlines = sectors.layer.outlines[number], leaves.outlines[leaf]
    # Prepared, a sector answers for its thousands of leaves from an index; only the few on its border are cut out.
    shapely.prepare(sector_outlines)
    whole = shapely.covers(sector_outlines, leaf_outlines)
    cut = np.flatnonzero(~whole)
    cut = cut[shapely.relate_pattern(sector_outlines[cut], leaf_outlines[cut], _INTERIORS_MEET)]
    part = whole.astype(np.float64)
    part[cut] = shapely.area(shapely.intersection(sector_outlines[cut], leaf_outlines[cut]))
    part[cut] /= shapely.area(leaf_outlines[cut])
    homes = np.union1d(np.flatnonzero(whole), cut)
    for each, home, share in zip(leaf[homes].tolist(), number[homes].tolist(), part[homes].tolist(), strict=True):
        shares[each][home] = share
    return set(leaf[cut].tolist())


def measure_sectors(sectors: SectorLayer, circles: Circles) -> tuple[list[list[int]], list[Touched]]:
    """For each circle the sectors whose own polygon holds its centre, and all sectors that share ground with it."""
    held = held_by(sectors.layer, circles)
    own = [[number for number in numbers if sectors.own_polygon[number]] for numbers in held]
    every = len(sectors.sectors)
    return own, touches(sectors.layer, circles, counted=every, kept=every)
