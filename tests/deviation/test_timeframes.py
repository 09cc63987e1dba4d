"""Bars of a second and of five minutes: the method applies to bars; carries, confirm and durations stay in minutes.

That every number of such bars equals the brute force is held in test_oracle.py.
"""

from datetime import datetime, timedelta

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, Timeframe
from deviation.measurement import Measurement
from deviation.question import Question
from deviation.report.frame import build_deviation_frame
from tests.deviation.close_boards import NOTHING_COVERED, START, ClosesByMarket, build_board_question
from tests.grids import measure_frame

OTHERS = ("okx", "bybit", "gate")


def _build_bars(board: ClosesByMarket, timeframe: Timeframe, start: datetime = START) -> pl.DataFrame:
    """Flat candles of the closes."""
    rows = []
    for name, closes in board.items():
        venue, symbol = name.split(" ")
        for i, close in enumerate(closes):
            prices = dict.fromkeys(("open", "high", "low", "close"), close)
            time = start + timedelta(seconds=i * timeframe.seconds)
            labels = {"open_time": time, "venue": venue, "symbol": symbol}
            rows.append({**labels, **prices, "volume": 1000.0, **CANDLE_DEFAULTS, "timeframe": timeframe.value})
    return pl.DataFrame(rows, schema=CANDLE)


def _measure_bars(board: ClosesByMarket, question: Question) -> Measurement:
    return measure_frame(_build_bars(board, question.timeframe), NOTHING_COVERED, question)


def test_a_second_below_is_a_sixtieth_of_a_minute() -> None:
    """Ninety seconds at -10 % are 1.5 minutes below, and an episode that three minutes back confirm as ended."""
    board = {f"{venue} ATOM/USDT": [10.0] * 360 for venue in OTHERS}
    board["binance ATOM/USDT"] = [10.0] * 30 + [9.0] * 90 + [10.0] * 240
    measurement = _measure_bars(board, build_board_question(minutes=6, timeframe=Timeframe.S1))
    (row,) = measurement.select_rows("binance")
    (episode,) = row.own_summary.episodes
    assert (row.own_summary.firm_min, row.own_summary.below.minutes, row.own_summary.above.minutes) == (6, 1.5, 0)
    assert row.own_summary.below.threshold_min == {1: 1.5, 2: 1.5, 5: 1.5, 10: 1.5, 20: 0, 50: 0}
    assert (episode.duration_min, episode.open, episode.half_recovery_min) == (1.5, False, 1.5)
    assert round(episode.area_pct_min, 9) == 15


@pytest.mark.parametrize(("lead_s", "minutes"), [(1, 0), (5, 0), (6, 1 / 60)])
def test_seconds_allow_for_five_seconds_of_lag(lead_s: int, minutes: float) -> None:
    """Who falls at most 5 s before the others does not deviate from what they say within 5 s; 6 s before, it does."""
    board = {f"{venue} ATOM/USDT": [10.0] * 60 + [6.0] * 60 for venue in OTHERS}
    board["binance ATOM/USDT"] = [10.0] * (60 - lead_s) + [6.0] * (60 + lead_s)
    measurement = _measure_bars(board, build_board_question(minutes=2, timeframe=Timeframe.S1))
    (row,) = measurement.select_rows("binance")
    assert row.own_summary.below.minutes == lead_s / 60
    assert row.own_summary.below.lag.minutes == minutes
    assert row.own_summary.below.lag.untested == 0


def test_the_onset_is_a_fall_of_one_bar() -> None:
    """In seconds the onset is the first second that closes 1 % under the one before; a run takes three minutes."""
    falling = [100.0] * 60 + [100 * 0.99**i for i in range(1, 201)] + [13.0] * 40
    board = {f"{venue} ATOM/USDT": falling for venue in OTHERS}
    measurement = _measure_bars(board, build_board_question(minutes=5, timeframe=Timeframe.S1))
    path = measurement.paths["usdt"]
    assert (path.onset, path.run_start, path.bottom) == (60, 60, 260)
    shorter = {name: [*closes[:239], *[closes[238]] * 61] for name, closes in board.items()}
    path = _measure_bars(shorter, build_board_question(minutes=5, timeframe=Timeframe.S1)).paths["usdt"]
    assert (path.onset, path.run_start, path.bottom) == (60, None, 238)


def test_one_bar_of_five_minutes_is_a_run() -> None:
    """What takes three minutes takes never less than one bar: of a run, and of the return that ends an episode."""
    board = {f"{venue} ATOM/USDT": [100.0, 98.0, 99.0, 99.0] for venue in OTHERS}
    board["binance ATOM/USDT"] = [100.0, 88.2, 99.0, 99.0]
    measurement = _measure_bars(board, build_board_question(minutes=20, timeframe=Timeframe.M5))
    path = measurement.paths["usdt"]
    assert (path.onset, path.run_start, path.bottom) == (1, 1, 1)
    (row,) = measurement.select_rows("binance")
    (episode,) = row.own_summary.episodes
    assert (episode.duration_min, episode.observed_min, episode.open) == (5, 5, False)
    assert row.own_summary.below.minutes == 5


def test_a_window_of_part_of_a_bar_is_refused() -> None:
    """A window that begins inside a five-minute bar is an error."""
    with pytest.raises(ValueError, match="lies inside a bar of 5m"):
        build_board_question(minutes=6, timeframe=Timeframe.M5)


def test_bars_are_named_by_their_own_length() -> None:
    """The rows of an answer in five-minute bars are five minutes apart."""
    question = build_board_question(minutes=20, timeframe=Timeframe.M5)
    frame = build_deviation_frame(_measure_bars({"okx ATOM/USDT": [10.0]}, question)).filter(against="usd")
    times = frame["open_time"].to_list()
    assert [(time - question.start) // timedelta(minutes=1) for time in times] == [0, 5, 10, 15]
