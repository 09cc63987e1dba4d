"""The measurement equals the brute force, field by field and bar by bar, on random data."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, LOW_TRADE, SPAN, Evidence, Timeframe
from deviation.market_path import combine_assets, trace_path
from deviation.measurement import Measurement
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind, Rules
from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json, build_path_json
from deviation.report.lows_json import build_lows_json
from tests.grids import measure_frame
from tests.oracle.brute import event_path_json, list_minutes, lows_json, measure_json
from tests.oracle.generate import draw_case, draw_rank_case, draw_weighted_case
from tests.oracle.minute import NUMBER_FIELDS
from tests.oracle.question import Candle, CoveredSpan, OracleQuestion, format_time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CASE_COUNT = 24
TIMEFRAMES = {timeframe.seconds: timeframe for timeframe in Timeframe}

CELL_FIELDS = ("votes", *NUMBER_FIELDS)

Case = tuple[list[Candle], list[CoveredSpan], OracleQuestion]


def _to_time(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def convert_question(question: OracleQuestion) -> Question:
    """The brute force's question as one of the measurement."""
    return Question(
        asset=question.asset,
        start=_to_time(question.start),
        end=_to_time(question.end),
        event=question.event,
        window=question.window_name,
        calm_span=None if question.calm is None else (_to_time(question.calm[0]), _to_time(question.calm[1])),
        rules=Rules(
            quotes=question.quotes,
            ratio_quotes=question.ratio_quotes,
            stablecoins=question.stablecoins,
            families=question.families,
        ),
        underlying=question.underlying,
        ratio_market=question.ratio_market,
        venues=question.venues,
        excluded=question.excluded,
        focus=question.focus,
        origin=Evidence(question.origin),
        timeframe=TIMEFRAMES[question.bar],
        parameters=Parameters(
            reference=ReferenceKind.WEIGHTED_MEDIAN if question.weighted else ReferenceKind.MEDIAN,
            quote=QuoteHandling.AS_IS if question.as_is else QuoteHandling.USD,
            enter=question.enter,
            exit=question.exit,
            confirm=question.confirm,
            min_vote=question.min_vote,
        ),
    )


def convert_frames(
    candles: list[Candle], covered: list[CoveredSpan], timeframe: Timeframe = Timeframe.M1
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The brute force's candles and spans as the frames that the measurement takes."""
    rows = [
        {**vars(candle), **CANDLE_DEFAULTS, "open_time": _to_time(candle.time), "timeframe": timeframe.value}
        for candle in sorted(candles, key=lambda candle: (candle.venue, candle.symbol, candle.time))
    ]
    spans = [(venue, symbol, _to_time(start), _to_time(end)) for venue, symbol, start, end in covered]
    frame = pl.DataFrame(rows, schema_overrides=CANDLE).select(list(CANDLE))
    return frame, pl.DataFrame(spans, schema=SPAN, orient="row")


def select_required(candles: list[Candle], question: Question) -> list[Candle]:
    """The candles that a measurement asks for: those of its required span."""
    start, end = question.required_span
    return [candle for candle in candles if start <= _to_time(candle.time) < end]


def assert_same(actual: Any, expected: Any, place: str = "") -> None:  # noqa: ANN401 - walks any JSON
    """Words and names exactly, numbers to 1e-9 relative; what the brute force does not have is not compared."""
    if isinstance(expected, dict):
        assert isinstance(actual, dict), (place, actual, expected)
        for key in expected:
            assert key in actual, (place, key)
            if key == "why":
                _assert_same_reason(actual[key], expected, place)
            else:
                assert_same(actual[key], expected[key], f"{place}.{key}")
    elif isinstance(expected, list):
        assert len(actual) == len(expected), (place, actual, expected)
        for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
            assert_same(one, other, f"{place}[{index}]")
    elif isinstance(expected, bool) or not isinstance(expected, int | float):
        assert actual == expected, (place, actual, expected)
    else:
        assert isinstance(actual, int | float), (place, actual, expected)
        assert math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-12), (place, actual, expected)


def _assert_same_reason(actual: str | None, expected: dict[str, Any], place: str) -> None:
    """Whether there is a reason, and the venue that it names; of `no data` the word is reason enough."""
    if expected["verdict"] == "no data":
        return
    reason = expected["why"]
    assert (actual is None) == (reason is None), (place, actual, expected)
    if actual is not None and reason["venue"] is not None:
        assert actual.startswith(f"{reason['venue']} "), (place, actual, expected)


def _assert_same_keys(actual: dict[str, Any], expected: dict[str, Any], place: str) -> None:
    """Groups, venues and choices are the same sets on both sides, not only those of the brute force."""
    for name in ("choices", "path", "cross"):
        assert actual[name].keys() == expected[name].keys(), (place, name)
    for row, expected_row in zip(actual["rows"], expected["rows"], strict=True):
        assert row["against"].keys() == expected_row["against"].keys(), place
        for group, numbers in expected_row["against"].items():
            assert row["against"][group]["thin"]["venues"].keys() == numbers["thin"]["venues"].keys(), (place, group)


