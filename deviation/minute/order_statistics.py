"""Order statistics down the columns of a matrix (voter x minute), with or without one value of each column.

A matrix is sorted once; the four values around the middle of a column then give every median that is left when at most
two of its values are taken away: the row's own, and any one other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.grid import Bools, Floats, Ints


@dataclass(frozen=True)
class SortedColumns:
    """Values in ascending order down each column, infinite behind the last; ``size`` is how many a column has.

    ``excluded`` is one value of each column that is left out, NaN where none is; None where none is anywhere.
    """

    rows: Floats
    size: Ints
    excluded: Floats | None = None

    def exclude(self, values: Floats | None) -> "SortedColumns":
        """The same columns without one of their values each; shares what was picked from them."""
        if values is None:
            return self
        columns = SortedColumns(self.rows, self.size, values)
        columns.__dict__["_near"] = self._near
        return columns

    @cached_property
    def count(self) -> Ints:
        """How many values each column has, without the excluded one."""
        return self.size if self._has_excluded is None else self.size - self._has_excluded

    @cached_property
    def lower_middle(self) -> Floats:
        """The middle value, of an even number the lower one of the two; NaN without a value."""
        _, low, high, _ = self._near
        values = np.where(self._is_even, low, high)
        if self._has_excluded is not None:
            values = np.where(self._has_excluded, self._skip(low, high), values)
        return self._mask_empty(values)

    @cached_property
    def upper_middle(self) -> Floats:
        """The middle value, of an even number the upper one of the two; NaN without a value."""
        _, low, high, above = self._near
        values = high
        if self._has_excluded is not None:
            without = np.where(self._is_even, self._skip(low, high), self._skip(high, above))
            values = np.where(self._has_excluded, without, values)
        return self._mask_empty(values)

    @cached_property
    def lower_inner(self) -> Floats:
        """The least median that is left when any one value is taken away; a lone value itself, NaN without one."""
        below, low, high, _ = self._near
        values = low
        if self._has_excluded is not None:
            without = np.where(self._is_even, self._skip(below, low), self._skip(low, high))
            values = np.where(self._has_excluded, without, values)
        return np.where(self.count > 1, values, self.lower_middle)

    @cached_property
    def upper_inner(self) -> Floats:
        """The greatest median that is left when any one value is taken away."""
        _, _, high, above = self._near
        values = np.where(self._is_even, high, above)
        if self._has_excluded is not None:
            values = np.where(self._has_excluded, self._skip(high, above), values)
        return np.where(self.count > 1, values, self.upper_middle)

    @cached_property
    def lowest(self) -> Floats:
        """The least value of each column; NaN without one."""
        values = self.rows[0]
        return self._mask_empty(values if self.excluded is None else self._skip(values, self.rows[1]))

    @cached_property
    def highest(self) -> Floats:
        """The greatest value of each column; NaN without one."""
        values = self._pick(self.size - 1)
        if self.excluded is not None:
            values = np.where(values <= self.excluded, self._pick(self.size - 2), values)
        return self._mask_empty(values)

    @cached_property
    def _near(self) -> tuple[Floats, Floats, Floats, Floats]:
        """With n values: those at n // 2 - 2, - 1, + 0 and + 1, counted from 0."""
        half = self.size // 2
        below, low, high, above = (self._pick(half + offset) for offset in (-2, -1, 0, 1))
        return below, low, high, above

    @cached_property
    def _is_even(self) -> Bools:
        return np.equal(self.size % 2, 0)

    @cached_property
    def _has_excluded(self) -> Bools | None:
        return None if self.excluded is None else ~np.isnan(self.excluded)

    def _pick(self, position: Ints) -> Floats:
        """The value at a position of each column; positions outside are moved to the nearest row."""
        columns = np.arange(self.rows.shape[1])
        picked: Floats = self.rows[np.clip(position, 0, self.rows.shape[0] - 1), columns]
        return picked

    def _skip(self, value: Floats, following: Floats) -> Floats:
        """A value of each column once the excluded one is gone: the following one from its position on."""
        return np.where(value >= (np.nan if self.excluded is None else self.excluded), following, value)

    def _mask_empty(self, values: Floats) -> Floats:
        return values if self.count.all() else np.where(self.count > 0, values, np.nan)


def sort_columns(values: Sequence[Floats], size: int) -> SortedColumns:
    """The columns of a matrix of ``size`` columns, given row by row; NaN is no value.

    >>> columns = sort_columns([np.array([1.0]), np.array([4.0]), np.array([2.0]), np.array([9.0])], 1)
    >>> float(columns.lower_middle[0]), float(columns.upper_middle[0])
    (2.0, 4.0)
    >>> without_two = columns.exclude(np.array([2.0]))
    >>> float(without_two.lower_middle[0]), float(without_two.lower_inner[0]), float(without_two.upper_inner[0])
    (4.0, 1.0, 9.0)
    """
    rows = np.vstack([*values, np.full((2, size), np.inf)])
    missing = np.isnan(rows)
    np.copyto(rows, np.inf, where=missing)
    rows.sort(axis=0)
    return SortedColumns(rows, len(values) - missing.sum(axis=0, dtype=np.int64))
