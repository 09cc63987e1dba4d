"""The table of lows, with its aligned numbers."""

from pathlib import Path

import polars as pl

from data.schema import LOW_TRADE, build_empty_frame
from deviation.measure import measure
from deviation.question import Group
from deviation.report.json_output import build_lows_json
from deviation.report.lows import find_exact_trade, summarize_lows
from tests.deviation.candles import read_answers
from tests.deviation.close_boards import NOTHING_COVERED, build_board_question, build_candles

ANSWERS_FILE = Path(__file__).parent.parent / "answers" / "headline_both.toml"


def test_lows_of_the_focus_and_of_both_groups() -> None:
    """Lowest and second-lowest venue, the gap between them, and the low of each quote group."""
    asset = build_lows_json([read_answers(ANSWERS_FILE).measurement], build_empty_frame(LOW_TRADE))["assets"][0]
    assert asset["asset"] == "ATOM"
    assert asset["lowest"] == {
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "low": 0.1,
        "low_at": "2025-10-10T21:20:00Z",
    }
    assert asset["second_lowest"]["venue"] == "bitget"
    assert round(asset["gap_to_second"], 12) == round(0.1 / 70 - 1, 12)
    assert (asset["usdt_low"], asset["usd_low"]) == (0.1, 100.0)
    assert round(asset["usdt_usd_gap"], 12) == -0.999
    # In the minute of the low the peers' ranges are [70, 100], [100, 100] and [100, 100].
    assert round(asset["aligned"]["usdt"]["wick_shallow"], 12) == -0.999
    assert round(asset["aligned"]["usdt"]["wick_deep"], 12) == -0.999
    # The smallest gap to the lowest vote is in minute 21:21: 95 against 100.
    assert round(asset["aligned"]["usdt"]["gap_depth"], 12) == -0.05
    assert len(asset["venues"]) == 7


def test_the_path_knows_onset_and_bottom() -> None:
    """The median of all voting prices falls from 100 in the minute before to 97.5, which is its minimum."""
    path = read_answers(ANSWERS_FILE).measurement.paths
    # USDT: 95, 70, 100, 100 at 21:20 against 100 at 21:19.
    assert (path["usdt"].onset, path["usdt"].bottom) == (0, 0)  # type: ignore[index]  # a group is its own text
    assert summarize_lows(read_answers(ANSWERS_FILE).measurement).lowest is not None


def test_a_fair_value_deviation_splits_exactly() -> None:
    """1 + d is (asset / underlying here / ratio) x (underlying here / elsewhere): 88 / 700 / 1.1 and 700 / 1000."""
    row = read_answers(ANSWERS_FILE.with_name("ratio_market.toml")).measurement.rows[0]
    ratio_quotient, price_quotient = row.split_depth(Group.USDT) or (0.0, 0.0)
    assert round(ratio_quotient, 12) == round(88 / 700 / 1.1, 12)
    assert round(price_quotient, 12) == 0.7
    assert round(ratio_quotient * price_quotient, 12) == 0.08
    unknown_row = read_answers(ANSWERS_FILE.with_name("ratio_none.toml")).measurement.rows[0]
    assert unknown_row.split_depth(Group.USDT) is None
    peers_row = read_answers(ANSWERS_FILE).measurement.rows[0]
    assert peers_row.split_depth(Group.USDT) is None
    silent_row = read_answers(ANSWERS_FILE.with_name("ratio_closes.toml")).measurement.rows[0]
    assert silent_row.split_depth(Group.USDT) is None  # the venue's own ETH did not trade in the window
    gap_row = read_answers(ANSWERS_FILE.with_name("ratio_silent.toml")).measurement.rows[0]
    assert gap_row.split_depth(Group.USDT) is None  # it traded in the window, but not in the deepest minute


def test_a_market_without_a_trade_has_no_lowest_one() -> None:
    """Where a venue only reported that nothing traded, no trade is named."""
    frame = pl.concat(
        [build_candles({"okx ATOM/USDT": [10.0] * 5}), build_candles({"gate ATOM/USDT": [10.0] * 5}, volume=0.0)]
    )
    measurement = measure(frame, NOTHING_COVERED, build_board_question())
    assert [
        (row.market.venue, find_exact_trade(measurement, row, build_empty_frame(LOW_TRADE))) for row in measurement.rows
    ] == [
        ("gate", None),
        ("okx", None),
    ]
