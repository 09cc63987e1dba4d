"""The table of lows and highs, with what the same minute says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, LOW_TRADE, build_empty_frame
from deviation.measurement import Measurement
from deviation.report.lows import ExactTrade, find_exact_trade, measure_extreme_trade, summarize_lows
from deviation.report.lows_json import build_event_lows_json, build_lows_json
from deviation.side import Side
from tests.deviation.candles import read_answers
from tests.deviation.close_boards import (
    NOTHING_COVERED,
    START,
    ClosesByMarket,
    build_board_question,
    build_candles,
    measure_board,
)
from tests.grids import measure_frame

ANSWERS = Path(__file__).parent.parent / "answers"
NO_TRADES = build_empty_frame(LOW_TRADE)

CALM_BEFORE: ClosesByMarket = {
    f"{venue} ATOM/{quote}": [4.0] * 3
    for venue, quote in (
        ("binance", "USDT"),
        ("bitget", "USDT"),
        ("bybit", "USDT"),
        ("okx", "USDT"),
        ("gemini", "USD"),
        ("kraken", "USD"),
    )
}
"""Three minutes of 4 from 21:17 on, so that ranges are known at 21:20."""

BARS = {
    ("binance", "ATOM/USDT"): (4.0, 4.0, 0.5, 3.0),
    ("bitget", "ATOM/USDT"): (4.0, 4.0, 2.0, 3.5),
    ("bybit", "ATOM/USDT"): (4.0, 4.0, 3.2, 3.6),
    ("okx", "ATOM/USDT"): (4.0, 4.1234, 3.3, 3.7),
    ("gemini", "ATOM/USD"): (4.0, 4.0, 3.8, 3.9),
    ("kraken", "ATOM/USD"): (4.0, 5.0, 3.75, 3.9),
}
"""Open, high, low and close at 21:20."""


def _measure_minute(**fields: Any) -> Measurement:  # noqa: ANN401 - any field of a question
    rows = [
        {
            "venue": venue,
            "symbol": symbol,
            "open_time": START,
            **dict(zip(("open", "high", "low", "close"), prices, strict=True)),
            "volume": 1000.0,
            **CANDLE_DEFAULTS,
        }
        for (venue, symbol), prices in BARS.items()
    ]
    before = build_candles(CALM_BEFORE, start=START.replace(minute=17))
    return measure_frame(
        before.vstack(pl.DataFrame(rows, schema=CANDLE)), NOTHING_COVERED, build_board_question(minutes=1, **fields)
    )


def test_lowest_and_highest_of_each_group_as_printed() -> None:
    """Rows by price, the second of another venue, and what traded in that minute: volume times close."""
    content = build_lows_json(_measure_minute(), NO_TRADES)
    low, high = content["groups"]["usdt"]["low"], content["groups"]["usdt"]["high"]
    assert [row["venue"] for row in low["rows"]] == ["binance", "bitget", "bybit", "okx"]
    assert [row["venue"] for row in high["rows"]] == ["okx", "binance", "bitget", "bybit"]
    assert (
        low["lowest"]
        == low["rows"][0]
        == {
            "venue": "binance",
            "symbol": "ATOM/USDT",
            "price": 0.5,
            "at": "2025-10-10T21:20:00Z",
            "volume": 3000.0,
            "round": False,  # one digit, and no price of Binance has more than one
            "trade": None,
        }
    )
    assert (low["second"], high["highest"]["price"], high["second"]["venue"]) == (low["rows"][1], 4.1234, "binance")
    assert [row["round"] for row in low["rows"]] == [False, False, False, True]  # 3.3 where 4.1234 is printed
    assert content["groups"]["usd"]["low"]["lowest"]["venue"] == "kraken"


def test_the_focus_beside_what_the_same_minute_says() -> None:
    """Its low against the lowest of the others, its close against the lowest close, and its trade in any order."""
    focus = build_lows_json(_measure_minute(), NO_TRADES)["focus"]
    assert (focus["venue"], list(focus["groups"])) == ("binance", ["usdt", "usd"])
    assert focus["groups"]["usd"] is None  # Binance has no market there
    low, high = focus["groups"]["usdt"]["low"], focus["groups"]["usdt"]["high"]
    assert (low["price"], low["gap_to_second"], low["next"]) == (0.5, 0.5 / 2 - 1, pytest.approx(3.0 / 3.5 - 1))
    # Of the others' lows 2, 3.2, 3.3 the middle is 3.2, of their highs 4, 4, 4.1234 it is 4.
    assert (low["least"], low["most"]) == (pytest.approx(0.5 / 3.2 - 1), pytest.approx(0.5 / 4 - 1))
    assert (high["price"], high["gap_to_second"], high["next"]) == (4.0, None, 0)
    assert (high["least"], high["most"]) == (0, pytest.approx(4 / 3.2 - 1))


def test_the_gap_between_groups_is_in_dollars() -> None:
    """0.5 USDT at a rate of 1 against 3.75 USD, and 4.1234 against 5: whatever their minutes."""
    gaps = build_lows_json(_measure_minute(), NO_TRADES)["usdt_usd_gap"]
    assert gaps == {"low": pytest.approx(0.5 / 3.75 - 1), "high": pytest.approx(4.1234 / 5 - 1)}
    alone = build_lows_json(_measure_minute(venues=("binance", "okx")), NO_TRADES)
    assert alone["usdt_usd_gap"] == {"low": None, "high": None}


def test_relatives_of_the_focus_are_no_gap() -> None:
    """The gap is to the other families; where one of them lies lower there is none."""
    content = build_lows_json(_measure_minute(focus="bitget"), NO_TRADES)
    assert content["focus"]["groups"]["usdt"]["low"]["gap_to_second"] is None
    assert content["focus"]["groups"]["usdt"]["low"]["next"] == 0


def test_several_assets_share_one_question() -> None:
    """Each asset has its table under its name."""
    measurements = [_measure_minute(), measure_board({"okx DOGE/USDT": [0.2] * 5}, build_board_question("DOGE"))]
    content = build_event_lows_json(measurements, NO_TRADES)
    assert (list(content["assets"]), "asset" in content) == (["ATOM", "DOGE"], False)
    assert content["assets"]["ATOM"] == build_lows_json(measurements[0], NO_TRADES)


def test_a_fair_value_deviation_splits_exactly() -> None:
    """1 + d is (1 + ratio_part)(1 + underlying_part): 88 / 700 / 1.1 and 700 / 1000."""
    (row,) = (row for row in read_answers(ANSWERS / "ratio_market.toml").measurement.rows if row.fair_value is not None)
    split = row.fair_value_split
    assert split is not None
    assert row.own_summary.below.at == split.at
    assert (1 + split.ratio_part) * (1 + split.underlying_part) == pytest.approx(
        1 + (row.own_summary.below.deviation or 0), rel=1e-12
    )


def test_a_market_without_a_trade_has_no_lowest_one() -> None:
    """Where a venue only reported that nothing traded, no trade is named, and it has no row among the lows."""
    frame = pl.concat(
        [build_candles({"okx ATOM/USDT": [10.0] * 5}), build_candles({"gate ATOM/USDT": [10.0] * 5}, volume=0.0)]
    )
    measurement = measure_frame(frame, NOTHING_COVERED, build_board_question())
    assert [(row.market.venue, find_exact_trade(measurement, row, NO_TRADES)) for row in measurement.rows] == [
        ("gate", None),
        ("okx", None),
    ]
    (sides,) = summarize_lows(measurement).groups.values()
    assert [[row.market.venue for row in extremes.rows] for extremes in sides.values()] == [["okx"], ["okx"]]


def test_a_market_without_a_trade_has_no_extreme() -> None:
    """A market that reports minutes without a trade alone has a row, but stands in no table of lows."""
    quiet = build_candles({"okx ATOM/USDT": [10.0] * 5}, volume=0.0)
    candles = pl.concat([quiet, build_candles({"binance ATOM/USDT": [9.0] * 5, "okx ATOM/USD": [10.0] * 5})])
    silent = pl.concat([candles, build_candles({"kraken ATOM/KRW": [13000.0] * 5}, volume=0.0)])
    measurement = measure_frame(silent, NOTHING_COVERED, build_board_question())
    lows = summarize_lows(measurement)
    assert set(lows.groups) == {"usdt", "usd"}
    usdt = lows.groups["usdt"][Side.BELOW]
    assert [row.market.venue for row in usdt.rows] == ["binance"]
    (okx,) = (row for row in measurement.rows if (row.market.venue, row.market.group) == ("okx", "usdt"))
    assert measure_extreme_trade(measurement, okx, usdt) is None


def test_the_time_of_a_trade_has_milliseconds() -> None:
    """Venues give the time of a trade to the millisecond."""
    at = datetime(2025, 10, 10, 21, 20, 37, 689_123, tzinfo=UTC)
    assert ExactTrade(at, 0.001, 1500.5, "77").time_text == "21:20:37.689"
