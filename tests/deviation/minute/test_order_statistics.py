"""One sort serves every leave-one-out: the result is that of sorting the others anew, to the bit."""

import math
from itertools import product
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.minute.order_statistics import (
    BLOCK_COLUMNS,
    compute_medians,
    compute_medians_without,
    compute_minimum,
    compute_minimum_without,
    list_comparisons,
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


@pytest.mark.parametrize("size", range(1, 13))
def test_the_comparisons_sort_every_pattern_of_zeros_and_ones(size: int) -> None:
    """A fixed order of comparisons sorts everything if it sorts all zeros and ones (Knuth, 5.3.4, theorem Z)."""
    rows = np.array(list(product((0, 1), repeat=size)), np.int8).T.reshape(size, -1)
    for i, j in list_comparisons(size):
        rows[i], rows[j] = np.minimum(rows[i], rows[j]), np.maximum(rows[i], rows[j])
    assert (np.diff(rows, axis=0) >= 0).all()


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


def test_more_columns_than_a_block() -> None:
    """Columns are sorted block by block, the last one being shorter: none is missed."""
    values = np.random.default_rng(1).integers(1, 100, (7, 2 * BLOCK_COLUMNS + 3)).astype(float)
    values[values < 10] = NAN
    ranked, other_rows = sort_columns(list(values), values.shape[1]), np.delete(values, 3, axis=0)
    actual, expected = compute_medians_without(ranked, values[3]), compute_medians(other_rows)
    assert np.array_equal(ranked.medians.median, np.nanmedian(values, axis=0), equal_nan=True)
    assert np.array_equal(compute_minimum_without(ranked, values[3]), np.nanmin(other_rows, axis=0), equal_nan=True)
    for name in ("count", "median"):
        assert np.array_equal(getattr(actual, name), getattr(expected, name), equal_nan=True)


def test_nobody_says_nothing() -> None:
    """Without a market there are no values, and no median."""
    actual = compute_medians(np.empty((0, 2)))
    assert actual.count.tolist() == [0, 0]
    assert np.isnan(actual.median).all()
    assert np.isnan(compute_minimum(sort_columns([], 2))).all()
