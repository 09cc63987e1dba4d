"""The sensitivity gives the least and the most over all settings, and names what changes a rank."""

from dataclasses import replace
from itertools import product
from typing import Any

import polars as pl
import pytest

from data.schema import Evidence
from deviation.fairness_answer import sensitivity_json
from deviation.measure import measure
from deviation.question import Group, Parameters, Question, QuoteHandling, Reference
from deviation.ranks import Word
from deviation.sensitivity import Setting, sensitivity
from tests.deviation.boards import NOTHING_COVERED, Board, candles, question
from tests.deviation.test_oracle import as_frames, as_question
from tests.oracle.brute import measure as brute
from tests.oracle.generate import random_case

FIVE: Board = {
    "binance ATOM/USDT": [90, 100, 100, 100, 100],
    "bitget ATOM/USDT": [100, 100, 100, 100, 100],
    "bybit ATOM/USDT": [100, 100, 100, 100, 100],
    "gate ATOM/USDT": [96, 93.9, 100, 100, 100],
    "kraken ATOM/USD": [100, 100, 100, 100, 100],
    "okx ATOM/USDT": [96, 100, 100, 100, 100],
}
"""Against 100, 100, 96 and 96 Binance's 90 is 8.2 % below; Gate's 93.9 in the next minute is 6.1 % below 100."""


def _json(board: Board, asked: Question, volume: float = 1000.0) -> dict[str, dict[str, Any]]:
    found = sensitivity_json(sensitivity(candles(board, volume=volume), NOTHING_COVERED, asked))
    return {f"{row['venue']} {row['group']}": row for row in found["sensitivity"]}


def test_the_runs_are_sixteen_and_one_for_each_other_venue() -> None:
    """Two references, two ways with quotes and four smallest votes, and each of five other venues left out."""
    found = sensitivity(candles(FIVE), NOTHING_COVERED, question())
    assert found.runs == 16 + 6 - 1
    assert len(found.ranges) == 6 * 2  # every market against both groups
    assert Setting().text(question().rules) == "defaults"


def test_the_range_names_the_settings_of_both_ends() -> None:
    """Binance: 90 against 98; without Bitget against 96, without Gate against 100."""
    binance = _json(FIVE, question())["binance usdt"]
    assert binance["depth"]["least"] == {"value": pytest.approx(90 / 96 - 1, rel=1e-12), "setting": "without Bitget"}
    assert binance["depth"]["most"] == {"value": pytest.approx(-0.1, rel=1e-12), "setting": "without Gate"}
    assert binance["below_min"] == {
        "least": {"value": 1, "setting": "defaults"},
        "most": {"value": 1, "setting": "defaults"},
    }
    assert binance["not_firm"] == []


def test_a_flip_is_named_by_the_venue_left_out() -> None:
    """Without Bitget or Bybit the reference is 96: 6.25 % below leads Gate's 6.1 % by less than two points."""
    binance = _json(FIVE, question())["binance usdt"]
    assert binance["deepest"] == {
        "word": "deepest",
        "flips": [
            {"setting": "without Bitget", "word": "too close to call"},
            {"setting": "without Bybit", "word": "too close to call"},
        ],
    }
    assert binance["longest"] == {"word": "too close to call", "flips": []}


def test_the_venue_that_moves_the_depth_most() -> None:
    """Without Bitget Binance is at 90 / 96, which is further from 90 / 98 than 90 / 100 is; nothing moves Gate."""
    rows = _json(FIVE, question())
    assert rows["binance usdt"]["removal"] == {"venue": "bitget", "depth": pytest.approx(90 / 96 - 1, rel=1e-12)}
    assert rows["gate usdt"]["removal"] is None
    # Gate at 96 against 90, 100, 100 and 96 is 2.04 % below; against 90, 100 and 96 it is not.
    assert rows["gate usdt"]["below_min"] == {
        "least": {"value": 1, "setting": "without Bitget"},
        "most": {"value": 2, "setting": "defaults"},
    }


