"""Bars of a second and of five minutes: the method applies to bars; carries, confirm and durations stay in minutes.

That every number equals the brute force in such bars is tested in `test_oracle`.
"""

from datetime import datetime, timedelta

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, Timeframe
from deviation.measure import measure
from deviation.question import Question
from deviation.report.frame import build_deviation_frame
from tests.deviation.close_boards import NOTHING_COVERED, build_board_question


def _build_second_candles(board: dict[str, list[float]], start: datetime) -> pl.DataFrame:
    """Flat one-second candles of the closes."""
    rows = []
    for name, closes in board.items():
        venue, symbol = name.split(" ")
        for i, close in enumerate(closes):
            prices = dict.fromkeys(("open", "high", "low", "close"), close)
            labels = {"open_time": start + timedelta(seconds=i), "venue": venue, "symbol": symbol}
            rows.append({**labels, **prices, "volume": 1000.0, **CANDLE_DEFAULTS, "timeframe": "1s"})
    return pl.DataFrame(rows, schema=CANDLE)


def test_a_second_below_is_a_sixtieth_of_a_minute() -> None:
    """Ninety seconds at -10 % are 1.5 minutes below, and an episode that three minutes back confirm as ended."""
    second_question = build_board_question(minutes=6, timeframe=Timeframe.S1)
    board = {f"{venue} ATOM/USDT": [10.0] * 360 for venue in ("okx", "bybit", "gate")}
    board["binance ATOM/USDT"] = [10.0] * 30 + [9.0] * 90 + [10.0] * 240
    (row,) = measure(_build_second_candles(board, second_question.start), NOTHING_COVERED, second_question).select_rows(
        "binance"
    )
    (episode,) = row.own_summary.episodes
    assert (row.own_summary.firm_min, row.own_summary.below.minutes) == (6, 1.5)
    assert (episode.duration_min, episode.open) == (1.5, False)
    assert (episode.half_recovery_min, round(episode.area_pct_min, 9)) == (1.5, 15)


def test_the_onset_is_a_fall_from_one_second_to_the_next() -> None:
    """The market's path breaks at the first second that lies 1 % below the one before; slower falls have no onset."""
    second_question = build_board_question(minutes=3, timeframe=Timeframe.S1)
    falling = [100.0] * 60 + [100 - 0.05 * i for i in range(60)] + [95.0] * 60
    board = {f"{venue} ATOM/USDT": falling for venue in ("okx", "bybit", "gate")}
    measurement = measure(_build_second_candles(board, second_question.start), NOTHING_COVERED, second_question)
    path = measurement.paths[measurement.rows[0].market.group]
    assert path.onset == 120
    assert path.run_start is None
    assert path.bottom == 120


def test_a_window_of_part_of_a_bar_is_refused() -> None:
    """A window that begins inside a five-minute bar is an error."""
    with pytest.raises(ValueError, match="lies inside a bar of 5m"):
        build_board_question(minutes=6, timeframe=Timeframe.M5)


def test_bars_are_named_by_their_own_length() -> None:
    """The rows of an answer in five-minute bars are five minutes apart."""
    five_minute_question: Question = build_board_question(minutes=20, timeframe=Timeframe.M5)
    candles = _build_second_candles({"okx ATOM/USDT": [10.0]}, five_minute_question.start)
    times = (
        build_deviation_frame(measure(candles, NOTHING_COVERED, five_minute_question))
        .filter(against="usd")["open_time"]
        .to_list()
    )
    assert [(time - five_minute_question.start) // timedelta(minutes=1) for time in times] == [0, 5, 10, 15]
