"""Order statistics down the columns of a matrix (market x minute) with NaN where a market has no value.

A matrix is sorted once; the values around the middle of a column then give its median without any one of its values.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from deviation.grid import Floats, Ints

BLOCK = 8192
"""Columns that are worked on together, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Middle:
    """Per minute: the number of values, and their median (NaN where there is no value)."""

    count: Ints
    median: Floats


@dataclass(frozen=True)
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

    @cached_property
    def whole(self) -> Middle:
        """Count and median of each column; of an even number, the mean of the two middle values."""
        median = self.low + self.high
        median /= 2
        return Middle(self.count, _known(median, self.count))


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


def rank(values: Sequence[Floats], size: int) -> Ranked:
    """The columns of a matrix of ``size`` columns, given row by row, in ascending order."""
    rows = np.full((len(values) + 1, size), np.inf)
    count = np.zeros(size, np.int16)
    for row, value in zip(rows[:-1], values, strict=True):
        there = ~np.isnan(value)
        np.copyto(row, value, where=there)
        count += there
    spare = np.empty(min(BLOCK, size))
    for block in _blocks(size):
        part = rows[:, block]
        least = spare[: part.shape[1]]
        for i, j in comparisons(len(values)):
            np.minimum(part[i], part[j], out=least)
            np.maximum(part[i], part[j], out=part[j])
            part[i] = least
    return _around(rows, count)


def _blocks(size: int) -> Iterator[slice]:
    return (slice(first, min(first + BLOCK, size)) for first in range(0, size, BLOCK))


def _around(rows: Floats, count: Ints) -> Ranked:
    """Pick the middle of sorted columns: one pass for each number of values that occurs."""
    columns = np.bincount(count, minlength=1)
    usual = int(columns.argmax())  # most columns have as many values: they are copied whole
    picked = [rows[place].copy() for place in _places(usual)]
    for n in np.flatnonzero(columns).tolist():
        if n != usual:
            here = count == n
            for values, place in zip(picked, _places(n), strict=True):
                np.copyto(values, rows[place], where=here)
    return Ranked(rows, count, *picked)


def _places(n: int) -> tuple[int, int, int, int]:
    """Below, low, high and above among n sorted values; -1, the last row, is infinity."""
    return (n // 2 - 1, (n - 1) // 2, n // 2, (n + 1) // 2) if n else (-1, -1, -1, -1)


def least(ranked: Ranked) -> Floats:
    """The least value of each column, NaN where there is none."""
    return _known(ranked.rows[0].copy(), ranked.count)


def leave_one_out(ranked: Ranked, own: Floats) -> Middle:
    """Count and median of each column without one of its values; NaN in ``own`` leaves out none.

    What is left of n values has its middle at n // 2 - 1 and (n - 1) // 2; from the place of the value left out on,
    that is one further in the whole.
    """
    has = ~np.isnan(own)
    median = np.empty(own.size)
    for block in _blocks(own.size):
        mine, low, out = own[block], ranked.low[block], median[block]
        np.add(
            np.where(ranked.below[block] >= mine, ranked.high[block], ranked.below[block]),
            np.where(low >= mine, ranked.above[block], low),
            out=out,
        )
        out /= 2
        np.copyto(out, ranked.whole.median[block], where=~has[block])
    count = ranked.count - has
    return Middle(count, _known(median, count))


def least_without(ranked: Ranked, own: Floats) -> Floats:
    """As `least`, of the columns without one of their values; NaN in ``own`` leaves out none."""
    values = np.where(ranked.rows[0] >= own, ranked.rows[1], ranked.rows[0])
    return _known(values, ranked.count - ~np.isnan(own))


def without(ranked: Ranked, own: Floats) -> Ranked:
    """The columns without one of their values each, still in order; NaN in ``own`` leaves out none."""
    rows = ranked.rows.copy()
    np.copyto(rows[:-1], ranked.rows[1:], where=ranked.rows[:-1] >= own)
    return _around(rows, ranked.count - ~np.isnan(own))


def middle(values: Floats) -> Middle:
    """Count and median of each column of a matrix.

    >>> middle(np.array([[1.0, np.nan], [4.0, np.nan], [2.0, 5.0], [np.nan, 7.0]])).median.tolist()
    [2.0, 6.0]
    """
    return rank(list(values), values.shape[1]).whole


def _known(values: Floats, count: Ints) -> Floats:
    """NaN where there is no value."""
    if not count.all():
        np.copyto(values, np.nan, where=count == 0)
    return values
