"""The fairness matrix, its reading aid and the placebo."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from data.schema import Evidence
from deviation.matrix import build_matrix, compute_reading_aid, is_rankable, list_groups
from deviation.measurement import Measurement
from deviation.placebo import PlaceboStatus, build_placebo_day, shift_question
from deviation.question import USD, USDT, Question
from deviation.report.fairness_json import build_fairness_json
from deviation.side import Side
from tests.deviation.close_boards import START, ClosesByMarket, build_board_question, measure_board

FLAT_CLOSES = [100.0] * 5
ATOM: ClosesByMarket = {
    "binance ATOM/USDT": [80, 80, 80, 100, 100],
    "bitget ATOM/USDT": FLAT_CLOSES,
    "bybit ATOM/USDT": FLAT_CLOSES,
    "gate ATOM/USDT": FLAT_CLOSES,
    "kraken ATOM/USD": FLAT_CLOSES,
}
"""Binance is 20 % below three others for 3 minutes: largest and longest of 4."""
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
    cells = {(cell.asset, cell.venue): cell for cell in build_matrix(_measure_assets(), USDT)}
    assert list(cells)[:5] == [("ATOM", venue) for venue in ("binance", "bitget", "bybit", "gate", "okx")]
    assert len(cells) == 20
    binance = cells["ATOM", "binance"]
    assert binance.row is not None
    below, above = binance.row.own_summary.below, binance.row.own_summary.above
    assert below.deviation == pytest.approx(-0.2)
    assert above.deviation == 0
    assert (below.minutes, below.next.minutes, binance.row.own_summary.firm_min) == (3, 3, 5)
    assert below.whole.minutes == 2  # at 21:20 no trade stood before
    rank = binance.rank[Side.BELOW]
    assert (rank.largest.word, rank.longest.word, rank.largest.why) == ("largest", "longest", None)
    assert binance.rank[Side.ABOVE].largest.word == "too close to call"
    assert cells["SOL", "binance"].row is None
    for side in Side:
        assert cells["SOL", "binance"].rank[side].largest.word == "no data"
        assert cells["SOL", "binance"].rank[side].longest.why == "no price in this data"
        assert cells["XRP", "bitget"].rank[side].largest.why == "comparable in 0 of 5 minutes"


def test_each_group_has_its_own_matrix() -> None:
    """Kraken is the one USD venue, on ATOM; a perpetual has no cell and makes no group."""
    board: ClosesByMarket = {**ATOM, "binanceusdm ATOM/USDC:USDC": FLAT_CLOSES, "kraken ATOM/KRW": FLAT_CLOSES}
    measurements = [measure_board(board, build_board_question())]
    assert list_groups(measurements) == ("usdt", "usd", "krw")
    assert [(cell.asset, cell.venue) for cell in build_matrix(measurements, USD)] == [("ATOM", "kraken")]
    assert "binanceusdm" not in {cell.venue for group in ("usdt", "usdc") for cell in build_matrix(measurements, group)}


def test_the_reading_aid_counts_beside_an_even_share() -> None:
    """Largest on 1 of 2 ranked assets, among 4 and 5 venues: an even share is 1/4 + 1/5."""
    aid = compute_reading_aid(_measure_assets(), "binance", USDT, Side.BELOW)
    assert [(ranked_asset.asset, ranked_asset.venue_count) for ranked_asset in aid.ranked] == [("ATOM", 4), ("DOGE", 5)]
    assert (aid.largest_count, aid.longest_count) == (1, 1)
    assert aid.even_share == pytest.approx(0.45, rel=1e-12)
    assert aid.unranked == (("XRP", "comparable in 0 of 5 minutes"), ("SOL", "no price in this data"))
    gate_aid = compute_reading_aid(_measure_assets(), "gate", USDT, Side.BELOW)
    assert (gate_aid.largest_count, gate_aid.longest_count) == (0, 0)
    assert [ranked_asset.asset for ranked_asset in gate_aid.ranked] == ["ATOM", "DOGE", "SOL"]
    assert gate_aid.even_share == pytest.approx(0.7, rel=1e-12)


def test_the_reading_aid_counts_each_side_alone() -> None:
    """At 125 among 100 Binance has the largest and longest premium of four, and no discount."""
    board: ClosesByMarket = {**ATOM, "binance ATOM/USDT": [125, 125, 125, 100, 100]}
    measurements = [measure_board(board, build_board_question())]
    below, above = (compute_reading_aid(measurements, "binance", USDT, side) for side in Side)
    assert (below.largest_count, below.longest_count, len(below.ranked)) == (0, 0, 1)
    assert (above.largest_count, above.longest_count, len(above.ranked)) == (1, 1, 1)
    assert above.even_share == 0.25


def test_the_json_names_everything() -> None:
    """Cells, reading aid, placebo and what had no candle; no probability."""
    measurements = _measure_assets()
    day = build_placebo_day(measurements[0].question, "binance", [USDT, USD], 1, [])
    content = build_fairness_json(measurements, [day], ["WBETH"])
    assert (list(content["assets"]), content["no_candle"]) == (["ATOM", "DOGE", "XRP", "SOL"], ["WBETH"])
    assert content["assets"]["DOGE"]["rows"][0]["symbol"] == "DOGE/USDT"
    assert (content["focus"], "asset" in content) == ("binance", False)
    first_cell = content["matrix"]["usdt"][0]
    assert (first_cell["asset"], first_cell["venue"], first_cell["symbol"]) == ("ATOM", "binance", "ATOM/USDT")
    assert first_cell["rank"]["below"] == {
        "largest": {"verdict": "largest", "why": None},
        "longest": {"verdict": "longest", "why": None},
    }
    assert first_cell["against"]["usdt"] == {
        "firm_min": 5,
        "below": {
            "deviation": pytest.approx(-0.2),
            "minutes": 3,
            "jackknife_min": 3,
            "lag_min": 3,
            "whole_min": 2,
            "next_min": 3,
        },
        "above": {
            "deviation": 0,
            "minutes": 0,
            "jackknife_min": 0,
            "lag_min": 0,
            "whole_min": 0,
            "next_min": 0,
        },
    }
    assert first_cell["against"]["usd"]["firm_min"] == 0
    last_cell = content["matrix"]["usdt"][-5]
    assert (last_cell["asset"], last_cell["venue"], last_cell["symbol"], last_cell["against"]) == (
        "SOL",
        "binance",
        None,
        None,
    )
    reading = content["reading"]
    assert reading["note"] == "The assets moved together, so this is not a test of statistical significance."
    aid = reading["usdt"]["below"]
    assert (aid["ranked"], aid["largest"], aid["longest"]) == (2, 1, 1)
    assert aid["assets"][1] == {
        "asset": "DOGE",
        "venues": 5,
        "largest": "too close to call",
        "longest": "too close to call",
    }
    assert aid["not_ranked"][1] == {"asset": "SOL", "why": "no price in this data"}
    assert (reading["usdt"]["above"]["largest"], reading["usd"]["below"]["ranked"]) == (0, 0)
    assert content["placebo"][0]["from"] == "2025-10-09T21:20:00Z"
    assert content["placebo"][0]["usdt"]["status"] == "not collected"
    text = json.dumps(content).lower()
    assert all(word not in text for word in ("p-value", "p_value", "probab", "expect", "chance"))


def test_the_path_of_all_assets_is_the_median_of_their_returns() -> None:
    """Of falls by 1, 2 and 9 % the median is 2 %; the assets' own prices do not matter."""
    boards = {
        asset: {f"{venue} {asset}/USDT": [price, price, price * (1 - fall)] for venue in ("bybit", "gate")}
        for asset, price, fall in (("ATOM", 4.0, 0.01), ("DOGE", 0.2, 0.02), ("XRP", 3.0, 0.09))
    }
    measurements = [measure_board(board, build_board_question(asset, 3)) for asset, board in boards.items()]
    at = "2025-10-10T21:22:00Z"
    path = {"onset": at, "run_start": None, "bottom": at}
    assert build_fairness_json(measurements, [], [])["path"] == {"usdt": path}
    calm = [measure_board({"bybit SOL/USDT": [9.0] * 3}, build_board_question("SOL", 3))] * 4
    assert build_fairness_json([*measurements, *calm], [], [])["path"]["usdt"]["onset"] is None


