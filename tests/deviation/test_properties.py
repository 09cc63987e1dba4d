"""Invariances of the measurement on random candles."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, build_empty_frame
from deviation.measurement import Measurement
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind, Rules
from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json
from deviation.result import MarketRow
from deviation.side import Side
from tests.deviation.close_boards import QUOTES
from tests.deviation.test_oracle import convert_frames, convert_question
from tests.grids import measure_frame
from tests.oracle.generate import draw_case

START = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
VENUES = ("binance", "bitget", "bybit", "gate", "kraken", "okx")
QUESTION = Question(
    asset="ATOM",
    start=START,
    end=START + timedelta(minutes=12),
    rules=Rules(quotes=QUOTES, stablecoins=frozenset({"USDT"})),
    focus="binance",
    parameters=Parameters(quote=QuoteHandling.AS_IS, min_vote=0),
)
DISTANCES = (
    *("d", "jackknife", "lag", "next_below", "next_above", "wick_least", "wick_most", "spike_least", "spike_most"),
    *("sure_below", "sure_above"),
)
"""The columns of a bar that are relative distances."""

price_values = st.integers(50, 150).map(float)
random_boards = st.dictionaries(
    st.sampled_from(VENUES),
    st.lists(st.none() | st.tuples(price_values, price_values, price_values), min_size=12, max_size=12),
    min_size=2,
)
"""Per venue twelve minutes, each without a candle or with three prices: close, and two others that it traded at."""
quick_settings = settings(max_examples=60)


def _build_frame(board: dict[str, list[Any]], scale: float = 1.0) -> pl.DataFrame:
    rows = [
        {
            "venue": venue,
            "symbol": "ATOM/USDT",
            "open_time": START + timedelta(minutes=i),
            "open": scale * bar[0],
            "high": scale * max(bar),
            "low": scale * min(bar),
            "close": scale * bar[0],
            "volume": 1000.0,
            **CANDLE_DEFAULTS,
        }
        for venue, bars in sorted(board.items())
        for i, bar in enumerate(bars)
        if bar is not None
    ]
    return pl.DataFrame(rows, schema=CANDLE)


def _measure_frame(candles: pl.DataFrame, question: Question = QUESTION) -> Measurement:
    return measure_frame(candles, build_empty_frame(SPAN), question)


def _list_own_minutes(measurement: Measurement) -> pl.DataFrame:
    """Every bar of every market against its own group."""
    return build_deviation_frame(measurement).filter(pl.col("group") == pl.col("against"))


def _is_close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12)


@quick_settings
@given(st.lists(st.none() | price_values, min_size=12, max_size=12), st.sets(st.sampled_from(VENUES), min_size=2))
def test_identical_venues_do_not_deviate(bars: list[float | None], venues: set[str]) -> None:
    """Venues with the same prices deviate by exactly 0 and have no episode."""
    board = {venue: [None if bar is None else (bar, bar, bar) for bar in bars] for venue in venues}
    measurement = _measure_frame(_build_frame(board))
    d = _list_own_minutes(measurement)["d"].drop_nulls()
    assert d.len() == len(venues) * sum(bar is not None for bar in bars)
    assert (d == 0).all()
    assert all(row.own_summary.episodes == () for row in measurement.rows)


@quick_settings
@given(random_boards, st.floats(1e-3, 1e3), st.sampled_from(ReferenceKind))
def test_scaling_every_price_of_a_group_changes_no_distance_in_it(
    board: dict[str, list[Any]], scale: float, reference: ReferenceKind
) -> None:
    """Prices in another unit leave every distance as it is."""
    question = replace(QUESTION, parameters=replace(QUESTION.parameters, reference=reference))
    unscaled, scaled = (
        _list_own_minutes(_measure_frame(_build_frame(board, factor), question)) for factor in (1.0, scale)
    )
    for column in DISTANCES:
        for value, scaled_value in zip(unscaled[column], scaled[column], strict=True):
            assert _is_close(value, scaled_value), column


MIRRORED = {
    "d": "d",
    "jackknife": "jackknife",
    "lag": "lag",
    "next_below": "next_above",
    "next_above": "next_below",
    "wick_least": "spike_least",
    "wick_most": "spike_most",
    "spike_least": "wick_least",
    "spike_most": "wick_most",
    "sure_below": "sure_above",
    "sure_above": "sure_below",
}
"""Each distance, and what it becomes at the reciprocal of every price."""


@quick_settings
@given(random_boards)
def test_reciprocal_prices_swap_the_sides(board: dict[str, list[Any]]) -> None:
    """At 1/p a distance x becomes 1/(1 + x) - 1 on the other side: a discount of 20 % is a premium of 25 %."""
    mirror = {
        venue: [None if bar is None else tuple(1 / price for price in bar) for bar in bars]
        for venue, bars in board.items()
    }
    direct, mirrored = (_list_own_minutes(_measure_frame(_build_frame(side))) for side in (board, mirror))
    for column, other in MIRRORED.items():
        for value, mirrored_value in zip(direct[column], mirrored[other], strict=True):
            expected = None if value is None else 1 / (1 + value) - 1
            assert _is_close(mirrored_value, expected), (column, value, mirrored_value)


@quick_settings
@given(random_boards, st.permutations(VENUES))
def test_permuting_the_venues_changes_nothing(board: dict[str, list[Any]], names: list[str]) -> None:
    """The names of the venues do not matter: a venue's numbers follow its candles."""
    new_names = dict(zip(VENUES, names, strict=True))
    actual = _measure_frame(_build_frame(board))
    permuted = _measure_frame(_build_frame({new_names[venue]: bars for venue, bars in board.items()}))
    rows = {row.market.venue: row for row in permuted.rows}
    assert len(rows) == len(actual.rows)
    for row in actual.rows:
        other = rows[new_names[row.market.venue]]
        assert _list_numbers(row) == _list_numbers(other)
        for side in Side:
            rank, other_rank = actual.ranks[row.market][side], permuted.ranks[other.market][side]
            assert (rank.largest.word, rank.longest.word) == (other_rank.largest.word, other_rank.longest.word)


