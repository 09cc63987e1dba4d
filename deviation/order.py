"""Order statistics down the columns of a matrix (market x minute) with NaN where a market has no value.

A matrix is sorted once; the values around the middle of a column then give its median without any one of its values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from deviation.grid import Floats, Ints

BLOCK = 8192
"""Columns that are sorted together, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Middle:
    """Per minute: the number of values, their median and their minimum (NaN where there is no value)."""

    count: Ints
    median: Floats
    least: Floats


@dataclass(frozen=True, slots=True)
class Ranked:
    """Values in ascending order down each column, infinite behind the last; a row of infinity is below them all.

    ``count`` is the number of values n of a column. ``below`` is value n // 2 - 1 (counted from 0), ``low`` and
    ``high`` the two that the median is the mean of, (n - 1) // 2 and n // 2, ``above`` value (n + 1) // 2.
    """

    rows: Floats
    count: Ints
    below: Floats
    low: Floats
    high: Floats
    above: Floats


@cache
def comparisons(size: int) -> tuple[tuple[int, int], ...]:
    """The pairs whose exchange, in turn, sorts so many values: Batcher's method (Knuth, TAOCP 3, 5.2.2, algorithm M).

    >>> comparisons(3)
    ((0, 2), (0, 1), (1, 2))
    """
    return tuple(_pairs(size))


def _pairs(size: int) -> Iterator[tuple[int, int]]:
    top = 1 << max((size - 1).bit_length() - 1, 0)
    p = top
    while p and size > 1:
        q, r, d = top, 0, p
        while True:
            yield from ((i, i + d) for i in range(size - d) if i & p == r)
            if q == p:
                break
            q, r, d = q // 2, p, q - p
        p //= 2


def rank(values: Floats) -> Ranked:
    """The columns of a matrix in ascending order."""
    missing = np.isnan(values)
    rows = np.full((len(values) + 1, values.shape[1]), np.inf)
    np.copyto(rows[:-1], values, where=~missing)
    spare = np.empty(BLOCK)
    for first in range(0, values.shape[1], BLOCK):
        part = rows[:, first : first + BLOCK]
        least = spare[: part.shape[1]]
        for i, j in comparisons(len(values)):
            np.minimum(part[i], part[j], out=least)
            np.maximum(part[i], part[j], out=part[j])
            part[i] = least
    count = np.full(values.shape[1], len(values), np.int16)
    for row in missing:
        count -= row
    return _around(rows, count)


def _around(rows: Floats, count: Ints) -> Ranked:
    """Pick the middle of sorted columns: one pass for each number of values that occurs."""
    below, low, high, above = np.full((4, count.size), np.inf)
    for n in range(1, len(rows)):
        here = count == n
        if here.any():
            np.copyto(below, rows[n // 2 - 1], where=here)  # of a single value, the last row: infinity
            np.copyto(low, rows[(n - 1) // 2], where=here)
            np.copyto(high, rows[n // 2], where=here)
            np.copyto(above, rows[(n + 1) // 2], where=here)
    return Ranked(rows, count, below, low, high, above)


def whole(ranked: Ranked) -> Middle:
    """Count, median and minimum of each column; of an even number, the mean of the two middle values."""
    return _known(ranked.count, ranked.low, ranked.high, ranked.rows[0].copy())


def leave_one_out(ranked: Ranked, own: Floats) -> Middle:
    """As `whole`, of the columns without one of their values; NaN in ``own`` leaves out none.

    What is left of n values has its middle at n // 2 - 1 and (n - 1) // 2; from the place of the value left out on,
    that is one further in the whole.
    """
    has = ~np.isnan(own)
    low = np.where(ranked.below >= own, ranked.high, ranked.below)
    high = np.where(ranked.low >= own, ranked.above, ranked.low)
    low, high = np.where(has, low, ranked.low), np.where(has, high, ranked.high)
    least = np.where(ranked.rows[0] >= own, ranked.rows[1], ranked.rows[0])
    return _known(ranked.count - has, low, high, least)


def without(ranked: Ranked, own: Floats) -> Ranked:
    """The columns without one of their values each, still in order; NaN in ``own`` leaves out none."""
    rows = ranked.rows.copy()
    np.copyto(rows[:-1], ranked.rows[1:], where=ranked.rows[:-1] >= own)
    return _around(rows, ranked.count - ~np.isnan(own))


def middle(values: Floats) -> Middle:
    """Count, median and minimum of each column of a matrix.

    >>> middle(np.array([[1.0, np.nan], [4.0, np.nan], [2.0, 5.0], [np.nan, 7.0]])).median.tolist()
    [2.0, 6.0]
    """
    return whole(rank(values))


def _known(count: Ints, low: Floats, high: Floats, least: Floats) -> Middle:
    median = low + high
    median /= 2
    for values in (median, least):
        np.copyto(values, np.nan, where=count == 0)
    return Middle(count, median, least)