def test_nothing_is_ranked_on_the_reconstruction() -> None:
    """Cells have numbers and no ranks, and there is neither reading aid nor placebo."""
    measurements = [measure_board(ATOM, build_board_question(origin=Evidence.RECONSTRUCTION))]
    assert not is_rankable(measurements)
    content = build_fairness_json(measurements, [], [])
    assert (content["reading"], content["placebo"]) == (None, None)
    cells = content["matrix"]["usdt"]
    assert {cell["rank"][side]["largest"]["verdict"] for cell in cells for side in ("below", "above")} == {"not ranked"}
    assert cells[0]["against"]["usdt"]["below"]["minutes"] == 3


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
        "binance",
        [USDT, USD],
        1,
        [
            measure_board(ATOM, shift_question(base_question, 1)),
            measure_board(XRP, shift_question(build_board_question("XRP"), 1)),
        ],
    )
    assert day.statuses == {USDT: PlaceboStatus.RANKED, USD: PlaceboStatus.NOT_RANKED}
    aids = day.aids[USDT]
    assert (aids[Side.BELOW].largest_count, aids[Side.ABOVE].largest_count, aids[Side.BELOW].even_share) == (1, 0, 0.25)
    assert (day.days_before, day.start, day.note) == (1, START - timedelta(days=1), None)
    day_without_ranks = build_placebo_day(
        base_question, "binance", [USDT, USD], 3, [measure_board(XRP, shift_question(build_board_question("XRP"), 3))]
    )
    assert day_without_ranks.statuses == {USDT: PlaceboStatus.NOT_RANKED, USD: PlaceboStatus.NOT_COLLECTED}


def test_a_placebo_day_says_how_it_lies_to_calm_span_and_window() -> None:
    """The calm span gives ratio and baseline; a window of over a day reaches into its own placebo."""
    calm = (START - timedelta(days=2), START - timedelta(hours=9))
    in_calm = build_board_question(calm_span=calm)
    assert _describe_day(in_calm, 1) == "in the calm span"
    assert _describe_day(in_calm, 3) == "before the calm span"
    assert _describe_day(build_board_question(calm_span=(calm[0] + timedelta(minutes=3), calm[1])), 2) == (
        "partly in the calm span"
    )
    calm_long_before = build_board_question(calm_span=(START - timedelta(days=9), START - timedelta(days=8)))
    assert _describe_day(calm_long_before, 7) is None
    assert _describe_day(build_board_question(minutes=1441), 1) == "reaches into the asked window"


def _describe_day(question: Question, days: int) -> str | None:
    return build_placebo_day(question, "binance", [USDT], days, []).note
