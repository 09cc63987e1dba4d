"""The matrix gives every venue the same cells; the reading aid and the placebo count, and call nothing probable."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from data.schema import Evidence
from deviation.fairness_answer import NO_TEST, fairness_json
from deviation.matrix import matrix, rankable, reading_aid
from deviation.placebo import Found, moved, placebo_day
from deviation.question import Group
from deviation.result import Measurement
from tests.deviation.boards import START, Board, measured, question

CALM = [100.0] * 5
ATOM: Board = {
    "binance ATOM/USDT": [80, 80, 80, 100, 100],
    "bitget ATOM/USDT": CALM,
    "bybit ATOM/USDT": CALM,
    "gate ATOM/USDT": CALM,
    "kraken ATOM/USD": CALM,
}
"""Binance is 20 % below three others for 3 minutes: deepest and longest of 4."""
DOGE: Board = {f"{venue} DOGE/USDT": CALM for venue in ("binance", "bitget", "bybit", "gate", "okx")}
"""Nobody strays: too close to call among 5."""
XRP: Board = {f"{venue} XRP/USDT": CALM for venue in ("binance", "bitget", "bybit")}
"""Three venues: nobody is firm."""
SOL: Board = {f"{venue} SOL/USDT": CALM for venue in ("bitget", "bybit", "gate", "okx")}
"""Not on Binance."""


def _assets() -> list[Measurement]:
    boards = {"ATOM": ATOM, "DOGE": DOGE, "XRP": XRP, "SOL": SOL}
    return [measured(board, question(asset)) for asset, board in boards.items()]


def test_every_venue_has_a_cell_on_every_asset() -> None:
    """Five USDT venues on four assets make twenty cells; without a candle there is "no data"."""
    cells = {(cell.asset, cell.venue): cell for cell in matrix(_assets(), Group.USDT)}
    assert list(cells)[:5] == [("ATOM", venue) for venue in ("binance", "bitget", "bybit", "gate", "okx")]
    assert len(cells) == 20
    binance = cells["ATOM", "binance"]
    assert binance.row is not None
    own = binance.row.own
    assert own.depth == pytest.approx(-0.2)
    assert (own.below_min, own.sure_min) == (3, 2)  # at 21:20 no trade stood before
    assert (own.alone_below_min, own.firm_min) == (3, 5)
    assert (binance.rank.deepest, binance.rank.longest, binance.rank.why) == ("deepest", "longest", None)
    assert cells["SOL", "binance"].row is None
    assert cells["SOL", "binance"].rank.deepest == "no data"
    assert cells["XRP", "bitget"].rank.why == "firm in 0 of 5 minutes"


def test_each_group_has_its_own_matrix() -> None:
    """Kraken is the one USD venue, on ATOM; a perpetual has no cell."""
    board = {**ATOM, "binanceusdm ATOM/USDT:USDT": CALM}
    cells = matrix([measured(board, question())], Group.USD)
    assert [(cell.asset, cell.venue) for cell in cells] == [("ATOM", "kraken")]
    assert "binanceusdm" not in {cell.venue for cell in matrix([measured(board, question())], Group.USDT)}


def test_the_reading_aid_counts_beside_an_even_share() -> None:
    """Deepest on 1 of 2 ranked assets, among 4 and 5 venues: an even share is 1/4 + 1/5."""
    aid = reading_aid(_assets(), "binance", Group.USDT)
    assert [(one.asset, one.venues) for one in aid.ranked] == [("ATOM", 4), ("DOGE", 5)]
    assert (aid.deepest, aid.longest) == (1, 1)
    assert aid.even_share == pytest.approx(0.45, rel=1e-12)
    assert aid.unranked == (("XRP", "firm in 0 of 5 minutes"), ("SOL", "no candle"))
    other = reading_aid(_assets(), "gate", Group.USDT)
    assert (other.deepest, other.longest) == (0, 0)
    assert [one.asset for one in other.ranked] == ["ATOM", "DOGE", "SOL"]
    assert other.even_share == pytest.approx(0.7, rel=1e-12)


def test_the_json_names_everything() -> None:
    """Cells, reading aid, placebo and what had no candle; nowhere a word of probability."""
    measurements = _assets()
    day = placebo_day(measurements[0].question, 1, [])
    answer = fairness_json(measurements, [day], ["WBETH"])
    assert (answer["assets"], answer["no_candle"]) == (["ATOM", "DOGE", "XRP", "SOL"], ["WBETH"])
    assert "asset" not in answer
    first = answer["matrix"]["usdt"][0]
    assert {name: first[name] for name in ("asset", "venue", "symbol", "rank")} == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "rank": {"deepest": "deepest", "longest": "longest", "why": None},
    }
    assert first["against"]["usdt"] == {
        "depth": pytest.approx(-0.2),
        "below_min": 3,
        "sure_min": 2,
        "alone_below_min": 3,
        "firm_min": 5,
    }
    assert first["against"]["usd"]["firm_min"] == 0
    last = answer["matrix"]["usdt"][-5]
    assert (last["asset"], last["venue"], last["symbol"], last["against"]) == ("SOL", "binance", None, None)
    aid = answer["reading_aid"]
    assert aid["note"] == NO_TEST == "assets fell together, so this is no significance test"
    assert (aid["usdt"]["ranked"], aid["usdt"]["deepest"], aid["usdt"]["longest"]) == (2, 1, 1)
    assert aid["usdt"]["assets"][1] == {
        "asset": "DOGE",
        "venues": 5,
        "deepest": "too close to call",
        "longest": "too close to call",
    }
    assert aid["usdt"]["not_ranked"][1] == {"asset": "SOL", "why": "no candle"}
    assert answer["placebo"][0]["from"] == "2025-10-09T21:20:00Z"
    assert answer["placebo"][0]["usdt"]["found"] == "not collected"
    words = json.dumps(answer).lower()
    assert all(word not in words for word in ("p-value", "p_value", "probab", "expect", "chance"))


def test_nothing_is_ranked_on_the_reconstruction() -> None:
    """Cells have numbers and no ranks, and there is neither reading aid nor placebo."""
    measurements = [measured(ATOM, question(origin=Evidence.RECONSTRUCTION))]
    assert not rankable(measurements)
    answer = fairness_json(measurements, [], [])
    assert (answer["reading_aid"], answer["placebo"]) == (None, None)
    assert {cell["rank"]["deepest"] for cell in answer["matrix"]["usdt"]} == {"not ranked"}
    assert answer["matrix"]["usdt"][0]["against"]["usdt"]["below_min"] == 3


def test_the_placebo_moves_the_window_and_nothing_else() -> None:
    """Two days before, the same clock window by the same question; a moved window has no name."""
    calm = (START - timedelta(days=1), START - timedelta(hours=9))
    asked = question(event="2025-10-10", window="crash", calm=calm, focus="gate")
    there = moved(asked, 2)
    assert there == replace(asked, start=START - timedelta(days=2), end=asked.end - timedelta(days=2), window=None)


def test_a_placebo_day_says_what_it_found() -> None:
    """Ranked where an asset is ranked for the focus, not ranked where none is, not collected without a candle."""
    asked = question()
    day = placebo_day(asked, 1, [measured(ATOM, moved(asked, 1)), measured(XRP, moved(question("XRP"), 1))])
    assert day.found == {Group.USDT: Found.RANKED, Group.USD: Found.NOT_RANKED}
    assert (day.aids[Group.USDT].deepest, day.aids[Group.USDT].even_share) == (1, 0.25)
    assert (day.days_before, day.start, day.note) == (1, START - timedelta(days=1), None)
    few = placebo_day(asked, 3, [measured(XRP, moved(question("XRP"), 3))])
    assert few.found == {Group.USDT: Found.NOT_RANKED, Group.USD: Found.NOT_COLLECTED}


def test_a_placebo_day_says_how_it_lies_to_calm_span_and_window() -> None:
    """The calm span picks the markets; a window of over a day reaches into its own placebo."""
    calm = (START - timedelta(days=2), START - timedelta(hours=9))
    asked = question(calm=calm)
    assert placebo_day(asked, 1, []).note == "in the calm span that picks the markets"
    assert placebo_day(asked, 3, []).note == "before the calm span that picks the markets"
    edge = question(calm=(calm[0] + timedelta(minutes=3), calm[1]))
    assert placebo_day(edge, 2, []).note == "partly in the calm span that picks the markets"
    late = question(calm=(START - timedelta(days=9), START - timedelta(days=8)))
    assert placebo_day(late, 7, []).note is None
    long = question(minutes=1441)
    assert placebo_day(long, 1, []).note == "reaches into the asked window"
