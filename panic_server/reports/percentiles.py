"""Exact percentiles: always a value that was measured, never one between two."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.int64]


def percentiles(values: Values, percents: Sequence[int]) -> list[int]:
    """For each percent from 1 to 100 the smallest value that at least so many of all do not exceed (nearest rank).

    `values` in any order, at least one. NumPy sorts without holding the interpreter, and so beside the event loop.
    """
    ordered = np.sort(values)
    count = len(ordered)
    # In whole numbers, rounded up: as a float 0.9 * 10 may come out a little above nine, and would be the tenth.
    return [int(ordered[-(-percent * count // 100) - 1]) for percent in percents]
