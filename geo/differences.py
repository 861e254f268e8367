"""What a new map would change, in lines for the person who is about to import it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

import numpy as np
import shapely

from geo.areas import Area, AreaMap, Level, Sector
from geo.plane import as_geometries, true_area_m2

_Feature = TypeVar("_Feature", Area, Sector)

# Of one kind of change so many are shown, then how many more: a first import adds thousands.
_SHOWN: Final = 20


def differences(old: AreaMap | None, new: AreaMap) -> list[str]:
    """Lines on what is added, removed or changed, largest areas first; nothing when both maps say the same."""
    before = old if old is not None else AreaMap.empty()
    lines: list[str] = []
    for level in reversed(Level):
        lines += _area_lines(level, before.areas(level), new.areas(level))
    return lines + _sector_lines(before.sectors, new.sectors)


def _area_lines(level: Level, old: Sequence[Area], new: Sequence[Area]) -> list[str]:
    both = _pairs(old, new)
    return [
        *_shown(f"{level} removed", map(_named, _only(old, new))),
        *_shown(f"{level} added", map(_named, _only(new, old))),
        *_shown(f"{level} renamed", _renamed(both)),
        *_shown(f"{level} moved", _reparented(both)),
        *_shown(f"{level} redrawn", _redrawn(both)),
    ]


def _sector_lines(old: Sequence[Sector], new: Sequence[Sector]) -> list[str]:
    both = _pairs(old, new)
    priorities = (
        f"{_named(after)}: priority {before.priority} -> {after.priority}"
        for before, after in both
        if before.priority != after.priority
    )
    return [
        *_shown("sector removed", map(_named, _only(old, new))),
        *_shown("sector added", map(_named, _only(new, old))),
        *_shown("sector renamed", _renamed(both)),
        *_shown("sector moved", _reparented(both)),
        *_shown("sector has another priority", priorities),
        *_shown("sector has other areas", _other_areas(both)),
        *_shown(
            "sector redrawn", _redrawn([pair for pair in both if None not in (pair[0].geometry, pair[1].geometry)])
        ),
    ]


def _shown(what: str, changes: Iterable[str]) -> Iterator[str]:
    found = list(changes)
    yield from (f"{what}: {change}" for change in found[:_SHOWN])
    if len(found) > _SHOWN:
        yield f"{what}: ... and {len(found) - _SHOWN} more"


def _named(feature: Area | Sector) -> str:
    return f"{feature.code} {feature.name}"


def _pairs(old: Sequence[_Feature], new: Sequence[_Feature]) -> list[tuple[_Feature, _Feature]]:
    were = {feature.code: feature for feature in old}
    return [(were[feature.code], feature) for feature in new if feature.code in were]


def _only(these: Sequence[_Feature], not_those: Sequence[_Feature]) -> list[_Feature]:
    codes = {feature.code for feature in not_those}
    return [feature for feature in these if feature.code not in codes]


def _renamed(pairs: Sequence[tuple[_Feature, _Feature]]) -> Iterator[str]:
    return (f"{old.code}: {old.name} -> {new.name}" for old, new in pairs if old.name != new.name)


def _reparented(pairs: Sequence[tuple[_Feature, _Feature]]) -> Iterator[str]:
    for old, new in pairs:
        if old.parent != new.parent:
            yield f"{_named(new)}: from {old.parent or 'no parent'} to {new.parent or 'no parent'}"


def _redrawn(pairs: Sequence[tuple[_Feature, _Feature]]) -> Iterator[str]:
    """Only outlines that enclose other ground; the order of their corners is no difference."""
    old = as_geometries([pair[0].geometry for pair in pairs])
    new = as_geometries([pair[1].geometry for pair in pairs])
    maybe = np.flatnonzero(~shapely.equals_identical(old, new))
    changed = maybe[~shapely.equals(old[maybe], new[maybe])]
    for number, was, now in zip(changed, true_area_m2(old[changed]), true_area_m2(new[changed]), strict=True):
        yield f"{_named(pairs[number][1])}: {was:,.0f} m2 -> {now:,.0f} m2 ({now - was:+,.0f} m2)"


def _other_areas(pairs: Sequence[tuple[Sector, Sector]]) -> Iterator[str]:
    for old, new in pairs:
        gone, come = set(old.areas) - set(new.areas), set(new.areas) - set(old.areas)
        if gone or come or bool(old.areas) != bool(new.areas):
            signs = [f"+{code}" for code in sorted(come)] + [f"-{code}" for code in sorted(gone)]
            more = [f"... and {len(signs) - _SHOWN} more"] if len(signs) > _SHOWN else []
            yield f"{_named(new)}: {' '.join([*signs[:_SHOWN], *more])}"
