"""Votes, references, distances and what a window makes of them equal those of an independent SQL query."""

from collections.abc import Callable
from functools import cache

import polars as pl
import pytest

from deviation.measurement import Measurement
from deviation.question import FIRM_VOTES
from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json
from tests.deviation.test_oracle import Case, assert_same, measure_case
from tests.oracle.duck import BarComparison, SqlAnswer, run_query
from tests.oracle.generate import draw_case, draw_weighted_case

SEED_COUNT = 24
FRAME_NAMES = {
    "m1": "reference_low",
    "m2": "reference_high",
    "d": "d",
    "jackknife": "jackknife",
    "next_below": "next_below",
    "next_above": "next_above",
}
"""Column of the frame by field of a bar's comparison."""

SEEDS = [seed for seed in range(SEED_COUNT) if draw_case(seed)[2].underlying is None]
"""Data sets whose asset has peer markets."""


@cache
def _answer_case(draw: Callable[[int], Case], seed: int) -> tuple[SqlAnswer, Measurement]:
    (candles, _, oracle_question), measurement = measure_case(draw(seed))
    return run_query(candles, oracle_question), measurement


@pytest.mark.parametrize("draw", [draw_case, draw_weighted_case])
@pytest.mark.parametrize("seed", SEEDS)
def test_minutes_equal_the_query(seed: int, draw: Callable[[int], Case]) -> None:
    """Against either reference, votes and distances to the own group are those of the query in every minute."""
    answer, measurement = _answer_case(draw, seed)
    remaining = dict(answer.bars)
    for row in build_deviation_frame(measurement).filter(pl.col("group") == pl.col("against")).iter_rows(named=True):
        key = row["venue"], row["symbol"], int(row["open_time"].timestamp())
        if row["votes"] == 0:
            assert key not in remaining, key
            continue
        comparison = remaining.pop(key)
        assert row["votes"] == comparison.votes, key
        for name, column in FRAME_NAMES.items():
            assert_same(row[column], getattr(comparison, name), f"{key} {name}")
    assert not remaining


@pytest.mark.parametrize("draw", [draw_case, draw_weighted_case])
@pytest.mark.parametrize("seed", SEEDS)
def test_windows_equal_the_query(seed: int, draw: Callable[[int], Case]) -> None:
    """Firm minutes, extremes and minutes beyond `enter` of both sides are those of the query."""
    answer, measurement = _answer_case(draw, seed)
    remaining = dict(answer.windows)
    for row in build_measurement_json(measurement)["rows"]:
        numbers = row["against"][row["group"]]
        comparison = remaining.pop((row["venue"], row["symbol"]), None)
        if comparison is None:
            assert numbers["firm_min"] == 0
            continue
        assert_same(numbers["firm_min"], comparison.firm_min, "firm_min")
        for side, deviation, minutes in (
            ("below", comparison.below, comparison.below_min),
            ("above", comparison.above, comparison.above_min),
        ):
            assert_same(numbers[side]["deviation"], deviation, f"{row['venue']} {row['symbol']} {side}")
            assert_same(numbers[side]["minutes"], minutes, f"{row['venue']} {row['symbol']} {side}")
    assert not remaining


def test_the_data_sets_hold_what_is_hard() -> None:
    """The compared data sets have derivatives, thin and firm minutes, split votes, silent rows and deviations."""
    bars: list[BarComparison] = []
    symbols: set[str] = set()
    for seed in SEEDS[:20]:
        answer, _ = _answer_case(draw_case, seed)
        bars += answer.bars.values()
        symbols |= {symbol for _, symbol, _ in answer.bars}
    assert any(":" in symbol for symbol in symbols)
    votes = {bar.votes for bar in bars}
    assert {1, 2, 3, 4} < votes
    assert max(votes) > FIRM_VOTES
    assert any(bar.m2 / bar.m1 - 1 > 0.3 for bar in bars)
    deviations = [bar.d for bar in bars]
    assert None in deviations
    assert 0.0 in deviations
    assert any(d is not None and d < -0.1 for d in deviations)
    assert any(d is not None and d > 0.1 for d in deviations)
    assert any(bar.d is not None and bar.jackknife == 0 and abs(bar.d) > 0.1 for bar in bars)