def test_without_a_firm_minute_there_is_no_depth() -> None:
    """One USD venue makes thin minutes only: no depth in any run, and no rank against the other group."""
    binance = _json(FIVE, question())["binance usd"]
    assert binance["depth"] == {"least": None, "most": None}
    assert len(binance["not_firm"]) == 21
    assert (binance["deepest"], binance["longest"], binance["removal"]) == (None, None, None)


def test_settings_that_silence_the_votes_are_named() -> None:
    """At 500 dollars a minute nobody votes from 1,000 on; without any of four venues two votes are left."""
    board = {f"{venue} ATOM/USDT": [100.0] * 5 for venue in ("binance", "bitget", "bybit", "gate")}
    row = _json(board, question(), volume=5.0)["binance usdt"]
    silent = [
        ", ".join(part for part in (reference, quote, f"smallest vote {least} USD") if part)
        for reference, quote, least in product(("", "weighted-median"), ("", "as-is"), (1000, 10000))
    ]
    assert row["not_firm"] == [*silent, "without Bitget", "without Bybit", "without Gate"]
    assert row["removal"] == {"venue": "bitget", "depth": None}
    assert row["deepest"]["word"] == "too close to call"
    assert {flip["word"] for flip in row["deepest"]["flips"]} == {"not ranked"}
    assert [flip["setting"] for flip in row["deepest"]["flips"]] == row["not_firm"]


def test_what_was_asked_for_does_not_move_the_defaults() -> None:
    """Reference, quotes and smallest vote of the question are among the runs; enter stays as asked."""
    other = Parameters(quote=QuoteHandling.AS_IS, reference=Reference.WEIGHTED_MEDIAN, min_vote_usd=5000)
    assert _json(FIVE, question(parameters=other)) == _json(FIVE, question())
    strict = _json(FIVE, question(parameters=Parameters(enter=0.09)))["binance usdt"]
    assert strict["below_min"]["least"] == {"value": 0, "setting": "defaults"}
    assert strict["below_min"]["most"] == {"value": 1, "setting": "without Gate"}


def test_none_is_given_where_nothing_is_measured() -> None:
    """The reconstruction has no sensitivity, and neither has an asset without a candle."""
    assert sensitivity(candles(FIVE), NOTHING_COVERED, question(origin=Evidence.RECONSTRUCTION)).runs == 0
    assert sensitivity(candles(FIVE), NOTHING_COVERED, question("DOGE")).ranges == ()


def test_an_asset_against_fair_value_has_no_other_venue_to_leave_out() -> None:
    """WBETH on one venue: sixteen runs, a ratio of 1.1 taken from the calm span, and never a rank."""
    board: Board = {"binance WBETH/USDT": [99.0], "binance ETH/USDT": [100.0]}
    board |= {f"{venue} ETH/USDT": [100.0] for venue in ("bitget", "bybit", "gate")}
    asked = question("WBETH", 1, underlying="ETH", ratio_market="WBETH/ETH")
    calm = (asked.ratio_span[0], asked.ratio_span[1])
    before: Board = {"binance WBETH/ETH": [1.1] * 30}
    frame = candles(board).vstack(candles(before, start=calm[0]))
    found = sensitivity(frame, NOTHING_COVERED, replace(asked, calm=calm))
    assert found.runs == 16
    row = found.ranges[0]
    assert row.depth.most is not None
    assert row.depth.most.value == pytest.approx(99 / 110 - 1, rel=1e-12)
    assert row.deepest is not None
    assert (row.deepest.word, row.deepest.flips, row.removal) == ("not ranked", (), None)


