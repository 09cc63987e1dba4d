"""The order of a file's rows, by hand."""

import random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.files.rows.order_rows import sort_distinct_bars
from data.schema import CANDLE
from tests.data.frames import build_candle, build_candles

MINUTES = 150
"""Minutes of each market: more than a run needs to be taken as a whole."""


def build_markets(*venues: str, first: int = 0, timeframe: str = "1m") -> pl.DataFrame:
    """Candles of these venues, one market after the other."""
    rows = (
        build_candle(5 * number, 2.0 + number, venue=venue, timeframe=timeframe)
        for venue in venues
        for number in range(first, first + MINUTES)
    )
    return build_candles(*rows)


SORTED = build_markets("binance", "kraken", "okx")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(SORTED, id="as it should be"),
        pytest.param(build_markets("okx", "binance", "kraken"), id="markets in another order"),
        pytest.param(SORTED.reverse(), id="newest first"),
        pytest.param(SORTED.sort("open_time"), id="all markets of a minute together"),
        pytest.param(SORTED[:100].vstack(SORTED[200:]).vstack(SORTED[100:200]), id="a market in two parts"),
        pytest.param(SORTED[::2].vstack(SORTED[1::2]), id="every other minute first"),
        pytest.param(SORTED[random.Random(3).sample(range(3 * MINUTES), 3 * MINUTES)], id="any"),  # noqa: S311 - no secret
    ],
)
def test_rows_in_any_order_are_sorted(rows: pl.DataFrame) -> None:
    """By venue, symbol and open time; columns beside those of a candle are dropped."""
    ordered = sort_distinct_bars(rows.with_columns(line=pl.int_range(pl.len())))
    assert ordered is not None
    assert dict(ordered.schema) == CANDLE
    assert_frame_equal(ordered, SORTED)


def test_kinds_and_lengths_of_one_bar_are_sorted_after_the_time() -> None:
    """Of one minute index comes before trade, and 1m before 5m."""
    kinds = [build_candle(number, price=price) for number in range(2) for price in ("index", "trade")]
    lengths = [build_candle(0, timeframe="1m"), build_candle(0, timeframe="5m"), build_candle(5, timeframe="1m")]
    for rows in (kinds, lengths):
        ordered = sort_distinct_bars(build_candles(*reversed(rows)))
        assert ordered is not None
        assert_frame_equal(ordered, build_candles(*rows))


@pytest.mark.parametrize("close", [2.0, 9.0])
@pytest.mark.parametrize("rows", [SORTED, SORTED.sort("open_time")])
def test_a_bar_that_is_there_twice_is_seen(rows: pl.DataFrame, close: float) -> None:
    """Whether its values are the same or not, first or last in the file."""
    again = build_candles(build_candle(0, close, venue="kraken"))
    assert sort_distinct_bars(rows.vstack(again)) is None
    assert sort_distinct_bars(again.vstack(rows)) is None


def test_no_rows_are_in_order() -> None:
    """A file of empty rows has no candle."""
    ordered = sort_distinct_bars(SORTED.clear())
    assert ordered is not None
    assert ordered.is_empty()
