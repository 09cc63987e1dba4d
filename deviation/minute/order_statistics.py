"""Order statistics down the columns of a matrix (voter x minute), with or without one value of each column.

A matrix is sorted once; the four values around the middle of a column then give every median that is left when at most
two of its values are taken away: the row's own, and any one other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.grid import Bools, Floats, Ints, Positions
from deviation.minute.selecting import choose, mask_values


@dataclass(frozen=True)
class SortedColumns:
    """Values in ascending order down each column, two infinities behind the last; ``size`` is how many there are."""

    rows: Floats
    size: Ints

    def exclude(self, values: Floats | None) -> "Columns":
        """The same columns without one of their values each: NaN where none is left out, None for none anywhere."""
        return self if values is None else ReducedColumns(self, values)

    def select(self, positions: Positions) -> "SortedColumns":
        """Some of the columns; shares what was picked from all."""
        columns = SortedColumns(self.rows[:, positions], self.size[positions])
        columns.__dict__["near"] = tuple(values[positions] for values in self.near)
        return columns

    @property
    def count(self) -> Ints:
        """How many values each column has."""
        return self.size

    @cached_property
    def lower_middle(self) -> Floats:
        """The middle value, of an even number the lower one of the two; NaN without a value."""
        _, low, high, _ = self.near
        return mask_values(choose(self.is_even, low, high), self.count > 0)

    @cached_property
    def upper_middle(self) -> Floats:
        """The middle value, of an even number the upper one of the two; NaN without a value."""
        return mask_values(self.near[2], self.count > 0)

    @cached_property
    def lower_inner(self) -> Floats:
        """The least median that is left when any one value is taken away; a lone value itself, NaN without one."""
        return choose(self.count > 1, self.near[1], self.lower_middle)

    @cached_property
    def upper_inner(self) -> Floats:
        """The greatest median that is left when any one value is taken away."""
        _, _, high, above = self.near
        return choose(self.count > 1, choose(self.is_even, high, above), self.upper_middle)

    @cached_property
    def lowest(self) -> Floats:
        """The least value of each column; NaN without one."""
        return mask_values(self.rows[0], self.count > 0)

    @cached_property
    def highest(self) -> Floats:
        """The greatest value of each column; NaN without one."""
        return mask_values(self.highest_two[0], self.count > 0)

    @cached_property
    def near(self) -> tuple[Floats, Floats, Floats, Floats]:
        """With n values: those at n // 2 - 2, - 1, + 0 and + 1, counted from 0."""
        below, low, high, above = (
            self._pick(lambda size, offset=offset: size // 2 + offset)  # type: ignore[misc]
            for offset in (-2, -1, 0, 1)
        )
        return below, low, high, above

    @cached_property
    def highest_two(self) -> tuple[Floats, Floats]:
        """With n values: those at n - 1 and n - 2, counted from 0."""
        return self._pick(lambda size: size - 1), self._pick(lambda size: size - 2)

    @cached_property
    def is_even(self) -> Bools:
        """Whether the number of values is even."""
        return np.equal(self.size % 2, 0)

    def _pick(self, find_position: Callable[[int], int]) -> Floats:
        """The value at a position of each column, which follows from its size; one pass for each size that occurs."""
        sizes = np.flatnonzero(np.bincount(self.size, minlength=1)).tolist()
        rows = {size: self.rows[min(max(find_position(size), 0), self.rows.shape[0] - 1)] for size in sizes}
        values: Floats = rows[sizes[-1]]
        if len(sizes) > 1:
            values = values.copy()
            for size in sizes[:-1]:
                np.copyto(values, rows[size], where=self.size == size)
        return values


@dataclass(frozen=True)
class ReducedColumns:
    """Sorted columns without one of their values each; ``excluded`` is NaN where none is left out.

    What holds with all values is computed once for all that leave one out.
    """

    whole: SortedColumns
    excluded: Floats

    def select(self, positions: Positions) -> "ReducedColumns":
        """Some of the columns; shares what was picked from all."""
        return ReducedColumns(self.whole.select(positions), self.excluded[positions])

    @cached_property
    def count(self) -> Ints:
        """As of `SortedColumns`, and so are all below."""
        count: Ints = self.whole.size - self._has_excluded
        return count

    @cached_property
    def lower_middle(self) -> Floats:
        """The middle value, of an even number the lower one of the two."""
        _, low, high, _ = self.whole.near
        return self._merge(self._skip(low, high), self.whole.lower_middle)

    @cached_property
    def upper_middle(self) -> Floats:
        """The middle value, of an even number the upper one of the two."""
        _, low, high, above = self.whole.near
        without = choose(self.whole.is_even, self._skip(low, high), self._skip(high, above))
        return self._merge(without, self.whole.upper_middle)

    @cached_property
    def lower_inner(self) -> Floats:
        """The least median that is left when any one value is taken away."""
        below, low, high, _ = self.whole.near
        without = choose(self.whole.is_even, self._skip(below, low), self._skip(low, high))
        return self._merge(choose(self.count > 1, without, self.lower_middle), self.whole.lower_inner)

    @cached_property
    def upper_inner(self) -> Floats:
        """The greatest median that is left when any one value is taken away."""
        _, _, high, above = self.whole.near
        without = choose(self.count > 1, self._skip(high, above), self.upper_middle)
        return self._merge(without, self.whole.upper_inner)

    @cached_property
    def lowest(self) -> Floats:
        """The least value of each column."""
        rows = self.whole.rows
        return self._merge(self._skip(rows[0], rows[1]), self.whole.lowest)

    @cached_property
    def highest(self) -> Floats:
        """The greatest value of each column."""
        values, preceding = self.whole.highest_two
        return self._merge(choose(values <= self.excluded, preceding, values), self.whole.highest)

    @cached_property
    def _has_excluded(self) -> Bools:
        return ~np.isnan(self.excluded)

    @cached_property
    def _limit(self) -> Floats:
        """The excluded value, infinite where none is."""
        return self.excluded if self._has_excluded.all() else np.where(self._has_excluded, self.excluded, np.inf)

    def _merge(self, without: Floats, values: Floats) -> Floats:
        """What holds without the excluded value where there is one, else what holds with all; NaN without a value."""
        return mask_values(choose(self._has_excluded, without, values), self.count > 0)

    def _skip(self, value: Floats, following: Floats) -> Floats:
        """A value of each column once the excluded one is gone: the following one from its position on.

        The excluded value is at most the one or at least the other. Of the two the one that it is not next to remains:
        by their bits, as that differs from column to column, and a choice by mask takes four times as long.
        """
        nearest: Floats = np.maximum(self._limit, value)
        np.minimum(nearest, following, out=nearest)
        bits = nearest.view(np.int64)
        bits ^= value.view(np.int64)
        bits ^= following.view(np.int64)
        return nearest


Columns = SortedColumns | ReducedColumns
"""Columns with all of their values, or without one each."""


def sort_columns(values: Sequence[Floats], size: int) -> SortedColumns:
    """The columns of a matrix of ``size`` columns, given row by row; NaN is no value.

    >>> columns = sort_columns([np.array([1.0]), np.array([4.0]), np.array([2.0]), np.array([9.0])], 1)
    >>> float(columns.lower_middle[0]), float(columns.upper_middle[0])
    (2.0, 4.0)
    >>> without_two = columns.exclude(np.array([2.0]))
    >>> float(without_two.lower_middle[0]), float(without_two.lower_inner[0]), float(without_two.upper_inner[0])
    (4.0, 1.0, 9.0)
    """
    rows = np.full((len(values) + 2, size), np.inf)
    for row, row_values in zip(rows, values, strict=False):
        row[:] = row_values
    rows.sort(axis=0)  # NaN comes behind infinity
    return SortedColumns(rows, len(values) - np.isnan(rows).sum(axis=0, dtype=np.int16))
