"""Order statistics down the columns of a matrix (voter x minute), with or without one value of each column.

A matrix is sorted once; the four values around the middle of a column then give every median that is left when at most
two of its values are taken away: the row's own, and any one other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.grid import Bools, Floats, Ints
from deviation.minute.selecting import choose
from deviation.minute.sorting import sort_middle


@dataclass(frozen=True)
class ValuePair:
    """Two values of each column, neighbours in its order."""

    low: Floats
    high: Floats

    @cached_property
    def _bits(self) -> Ints:
        return self.low.view(np.int64) ^ self.high.view(np.int64)

    def skip(self, excluded: Floats) -> Floats:
        """The low value once one of the column's values is left out: the high one where that is the low or before it.

        NaN leaves out none and gives nothing that means anything.
        Of the pair the one remains that the excluded value, cut to the pair, is not: low ^ high ^ cut on their bits.
        A choice by mask would take eight times as long where it changes from column to column.
        """
        remaining: Floats = np.maximum(excluded, self.low)
        np.minimum(remaining, self.high, out=remaining)
        bits = remaining.view(np.int64)
        bits ^= self._bits
        return remaining


@dataclass(frozen=True)
class SortedColumns:
    """The statistics of each column of some rows of ``values``, NaN where a column has no value.

    Args:
        values: The rows; NaN is no value.
        near: The values around the middle, as of `MiddleRows`.
        count: How many values each column has.
        is_odd: Whether that is an odd number.
    """

    values: Sequence[Floats]
    near: tuple[Floats, Floats, Floats, Floats]
    count: Ints
    is_odd: Bools

    def exclude(self, values: Floats | None) -> "Columns":
        """The same columns without one of their values each: NaN where none is left out, None for none anywhere."""
        return self if values is None else ReducedColumns(self, values)

    def select(self, positions: Ints) -> "SortedColumns":
        """Some of the columns."""
        below, low, high, above = self.near
        near = below[positions], low[positions], high[positions], above[positions]
        return SortedColumns(
            [row[positions] for row in self.values], near, self.count[positions], self.is_odd[positions]
        )

    @cached_property
    def lower_middle(self) -> Floats:
        """The middle value, of an even number the lower one of the two."""
        return _replace(self.near[1], self._empty, np.nan)

    @cached_property
    def upper_middle(self) -> Floats:
        """The middle value, of an even number the upper one of the two."""
        return _replace(self.lower_pair.high, self._empty, np.nan)

    @cached_property
    def lower_inner(self) -> Floats:
        """The least median that is left when any one value is taken away; a lone value itself."""
        return _replace(self.lower_pair.low, self._lone, self.lower_middle)

    @cached_property
    def upper_inner(self) -> Floats:
        """The greatest median that is left when any one value is taken away."""
        return _replace(self.near[2], self._lone, self.upper_middle)

    @cached_property
    def split(self) -> Floats:
        """How far the inner pair lies apart, relative to its lower end."""
        return self.upper_inner / self.lower_inner - 1

    @cached_property
    def lowest(self) -> Floats:
        """The least value of each column."""
        return _replace(self.lowest_pair.low, self._empty, np.nan)

    @cached_property
    def highest(self) -> Floats:
        """The greatest value of each column."""
        return _replace(self.highest_pair.high, self._empty, np.nan)

    @cached_property
    def inner_pairs(self) -> tuple[ValuePair, ValuePair, ValuePair]:
        """Each value of ``near`` with the next one."""
        below, low, high, above = self.near
        return ValuePair(below, low), ValuePair(low, high), ValuePair(high, above)

    @cached_property
    def lower_pair(self) -> ValuePair:
        """The two middle values of an even number; of an odd number the middle one and that before it."""
        below, low, high, _ = self.near
        return ValuePair(choose(self.is_odd, below, low), choose(self.is_odd, low, high))

    @cached_property
    def upper_pair(self) -> ValuePair:
        """The upper middle value and that behind it."""
        return ValuePair(self.lower_pair.high, choose(self.is_odd, self.near[2], self.near[3]))

    @cached_property
    def lowest_pair(self) -> ValuePair:
        """The two least values; infinite where there are fewer."""
        lowest, second = np.full((2, self.count.size), np.inf)
        for row in self.values:
            known = np.fmin(row, np.inf)
            np.minimum(second, np.maximum(lowest, known), out=second)
            np.minimum(lowest, known, out=lowest)
        return ValuePair(lowest, second)

    @cached_property
    def highest_pair(self) -> ValuePair:
        """The two greatest values, the greatest one last."""
        second, highest = np.full((2, self.count.size), -np.inf)
        for row in self.values:
            known = np.fmax(row, -np.inf)
            np.maximum(second, np.minimum(highest, known), out=second)
            np.maximum(highest, known, out=highest)
        return ValuePair(second, highest)

    @cached_property
    def _empty(self) -> Ints:
        return np.flatnonzero(self.count == 0)

    @cached_property
    def _lone(self) -> Ints:
        return np.flatnonzero(self.count <= 1)


@dataclass(frozen=True)
class ReducedColumns:
    """Sorted columns without one of their values each; ``excluded`` is NaN where none is left out.

    What holds with all values is computed once for all that leave one out.
    """

    whole: SortedColumns
    excluded: Floats

    def select(self, positions: Ints) -> "ReducedColumns":
        """Some of the columns."""
        return ReducedColumns(self.whole.select(positions), self.excluded[positions])

    @cached_property
    def count(self) -> Ints:
        """As of `SortedColumns`, and so are all below."""
        count: Ints = self.whole.count - 1
        count[self._whole_columns] += 1
        return count

    @cached_property
    def lower_middle(self) -> Floats:
        """The middle value, of an even number the lower one of the two."""
        return self._leave_out(self.whole.lower_pair, self.whole.lower_middle)

    @cached_property
    def upper_middle(self) -> Floats:
        """The middle value, of an even number the upper one of the two."""
        return self._leave_out(self.whole.inner_pairs[1], self.whole.upper_middle)

    @cached_property
    def lower_inner(self) -> Floats:
        """The least median that is left when any one value is taken away."""
        values = self._leave_out(self.whole.inner_pairs[0], self.whole.lower_inner)
        return _replace(values, self._lone, self.lower_middle)

    @cached_property
    def upper_inner(self) -> Floats:
        """The greatest median that is left when any one value is taken away."""
        values = self._leave_out(self.whole.upper_pair, self.whole.upper_inner)
        return _replace(values, self._lone, self.upper_middle)

    @cached_property
    def split(self) -> Floats:
        """How far the inner pair lies apart, relative to its lower end."""
        return self.upper_inner / self.lower_inner - 1

    @cached_property
    def lowest(self) -> Floats:
        """The least value of each column."""
        return self._leave_out(self.whole.lowest_pair, self.whole.lowest)

    @cached_property
    def highest(self) -> Floats:
        """The greatest value of each column."""
        return self._leave_out(self.whole.highest_pair, self.whole.highest)

    def _leave_out(self, pair: ValuePair, values: Floats) -> Floats:
        """What remains of a pair, and where none is left out what holds with all values; NaN without a value."""
        remaining = pair.skip(self.excluded)
        remaining[self._whole_columns] = values[self._whole_columns]
        remaining[self._empty] = np.nan
        return remaining

    @cached_property
    def _whole_columns(self) -> Ints:
        """The columns of which none is left out."""
        return np.flatnonzero(np.isnan(self.excluded))

    @cached_property
    def _empty(self) -> Ints:
        return np.flatnonzero(self.count == 0)

    @cached_property
    def _lone(self) -> Ints:
        return np.flatnonzero(self.count == 1)


Columns = SortedColumns | ReducedColumns
"""Columns with all of their values, or without one each."""


def _replace(values: Floats, positions: Ints, others: Floats | float) -> Floats:
    """The values with others at some positions, few as a rule; the same array where there are none."""
    if not positions.size:
        return values
    replaced = values.copy()
    replaced[positions] = others[positions] if isinstance(others, np.ndarray) else others
    return replaced


def sort_columns(values: Sequence[Floats], size: int) -> SortedColumns:
    """The columns of a matrix of ``size`` columns, given row by row; NaN is no value.

    >>> columns = sort_columns([np.array([1.0]), np.array([4.0]), np.array([2.0]), np.array([9.0])], 1)
    >>> float(columns.lower_middle[0]), float(columns.upper_middle[0])
    (2.0, 4.0)
    >>> without_two = columns.exclude(np.array([2.0]))
    >>> float(without_two.lower_middle[0]), float(without_two.lower_inner[0]), float(without_two.upper_inner[0])
    (4.0, 1.0, 9.0)
    """
    middle = sort_middle(values, size)
    return SortedColumns(values, middle.near, middle.count, middle.is_odd)
