"""Where is this: a position and a map give a Place. Total: every position, or none, has an answer.

Containment is decided in degrees, exactly as the polygons were drawn; distances and overlaps in metres on the Mercator
plane. What several areas hold belongs to the deepest level and there to the lowest code. The rules and their reasons:
docs/decisions/003-geofence.md.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import pi
from typing import Final

import numpy as np
import shapely

from geo.areas import Area, AreaMap, AreaRef
from geo.index import Lineage, MapIndex
from geo.measuring import Circles, Touched, held_by, leaves_outline, nearest, touches
from geo.plane import Floats
from geo.position import Position
from geo.sectors import measure_sectors

# Limits of the public contract.
NEAR_M: Final = 500.0
MAX_CANDIDATES: Final = 8

# Leaves that cover a circle but for this part of it cover all of it.
_ROUNDING: Final = 1e-9

# Outlines of one shore that were drawn apart differ by this; who polices it does not change with that.
_SHORE_M: Final = 1.0


class Sure(StrEnum):
    """How well a place is known."""

    INSIDE = "inside"
    UNCERTAIN = "uncertain"
    NEAR = "near"
    OUTSIDE = "outside"
    UNLOCATED = "unlocated"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is. The first of `sectors` is in charge; `distance_m` is set only when `sure` is near."""

    sure: Sure
    rt: AreaRef | None
    rw: AreaRef | None
    village: AreaRef | None
    district: AreaRef | None
    city: AreaRef | None
    candidates: tuple[AreaRef, ...]
    candidates_truncated: bool
    sectors: tuple[AreaRef, ...]
    distance_m: float | None
    flags: tuple[str, ...]
    map_version: int


