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
    """Values in ascending order down each column, two infinities behind the last; ``size`` is how many there are.

    ``excluded`` is one value of each column that is left out, NaN where none is; None where none is anywhere. ``whole``
    are the same columns with all values, from which values are picked once for all that leave one out.
    """

    rows: Floats
    size: Ints
    excluded: Floats | None = None
    whole: "SortedColumns | None" = None

    def exclude(self, values: Floats | None) -> "SortedColumns":
        """The same columns without one of their values each."""
        return self if values is None else SortedColumns(self.rows, self.size, values, self)

    def select(self, positions: Positions) -> "SortedColumns":
        """Some of the columns; shares what was picked from all."""
        excluded = None if self.excluded is None else self.excluded[positions]
        columns = SortedColumns(self.rows[:, positions], self.size[positions], excluded)
        columns.__dict__["_near"] = tuple(values[positions] for values in self._near)
        return columns

    @cached_property
    def count(self) -> Ints:
        """How many values each column has, without the excluded one."""
        return self.size if self._has_excluded is None else self.size - self._has_excluded

    @cached_property
    def lower_middle(self) -> Floats:
        """The middle value, of an even number the lower one of the two; NaN without a value."""
        _, low, high, _ = self._near
        without = None if self.excluded is None else self._skip(low, high)
        return self._mask_empty(self._merge(choose(self._is_even, low, high), without))

    @cached_property
    def upper_middle(self) -> Floats:
        """The middle value, of an even number the upper one of the two; NaN without a value."""
        _, low, high, above = self._near
        without = (
            None if self.excluded is None else choose(self._is_even, self._skip(low, high), self._skip(high, above))
        )
        return self._mask_empty(self._merge(high, without))

    @cached_property
    def lower_inner(self) -> Floats:
        """The least median that is left when any one value is taken away; a lone value itself, NaN without one."""
        below, low, high, _ = self._near
        without = (
            None if self.excluded is None else choose(self._is_even, self._skip(below, low), self._skip(low, high))
        )
        return choose(self.count > 1, self._merge(low, without), self.lower_middle)

    @cached_property
    def upper_inner(self) -> Floats:
        """The greatest median that is left when any one value is taken away."""
        _, _, high, above = self._near
        without = None if self.excluded is None else self._skip(high, above)
        return choose(self.count > 1, self._merge(choose(self._is_even, high, above), without), self.upper_middle)

    @cached_property
    def lowest(self) -> Floats:
        """The least value of each column; NaN without one."""
        values = self.rows[0]
        return self._mask_empty(values if self.excluded is None else self._skip(values, self.rows[1]))

    @cached_property
    def highest(self) -> Floats:
        """The greatest value of each column; NaN without one."""
        values, preceding = self._highest_two
        if self.excluded is not None:
            values = np.where(values <= self.excluded, preceding, values)
        return self._mask_empty(values)

    @cached_property
    def _near(self) -> tuple[Floats, Floats, Floats, Floats]:
        """With n values: those at n // 2 - 2, - 1, + 0 and + 1, counted from 0."""
        if self.whole is not None:
            return self.whole._near  # noqa: SLF001 - of the same class
        below, low, high, above = (
            self._pick(lambda size, offset=offset: size // 2 + offset)  # type: ignore[misc]
            for offset in (-2, -1, 0, 1)
        )
        return below, low, high, above

    @cached_property
    def _highest_two(self) -> tuple[Floats, Floats]:
        """With n values: those at n - 1 and n - 2, counted from 0."""
        if self.whole is not None:
            return self.whole._highest_two  # noqa: SLF001 - of the same class
        return self._pick(lambda size: size - 1), self._pick(lambda size: size - 2)

    @cached_property
    def _is_even(self) -> Bools:
        if self.whole is not None:
            return self.whole._is_even  # noqa: SLF001 - of the same class
        return np.equal(self.size % 2, 0)

    @cached_property
    def _has_excluded(self) -> Bools | None:
        return None if self.excluded is None else ~np.isnan(self.excluded)

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

    def _merge(self, values: Floats, without: Floats | None) -> Floats:
        """What holds without the excluded value where there is one, else what holds with all."""
        return values if without is None or self._has_excluded is None else choose(self._has_excluded, without, values)

    def _skip(self, value: Floats, following: Floats) -> Floats:
        """A value of each column once the excluded one is gone: the following one from its position on."""
        return choose(value >= (np.nan if self.excluded is None else self.excluded), following, value)

    def _mask_empty(self, values: Floats) -> Floats:
        return mask_values(values, self.count > 0)


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
    return SortedColumns(rows, len(values) - np.isnan(rows).sum(axis=0, dtype=np.int64))
