"""One layer of a map: its outlines in degrees, for exact tests, and in metres, for distances and overlaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely

from geo.plane import Edges, Floats, Geometries, Ints, as_geometries, project_geometries


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """n outlines, numbered by preference: of several that hold a point, the lowest number is the answer."""

    outlines: Geometries  # degrees
    tree: Any  # a shapely.STRtree over outlines
    flat: Geometries  # Mercator metres
    flat_tree: Any  # a shapely.STRtree over flat
    borders: Geometries  # the lines around flat, and after the last one None: number -1 has no border
    bounds: Floats  # n x 4: x1, y1, x2, y2 of flat
    sizes: Floats  # areas of flat, in Mercator square metres
    edges: Edges  # of flat

    @classmethod
    def of(cls, outlines: Sequence[Any]) -> Self:
        degrees = as_geometries(outlines)
        flat = project_geometries(degrees)
        borders = np.append(shapely.boundary(flat), as_geometries([None]))
        # Prepared borders answer repeated distance tests from an index of their own edges.
        shapely.prepare(borders)
        return cls(
            outlines=degrees,
            tree=shapely.STRtree(degrees),
            flat=flat,
            flat_tree=shapely.STRtree(flat),
            borders=borders,
            bounds=shapely.bounds(flat).reshape(-1, 4),
            sizes=shapely.area(flat),
            edges=Edges.of(flat),
        )

    def holding(self, points: Geometries) -> tuple[Ints, Ints]:
        """Pairs (point, outline) where the outline holds the point or has it on its border, sorted by both."""
        point, outline = self.tree.query(points, predicate="intersects")
        order = np.lexsort((outline, point))
        return point[order], outline[order]