_NOWHERE: Final = Lineage()


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a point stands on; `leaves` are those that hold it, or the nearest one when it is near."""

    sure: Sure
    lineage: Lineage = _NOWHERE
    leaves: tuple[int, ...] = ()
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    ground: _Ground
    candidates: tuple[AreaRef, ...] = ()
    truncated: bool = False
    sectors: tuple[AreaRef, ...] = ()


_UNLOCATED: Final = _Finding(_Ground(Sure.UNLOCATED))


def locate(area_map: AreaMap, position: Position | None, flags: tuple[str, ...] = ()) -> Place:
    """The place of one position; `flags`, from reading the position, are carried over."""
    return locate_batch(area_map, (position,), (flags,))[0]


def locate_batch(
    area_map: AreaMap, positions: Sequence[Position | None], flags: Sequence[tuple[str, ...]] | None = None
) -> list[Place]:
    """One place for each position, in order. A batch costs a fraction of as many single calls."""
    known = [position for position in positions if position is not None]
    findings = iter(_find(area_map.index, Circles.around(known)) if known else ())
    marks = [()] * len(positions) if flags is None else flags
    return [
        _place(_UNLOCATED if position is None else next(findings), mark, area_map.version)
        for position, mark in zip(positions, marks, strict=True)
    ]


def find_leaf(area_map: AreaMap, lat: float, lon: float) -> Area | None:
    """The bare lookup: the RT, or else the deepest area mapped there, that holds the point."""
    found = area_map.index.leaves.tree.query(shapely.Point(lon, lat), predicate="intersects").tolist()
    return area_map.index.leaf_areas[min(found)] if found else None


def find_leaves(area_map: AreaMap, lat: Floats, lon: Floats) -> list[Area | None]:
    """The bare lookup of many points at once."""
    areas = area_map.index.leaf_areas
    point, leaf = area_map.index.leaves.tree.query(shapely.points(lon, lat), predicate="intersects")
    first = np.full(len(lat), len(areas), dtype=np.intp)
    np.minimum.at(first, point, leaf)
    answers = (*areas, None)
    return [answers[number] for number in first.tolist()]


def _place(finding: _Finding, flags: tuple[str, ...], version: int) -> Place:
    at = finding.ground.lineage
    return Place(
        sure=finding.ground.sure,
        rt=at.rt,
        rw=at.rw,
        village=at.village,
        district=at.district,
        city=at.city,
        candidates=finding.candidates,
        candidates_truncated=finding.truncated,
        sectors=finding.sectors,
        distance_m=finding.ground.distance_m,
        flags=flags,
        map_version=version,
    )


def _find(index: MapIndex, circles: Circles) -> list[_Finding]:
    """Most circles stay within one RT, where everything is known beforehand; the others are measured together."""
    held = held_by(index.leaves, circles)
    crossing = leaves_outline(index.leaves, [leaves[0] if leaves else -1 for leaves in held], circles)
    plain = [
        len(leaves) == 1 and not crosses and index.homes.whole[leaves[0]]
        for leaves, crosses in zip(held, crossing, strict=True)
    ]
    rest = [number for number, is_plain in enumerate(plain) if not is_plain]
    measured = iter(
        _measure(index, circles.some(rest), [held[number] for number in rest], [crossing[number] for number in rest])
        if rest
        else ()
    )
    return [
        _within(index, leaves[0]) if is_plain else next(measured) for leaves, is_plain in zip(held, plain, strict=True)
    ]


def _within(index: MapIndex, leaf: int) -> _Finding:
    lineage = index.leaf_lineages[leaf]
    return _Finding(
        _Ground(Sure.INSIDE, lineage, (leaf,)),
        candidates=() if lineage.rt is None else (lineage.rt,),
        sectors=_refs(index, index.homes.sectors[leaf]),
    )


def _refs(index: MapIndex, sectors: Sequence[int]) -> tuple[AreaRef, ...]:
    return tuple([index.sectors.refs[number] for number in sectors])


def _measure(index: MapIndex, circles: Circles, held: list[list[int]], crossing: list[bool]) -> list[_Finding]:
    touched = touches(index.leaves, circles, counted=index.rts)
    grounds = _grounds(index, circles, held, crossing, touched)
    sectors = _sectors(index, circles, grounds, touched)
    return [
        _Finding(ground, *_candidates(index, ground, touch), responsible)
        for ground, touch, responsible in zip(grounds, touched, sectors, strict=True)
    ]


def _grounds(
    index: MapIndex, circles: Circles, held: list[list[int]], crossing: list[bool], touched: list[Touched]
) -> list[_Ground]:
    grounds = [
        _Ground(
            Sure.UNCERTAIN if crosses or len(leaves) > 1 else Sure.INSIDE, index.leaf_lineages[leaves[0]], tuple(leaves)
        )
        if leaves
        else _Ground(Sure.OUTSIDE)
        for leaves, crosses in zip(held, crossing, strict=True)
    ]
    bare = [number for number, leaves in enumerate(held) if not leaves]
    if bare:
        found = _grounds_between(index, circles.some(bare), [touched[number] for number in bare])
        for number, ground in zip(bare, found, strict=True):
            grounds[number] = ground
    return grounds


def _grounds_between(index: MapIndex, circles: Circles, touched: list[Touched]) -> list[_Ground]:
    """For points that no leaf holds: a gap in a larger area, near the map, or outside of it."""
    uppers = held_by(index.uppers, circles)
    crossing = leaves_outline(index.uppers, [numbers[0] if numbers else -1 for numbers in uppers], circles)
    neighbours = nearest(index.leaves, circles, NEAR_M)
    grounds: list[_Ground] = []
    for upper, crosses, touch, neighbour in zip(uppers, crossing, touched, neighbours, strict=True):
        if upper:
            sure = Sure.UNCERTAIN if crosses or touch.counted else Sure.INSIDE
            grounds.append(_Ground(sure, index.upper_lineages[upper[0]]))
        elif neighbour is not None:
            leaf, distance_m = neighbour
            grounds.append(_Ground(Sure.NEAR, index.leaf_lineages[leaf], (leaf,), distance_m))
        else:
            grounds.append(_Ground(Sure.OUTSIDE))
    return grounds


def _candidates(index: MapIndex, ground: _Ground, touched: Touched) -> tuple[tuple[AreaRef, ...], bool]:
    """The RTs in the circle by overlap; those that hold the point are never left out for a larger neighbour."""
    if len(touched.pairs) == touched.counted <= MAX_CANDIDATES:
        all_touched = [leaf for leaf, _ in touched.pairs]
        if set(ground.leaves) <= set(all_touched):
            return _rts(index, all_touched), False
    overlaps = {leaf: 0.0 for leaf in ground.leaves if leaf < index.rts}
    alone = len(overlaps)
    for leaf, area in touched.pairs:
        if leaf < index.rts:
            alone -= leaf in overlaps
            overlaps[leaf] = area
    chosen = sorted(overlaps, key=lambda leaf: (leaf not in ground.leaves, -overlaps[leaf], leaf))[:MAX_CANDIDATES]
    chosen.sort(key=lambda leaf: (-overlaps[leaf], leaf))
    return _rts(index, chosen), touched.counted + alone > MAX_CANDIDATES


def _rts(index: MapIndex, leaves: Sequence[int]) -> tuple[AreaRef, ...]:
    return tuple([rt for leaf in leaves if (rt := index.leaf_lineages[leaf].rt) is not None])


def _sectors(
    index: MapIndex, circles: Circles, grounds: list[_Ground], touched: list[Touched]
) -> list[tuple[AreaRef, ...]]:
    """Told by the leaves where these cover the whole circle and lie in one set of sectors each, else measured."""
    answers: list[tuple[AreaRef, ...]] = [()] * len(grounds)
    rest: list[int] = []
    areas = (pi * circles.radius**2).tolist()
    for number, (ground, touch, area) in enumerate(zip(grounds, touched, areas, strict=True)):
        if len(ground.leaves) == 1 and area > 0 and _told_by_leaves(index, touch, area):
            answers[number] = _refs(index, _sectors_of_leaves(index, ground.leaves[0], touch))
        else:
            rest.append(number)
    if rest and index.sectors.sectors:
        held, shared = measure_sectors(index.sectors, circles.some(rest))
        for number, holding, shares in zip(rest, held, shared, strict=True):
            homes = _homes(index, circles.some([number]), grounds[number], holding)
            answers[number] = _refs(index, index.sectors.by_charge(homes, dict(shares.pairs)))
    return answers


def _told_by_leaves(index: MapIndex, touched: Touched, circle_area: float) -> bool:
    covered = sum(area for leaf, area in touched.pairs if index.homes.whole[leaf])
    return touched.complete and abs(covered - circle_area) <= _ROUNDING * circle_area


def _sectors_of_leaves(index: MapIndex, leaf: int, touched: Touched) -> tuple[int, ...]:
    homes = index.homes.sectors[leaf]
    if all(index.homes.sectors[other] == homes for other, _ in touched.pairs):
        return homes
    shared: dict[int, float] = {}
    for other, area in touched.pairs:
        for sector in index.homes.sectors[other]:
            shared[sector] = shared.get(sector, 0.0) + area
    return index.sectors.by_charge(homes, shared)


def _homes(index: MapIndex, circle: Circles, ground: _Ground, holding: list[int]) -> Collection[int]:
    """The sectors that the centre belongs to; `holding` are those whose own polygon holds it."""
    if ground.sure is Sure.NEAR and not holding:
        return _homes_on_the_shore(index, circle, ground.leaves[0])
    return {*holding, *index.sectors.of_chain(ground.lineage.codes)}


def _homes_on_the_shore(index: MapIndex, circle: Circles, leaf: int) -> tuple[int, ...]:
    """The leaf's sectors where it is nearest to the centre: an overlay on the leaf's other end has no part in this.

    Where the sectors' polygons do not reach the leaf's border the nearest of them counts.
    """
    homes, own = index.homes.sectors[leaf], index.sectors.own_polygon
    if index.homes.whole[leaf]:
        return homes
    centre = circle.centres()
    reach = float(shapely.distance(index.leaves.flat[leaf], centre)[0])
    away = shapely.distance(index.sectors.layer.flat[list(homes)], centre)
    if all(own[home] for home in homes):
        reach = max(reach, float(away.min(initial=reach)))
    reach += _SHORE_M * float(circle.stretch[0])
    return tuple(home for home, metres in zip(homes, away.tolist(), strict=True) if not own[home] or metres <= reach)
