"""Sentences of a headline that the answer files do not reach; the numbers behind them are worked out by hand."""

from datetime import timedelta

import polars as pl
import pytest

from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.report.headline import write_headline
from tests.deviation.close_boards import (
    NOTHING_COVERED,
    START,
    ClosesByMarket,
    build_board_question,
    build_candles,
    measure_board,
)
from tests.grids import measure_frame

PEERS: ClosesByMarket = {f"{venue} ATOM/USDT": [10.0] * 5 for venue in ("bitget", "bybit", "okx")}


def measure_bars(board: ClosesByMarket, timeframe: Timeframe) -> Measurement:
    """A board whose closes are those of bars of another length."""
    candles = build_candles(board).with_columns(
        open_time=START + (pl.col("open_time") - START) * timeframe.seconds / 60, timeframe=pl.lit(timeframe.value)
    )
    end = START + timedelta(seconds=5 * timeframe.seconds)
    question = build_board_question(end=end, timeframe=timeframe)
    return measure_frame(candles.cast({"open_time": pl.Datetime("ms", "UTC")}), NOTHING_COVERED, question)


def test_a_perpetual_has_no_rank() -> None:
    """A perpetual at 8 against three spot exchanges at 10 is 20% below them, and no rank follows."""
    board = {**PEERS, "binance ATOM/USDT:USDT": [8.0] * 5}
    assert write_headline(measure_board(board, build_board_question())) == (
        "ATOM/USDT perpetual on Binance: up to 20% below other USDT exchanges.",
        (
            "At least 2% below in 5 of 5 comparable minutes: 5 whichever exchange is left out, 5 allowing for a "
            "minute's lag, 4 for the whole minute."
        ),
    )


@pytest.mark.parametrize(
    ("timeframe", "lag"), [(Timeframe.S1, "a lag of 5 seconds"), (Timeframe.M5, "a lag of one five-minute bar")]
)
def test_the_lag_is_that_of_the_bars(timeframe: Timeframe, lag: str) -> None:
    """The sentence on lengths names the lag that the length of the bars allows for."""
    board = {**PEERS, "binance ATOM/USDT": [8.0] * 5}
    assert f"allowing for {lag}," in write_headline(measure_bars(board, timeframe))[1]


def test_a_focus_that_trades_too_little() -> None:
    """One ATOM a minute at 9 is less than 100 USDT: nothing on Binance counts."""
    small = build_candles({"binance ATOM/USDT": [9.0] * 5}, volume=1.0)
    candles = pl.concat([small, build_candles(PEERS)])
    assert write_headline(measure_frame(candles, NOTHING_COVERED, build_board_question())) == (
        "No ATOM/USDT price of at least 100 USDT a minute on Binance is in this data for this window.",
    )


def test_prices_of_other_minutes_do_not_compare() -> None:
    """Binance has prices of the first two minutes alone, the others of the last three."""
    late = build_candles({name: [10.0] * 3 for name in PEERS}, start=START + timedelta(minutes=2))
    candles = pl.concat([build_candles({"binance ATOM/USDT": [9.0] * 2}), late])
    assert write_headline(measure_frame(candles, NOTHING_COVERED, build_board_question())) == (
        (
            "In no minute of this window is a ATOM/USDT price of at least 100 USDT a minute in this data both on "
            "Binance and on another exchange."
        ),
    )


def test_fair_value_needs_three_others() -> None:
    """With ETH on two other exchanges there are too few to estimate a fair value."""
    calm = (START - timedelta(hours=3), START - timedelta(hours=2))
    before = build_candles({"binance WBETH/ETH": [1.1] * 40}, start=calm[0])
    board = {
        "binance WBETH/USDT": [4000.0] * 5,
        **{f"{venue} ETH/USDT": [4000.0] * 5 for venue in ("okx", "bybit")},
    }
    question = build_board_question(
        "WBETH", underlying="ETH", ratio_market="WBETH/ETH", calm_span=calm, event="made-up"
    )
    candles = pl.concat([before, build_candles(board)])
    assert write_headline(measure_frame(candles, NOTHING_COVERED, question)) == (
        (
            "WBETH on Binance: fewer than three other exchanges have ETH prices in this data for this window to "
            "estimate its fair value."
        ),
    )
