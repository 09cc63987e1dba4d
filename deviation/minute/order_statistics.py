"""Order statistics down the columns of a matrix (market x minute) with NaN where a market has no value.

A matrix is sorted once; the values around the middle of a column then give its median without any one of its values.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from deviation.minute.grid import Floats, Ints

BLOCK_COLUMNS = 8192
"""Columns that are worked on together, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Medians:
    """Per minute: the number of values, and their median (NaN where there is no value)."""

    count: Ints
    median: Floats


@dataclass(frozen=True)
class SortedColumns:
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
    def medians(self) -> Medians:
        """Count and median of each column; of an even number, the mean of the two middle values."""
        values = self.low + self.high
        values /= 2
        return Medians(self.count, _mask_empty(values, self.count))


@cache
def list_comparisons(size: int) -> tuple[tuple[int, int], ...]:
    """The pairs whose exchange, in turn, sorts so many values: Batcher's method (Knuth, TAOCP 3, 5.2.2, algorithm M).

    >>> list_comparisons(3)
    ((0, 2), (0, 1), (1, 2))
    """
    return tuple(_list_pairs(size))


def _list_pairs(size: int) -> Iterator[tuple[int, int]]:
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


def sort_columns(values: Sequence[Floats], size: int) -> SortedColumns:
    """The columns of a matrix of ``size`` columns, given row by row, in ascending order."""
    rows = np.full((len(values) + 1, size), np.inf)
    count = np.zeros(size, np.int16)
    for row, value in zip(rows[:-1], values, strict=True):
        has_value = ~np.isnan(value)
        np.copyto(row, value, where=has_value)
        count += has_value
    buffer = np.empty(min(BLOCK_COLUMNS, size))
    for block in _split_blocks(size):
        block_rows = rows[:, block]
        minima = buffer[: block_rows.shape[1]]
        for i, j in list_comparisons(len(values)):
            np.minimum(block_rows[i], block_rows[j], out=minima)
            np.maximum(block_rows[i], block_rows[j], out=block_rows[j])
            block_rows[i] = minima
    return _pick_middles(rows, count)


def _split_blocks(size: int) -> Iterator[slice]:
    return (slice(first, min(first + BLOCK_COLUMNS, size)) for first in range(0, size, BLOCK_COLUMNS))


def _pick_middles(rows: Floats, count: Ints) -> SortedColumns:
    """Pick the middle of sorted columns: one pass for each number of values that occurs."""
    columns_by_count = np.bincount(count, minlength=1)
    commonest_count = int(columns_by_count.argmax())  # most columns have as many values: they are copied whole
    middles = [rows[position].copy() for position in _middle_positions(commonest_count)]
    for n in np.flatnonzero(columns_by_count).tolist():
        if n != commonest_count:
            column_mask = count == n
            for values, position in zip(middles, _middle_positions(n), strict=True):
                np.copyto(values, rows[position], where=column_mask)
    return SortedColumns(rows, count, *middles)


def _middle_positions(n: int) -> tuple[int, int, int, int]:
    """Below, low, high and above among n sorted values; -1, the last row, is infinity."""
    return (n // 2 - 1, (n - 1) // 2, n // 2, (n + 1) // 2) if n else (-1, -1, -1, -1)


def compute_minimum(ranked: SortedColumns) -> Floats:
    """The least value of each column, NaN where there is none."""
    return _mask_empty(ranked.rows[0].copy(), ranked.count)


def compute_medians_without(ranked: SortedColumns, excluded: Floats) -> Medians:
    """Count and median of each column without one of its values; NaN in ``excluded`` leaves out none.

    What is left of n values has its middle at n // 2 - 1 and (n - 1) // 2; from the place of the value left out on,
    that is one further in the whole.
    """
    has_value = ~np.isnan(excluded)
    median = np.empty(excluded.size)
    for block in _split_blocks(excluded.size):
        own_block, low, block_medians = excluded[block], ranked.low[block], median[block]
        np.add(
            np.where(ranked.below[block] >= own_block, ranked.high[block], ranked.below[block]),
            np.where(low >= own_block, ranked.above[block], low),
            out=block_medians,
        )
        block_medians /= 2
        np.copyto(block_medians, ranked.medians.median[block], where=~has_value[block])
    count = ranked.count - has_value
    return Medians(count, _mask_empty(median, count))


def compute_minimum_without(ranked: SortedColumns, excluded: Floats) -> Floats:
    """As `compute_minimum`, of the columns without one of their values; NaN in ``excluded`` leaves out none."""
    values = np.where(ranked.rows[0] >= excluded, ranked.rows[1], ranked.rows[0])
    return _mask_empty(values, ranked.count - ~np.isnan(excluded))


def remove_values(ranked: SortedColumns, excluded: Floats) -> SortedColumns:
    """The columns without one of their values each, still in order; NaN in ``excluded`` leaves out none."""
    rows = ranked.rows.copy()
    np.copyto(rows[:-1], ranked.rows[1:], where=ranked.rows[:-1] >= excluded)
    return _pick_middles(rows, ranked.count - ~np.isnan(excluded))


def compute_medians(values: Floats) -> Medians:
    """Count and median of each column of a matrix.

    >>> compute_medians(np.array([[1.0, np.nan], [4.0, np.nan], [2.0, 5.0], [np.nan, 7.0]])).median.tolist()
    [2.0, 6.0]
    """
    return sort_columns(list(values), values.shape[1]).medians


def _mask_empty(values: Floats, count: Ints) -> Floats:
    """NaN where there is no value."""
    if not count.all():
        np.copyto(values, np.nan, where=count == 0)
    return values
