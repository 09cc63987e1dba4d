"""The sensitivity gives the least and the most over all settings, and names what changes a rank."""

from dataclasses import replace
from itertools import product
from typing import Any

import polars as pl
import pytest

from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.minute.markets import Market
from deviation.question import Group, Parameters, Question, QuoteHandling, ReferenceKind
from deviation.ranks import RankWord
from deviation.report.fairness_json import build_sensitivity_json
from deviation.sensitivity import RunSetting
from deviation.side import Side
from tests.deviation.close_boards import NOTHING_COVERED, ClosesByMarket, build_board_question, build_candles
from tests.deviation.test_oracle import convert_frames, convert_question
from tests.grids import measure_frame, measure_frame_sensitivity
from tests.oracle.brute import measure_json
from tests.oracle.generate import draw_case

FIVE_MINUTE_BOARD: ClosesByMarket = {
    "binance ATOM/USDT": [90, 100, 100, 100, 100],
    "bitget ATOM/USDT": [100, 100, 100, 100, 100],
    "bybit ATOM/USDT": [100, 100, 100, 100, 100],
    "gate ATOM/USDT": [96, 93.9, 100, 100, 100],
    "kraken ATOM/USD": [100, 100, 100, 100, 100],
    "okx ATOM/USDT": [96, 100, 100, 100, 100],
}
"""Against 96, 96, 100 and 100 Binance's 90 is 6.25 % below; Gate's 93.9 in the next minute is 6.1 % below 100."""


def _build_json(board: ClosesByMarket, question: Question, volume: float = 1000.0) -> dict[str, dict[str, Any]]:
    result = build_sensitivity_json(
        measure_frame_sensitivity(build_candles(board, volume=volume), NOTHING_COVERED, question)
    )
    return {f"{row['venue']} {row['against']}": row for row in result["sensitivity"]}


def _mirror(board: ClosesByMarket) -> ClosesByMarket:
    """The board at the reciprocal of every price, about 100."""
    return {name: [10_000 / close for close in closes] for name, closes in board.items()}


def test_the_runs_are_sixteen_and_one_for_each_other_venue() -> None:
    """Two references, two ways with quotes and four smallest votes, and each of five other venues left out."""
    result = measure_frame_sensitivity(build_candles(FIVE_MINUTE_BOARD), NOTHING_COVERED, build_board_question())
    assert result.runs == 16 + 6 - 1
    assert len(result.ranges) == 6 * 2  # every market against both groups
    assert RunSetting().describe(build_board_question().rules) == "defaults"


def test_a_market_of_another_group_has_a_range_against_three() -> None:
    """Kraken's ATOM/KRW is measured against its own group and both common ones."""
    board = FIVE_MINUTE_BOARD | {"kraken ATOM/KRW": [140_000.0] * 5}
    result = measure_frame_sensitivity(build_candles(board), NOTHING_COVERED, build_board_question())
    groups = [market_range.group for market_range in result.ranges if market_range.market.symbol == "ATOM/KRW"]
    assert groups == ["krw", "usdt", "usd"]


def test_the_range_names_the_settings_of_both_ends() -> None:
    """Binance: 90 against 96 to 100; without Gate or OKX against 96, 100 and 100, which is 10 % below."""
    binance = _build_json(FIVE_MINUTE_BOARD, build_board_question())["binance usdt"]["below"]
    assert binance["deviation"]["least"] == {"value": pytest.approx(90 / 96 - 1, rel=1e-12), "setting": "defaults"}
    assert binance["deviation"]["most"] == {"value": pytest.approx(-0.1, rel=1e-12), "setting": "excluding Gate"}
    assert binance["minutes"] == {
        "least": {"value": 1, "setting": "defaults"},
        "most": {"value": 1, "setting": "defaults"},
    }