def _list_numbers(row: MarketRow) -> list[Any]:
    summary = row.own_summary
    sides = [
        (side.deviation, side.at, side.minutes, side.jackknife, side.lag, side.next, side.trade, side.whole)
        for side in (summary.below, summary.above)
    ]
    return [row.low, row.high, summary.firm_min, summary.split_min, *sides, summary.thin.sides, summary.episodes]


def _list_rows_without_cross(measurement: Measurement) -> list[dict[str, Any]]:
    """The spot rows of the JSON with only what is against their own group."""
    rows = [row for row in build_measurement_json(measurement)["rows"] if row["kind"] == "spot"]
    return [{**row, "against": row["against"][row["group"]]} for row in rows]


@settings(max_examples=12)
@given(st.integers(1000, 100_000))
def test_deleting_derivatives_changes_no_spot_number(seed: int) -> None:
    """Without any perpetual or future, every spot row is the same to the bit, against every group."""
    candles, covered, oracle_question = draw_case(seed)
    question = convert_question(oracle_question)
    frame, spans = convert_frames(candles, covered, question.timeframe)
    spot = frame.filter(~pl.col("symbol").str.contains(":", literal=True))
    assume(spot.height < frame.height)
    rows = [
        row for row in build_measurement_json(measure_frame(frame, spans, question))["rows"] if row["kind"] == "spot"
    ]
    assert build_measurement_json(measure_frame(spot, spans, question))["rows"] == rows


@settings(max_examples=12)
@given(st.integers(1000, 100_000))
def test_a_group_needs_nothing_but_itself(seed: int) -> None:
    """Without rates, derivatives and the other groups, every number against the own group is the same to the bit."""
    candles, covered, oracle_question = draw_case(seed)
    question = replace(convert_question(oracle_question), asset="ATOM", underlying=None, ratio_market=None)
    frame, spans = convert_frames(candles, covered, question.timeframe)
    complete = measure_frame(frame, spans, question)
    assume(complete.rows)
    for group in complete.groups:
        alone = frame.filter(pl.col("symbol") == f"ATOM/{group.upper()}")
        expected = [row for row in _list_rows_without_cross(complete) if row["group"] == group]
        assert _list_rows_without_cross(measure_frame(alone, spans, question)) == expected


