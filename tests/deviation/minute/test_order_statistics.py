"""Order statistics of columns, with and without some rows, against sorting the remaining values by hand."""

import math
from statistics import median

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.minute.order_statistics import (
    compute_medians,
    compute_medians_without,
    compute_minimum,
    compute_minimum_without,
    remove_values,
    sort_columns,
)

NAN = math.nan
quick_settings = settings(max_examples=300)
column_values = st.lists(st.just(NAN) | st.integers(1, 5).map(float) | st.floats(0.1, 100), min_size=1, max_size=9)


def _compute_slowly(values: list[float]) -> tuple[int, float, float]:
    """Count, median and least of the known values."""
    known_values = sorted(value for value in values if not math.isnan(value))
    return (len(known_values), median(known_values), known_values[0]) if known_values else (0, NAN, NAN)


@st.composite
def _draw_matrices(draw: st.DrawFn) -> list[list[float]]:
    """Up to seven rows of the same number of columns; NaN is no value."""
    columns = draw(st.integers(1, 12))
    cells = st.just(NAN) | st.integers(1, 4).map(float) | st.floats(1e-9, 1e9)
    return draw(st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=1, max_size=7))


@quick_settings
@given(_draw_matrices())
def test_columns_are_sorted_each_on_its_own(rows: list[list[float]]) -> None:
    """Each column holds its own values, to the bit, in ascending order, then infinity; all middles are read from it."""
    actual = sort_columns([np.array(row) for row in rows], len(rows[0]))
    for position, values in enumerate(zip(*rows, strict=True)):
        known_values = sorted(value for value in values if not math.isnan(value))
        n, column = len(known_values), [*known_values, *[math.inf] * (len(values) + 1 - len(known_values))]
        assert actual.rows[:, position].tolist() == column
        assert actual.count[position] == n
        middles = [actual.low, actual.high, actual.above] if n else []
        assert [float(middle[position]) for middle in middles] == [
            column[place] for place in ((n - 1) // 2, n // 2, (n + 1) // 2)[: len(middles)]
        ]
        assert n < 2 or actual.below[position] == column[n // 2 - 1]


@quick_settings
@given(column_values, st.data())
def test_leaving_out_rows_equals_the_order_statistics_of_the_rest(values: list[float], data: st.DataObject) -> None:
    """Count, median and least without one row or several are those of the other rows alone."""
    excluded = data.draw(st.sets(st.integers(0, len(values) - 1), min_size=1, max_size=3))
    matrix = np.array([values]).T
    ranked = sort_columns(list(matrix), 1)
    *earlier, last_position = sorted(excluded)
    for position in earlier:
        ranked = remove_values(ranked, matrix[position])
    actual = compute_medians_without(ranked, matrix[last_position])
    remaining = [value for position, value in enumerate(values) if position not in excluded]
    lowest = compute_minimum_without(ranked, matrix[last_position])
    assert np.array_equal([actual.count[0], actual.median[0], lowest[0]], _compute_slowly(remaining), equal_nan=True)


@quick_settings
@given(column_values)
def test_the_middle_of_a_column(values: list[float]) -> None:
    """Count, median and least of a whole column, whatever is missing in it."""
    matrix = np.array([values]).T
    actual, lowest = compute_medians(matrix), compute_minimum(sort_columns(list(matrix), 1))
    assert np.array_equal([actual.count[0], actual.median[0], lowest[0]], _compute_slowly(values), equal_nan=True)


def test_many_columns() -> None:
    """Medians and minima of 16,387 columns, with and without one of the rows, are those of numpy."""
    values = np.random.default_rng(1).integers(1, 100, (7, 16_387)).astype(float)
    values[values < 10] = NAN
    ranked, other_rows = sort_columns(list(values), values.shape[1]), np.delete(values, 3, axis=0)
    actual, expected = compute_medians_without(ranked, values[3]), compute_medians(other_rows)
    assert np.array_equal(ranked.medians.median, np.nanmedian(values, axis=0), equal_nan=True)
    assert np.array_equal(compute_minimum_without(ranked, values[3]), np.nanmin(other_rows, axis=0), equal_nan=True)
    for name in ("count", "median"):
        assert np.array_equal(getattr(actual, name), getattr(expected, name), equal_nan=True)


def test_no_rows() -> None:
    """A matrix without rows has columns without values."""
    actual = compute_medians(np.empty((0, 2)))
    assert actual.count.tolist() == [0, 0]
    assert np.isnan(actual.median).all()
    assert np.isnan(compute_minimum(sort_columns([], 2))).all()
