"""Order statistics of columns, with and without one of the rows, against sorting the remaining values by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.minute.order_statistics import Columns, sort_columns

NAN = math.nan
NAMES = ("lower_middle", "upper_middle", "lower_inner", "upper_inner", "lowest", "highest")
quick_settings = settings(max_examples=300)


def _compute_slowly(values: list[float]) -> list[float]:
    """The statistics of `NAMES` of one column's known values, by the definitions of docs/method.md, section 3."""
    ranked = sorted(value for value in values if not math.isnan(value))
    n = len(ranked)
    if not n:
        return [NAN] * len(NAMES)
    middles = [ranked[(n - 1) // 2], ranked[n // 2]]
    # The numbers floor((n - 2) / 2) + 1 and ceil(n / 2) + 1 of the method count from 1.
    inner = [ranked[(n - 2) // 2], ranked[math.ceil(n / 2)]] if n > 1 else [ranked[0], ranked[0]]
    return [*middles, *inner, ranked[0], ranked[-1]]


def _read_column(columns: Columns, position: int) -> list[float]:
    return [float(getattr(columns, name)[position]) for name in NAMES]


@st.composite
def _draw_matrices(draw: st.DrawFn) -> list[list[float]]:
    """Up to 14 rows of the same number of columns; NaN is no value, and equal values are frequent."""
    columns = draw(st.integers(1, 12))
    cells = st.just(NAN) | st.integers(1, 4).map(float) | st.floats(1e-9, 1e9) | st.sampled_from((0.0, math.inf))
    return draw(st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=1, max_size=14))


@quick_settings
@given(_draw_matrices())
def test_columns_are_sorted_each_on_its_own(rows: list[list[float]]) -> None:
    """Count and statistics of a column are, to the bit, those of its own values."""
    actual = sort_columns([np.array(row) for row in rows], len(rows[0]))
    for position, values in enumerate(zip(*rows, strict=True)):
        assert actual.count[position] == sum(not math.isnan(value) for value in values)
        assert np.array_equal(_read_column(actual, position), _compute_slowly(list(values)), equal_nan=True)


@quick_settings
@given(_draw_matrices(), st.data())
def test_leaving_out_a_row_equals_the_statistics_of_the_others(rows: list[list[float]], data: st.DataObject) -> None:
    """Count and statistics without one row are those of the other rows alone; those of all rows stay as they are."""
    row = data.draw(st.integers(0, len(rows) - 1))
    columns = sort_columns([np.array(values) for values in rows], len(rows[0]))
    actual = columns.exclude(np.array(rows[row]))
    for position, values in enumerate(zip(*rows, strict=True)):
        remaining = [value for place, value in enumerate(values) if place != row]
        assert actual.count[position] == sum(not math.isnan(value) for value in remaining)
        assert np.array_equal(_read_column(actual, position), _compute_slowly(remaining), equal_nan=True)
        assert np.array_equal(_read_column(columns, position), _compute_slowly(list(values)), equal_nan=True)


@quick_settings
@given(st.lists(st.integers(1, 9).map(float), min_size=2, max_size=9), st.data())
def test_no_median_without_one_value_leaves_the_inner_pair(values: list[float], data: st.DataObject) -> None:
    """Whichever value is taken away, both ends of the median that is left lie within the inner pair."""
    columns = sort_columns([np.array([value]) for value in values], 1)
    del values[data.draw(st.integers(0, len(values) - 1))]
    least, most = _compute_slowly(values)[:2]
    assert columns.lower_inner[0] <= least <= most <= columns.upper_inner[0]


@pytest.mark.parametrize("row_count", [2, 7, 12, 33])
def test_many_columns(row_count: int) -> None:
    """Medians of 16,387 columns, with and without one of the rows, are those of numpy."""
    values = np.random.default_rng(row_count).integers(1, 100, (row_count, 16_387)).astype(float)
    values[values < 10] = NAN
    values[-1] = 50.0  # so that numpy finds a value in each column
    columns, others = sort_columns(list(values), values.shape[1]), np.delete(values, 0, axis=0)
    without = columns.exclude(values[0])
    for actual, expected in ((columns, values), (without, others)):
        middle = (actual.lower_middle + actual.upper_middle) / 2
        assert np.array_equal(middle, np.nanmedian(expected, axis=0), equal_nan=True)
        assert np.array_equal(actual.lowest, np.nanmin(expected, axis=0), equal_nan=True)
        assert np.array_equal(actual.highest, np.nanmax(expected, axis=0), equal_nan=True)


def test_some_columns_have_the_statistics_that_they_have_among_all() -> None:
    """What is selected from columns gives the same numbers, with and without one of the rows."""
    values = np.random.default_rng(2).integers(1, 9, (6, 500)).astype(float)
    values[values < 4] = NAN
    columns, positions = sort_columns(list(values), 500), np.array([3, 0, 77, 499])
    for every in (columns, columns.exclude(values[2])):
        some = every.select(positions)
        assert some.count.tolist() == every.count[positions].tolist()
        for name in NAMES:
            assert np.array_equal(getattr(some, name), getattr(every, name)[positions], equal_nan=True)


def test_no_rows() -> None:
    """A matrix without rows has columns without values."""
    columns = sort_columns([], 2)
    assert columns.count.tolist() == [0, 0]
    assert all(np.isnan(getattr(columns, name)).all() for name in NAMES)
