"""The measurement equals the brute force, field by field and minute by minute, on random data."""

import math
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN
from deviation.measure import measure
from deviation.question import Group, Parameters, Question, QuoteHandling, Rules
from deviation.report.json_output import build_deviation_frame, build_measurement_json
from deviation.report.lows import measure_low_bounds, summarize_lows
from deviation.result import Measurement
from tests.oracle.brute import Candle, CoveredSpan, OracleQuestion
from tests.oracle.brute import measure as brute
from tests.oracle.generate import draw_case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CASE_COUNT = 60

SKIPPED_FIELDS = {"minutes", "why", "source"}
"""Fields that are compared elsewhere, or are free text."""


def _to_time(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def convert_question(setup: OracleQuestion) -> Question:
    """The brute force's setup as a question."""
    return Question(
        asset=setup.asset,
        start=_to_time(setup.start),
        end=_to_time(setup.end),
        calm_span=None if setup.calm is None else (_to_time(setup.calm[0]), _to_time(setup.calm[1])),
        rules=Rules(stablecoins=setup.stablecoins, families=setup.families),
        underlying=setup.underlying,
        ratio_market=setup.ratio_market,
        venues=setup.venues or (),
        focus=setup.focus,
        parameters=Parameters(
            quote=QuoteHandling.AS_IS if setup.as_is else QuoteHandling.USD,
            enter=setup.enter,
            exit=setup.exit,
            confirm=setup.confirm,
            min_vote_usd=setup.min_vote,
        ),
    )


def convert_frames(candles: list[Candle], covered: list[CoveredSpan]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The brute force's candles and spans as the frames that the measurement takes."""
    rows = [
        {**vars(candle), "open_time": _to_time(candle.minute), **CANDLE_DEFAULTS}
        for candle in sorted(candles, key=lambda candle: (candle.venue, candle.symbol, candle.minute))
    ]
    spans = [(venue, symbol, _to_time(start), _to_time(end)) for venue, symbol, start, end in covered]
    frame = pl.DataFrame(rows, schema_overrides=CANDLE).select(list(CANDLE))
    return frame, pl.DataFrame(spans, schema=SPAN, orient="row")


@cache
def _measure_case(seed: int) -> tuple[OracleQuestion, dict[str, Any], Measurement]:
    """One random data set: its setup, the brute force's answer and ours."""
    candles, covered, setup = draw_case(seed)
    return setup, brute(candles, covered, setup), measure(*convert_frames(candles, covered), convert_question(setup))


def _assert_same(actual: Any, expected: Any, place: str) -> None:  # noqa: ANN401 - walks any JSON
    """Counts and words exactly, values to 1e-9 relative, times as minutes since the epoch."""
    if isinstance(expected, dict):
        for key in expected.keys() - SKIPPED_FIELDS:
            value = expected[key]
            _assert_same(actual[key], value, f"{place}.{key}")
    elif isinstance(expected, list):
        assert len(actual) == len(expected), place
        for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
            _assert_same(one, other, f"{place}[{index}]")
    elif isinstance(expected, float):
        assert isinstance(actual, float), (place, actual, expected)
        assert math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-12), (place, actual, expected)
    elif isinstance(actual, str) and isinstance(expected, int):
        assert datetime.fromisoformat(actual) == _to_time(expected), place
    else:
        assert actual == expected, (place, actual, expected)


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_results_equal_the_brute_force(seed: int) -> None:
    """Every field of the result equals the brute force on random data."""
    _, expected, measurement = _measure_case(seed)
    actual = build_measurement_json(measurement)
    for key in ("fx_assumed", "absent", "left_out", "fair_value", "venues"):
        _assert_same(actual[key], expected[key], key)


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_minutes_equal_the_brute_force(seed: int) -> None:
    """State, price, votes, reference and deviations of every minute equal the brute force on random data."""
    _, expected, measurement = _measure_case(seed)
    actual = build_deviation_frame(measurement).rows_by_key(["venue", "symbol", "group"], named=True)
    for row in expected["venues"]:
        for group in Group:
            key = row["venue"], row["symbol"], group.value
            for actual_minute, minute in zip(actual[key], row["minutes"], strict=True):
                place = f"{key} {minute['minute']}"
                _assert_same(actual_minute["state"], minute["state"], place)
                _assert_same(actual_minute["price"], minute["price"], place)
                _assert_same(actual_minute, minute["against"][group.value], place)


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_lows_and_path_equal_the_brute_force(seed: int) -> None:
    """The table of lows and the market's path equal the brute force on random data."""
    setup, expected, measurement = _measure_case(seed)
    asset_lows = summarize_lows(measurement)
    names = (
        {row and row.market.venue for row in (asset_lows.lowest,)},
        {row and row.market.venue for row in (asset_lows.second_lowest,)},
    )
    assert names == ({expected["lows"]["lowest"]}, {expected["lows"]["second_lowest"]})
    for key in ("gap_to_second", "usdt_low", "usd_low", "usdt_usd_gap"):
        _assert_same(getattr(asset_lows, key), expected["lows"][key], key)
    focus = {row.market.symbol: row for row in measurement.rows if row.market.venue == setup.focus and row.is_spot}
    for item in expected["lows"]["focus"]:
        for group in Group:
            low_bounds = measure_low_bounds(focus[item["symbol"]], group)
            _assert_same(low_bounds.wick_shallow, item["against"][group.value]["wick_shallow_at_low"], "shallow")
            _assert_same(low_bounds.wick_deep, item["against"][group.value]["wick_deep_at_low"], "deep")
    for group in Group:
        path = measurement.paths[group]
        ends = {
            name: None if at is None else setup.start + at
            for name, at in (("onset", path.onset), ("bottom", path.bottom))
        }
        assert ends == expected["path"][group.value]
