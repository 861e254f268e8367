"""The index behind an AreaMap: leaves, which answer most places, and uppers, which answer for the gaps between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from geo.features import Area, AreaRef, Level, Sector
from geo.layers import Layer
from geo.sectors import Homes, SectorLayer


@dataclass(frozen=True, slots=True)
class Lineage:
    """An area and what it lies in, by level; `codes` are all of theirs."""

    rt: AreaRef | None = None
    rw: AreaRef | None = None
    village: AreaRef | None = None
    district: AreaRef | None = None
    city: AreaRef | None = None
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class MapIndex:
    """Leaves have nothing below them: RTs, and what is not mapped more finely. Deepest level first, then by code."""

    leaves: Layer
    leaf_areas: tuple[Area, ...]
    rts: int  # the leaves with lower numbers are the RTs
    leaf_lineages: tuple[Lineage, ...]
    homes: Homes
    uppers: Layer
    upper_lineages: tuple[Lineage, ...]
    sectors: SectorLayer

    @classmethod
    def of(cls, areas: Mapping[str, Area], sectors: Sequence[Sector]) -> Self:
        """From checked areas, by code in the order of preference, and sectors by code."""
        parents = {area.parent for area in areas.values()}
        leaf_areas = tuple(area for area in areas.values() if area.code not in parents)
        upper_areas = tuple(area for area in areas.values() if area.code in parents)
        refs = {code: AreaRef(code, area.name) for code, area in areas.items()}
        lineages = _lineages(areas, refs)
        leaf_lineages = tuple(lineages[area.code] for area in leaf_areas)
        leaves = Layer.of([area.geometry for area in leaf_areas])
        sector_layer = SectorLayer.of(sectors, areas)
        return cls(
            leaves=leaves,
            leaf_areas=leaf_areas,
            rts=sum(area.level is Level.RT for area in leaf_areas),
            leaf_lineages=leaf_lineages,
            homes=Homes.of(leaves, [each.codes for each in leaf_lineages], sector_layer),
            uppers=Layer.of([area.geometry for area in upper_areas]),
            upper_lineages=tuple(lineages[area.code] for area in upper_areas),
            sectors=sector_layer,
        )


def chain(areas: Mapping[str, Area], code: str) -> tuple[Area, ...]:
    """The area and everything above it, smallest first; nothing for an unknown code."""
    found: list[Area] = []
    area = areas.get(code)
    while area is not None:
        found.append(area)
        area = None if area.parent is None else areas.get(area.parent)
    return tuple(found)


def _lineages(areas: Mapping[str, Area], refs: Mapping[str, AreaRef]) -> dict[str, Lineage]:
    """From the largest to the smallest, so that what an area lies in is known before the area."""
    found: dict[str, Lineage] = {}
    for area in reversed(tuple(areas.values())):
        above = Lineage() if area.parent is None else found.get(area.parent, Lineage())
        ref, level = refs[area.code], area.level
        found[area.code] = Lineage(
            rt=ref if level is Level.RT else above.rt,
            rw=ref if level is Level.RW else above.rw,
            village=ref if level is Level.VILLAGE else above.village,
            district=ref if level is Level.DISTRICT else above.district,
            city=ref if level is Level.CITY else above.city,
            codes=above.codes | {area.code},
        )
    return found
