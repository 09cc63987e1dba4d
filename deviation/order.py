"""Order statistics down the columns of a matrix (market x minute) with NaN where a market has no value."""

from dataclasses import dataclass

import numpy as np

from deviation.grid import Floats, Ints


@dataclass(frozen=True, slots=True)
class Middle:
    """Per minute: the number of values, their median and their minimum (NaN where there is no value)."""

    count: Ints
    median: Floats
    least: Floats


def middle(values: Floats) -> Middle:
    """Count, median and minimum of each column; of an even number, the mean of the two middle values.

    >>> middle(np.array([[1.0, np.nan], [4.0, np.nan], [2.0, 5.0], [np.nan, 7.0]])).median.tolist()
    [2.0, 6.0]
    """
    if values.shape[0] == 0:
        nothing = np.full(values.shape[1], np.nan)
        return Middle(np.zeros(values.shape[1], np.int64), nothing, nothing)
    ranked = np.sort(values, axis=0)  # NaN goes last
    count = np.count_nonzero(~np.isnan(values), axis=0)
    column = np.arange(values.shape[1])
    low, high = ranked[np.maximum(count - 1, 0) // 2, column], ranked[np.minimum(count // 2, len(values) - 1), column]
    return Middle(count, (low + high) / 2, ranked[0])
