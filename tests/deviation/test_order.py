"""One sort serves every leave-one-out: the result is that of sorting the others anew, to the bit."""

import math
from itertools import product
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.order import BLOCK, comparisons, least, least_without, leave_one_out, middle, rank, without

NAN = math.nan
quick = settings(max_examples=300)
columns = st.lists(st.just(NAN) | st.integers(1, 5).map(float) | st.floats(0.1, 100), min_size=1, max_size=9)


def _slowly(values: list[float]) -> tuple[int, float, float]:
    """Count, median and least of the known values."""
    known = sorted(value for value in values if not math.isnan(value))
    return (len(known), median(known), known[0]) if known else (0, NAN, NAN)


@pytest.mark.parametrize("size", range(1, 13))
def test_the_comparisons_sort_every_pattern_of_zeros_and_ones(size: int) -> None:
    """A fixed order of comparisons sorts everything if it sorts all zeros and ones (Knuth, 5.3.4, theorem Z)."""
    rows = np.array(list(product((0, 1), repeat=size)), np.int8).T.reshape(size, -1)
    for i, j in comparisons(size):
        rows[i], rows[j] = np.minimum(rows[i], rows[j]), np.maximum(rows[i], rows[j])
    assert (np.diff(rows, axis=0) >= 0).all()


@quick
@given(columns, st.data())
def test_leaving_out_rows_equals_the_order_statistics_of_the_rest(values: list[float], data: st.DataObject) -> None:
    """Count, median and least without one row or several are those of the other rows alone."""
    out = data.draw(st.sets(st.integers(0, len(values) - 1), min_size=1, max_size=3))
    matrix = np.array([values]).T
    ranked = rank(list(matrix), 1)
    *first, last = sorted(out)
    for place in first:
        ranked = without(ranked, matrix[place])
    ours = leave_one_out(ranked, matrix[last])
    rest = [value for place, value in enumerate(values) if place not in out]
    lowest = least_without(ranked, matrix[last])
    assert np.array_equal([ours.count[0], ours.median[0], lowest[0]], _slowly(rest), equal_nan=True)


@quick
@given(columns)
def test_the_middle_of_a_column(values: list[float]) -> None:
    """Count, median and least of a whole column, whatever is missing in it."""
    matrix = np.array([values]).T
    ours, lowest = middle(matrix), least(rank(list(matrix), 1))
    assert np.array_equal([ours.count[0], ours.median[0], lowest[0]], _slowly(values), equal_nan=True)


def test_more_columns_than_a_block() -> None:
    """Columns are sorted block by block, the last one being shorter: none is missed."""
    values = np.random.default_rng(1).integers(1, 100, (7, 2 * BLOCK + 3)).astype(float)
    values[values < 10] = NAN
    ranked, others = rank(list(values), values.shape[1]), np.delete(values, 3, axis=0)
    ours, rest = leave_one_out(ranked, values[3]), middle(others)
    assert np.array_equal(ranked.whole.median, np.nanmedian(values, axis=0), equal_nan=True)
    assert np.array_equal(least_without(ranked, values[3]), np.nanmin(others, axis=0), equal_nan=True)
    for name in ("count", "median"):
        assert np.array_equal(getattr(ours, name), getattr(rest, name), equal_nan=True)


def test_nobody_says_nothing() -> None:
    """Without a market there are no values, and no median."""
    ours = middle(np.empty((0, 2)))
    assert ours.count.tolist() == [0, 0]
    assert np.isnan(ours.median).all()
    assert np.isnan(least(rank([], 2))).all()
