"""Who there is, apart from where they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.nearest import members_by_sector, order_of_ids

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Staff:
    """What only changes with the staff, kept between rankings: see `geo.nearest.Officers`."""

    ids: list[str]
    members: Mapping[str, Flags]
    id_order: npt.NDArray[np.intp]


def staff_of(ids: Sequence[str], sectors: Sequence[frozenset[str]]) -> Staff:
    return Staff([*ids], members_by_sector(sectors), order_of_ids(ids))