def measure_case(case: Case) -> tuple[Case, Measurement]:
    """A random data set, cut to what its measurement asks for, and our answer."""
    candles, covered, oracle_question = case
    question = convert_question(oracle_question)
    required = select_required(candles, question)
    frames = convert_frames(required, covered, question.timeframe)
    return (required, covered, oracle_question), measure_frame(*frames, question)


@cache
def _measure_minutes(seed: int) -> tuple[Case, Measurement]:
    return measure_case(draw_case(seed))


def _assert_same_results(case: Case, measurement: Measurement) -> None:
    actual, expected = build_measurement_json(measurement), measure_json(*case)
    assert_same(actual, expected)
    _assert_same_keys(actual, expected, case[2].asset)


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_results_equal_the_brute_force(seed: int) -> None:
    """Every field of the result equals the brute force on random data."""
    _assert_same_results(*_measure_minutes(seed))


@pytest.mark.parametrize("seed", range(CASE_COUNT // 2))
def test_results_of_the_weighted_median_equal_the_brute_force(seed: int) -> None:
    """Every field of the result equals the brute force against the weighted median, too."""
    _assert_same_results(*measure_case(draw_weighted_case(seed)))


@pytest.mark.parametrize("seed", range(2 * CASE_COUNT))
def test_ranks_at_their_edges_equal_the_brute_force(seed: int) -> None:
    """Every field of the result equals the brute force where leads, gaps and lengths are just enough, or almost."""
    _assert_same_results(*measure_case(draw_rank_case(seed)))


@pytest.mark.parametrize("bar", [1, 300])
@pytest.mark.parametrize("seed", range(CASE_COUNT // 3))
def test_results_of_other_bars_equal_the_brute_force(seed: int, bar: int) -> None:
    """Every field of the result equals the brute force in bars of a second and of five minutes."""
    _assert_same_results(*measure_case(draw_case(seed, bar)))


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_minutes_equal_the_brute_force(seed: int) -> None:
    """State, price, votes, reference and every distance of every minute equal the brute force on random data."""
    case, measurement = _measure_minutes(seed)
    frame = build_deviation_frame(measurement)
    actual = frame.rows_by_key(["venue", "symbol", "against", "open_time"], named=True, unique=True)
    expected = list_minutes(*case)
    assert len(actual) == len(expected)
    candles = {(candle.venue, candle.symbol, candle.time): candle for candle in case[0]}
    for venue, symbol, group, state, cell in expected:
        row = actual[venue, symbol, group, _to_time(cell.time)]
        place = f"{venue} {symbol} {group} {format_time(cell.time)}"
        assert row["state"] == state, place
        if state == "voting":
            assert row["price"] == candles[venue, symbol, cell.time].close, place
        assert_same(
            {name: row[name] for name in CELL_FIELDS}, {name: getattr(cell, name) for name in CELL_FIELDS}, place
        )
        assert_same(row["fx_mid"], None if cell.factor is None else cell.factor.mid, f"{place} fx_mid")
        if cell.reference_low is not None and cell.reference_high is not None:
            assert_same(row["reference"], (cell.reference_low + cell.reference_high) / 2, f"{place} reference")


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_lows_and_highs_equal_the_brute_force(seed: int) -> None:
    """The table of lows and highs equals the brute force on random data."""
    _assert_same_lows(*_measure_minutes(seed))
    _assert_same_lows(*measure_case(draw_rank_case(seed)))


def _assert_same_lows(case: Case, measurement: Measurement) -> None:
    actual, expected = build_lows_json(measurement, pl.DataFrame(schema=LOW_TRADE)), lows_json(*case)
    assert_same(actual, expected)
    assert actual["groups"].keys() == expected["groups"].keys()
    assert actual["focus"]["groups"].keys() == expected["focus"]["groups"].keys()


@pytest.mark.parametrize("seed", range(CASE_COUNT // 2))
def test_paths_of_several_assets_equal_the_brute_force(seed: int) -> None:
    """The path of an asset, its underlying and the coins of its quotes together equals the brute force."""
    candles, covered, question = draw_case(seed)
    assets = sorted({question.asset, question.underlying or "USDT", "USDC"})
    questions = [replace(question, asset=asset, underlying=None, ratio_market=None) for asset in assets]
    measurements = [measure_case((candles, covered, one))[1] for one in questions]
    expected = event_path_json([(candles, covered, one) for one in questions])
    groups = {group for measurement in measurements for group in measurement.group_prices}
    assert groups == expected.keys()
    for group in groups:
        prices = [measurement.group_prices[group] for measurement in measurements if group in measurement.group_prices]
        path = trace_path(combine_assets(prices), measurements[0].question.timeframe)
        assert_same(build_path_json(path, measurements[0].axis), expected[group], group)