def test_the_other_side_has_ranges_of_its_own() -> None:
    """At the reciprocal of every price what was below is above, by 1 / (1 + d) - 1; below there is nothing."""
    row = _build_json(_mirror(FIVE_MINUTE_BOARD), build_board_question())["binance usdt"]
    least, most = row["above"]["deviation"]["least"], row["above"]["deviation"]["most"]
    assert least == {"value": pytest.approx(96 / 90 - 1, rel=1e-12), "setting": "defaults"}
    assert most == {"value": pytest.approx(100 / 90 - 1, rel=1e-12), "setting": "excluding Gate"}
    assert row["above"]["removal"] == {"venue": "gate", "deviation": pytest.approx(100 / 90 - 1, rel=1e-12)}
    assert row["below"]["deviation"]["most"] == {"value": 0, "setting": "defaults"}
    assert row["below"]["removal"] is None


def test_a_flip_is_named_by_the_venue_left_out() -> None:
    """90 / 96 leads 93.9 / 100 by less than 2 %; without Gate, or without OKX, Binance's 90 / 100 leads all."""
    binance = _build_json(FIVE_MINUTE_BOARD, build_board_question())["binance usdt"]["below"]
    assert binance["largest"] == {
        "verdict": "too close to call",
        "flips": [
            {"setting": "excluding Gate", "verdict": "largest"},
            {"setting": "excluding OKX", "verdict": "largest"},
        ],
    }
    assert binance["longest"] == {"verdict": "too close to call", "flips": []}


def test_the_venue_that_moves_the_deviation_most() -> None:
    """Without Gate or OKX Binance is at 90 / 100, the former is first by name; nothing moves Gate's largest."""
    rows = _build_json(FIVE_MINUTE_BOARD, build_board_question())
    assert rows["binance usdt"]["below"]["removal"] == {"venue": "gate", "deviation": pytest.approx(-0.1, rel=1e-12)}
    assert rows["gate usdt"]["below"]["removal"] is None
    # Gate at 96 against 90, 96, 100, 100 is within; without Binance against 96, 100, 100 it is 4 % below.
    assert rows["gate usdt"]["below"]["minutes"] == {
        "least": {"value": 1, "setting": "defaults"},
        "most": {"value": 2, "setting": "excluding Binance"},
    }


def test_without_a_firm_minute_there_is_no_deviation() -> None:
    """One USD venue makes thin minutes only: no deviation in any run, and no rank against the other group."""
    row = _build_json(FIVE_MINUTE_BOARD, build_board_question())["binance usd"]
    assert len(row["not_firm"]) == 21
    for side in ("below", "above"):
        assert row[side]["deviation"] == {"least": None, "most": None}
        assert (row[side]["largest"], row[side]["longest"], row[side]["removal"]) == (None, None, None)


def test_settings_that_silence_the_votes_are_named() -> None:
    """At 500 dollars a minute nobody votes from 1,000 on; without any of four venues two votes are left."""
    board = {f"{venue} ATOM/USDT": [100.0] * 5 for venue in ("binance", "bitget", "bybit", "gate")}
    row = _build_json(board, build_board_question(), volume=5.0)["binance usdt"]
    silent_settings = [
        ", ".join(part for part in (reference, quote, f"minimum volume ${min_vote}") if part)
        for reference, quote, min_vote in product(
            ("", "weighted median"), ("", "stablecoins taken as $1"), (1000, 10000)
        )
    ]
    assert row["not_firm"] == [*silent_settings, "excluding Bitget", "excluding Bybit", "excluding Gate"]
    for side in ("below", "above"):
        assert row[side]["removal"] == {"venue": "bitget", "deviation": None}
        largest = row[side]["largest"]
        assert largest["verdict"] == "too close to call"
        words = {flip["setting"]: flip["verdict"] for flip in largest["flips"]}
        assert list(words) == row["not_firm"]
        # Who trades, but never enough, has no data; who has too few others beside it is not ranked.
        assert set(words.values()) == {"no data", "not ranked"}
        assert (words["minimum volume $1000"], words["excluding Gate"]) == ("no data", "not ranked")


def test_what_was_asked_for_does_not_move_the_defaults() -> None:
    """Reference, quotes and smallest vote of the question are among the runs; enter stays as asked."""
    other_parameters = Parameters(quote=QuoteHandling.AS_IS, reference=ReferenceKind.WEIGHTED_MEDIAN, min_vote=5000)
    assert _build_json(FIVE_MINUTE_BOARD, build_board_question(parameters=other_parameters)) == _build_json(
        FIVE_MINUTE_BOARD, build_board_question()
    )
    strict_question = build_board_question(parameters=Parameters(enter=0.09))
    minutes = _build_json(FIVE_MINUTE_BOARD, strict_question)["binance usdt"]["below"]["minutes"]
    assert minutes["least"] == {"value": 0, "setting": "defaults"}
    assert minutes["most"] == {"value": 1, "setting": "excluding Gate"}


