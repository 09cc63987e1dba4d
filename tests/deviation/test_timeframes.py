"""At another length of bars the same holds of a bar, while carries, confirmation and durations stay in time."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Timeframe
from deviation.answer import deviation_rows, measurement_json
from deviation.measure import measure
from deviation.question import Question
from deviation.result import Measurement
from tests.deviation.boards import NOTHING_COVERED, question
from tests.deviation.test_oracle import as_question
from tests.oracle import brute
from tests.oracle.generate import random_case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SEEDS = [seed for seed in range(26) if random_case(seed)[2].calm or not random_case(seed)[2].underlying]
"""Data sets without a ratio over hours before the window, which would lie elsewhere at another length of bars."""

COUNTS = ("firm_min", "below_min", "above_min", "alone_below_min", "sure_min")
VALUES = ("depth", "gap_depth", "wick_shallow", "wick_deep", "sure_depth")


def _in_bars(timeframe: Timeframe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the brute force, which knows minutes alone, take each of its minutes for a bar: its constants are in bars."""
    for name in ("DAY", "CARRY", "RATIO_MINUTES", "LONGEST_LEAD_MIN"):
        monkeypatch.setattr(brute, name, getattr(brute, name) * 60 / timeframe.seconds)
    monkeypatch.setattr(brute, "DAY", int(brute.DAY))
    monkeypatch.setattr(brute, "CARRY", int(brute.CARRY))


def _time_of(timeframe: Timeframe) -> Callable[[int], datetime]:
    return lambda bar: EPOCH + bar * timedelta(seconds=timeframe.seconds)


