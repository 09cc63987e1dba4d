"""Candles and extreme trades from files of trades: answers by hand."""

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.files.trade_bars import build_trade_bars
from data.schema import Timeframe
from data.trades.candles import BadTrade, build_candles

START = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)

Trade = tuple[float, int, str, str]
"""Seconds after 21:20, id, price and amount."""

TRADES: tuple[Trade, ...] = (
    (1, 1, "4", "0.1"),
    (5, 2, "3.5", "0.2"),
    (5, 3, "3.5", "9"),
    (59.9, 4, "4.25", "0.3"),
    (60, 5, "4.25", "1"),
    (61, 6, "4.5", "0"),
    (9800, 7, "5", "1"),
)
CANDLES_BY_HAND = [
    (START, 4.0, 4.25, 3.5, 4.25, 9.6),
    (START + timedelta(minutes=1), 4.25, 4.25, 4.25, 4.25, 1.0),
    (START + timedelta(minutes=163), 5.0, 5.0, 5.0, 5.0, 1.0),
]
"""The last is of the next day; the trade of amount 0 counts nowhere."""

LOWS_BY_HAND = [(3.5, 0.2, "2"), (4.25, 1.0, "5"), (5.0, 1.0, "7")]
HIGHS_BY_HAND = [(4.25, 0.3, "4"), (4.25, 1.0, "5"), (5.0, 1.0, "7")]


def build_batch(*trades: Trade) -> pl.DataFrame:
    """A frame of trades."""
    rows = [(START + timedelta(seconds=seconds), *rest) for seconds, *rest in trades]
    schema: dict[str, pl.DataType] = {
        "time": pl.Datetime("us", "UTC"),
        "id": pl.Int64(),
        "price": pl.String(),
        "amount": pl.String(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_bars_of_trades_in_any_order_and_cut_anywhere() -> None:
    """The candles and both extreme trades are those by hand, whatever the order, batches and duplicates."""
    order = random.Random(7)  # noqa: S311 - a shuffle, no secret
    for _ in range(20):
        shuffled = [*TRADES, *order.choices(TRADES, k=4)]
        order.shuffle(shuffled)
        border = order.randrange(len(shuffled))
        bars = build_trade_bars([build_batch(*shuffled[:border]), build_batch(*shuffled[border:])])
        assert bars.candles.rows() == CANDLES_BY_HAND
        assert bars.lows.select("price", "amount", "trade_id").rows() == LOWS_BY_HAND
        assert bars.highs.select("price", "amount", "trade_id").rows() == HIGHS_BY_HAND
        assert bars.highs["at"][0] == START + timedelta(seconds=59.9)
        assert (bars.trades, bars.duplicates) == (7, 4)


def test_the_trades_route_gives_the_same_bars() -> None:
    """Candles and lowest trades equal those that the collectors build, for each length."""
    for timeframe in Timeframe:
        bars, expected = (
            build_trade_bars([build_batch(*TRADES)], timeframe),
            build_candles([build_batch(*TRADES)], timeframe),
        )
        assert_frame_equal(bars.candles, expected.candles)
        assert_frame_equal(bars.lows, expected.lows)
        assert bars.highs.schema == bars.lows.schema


def test_no_trades_no_bars() -> None:
    """An empty file has no rows in any frame."""
    for batches in ([], [build_batch()]):
        bars = build_trade_bars(batches)
        assert (len(bars.candles), len(bars.lows), len(bars.highs), bars.trades) == (0, 0, 0, 0)
        assert bars.highs.schema == bars.lows.schema


def test_trades_without_ids_happened_in_the_order_of_the_file() -> None:
    """Equal rows are two trades; in a file that begins with the latest trade the order is the other way round."""
    rows: tuple[Trade, ...] = ((1, 0, "4", "1"), (1, 0, "5", "1"), (1, 0, "5", "1"), (2, 0, "6", "1"), (2, 0, "7", "1"))
    batch = build_batch(*rows).drop("id")
    assert build_trade_bars([batch[:2], batch[2:]]).candles.rows() == [(START, 4.0, 7.0, 4.0, 7.0, 5.0)]
    backwards = batch.reverse()
    assert build_trade_bars([backwards[:1], backwards[1:]]).candles.rows() == [(START, 4.0, 7.0, 4.0, 7.0, 5.0)]
    tied = build_batch((2, 0, "7", "1"), (1, 0, "5", "1"), (1, 0, "4", "1")).drop("id")
    assert build_trade_bars([tied]).candles.rows() == [(START, 4.0, 7.0, 4.0, 7.0, 3.0)]


def test_ids_that_are_written_as_numbers_are_ordered_as_numbers() -> None:
    """Of two trades of one time number 9 comes before number 10."""
    batch = build_batch((1, 9, "4", "1"), (1, 10, "5", "1")).with_columns(pl.col("id").cast(pl.String))
    assert build_trade_bars([batch]).candles.rows() == [(START, 4.0, 5.0, 4.0, 5.0, 2.0)]
    named = batch.with_columns(id=pl.Series(["b", "a"]))
    assert build_trade_bars([named]).candles.rows() == [(START, 5.0, 5.0, 4.0, 4.0, 2.0)]


def test_the_same_trade_with_other_digits_is_there_once() -> None:
    """Zeros behind the point make no other trade."""
    bars = build_trade_bars([build_batch((1, 1, "4", "1"), (1, 1, "4.00", "1.0"))])
    assert bars.candles.rows() == [(START, 4.0, 4.0, 4.0, 4.0, 1.0)]
    assert bars.duplicates == 1


@pytest.mark.parametrize("other", [(1, 1, "5", "1"), (1, 1, "4", "2"), (2, 1, "4", "1")])
def test_one_id_for_two_trades_is_refused(other: Trade) -> None:
    """Neither can be left out without knowing which is right."""
    with pytest.raises(BadTrade, match="one id for two trades: 1"):
        build_trade_bars([build_batch((1, 1, "4", "1")), build_batch(other)])


def test_a_bad_trade_of_any_day_is_refused() -> None:
    """A missing time, and a price that is none, as the trades route refuses them."""
    good = build_batch(*TRADES)
    without_time = build_batch((1, 8, "4", "1")).with_columns(time=pl.lit(None, pl.Datetime("us", "UTC")))
    with pytest.raises(BadTrade, match="a trade without time or id"):
        build_trade_bars([good, without_time])
    with pytest.raises(BadTrade, match="a trade with a price that is no positive number"):
        build_trade_bars([good, build_batch((90000, 8, "x", "1"))])