def test_exchanges_excluded_by_hand_stay_excluded() -> None:
    """Without OKX by choice every run lacks it: Binance's least is the 10 % of the board without it."""
    question = build_board_question(excluded=("okx",))
    result = measure_frame_sensitivity(build_candles(FIVE_MINUTE_BOARD), NOTHING_COVERED, question)
    assert result.runs == 16 + 5 - 1
    assert "okx" not in {market_range.market.venue for market_range in result.ranges}
    least = _build_json(FIVE_MINUTE_BOARD, question)["binance usdt"]["below"]["deviation"]["least"]
    assert least == {"value": pytest.approx(-0.1, rel=1e-12), "setting": "defaults"}


def test_none_is_given_where_nothing_is_measured() -> None:
    """The reconstruction has no sensitivity, and neither has an asset without a candle."""
    candles = build_candles(FIVE_MINUTE_BOARD)
    sample = measure_frame_sensitivity(candles, NOTHING_COVERED, build_board_question(origin=Evidence.RECONSTRUCTION))
    assert (sample.runs, sample.ranges) == (0, ())
    assert measure_frame_sensitivity(candles, NOTHING_COVERED, build_board_question("DOGE")).ranges == ()


def test_an_asset_against_fair_value_has_no_other_venue_to_leave_out() -> None:
    """WBETH on one venue: sixteen runs, a ratio of 1.1 taken from the calm span, and never a rank."""
    board: ClosesByMarket = {"binance WBETH/USDT": [99.0], "binance ETH/USDT": [100.0]}
    board |= {f"{venue} ETH/USDT": [100.0] for venue in ("bitget", "bybit", "gate")}
    base_question = build_board_question("WBETH", 1, underlying="ETH", ratio_market="WBETH/ETH")
    calm = base_question.ratio_span
    ratio_board: ClosesByMarket = {"binance WBETH/ETH": [1.1] * 30}
    frame = build_candles(board).vstack(build_candles(ratio_board, start=calm[0]))
    result = measure_frame_sensitivity(frame, NOTHING_COVERED, replace(base_question, calm_span=calm))
    assert result.runs == 16
    below = result.ranges[0].sides[Side.BELOW]
    assert below.deviation.most is not None
    assert below.deviation.most.value == pytest.approx(99 / 110 - 1, rel=1e-12)
    assert below.largest is not None
    assert (below.largest.word, below.largest.flips, below.removal) == ("not ranked", (), None)


@pytest.mark.parametrize("seed", [1, 8, 11, 13])
def test_ranges_equal_a_plain_loop_over_measurements(seed: int) -> None:
    """Least and most of deviation and minutes equal those of a loop that measures every setting on its own."""
    rows, spans, oracle_question = draw_case(seed)
    frames, base_question = convert_frames(rows, spans), convert_question(oracle_question)
    default_question = replace(base_question, parameters=_build_parameters(base_question))
    base = measure_frame(*frames, default_question)
    questions = [
        replace(
            base_question,
            parameters=_build_parameters(base_question, reference=reference, quote=quote, min_vote=min_vote),
        )
        for reference, quote, min_vote in product(ReferenceKind, QuoteHandling, (0.0, 100.0, 1000.0, 10000.0))
    ]
    venues = sorted({row.market.venue for row in base.rows if row.is_spot})
    questions += [replace(default_question, excluded=(*base_question.excluded, venue)) for venue in venues]
    measurements = [measure_frame(*frames, question) for question in questions]
    ranges = measure_frame_sensitivity(*frames, base_question).ranges
    assert [(item.market, item.group) for item in ranges] == [
        (row.market, g) for row in base.rows for g in row.summaries
    ]
    for market_range in ranges:
        for side, numbers in market_range.sides.items():
            values = _list_sides(measurements, market_range.market, market_range.group, side)
            sizes = [abs(deviation) for deviation, _ in values if deviation is not None]
            ends = (numbers.deviation.least, numbers.deviation.most)
            assert [None if end is None else abs(end.value) for end in ends] == [
                pytest.approx(size, abs=1e-12) for size in (min(sizes, default=None), max(sizes, default=None))
            ]
            minutes = [count for _, count in values]
            assert numbers.minutes.least is not None
            assert numbers.minutes.most is not None
            assert (numbers.minutes.least.value, numbers.minutes.most.value) == (min(minutes), max(minutes))


