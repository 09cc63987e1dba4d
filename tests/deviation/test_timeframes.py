"""Bars of a second and of five minutes: the method applies to bars; carries, confirm and durations stay in minutes."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Timeframe
from deviation.measure import measure
from deviation.question import Question
from deviation.report.json_output import build_deviation_frame, build_measurement_json
from deviation.result import Measurement
from tests.deviation.close_boards import NOTHING_COVERED, build_board_question
from tests.deviation.test_oracle import convert_question
from tests.oracle import brute
from tests.oracle.generate import draw_case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SEEDS = [seed for seed in range(26) if draw_case(seed)[2].calm or not draw_case(seed)[2].underlying]
"""Data sets without a ratio over hours before the window, which would lie elsewhere at another length of bars."""

COUNTS = ("firm_min", "below_min", "above_min", "alone_below_min", "sure_min")
VALUES = ("depth", "gap_depth", "wick_shallow", "wick_deep", "sure_depth")


def _set_constants_in_bars(timeframe: Timeframe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the brute force treat each of its minutes as a bar, by giving its constants in bars."""
    for name in ("DAY", "CARRY", "RATIO_MINUTES", "LONGEST_LEAD_MIN"):
        monkeypatch.setattr(brute, name, getattr(brute, name) * 60 / timeframe.seconds)
    monkeypatch.setattr(brute, "DAY", int(brute.DAY))
    monkeypatch.setattr(brute, "CARRY", int(brute.CARRY))


def _build_time_converter(timeframe: Timeframe) -> Callable[[int], datetime]:
    return lambda bar: EPOCH + bar * timedelta(seconds=timeframe.seconds)


@pytest.mark.parametrize("timeframe", [Timeframe.S1, Timeframe.M5])
@pytest.mark.parametrize("seed", SEEDS)
def test_bars_of_any_length_equal_the_brute_force(
    seed: int, timeframe: Timeframe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every value, and every count times the bar's length, is that of the brute force run over bars for minutes."""
    candles, covered, setup = draw_case(seed)
    time, minutes = _build_time_converter(timeframe), timeframe.seconds / 60
    bar_question = convert_question(setup)
    calm = None if setup.calm is None else (time(setup.calm[0]), time(setup.calm[1]))
    bar_question = replace(
        bar_question, start=time(setup.start), end=time(setup.end), calm_span=calm, timeframe=timeframe
    )
    rows = [{**vars(candle), **CANDLE_DEFAULTS, "open_time": time(candle.minute)} for candle in candles]
    spans = [(venue, symbol, time(start), time(end)) for venue, symbol, start, end in covered]
    measurement = measure(
        pl.DataFrame(rows, schema_overrides=CANDLE).select(list(CANDLE)),
        pl.DataFrame(spans, schema=SPAN, orient="row"),
        bar_question,
    )
    _set_constants_in_bars(timeframe, monkeypatch)
    confirm = -(-setup.confirm * 60 // timeframe.seconds)
    _assert_same(measurement, brute.measure(candles, covered, replace(setup, confirm=confirm))["venues"], minutes)


def _assert_same(measurement: Measurement, expected_rows: list[dict[str, Any]], minutes: float) -> None:
    by_market = {(row["venue"], row["symbol"]): row for row in build_measurement_json(measurement)["venues"]}
    assert by_market.keys() == {(row["venue"], row["symbol"]) for row in expected_rows}
    series = build_deviation_frame(measurement).rows_by_key(["venue", "symbol", "group"], named=True)
    for row in expected_rows:
        actual = by_market[row["venue"], row["symbol"]]
        assert actual["rank"] == row["rank"]
        assert math.isclose(actual["volume_usd_before"], row["volume_usd_before"], rel_tol=1e-9)
        for name in ("voting_min", "small_min", "quiet_min", "missing_min", "unpriced_min"):
            assert math.isclose(actual[name], row[name] * minutes), name
        for group, summary in actual["against"].items():
            expected_summary = row["against"][group]
            for name in COUNTS:
                assert math.isclose(summary[name], expected_summary[name] * minutes), name
            for name in VALUES:
                assert _is_close(summary[name], expected_summary[name]), name
            assert _is_close(summary["baseline"]["min"], expected_summary["baseline"]["min"])
            assert len(summary["episodes"]) == len(expected_summary["episodes"])
            for episode, expected in zip(summary["episodes"], expected_summary["episodes"], strict=True):
                for name in ("duration_min", "observed_min", "unobserved_min", "area_pct_min"):
                    assert math.isclose(episode[name], expected[name] * minutes, rel_tol=1e-9), name
                assert _is_close(episode["half_recovery_min"], _multiply(expected["half_recovery_min"], minutes))
            actual_bars = series[row["venue"], row["symbol"], group]
            assert all(
                _is_close(bar["sure"], expected["against"][group]["sure"])
                for bar, expected in zip(actual_bars, row["minutes"], strict=True)
            )


def _multiply(value: float | None, minutes: float) -> float | None:
    return None if value is None else value * minutes


def _is_close(actual: float | None, expected: float | None) -> bool:
    return (
        actual is expected
        if actual is None or expected is None
        else math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-12)
    )


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
    assert (row.own_summary.firm_min, row.own_summary.below_min, episode.duration_min, episode.open) == (
        6,
        1.5,
        1.5,
        False,
    )
    assert (episode.half_recovery_min, round(episode.area_pct_min, 9)) == (1.5, 15)


def test_the_onset_is_a_fall_within_a_minute_to_the_second() -> None:
    """The market's path breaks at the first second that lies 1 % below the one a minute before."""
    second_question = build_board_question(minutes=3, timeframe=Timeframe.S1)
    falling = [100.0] * 60 + [100 - 0.05 * i for i in range(120)]
    board = {f"{venue} ATOM/USDT": falling for venue in ("okx", "bybit", "gate")}
    measurement = measure(_build_second_candles(board, second_question.start), NOTHING_COVERED, second_question)
    path = measurement.paths[measurement.rows[0].market.group]
    assert measurement.time_at(path.onset) == second_question.start + timedelta(seconds=80)
    assert measurement.time_at(path.bottom) == second_question.start + timedelta(seconds=179)


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
        .filter(group="usd")["open_time"]
        .to_list()
    )
    assert [(time - five_minute_question.start) // timedelta(minutes=1) for time in times] == [0, 5, 10, 15]