@quick_settings
@given(random_boards, st.sampled_from(VENUES))
def test_no_single_exchange_moves_a_deviation_past_the_jackknife(board: dict[str, list[Any]], removed: str) -> None:
    """Without any one other exchange a deviation never lies nearer than the jackknife's, on either side."""
    assume(removed in board)
    complete = _measure_frame(_build_frame(board))
    without = _measure_frame(_build_frame(board), replace(QUESTION, excluded=(removed,)))
    others = {row.market: row.series["usdt"] for row in without.rows}
    for row in complete.rows:
        if row.market.venue == removed:
            continue
        series, other = row.series["usdt"], others[row.market]
        for jackknife, d, votes in zip(series.jackknife, other.d, other.votes, strict=True):
            if votes and jackknife < 0:
                assert d <= jackknife + 1e-12
            elif votes and jackknife > 0:
                assert d >= jackknife - 1e-12


@settings(max_examples=25)
@given(st.integers(1000, 100_000))
def test_minutes_of_stricter_readings_are_those_of_their_extremes(seed: int) -> None:
    """They need no computing where no minute reaches the threshold, against any group and by either reference."""
    candles, covered, oracle_question = draw_case(seed)
    question = convert_question(oracle_question)
    for row in measure_frame(*convert_frames(candles, covered, question.timeframe), question).rows:
        for summary in row.summaries.values():
            for side in (summary.below, summary.above):
                robust = side.robust_minutes
                expected = (side.jackknife.minutes, side.lag.minutes, side.whole.minutes)
                assert (robust.jackknife, robust.lag, robust.whole) == expected


@quick_settings
@given(random_boards)
def test_stricter_measures_never_exceed_the_deviation(board: dict[str, list[Any]]) -> None:
    """What passes a stricter test lies on the same side and is no larger; whole minutes are minutes of deviation."""
    for row in _measure_frame(_build_frame(board)).rows:
        series = row.series["usdt"]
        for name in ("jackknife", "lag"):
            for d, stricter in zip(series.d, getattr(series, name), strict=True):
                assert math.isnan(stricter) or 0 <= stricter * d <= d * d + 1e-12, (name, d, stricter)
        for side in (row.own_summary.below, row.own_summary.above):
            assert max(side.jackknife.minutes, side.lag.minutes, side.whole.minutes) <= side.minutes
            assert side.lag.untested + side.lag.minutes <= side.minutes


@quick_settings
@given(random_boards, st.integers(0, 12), st.integers(1, 20))
def test_unobserved_minutes_change_no_deviation_or_observed_count(
    board: dict[str, list[Any]], at: int, count: int
) -> None:
    """Minutes in which nobody traded, inserted anywhere, change no deviation and no count of observed minutes."""
    longer = {venue: [*bars[:at], *[None] * count, *bars[at:]] for venue, bars in board.items()}
    short_measurement = _measure_frame(_build_frame(board))
    question = replace(QUESTION, end=QUESTION.end + timedelta(minutes=count))
    for row, long_row in zip(short_measurement.rows, _measure_frame(_build_frame(longer), question).rows, strict=True):
        for group, short_summary in row.summaries.items():
            long_summary = long_row.summaries[group]
            sides = zip(
                (short_summary.below, short_summary.above), (long_summary.below, long_summary.above), strict=True
            )
            for short_side, long_side in sides:
                assert short_side.deviation == long_side.deviation
                assert short_side.minutes == long_side.minutes
                assert short_side.jackknife.minutes == long_side.jackknife.minutes
            assert (short_summary.firm_min, short_summary.thin.minutes) == (
                long_summary.firm_min,
                long_summary.thin.minutes,
            )
            assert [(e.deviation, e.observed_min, e.firm_min) for e in short_summary.episodes] == [
                (e.deviation, e.observed_min, e.firm_min) for e in long_summary.episodes
            ]
