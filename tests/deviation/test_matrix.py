"""The fairness matrix, its reading aid and the placebo."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from data.schema import Evidence
from deviation.matrix import build_matrix, compute_reading_aid, is_rankable
from deviation.placebo import PlaceboStatus, build_placebo_day, shift_question
from deviation.question import Group
from deviation.report.fairness_json import NO_SIGNIFICANCE_NOTE, build_fairness_json
from deviation.result import Measurement
from tests.deviation.close_boards import START, ClosesByMarket, build_board_question, measure_board

FLAT_CLOSES = [100.0] * 5
ATOM: ClosesByMarket = {
    "binance ATOM/USDT": [80, 80, 80, 100, 100],
    "bitget ATOM/USDT": FLAT_CLOSES,
    "bybit ATOM/USDT": FLAT_CLOSES,
    "gate ATOM/USDT": FLAT_CLOSES,
    "kraken ATOM/USD": FLAT_CLOSES,
}
"""Binance is 20 % below three others for 3 minutes: deepest and longest of 4."""
DOGE: ClosesByMarket = {f"{venue} DOGE/USDT": FLAT_CLOSES for venue in ("binance", "bitget", "bybit", "gate", "okx")}
"""No deviation: too close to call among 5."""
XRP: ClosesByMarket = {f"{venue} XRP/USDT": FLAT_CLOSES for venue in ("binance", "bitget", "bybit")}
"""Three venues: no minute is firm."""
SOL: ClosesByMarket = {f"{venue} SOL/USDT": FLAT_CLOSES for venue in ("bitget", "bybit", "gate", "okx")}
"""Not on Binance."""


def _measure_assets() -> list[Measurement]:
    boards = {"ATOM": ATOM, "DOGE": DOGE, "XRP": XRP, "SOL": SOL}
    return [measure_board(board, build_board_question(asset)) for asset, board in boards.items()]


def test_every_venue_has_a_cell_on_every_asset() -> None:
    """Five USDT venues on four assets make twenty cells; without a candle there is "no data"."""
    cells = {(cell.asset, cell.venue): cell for cell in build_matrix(_measure_assets(), Group.USDT)}
    assert list(cells)[:5] == [("ATOM", venue) for venue in ("binance", "bitget", "bybit", "gate", "okx")]
    assert len(cells) == 20
    binance = cells["ATOM", "binance"]
    assert binance.row is not None
    summary = binance.row.own_summary
    assert summary.depth == pytest.approx(-0.2)
    assert (summary.below_min, summary.sure_min) == (3, 2)  # at 21:20 no trade stood before
    assert (summary.alone_below_min, summary.firm_min) == (3, 5)
    assert (binance.rank.deepest, binance.rank.longest, binance.rank.reason) == ("deepest", "longest", None)
    assert cells["SOL", "binance"].row is None
    assert cells["SOL", "binance"].rank.deepest == "no data"
    assert cells["XRP", "bitget"].rank.reason == "firm in 0 of 5 minutes"


def test_each_group_has_its_own_matrix() -> None:
    """Kraken is the one USD venue, on ATOM; a perpetual has no cell."""
    board = {**ATOM, "binanceusdm ATOM/USDT:USDT": FLAT_CLOSES}
    cells = build_matrix([measure_board(board, build_board_question())], Group.USD)
    assert [(cell.asset, cell.venue) for cell in cells] == [("ATOM", "kraken")]
    assert "binanceusdm" not in {
        cell.venue for cell in build_matrix([measure_board(board, build_board_question())], Group.USDT)
    }


def test_the_reading_aid_counts_beside_an_even_share() -> None:
    """Deepest on 1 of 2 ranked assets, among 4 and 5 venues: an even share is 1/4 + 1/5."""
    aid = compute_reading_aid(_measure_assets(), "binance", Group.USDT)
    assert [(ranked_asset.asset, ranked_asset.venue_count) for ranked_asset in aid.ranked] == [("ATOM", 4), ("DOGE", 5)]
    assert (aid.deepest_count, aid.longest_count) == (1, 1)
    assert aid.even_share == pytest.approx(0.45, rel=1e-12)
    assert aid.unranked == (("XRP", "firm in 0 of 5 minutes"), ("SOL", "no candle"))
    gate_aid = compute_reading_aid(_measure_assets(), "gate", Group.USDT)
    assert (gate_aid.deepest_count, gate_aid.longest_count) == (0, 0)
    assert [ranked_asset.asset for ranked_asset in gate_aid.ranked] == ["ATOM", "DOGE", "SOL"]
    assert gate_aid.even_share == pytest.approx(0.7, rel=1e-12)


def test_the_json_names_everything() -> None:
    """Cells, reading aid, placebo and what had no candle; no probability."""
    measurements = _measure_assets()
    day = build_placebo_day(measurements[0].question, 1, [])
    content = build_fairness_json(measurements, [day], ["WBETH"])
    assert (content["assets"], content["no_candle"]) == (["ATOM", "DOGE", "XRP", "SOL"], ["WBETH"])
    assert "asset" not in content
    first_cell = content["matrix"]["usdt"][0]
    assert {name: first_cell[name] for name in ("asset", "venue", "symbol", "rank")} == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "rank": {"deepest": "deepest", "longest": "longest", "why": None},
    }
    assert first_cell["against"]["usdt"] == {
        "depth": pytest.approx(-0.2),
        "below_min": 3,
        "sure_min": 2,
        "alone_below_min": 3,
        "firm_min": 5,
    }
    assert first_cell["against"]["usd"]["firm_min"] == 0
    last_cell = content["matrix"]["usdt"][-5]
    assert (last_cell["asset"], last_cell["venue"], last_cell["symbol"], last_cell["against"]) == (
        "SOL",
        "binance",
        None,
        None,
    )
    aid = content["reading_aid"]
    assert aid["note"] == NO_SIGNIFICANCE_NOTE == "assets fell together, so this is no significance test"
    assert (aid["usdt"]["ranked"], aid["usdt"]["deepest"], aid["usdt"]["longest"]) == (2, 1, 1)
    assert aid["usdt"]["assets"][1] == {
        "asset": "DOGE",
        "venues": 5,
        "deepest": "too close to call",
        "longest": "too close to call",
    }
    assert aid["usdt"]["not_ranked"][1] == {"asset": "SOL", "why": "no candle"}
    assert content["placebo"][0]["from"] == "2025-10-09T21:20:00Z"
    assert content["placebo"][0]["usdt"]["found"] == "not collected"
    text = json.dumps(content).lower()
    assert all(word not in text for word in ("p-value", "p_value", "probab", "expect", "chance"))


def test_nothing_is_ranked_on_the_reconstruction() -> None:
    """Cells have numbers and no ranks, and there is neither reading aid nor placebo."""
    measurements = [measure_board(ATOM, build_board_question(origin=Evidence.RECONSTRUCTION))]
    assert not is_rankable(measurements)
    content = build_fairness_json(measurements, [], [])
    assert (content["reading_aid"], content["placebo"]) == (None, None)
    assert {cell["rank"]["deepest"] for cell in content["matrix"]["usdt"]} == {"not ranked"}
    assert content["matrix"]["usdt"][0]["against"]["usdt"]["below_min"] == 3


def test_the_placebo_moves_the_window_and_nothing_else() -> None:
    """Two days before, the same clock window by the same question; a moved window has no name."""
    calm = (START - timedelta(days=1), START - timedelta(hours=9))
    base_question = build_board_question(event="2025-10-10", window="crash", calm_span=calm, focus="gate")
    shifted = shift_question(base_question, 2)
    assert shifted == replace(
        base_question, start=START - timedelta(days=2), end=base_question.end - timedelta(days=2), window=None
    )


def test_a_placebo_day_says_what_it_found() -> None:
    """Ranked where an asset is ranked for the focus, not ranked where none is, not collected without a candle."""
    base_question = build_board_question()
    day = build_placebo_day(
        base_question,
        1,
        [
            measure_board(ATOM, shift_question(base_question, 1)),
            measure_board(XRP, shift_question(build_board_question("XRP"), 1)),
        ],
    )
    assert day.statuses == {Group.USDT: PlaceboStatus.RANKED, Group.USD: PlaceboStatus.NOT_RANKED}
    assert (day.aids[Group.USDT].deepest_count, day.aids[Group.USDT].even_share) == (1, 0.25)
    assert (day.days_before, day.start, day.note) == (1, START - timedelta(days=1), None)
    day_without_ranks = build_placebo_day(
        base_question, 3, [measure_board(XRP, shift_question(build_board_question("XRP"), 3))]
    )
    assert day_without_ranks.statuses == {Group.USDT: PlaceboStatus.NOT_RANKED, Group.USD: PlaceboStatus.NOT_COLLECTED}


def test_a_placebo_day_says_how_it_lies_to_calm_span_and_window() -> None:
    """The calm span picks the markets; a window of over a day reaches into its own placebo."""
    calm = (START - timedelta(days=2), START - timedelta(hours=9))
    in_calm = build_board_question(calm_span=calm)
    assert build_placebo_day(in_calm, 1, []).note == "in the calm span that picks the markets"
    assert build_placebo_day(in_calm, 3, []).note == "before the calm span that picks the markets"
    partly_in_calm = build_board_question(calm_span=(calm[0] + timedelta(minutes=3), calm[1]))
    assert build_placebo_day(partly_in_calm, 2, []).note == "partly in the calm span that picks the markets"
    calm_long_before = build_board_question(calm_span=(START - timedelta(days=9), START - timedelta(days=8)))
    assert build_placebo_day(calm_long_before, 7, []).note is None
    long_window = build_board_question(minutes=1441)
    assert build_placebo_day(long_window, 1, []).note == "reaches into the asked window"
