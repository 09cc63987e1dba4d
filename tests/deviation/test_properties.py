"""Invariances of the measurement on random candles."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, build_empty_frame
from deviation.measure import measure
from deviation.measurement import Measurement
from deviation.question import Parameters, Question, QuoteHandling, Rules
from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json
from tests.deviation.test_oracle import CELL_FIELDS, convert_frames, convert_question
from tests.oracle.generate import draw_case

START = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
VENUES = ("binance", "bitget", "bybit", "gate", "kraken", "okx")
QUESTION = Question(
    asset="ATOM",
    start=START,
    end=START + timedelta(minutes=12),
    rules=Rules(quotes={"USD": 1.0, "USDT": 1.0}, stablecoins=frozenset({"USDT"})),
    focus="binance",
    parameters=Parameters(quote=QuoteHandling.AS_IS, min_vote=0),
)
price_values = st.integers(50, 150).map(float)
random_boards = st.dictionaries(
    st.sampled_from(VENUES),
    st.lists(st.none() | st.tuples(price_values, price_values, price_values), min_size=12, max_size=12),
    min_size=2,
)
"""Per venue twelve minutes, each without a candle or with three prices."""
quick_settings = settings(max_examples=60)

DISTANCES = tuple(name for name in CELL_FIELDS if name not in {"votes", "reference_low", "reference_high"})
"""Columns of the frame that are fractions."""


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
    return measure(candles, build_empty_frame(SPAN), question)


def _list_deviations(measurement: Measurement) -> pl.DataFrame:
    return build_deviation_frame(measurement).select("venue", "against", *DISTANCES)


@quick_settings
@given(st.lists(st.none() | price_values, min_size=12, max_size=12), st.sets(st.sampled_from(VENUES), min_size=2))
def test_identical_venues_do_not_deviate(bars: list[float | None], venues: set[str]) -> None:
    """Venues with the same prices deviate by exactly 0 and have no episode."""
    board = {venue: [None if bar is None else (bar, bar, bar) for bar in bars] for venue in venues}
    measurement = _measure_frame(_build_frame(board))
    d = build_deviation_frame(measurement)["d"].drop_nulls()
    assert d.len() == len(venues) * sum(bar is not None for bar in bars)
    assert (d == 0).all()
    assert all(row.own_summary.episodes == () for row in measurement.rows)


@quick_settings
@given(random_boards, st.floats(1e-3, 1e3))
def test_scaling_every_price_changes_no_deviation(board: dict[str, list[Any]], scale: float) -> None:
    """Prices in another unit leave every deviation within 1e-12."""
    unscaled, scaled = (_list_deviations(_measure_frame(_build_frame(board, factor))) for factor in (1.0, scale))
    for column in DISTANCES:
        for value, scaled_value in zip(unscaled[column], scaled[column], strict=True):
            assert (value is None) == (scaled_value is None)
            assert value is None or math.isclose(value, scaled_value, rel_tol=1e-12, abs_tol=1e-12)


@quick_settings
@given(random_boards, st.permutations(VENUES))
def test_permuting_the_venues_changes_nothing(board: dict[str, list[Any]], names: list[str]) -> None:
    """The names of the venues do not matter: a venue's numbers follow its candles."""
    new_names = dict(zip(VENUES, names, strict=True))
    rows = _build_nameless_rows(board)
    permuted = _build_nameless_rows({new_names[venue]: bars for venue, bars in board.items()})
    assert {new_names[venue]: row for venue, row in rows.items()} == permuted


def _build_nameless_rows(board: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """The rows by venue, without the names of venues in them."""
    rows = build_measurement_json(_measure_frame(_build_frame(board)))["rows"]
    for row in rows:
        for side in row["rank"].values():
            for verdict in side.values():
                del verdict["why"]
        for numbers in row["against"].values():
            numbers["thin"]["venues"] = sorted(str(one) for one in numbers["thin"]["venues"].values())
    return {row.pop("venue"): row for row in rows}


@settings(max_examples=40)
@given(st.integers(1000, 100_000))
def test_deleting_derivatives_changes_no_spot_number(seed: int) -> None:
    """Without any perpetual or future, every spot row is the same to the bit."""
    candles, covered, setup = draw_case(seed)
    question = convert_question(setup)
    frame, spans = convert_frames(candles, covered)
    spot = frame.filter(~pl.col("symbol").str.contains(":", literal=True))
    assume(spot.height < frame.height)
    spot_rows = [
        row for row in build_measurement_json(measure(frame, spans, question))["rows"] if row["kind"] == "spot"
    ]
    assert build_measurement_json(measure(spot, spans, question))["rows"] == spot_rows


@quick_settings
@given(random_boards, st.integers(0, 12), st.integers(1, 20))
def test_unobserved_minutes_change_no_depth_or_observed_count(board: dict[str, list[Any]], at: int, count: int) -> None:
    """Minutes in which nobody traded, inserted anywhere, change no depth and no count of observed minutes."""
    longer = {venue: [*bars[:at], *[None] * count, *bars[at:]] for venue, bars in board.items()}
    question = replace(QUESTION, end=QUESTION.end + timedelta(minutes=count))
    short_rows = build_measurement_json(_measure_frame(_build_frame(board)))["rows"]
    long_rows = build_measurement_json(_measure_frame(_build_frame(longer), question))["rows"]
    for row, long_row in zip(short_rows, long_rows, strict=True):
        for group, numbers in row["against"].items():
            assert _list_observed(numbers) == _list_observed(long_row["against"][group])


def _list_observed(numbers: dict[str, Any]) -> list[Any]:
    """Deviations and counts of observed minutes of a row against a group."""
    sides = [(numbers[side]["deviation"], numbers[side]["threshold_min"]) for side in ("below", "above")]
    episodes = [(e["deviation"], e["observed_min"], e["firm_min"], e["area_pct_min"]) for e in numbers["episodes"]]
    return [numbers["firm_min"], numbers["thin"]["minutes"], numbers["split_min"], *sides, *episodes]
