"""The measurement equals, field by field and minute by minute, a brute force written apart from the method page."""

import math
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN
from deviation.answer import deviation_rows, measurement_json
from deviation.lows import bounds, lows
from deviation.measure import measure
from deviation.question import Group, Parameters, Question, QuoteHandling, Rules
from deviation.result import Measurement
from tests.oracle.brute import Candle, Covered, Setup
from tests.oracle.brute import measure as brute
from tests.oracle.generate import random_case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CASES = 60

WORDING = {"minutes", "why", "source"}
"""Fields that are compared elsewhere, or are free text."""


def _time(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def as_question(setup: Setup) -> Question:
    """The brute force's setup as a question."""
    return Question(
        asset=setup.asset,
        start=_time(setup.start),
        end=_time(setup.end),
        calm=None if setup.calm is None else (_time(setup.calm[0]), _time(setup.calm[1])),
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


def as_frames(candles: list[Candle], covered: list[Covered]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The brute force's candles and spans as the frames that the measurement takes."""
    rows = [
        {**vars(candle), "open_time": _time(candle.minute), **CANDLE_DEFAULTS}
        for candle in sorted(candles, key=lambda candle: (candle.venue, candle.symbol, candle.minute))
    ]
    spans = [(venue, symbol, _time(start), _time(end)) for venue, symbol, start, end in covered]
    frame = pl.DataFrame(rows, schema_overrides=CANDLE).select(list(CANDLE))
    return frame, pl.DataFrame(spans, schema=SPAN, orient="row")


@cache
def _case(seed: int) -> tuple[Setup, dict[str, Any], Measurement]:
    """One random data set: its setup, the brute force's answer and ours."""
    candles, covered, setup = random_case(seed)
    return setup, brute(candles, covered, setup), measure(*as_frames(candles, covered), as_question(setup))


def _same(ours: Any, truth: Any, where: str) -> None:  # noqa: ANN401 - walks any JSON
    """Counts and words exactly, values to 1e-9 relative, times as minutes since the epoch."""
    if isinstance(truth, dict):
        for key in truth.keys() - WORDING:
            value = truth[key]
            _same(ours[key], value, f"{where}.{key}")
    elif isinstance(truth, list):
        assert len(ours) == len(truth), where
        for index, (one, other) in enumerate(zip(ours, truth, strict=True)):
            _same(one, other, f"{where}[{index}]")
    elif isinstance(truth, float):
        assert isinstance(ours, float), (where, ours, truth)
        assert math.isclose(ours, truth, rel_tol=1e-9, abs_tol=1e-12), (where, ours, truth)
    elif isinstance(ours, str) and isinstance(truth, int):
        assert datetime.fromisoformat(ours) == _time(truth), where
    else:
        assert ours == truth, (where, ours, truth)


@pytest.mark.parametrize("seed", range(CASES))
def test_results_equal_the_brute_force(seed: int) -> None:
    """Every field of the result equals the brute force on random data."""
    _, truth, measurement = _case(seed)
    ours = measurement_json(measurement)
    for key in ("fx_assumed", "absent", "left_out", "fair_value", "venues"):
        _same(ours[key], truth[key], key)


@pytest.mark.parametrize("seed", range(CASES))
def test_minutes_equal_the_brute_force(seed: int) -> None:
    """State, price, votes, reference and deviations of every minute equal the brute force on random data."""
    _, truth, measurement = _case(seed)
    ours = deviation_rows(measurement).rows_by_key(["venue", "symbol", "group"], named=True)
    for row in truth["venues"]:
        for group in Group:
            key = row["venue"], row["symbol"], group.value
            for mine, minute in zip(ours[key], row["minutes"], strict=True):
                where = f"{key} {minute['minute']}"
                _same(mine["state"], minute["state"], where)
                _same(mine["price"], minute["price"], where)
                _same(mine, minute["against"][group.value], where)


@pytest.mark.parametrize("seed", range(CASES))
def test_lows_and_path_equal_the_brute_force(seed: int) -> None:
    """The table of lows and the market's path equal the brute force on random data."""
    setup, truth, measurement = _case(seed)
    table = lows(measurement)
    names = {row and row.market.venue for row in (table.lowest,)}, {row and row.market.venue for row in (table.second,)}
    assert names == ({truth["lows"]["lowest"]}, {truth["lows"]["second_lowest"]})
    for key in ("gap_to_second", "usdt_low", "usd_low", "usdt_usd_gap"):
        _same(getattr(table, key), truth["lows"][key], key)
    focus = {row.market.symbol: row for row in measurement.rows if row.market.venue == setup.focus and row.spot}
    for item in truth["lows"]["focus"]:
        for group in Group:
            beside = bounds(focus[item["symbol"]], group)
            _same(beside.wick_shallow, item["against"][group.value]["wick_shallow_at_low"], "shallow")
            _same(beside.wick_deep, item["against"][group.value]["wick_deep_at_low"], "deep")
    for group in Group:
        path = measurement.path[group]
        ends = {
            name: None if at is None else setup.start + at
            for name, at in (("onset", path.onset), ("bottom", path.bottom))
        }
        assert ends == truth["path"][group.value]
