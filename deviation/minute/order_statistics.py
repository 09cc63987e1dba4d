"""Order statistics down the columns of a matrix (market x minute) with NaN where a market has no value.

A matrix is sorted once; the values around the middle of a column then give its median without any one of its values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.grid import Floats, Ints


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


def sort_columns(values: Sequence[Floats], size: int) -> SortedColumns:
    """The columns of a matrix of ``size`` columns, given row by row, in ascending order; NaN is no value."""
    rows = np.vstack([*values, np.full(size, np.inf)])
    missing = np.isnan(rows)
    np.copyto(rows, np.inf, where=missing)
    rows.sort(axis=0)
    return _pick_middles(rows, len(values) - missing.sum(axis=0, dtype=np.int16))


def _pick_middles(rows: Floats, count: Ints) -> SortedColumns:
    """Pick the middle of sorted columns: one pass for each number of values that occurs."""
    columns_by_count = np.bincount(count, minlength=1)
    commonest_count = int(columns_by_count.argmax())  # copied for all columns, then the others are overwritten
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


def compute_minimum(columns: SortedColumns) -> Floats:
    """The least value of each column, NaN where there is none."""
    return _mask_empty(columns.rows[0].copy(), columns.count)


def compute_medians_without(columns: SortedColumns, excluded: Floats) -> Medians:
    """Count and median of each column without one of its values; NaN in ``excluded`` leaves out none.

    The n - 1 remaining values have their middle at n // 2 - 1 and (n - 1) // 2, which is one further in the full column
    from the position of the excluded value on.
    """
    has_value = ~np.isnan(excluded)
    low = np.where(columns.below >= excluded, columns.high, columns.below)
    high = np.where(columns.low >= excluded, columns.above, columns.low)
    count = columns.count - has_value
    return Medians(count, _mask_empty(np.where(has_value, (low + high) / 2, columns.medians.median), count))


def compute_minimum_without(columns: SortedColumns, excluded: Floats) -> Floats:
    """As `compute_minimum`, of the columns without one of their values; NaN in ``excluded`` leaves out none."""
    values = np.where(columns.rows[0] >= excluded, columns.rows[1], columns.rows[0])
    return _mask_empty(values, columns.count - ~np.isnan(excluded))


def remove_values(columns: SortedColumns, excluded: Floats) -> SortedColumns:
    """The columns without one of their values each, still in order; NaN in ``excluded`` leaves out none."""
    rows = columns.rows.copy()
    np.copyto(rows[:-1], columns.rows[1:], where=columns.rows[:-1] >= excluded)
    return _pick_middles(rows, columns.count - ~np.isnan(excluded))


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