@pytest.mark.parametrize("seed", [0, 4, 6, 9, 13, 18])
def test_ranges_equal_a_plain_loop_over_measurements(seed: int) -> None:
    """Least and most of depth and minutes equal those of a loop that measures every setting on its own."""
    rows, spans, setup = random_case(seed)
    frames, asked = as_frames(rows, spans), as_question(setup)
    base = measure(*frames, replace(asked, parameters=_with(asked)))
    settings = [
        replace(asked, parameters=_with(asked, reference=reference, quote=quote, min_vote_usd=least))
        for reference, quote, least in product(Reference, QuoteHandling, (0.0, 100.0, 1000.0, 10000.0))
    ]
    items = asked.venues or tuple({venue for venue, _ in frames[0].select("venue", "symbol").iter_rows()})
    for venue in sorted({row.market.venue for row in base.rows if row.spot}):
        kept = tuple(item for item in items if item.split(":")[0] != venue)
        if kept:
            settings.append(replace(asked, parameters=_with(asked), venues=kept))
    found = [measure(*frames, one) for one in settings]
    for one in sensitivity(*frames, asked).ranges:
        sums = [row.against[one.group] for measurement in found for row in measurement.rows if row.market == one.market]
        depths = [summary.depth for summary in sums if summary.depth is not None]
        ends = [None if end is None else end.value for end in (one.depth.most, one.depth.least)]
        assert ends == [pytest.approx(end, abs=1e-12) for end in (min(depths, default=None), max(depths, default=None))]
        minutes = [summary.below_min for summary in sums]
        assert one.below_min.least is not None
        assert one.below_min.most is not None
        assert (one.below_min.least.value, one.below_min.most.value) == (min(minutes), max(minutes))


def _with(asked: Question, **given: Any) -> Parameters:  # noqa: ANN401 - any field of the parameters
    usual: dict[str, Any] = {"reference": Reference.MEDIAN, "quote": QuoteHandling.USD, "min_vote_usd": 100.0}
    return replace(asked.parameters, **(usual | given))


@pytest.mark.parametrize("seed", [3, 12, 18])
def test_removals_equal_the_brute_force(seed: int) -> None:
    """The venue that moves the depth most is the one that the brute force finds by leaving out each in turn."""
    rows, spans, setup = random_case(seed)
    plain = replace(setup, as_is=False, min_vote=100.0)
    usual = brute(rows, spans, plain)
    items = plain.venues or tuple(sorted({row.venue for row in rows}))
    without = {
        venue: brute(rows, spans, replace(plain, venues=kept))
        for venue in sorted({row["venue"] for row in usual["venues"] if row["kind"] == "spot"})
        if (kept := tuple(item for item in items if item.split(":")[0] != venue))
    }
    moves = 0
    for one in sensitivity(*as_frames(rows, spans), as_question(setup)).ranges:
        depth = _depth(usual, one.market.venue, one.market.symbol, one.group)
        others = {
            venue: _depth(found, one.market.venue, one.market.symbol, one.group)
            for venue, found in without.items()
            if venue != one.market.venue
        }
        if one.removal is None:
            assert depth is None or all(other == pytest.approx(depth, abs=1e-12) for other in others.values())
            continue
        moves += 1
        assert depth is not None
        away = {venue: float("inf") if other is None else abs(other - depth) for venue, other in others.items()}
        assert away[one.removal.venue] == pytest.approx(max(away.values()), abs=1e-12)
        assert one.removal.depth == pytest.approx(others[one.removal.venue], abs=1e-12)
    assert moves


def _depth(found: dict[str, Any], venue: str, symbol: str, group: Group) -> float | None:
    rows = {(row["venue"], row["symbol"]): row for row in found["venues"]}
    depth: float | None = rows[venue, symbol]["against"][group.value]["depth"]
    return depth


def test_a_verdict_is_that_at_the_defaults() -> None:
    """Binance's deep minute trades 90 dollars: too few to vote at the defaults, and deepest where every trade votes."""
    thin = {name: closes for name, closes in FIVE.items() if name.startswith("binance")}
    others = {name: closes for name, closes in FIVE.items() if name not in thin}
    frame = pl.concat([candles(others), candles(thin, volume=1.0)])
    (found,) = (
        spread
        for spread in sensitivity(frame, NOTHING_COVERED, question()).ranges
        if spread.market.venue == "binance" and spread.deepest is not None
    )
    assert found.deepest is not None
    assert found.deepest.word is Word.NOT_DEEPEST
    assert [flip.word for flip in found.deepest.flips if flip.setting == Setting(min_vote_usd=0.0)] == [Word.DEEPEST]