@pytest.mark.parametrize("timeframe", [Timeframe.S1, Timeframe.M5])
@pytest.mark.parametrize("seed", SEEDS)
def test_bars_of_any_length_equal_the_brute_force(
    seed: int, timeframe: Timeframe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every value, and every count times the bar's length, is that of the brute force run over bars for minutes."""
    candles, covered, setup = random_case(seed)
    time, minutes = _time_of(timeframe), timeframe.seconds / 60
    asked = as_question(setup)
    calm = None if setup.calm is None else (time(setup.calm[0]), time(setup.calm[1]))
    asked = replace(asked, start=time(setup.start), end=time(setup.end), calm=calm, timeframe=timeframe)
    rows = [{**vars(candle), **CANDLE_DEFAULTS, "open_time": time(candle.minute)} for candle in candles]
    spans = [(venue, symbol, time(start), time(end)) for venue, symbol, start, end in covered]
    ours = measure(
        pl.DataFrame(rows, schema_overrides=CANDLE).select(list(CANDLE)),
        pl.DataFrame(spans, schema=SPAN, orient="row"),
        asked,
    )
    _in_bars(timeframe, monkeypatch)
    confirm = -(-setup.confirm * 60 // timeframe.seconds)
    _compare(ours, brute.measure(candles, covered, replace(setup, confirm=confirm))["venues"], minutes)


def _compare(ours: Measurement, truth: list[dict[str, Any]], minutes: float) -> None:
    by_market = {(row["venue"], row["symbol"]): row for row in measurement_json(ours)["venues"]}
    assert by_market.keys() == {(row["venue"], row["symbol"]) for row in truth}
    series = deviation_rows(ours).rows_by_key(["venue", "symbol", "group"], named=True)
    for row in truth:
        mine = by_market[row["venue"], row["symbol"]]
        assert mine["rank"] == row["rank"]
        assert math.isclose(mine["volume_usd_before"], row["volume_usd_before"], rel_tol=1e-9)
        for name in ("voting_min", "small_min", "quiet_min", "missing_min", "unpriced_min"):
            assert math.isclose(mine[name], row[name] * minutes), name
        for group, summary in mine["against"].items():
            other = row["against"][group]
            for name in COUNTS:
                assert math.isclose(summary[name], other[name] * minutes), name
            for name in VALUES:
                assert _close(summary[name], other[name]), name
            assert _close(summary["baseline"]["min"], other["baseline"]["min"])
            assert len(summary["episodes"]) == len(other["episodes"])
            for episode, there in zip(summary["episodes"], other["episodes"], strict=True):
                for name in ("duration_min", "observed_min", "unobserved_min", "area_pct_min"):
                    assert math.isclose(episode[name], there[name] * minutes, rel_tol=1e-9), name
                assert _close(episode["half_recovery_min"], _times(there["half_recovery_min"], minutes))
            here = series[row["venue"], row["symbol"], group]
            assert all(
                _close(bar["sure"], there["against"][group]["sure"])
                for bar, there in zip(here, row["minutes"], strict=True)
            )


def _times(value: float | None, minutes: float) -> float | None:
    return None if value is None else value * minutes


def _close(ours: float | None, truth: float | None) -> bool:
    return ours is truth if ours is None or truth is None else math.isclose(ours, truth, rel_tol=1e-9, abs_tol=1e-12)


def _seconds(board: dict[str, list[float]], start: datetime) -> pl.DataFrame:
    """Flat one-second candles of the closes."""
    rows = []
    for name, closes in board.items():
        venue, symbol = name.split(" ")
        for i, close in enumerate(closes):
            prices = dict.fromkeys(("open", "high", "low", "close"), close)
            at = {"open_time": start + timedelta(seconds=i), "venue": venue, "symbol": symbol}
            rows.append({**at, **prices, "volume": 1000.0, **CANDLE_DEFAULTS, "timeframe": "1s"})
    return pl.DataFrame(rows, schema=CANDLE)


def test_a_second_below_is_a_sixtieth_of_a_minute() -> None:
    """Ninety seconds at -10 % are 1.5 minutes below, and an episode that three minutes back confirm as ended."""
    asked = question(minutes=6, timeframe=Timeframe.S1)
    board = {f"{venue} ATOM/USDT": [10.0] * 360 for venue in ("okx", "bybit", "gate")}
    board["binance ATOM/USDT"] = [10.0] * 30 + [9.0] * 90 + [10.0] * 240
    (row,) = measure(_seconds(board, asked.start), NOTHING_COVERED, asked).rows_of("binance")
    (episode,) = row.own.episodes
    assert (row.own.firm_min, row.own.below_min, episode.duration_min, episode.open) == (6, 1.5, 1.5, False)
    assert (episode.half_recovery_min, round(episode.area_pct_min, 9)) == (1.5, 15)


def test_the_onset_is_a_fall_within_a_minute_to_the_second() -> None:
    """The market's path breaks at the first second that lies 1 % below the one a minute before."""
    asked = question(minutes=3, timeframe=Timeframe.S1)
    falling = [100.0] * 60 + [100 - 0.05 * i for i in range(120)]
    board = {f"{venue} ATOM/USDT": falling for venue in ("okx", "bybit", "gate")}
    found = measure(_seconds(board, asked.start), NOTHING_COVERED, asked)
    path = found.path[found.rows[0].market.group]
    assert found.time(path.onset) == asked.start + timedelta(seconds=80)
    assert found.time(path.bottom) == asked.start + timedelta(seconds=179)


def test_a_window_of_part_of_a_bar_is_refused() -> None:
    """A window cannot begin inside a five-minute bar."""
    with pytest.raises(ValueError, match="lies inside a bar of 5m"):
        question(minutes=6, timeframe=Timeframe.M5)


def test_bars_are_named_by_their_own_length() -> None:
    """The rows of an answer in five-minute bars are five minutes apart."""
    asked: Question = question(minutes=20, timeframe=Timeframe.M5)
    candles = _seconds({"okx ATOM/USDT": [10.0]}, asked.start)
    times = deviation_rows(measure(candles, NOTHING_COVERED, asked)).filter(group="usd")["open_time"].to_list()
    assert [(time - asked.start) // timedelta(minutes=1) for time in times] == [0, 5, 10, 15]