def _list_sides(
    measurements: list[Measurement], market: Market, group: Group, side: Side
) -> list[tuple[float | None, float]]:
    """Deviation and minutes of a market in every measurement that has it."""
    return [
        (row.summaries[group].get_side(side).deviation, row.summaries[group].get_side(side).minutes)
        for measurement in measurements
        for row in measurement.rows
        if row.market == market
    ]


def _build_parameters(question: Question, **fields: Any) -> Parameters:  # noqa: ANN401 - any field of the parameters
    defaults: dict[str, Any] = {"reference": ReferenceKind.MEDIAN, "quote": QuoteHandling.USD, "min_vote": 100.0}
    return replace(question.parameters, **(defaults | fields))


@pytest.mark.parametrize("seed", [8, 13])
def test_removals_equal_the_brute_force(seed: int) -> None:
    """The venue that moves a deviation most is the one that the brute force finds by leaving out each in turn."""
    rows, spans, drawn_question = draw_case(seed)
    oracle_question = replace(drawn_question, as_is=False, weighted=False, min_vote=100.0)
    default_result = measure_json(rows, spans, oracle_question)
    venues = sorted({row["venue"] for row in default_result["rows"] if row["kind"] == "spot"})
    results_without = {
        venue: measure_json(rows, spans, replace(oracle_question, excluded=(*oracle_question.excluded, venue)))
        for venue in venues
    }
    removal_count = 0
    for market_range in measure_frame_sensitivity(
        *convert_frames(rows, spans), convert_question(drawn_question)
    ).ranges:
        market, group = market_range.market, market_range.group
        for side, numbers in market_range.sides.items():
            default = _get_deviation(default_result, market, group, side)
            others = {
                venue: _get_deviation(result, market, group, side)
                for venue, result in results_without.items()
                if venue != market.venue
            }
            removal = numbers.removal
            if removal is None:
                assert default is None or all(other == pytest.approx(default, abs=1e-12) for other in others.values())
                continue
            removal_count += 1
            assert default is not None
            changes = {
                venue: float("inf") if other is None else abs(other - default) for venue, other in others.items()
            }
            assert changes[removal.venue] == pytest.approx(max(changes.values()), abs=1e-12)
            assert removal.deviation == pytest.approx(others[removal.venue], abs=1e-12)
    assert removal_count


def _get_deviation(result: dict[str, Any], market: Market, group: Group, side: Side) -> float | None:
    rows = {(row["venue"], row["symbol"]): row for row in result["rows"]}
    deviation: float | None = rows[market.venue, market.symbol]["against"][group][side.value]["deviation"]
    return deviation


def test_a_verdict_is_that_at_the_defaults() -> None:
    """Binance's far minute trades 90 dollars: too few to vote at the defaults, and largest where every trade votes."""
    board = FIVE_MINUTE_BOARD | {"binance ATOM/USDT": [80.0] + [100.0] * 4}
    thin_board = {name: closes for name, closes in board.items() if name.startswith("binance")}
    other_board = {name: closes for name, closes in board.items() if name not in thin_board}
    frame = pl.concat([build_candles(other_board), build_candles(thin_board, volume=1.0)])
    (binance,) = (
        market_range
        for market_range in measure_frame_sensitivity(frame, NOTHING_COVERED, build_board_question()).ranges
        if market_range.market.venue == "binance" and market_range.group == "usdt"
    )
    largest = binance.sides[Side.BELOW].largest
    assert largest is not None
    assert largest.word is RankWord.NOT_LARGEST
    assert [flip.word for flip in largest.flips if flip.setting == RunSetting(min_vote=0.0)] == [RankWord.LARGEST]
