"""References and deviations equal those of an independent SQL query."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from deviation.measure import measure
from deviation.question import FIRM_VOTES, InstrumentKind, ReferenceKind
from tests.deviation.test_oracle import convert_frames, convert_question
from tests.oracle.brute import Candle, OracleQuestion
from tests.oracle.duck import PeerComparison, run_query
from tests.oracle.generate import draw_case, draw_weighted_case

SEED_COUNT = 60


def _list_seeds(*, weighted: bool) -> list[int]:
    """Seeds of data sets whose asset has peer markets."""
    draw = draw_weighted_case if weighted else draw_case
    return [seed for seed in range(SEED_COUNT) if draw(seed)[2].underlying is None]


def _assert_same(candles: list[Candle], setup: OracleQuestion) -> list[tuple[str, PeerComparison]]:
    """Compare every market, group and minute with the query; returns what was compared, with the kind of market."""
    expected = run_query(candles, setup)
    question = convert_question(setup)
    reference = ReferenceKind.WEIGHTED_MEDIAN if setup.weighted else ReferenceKind.MEDIAN
    question = replace(question, parameters=replace(question.parameters, reference=reference))
    measurement = measure(*convert_frames(candles, []), question)
    compared = []
    for row in measurement.rows:
        for group, series in row.series.items():
            for position in np.flatnonzero(series.votes):
                key = row.market.venue, row.market.symbol, group.value, setup.start + int(position)
                comparison = expected.pop(key)
                assert comparison.votes == series.votes[position], key
                assert math.isclose(comparison.reference, series.reference[position], rel_tol=1e-9), key
                expected_deviation = math.nan if comparison.d is None else comparison.d
                assert math.isnan(expected_deviation) == math.isnan(series.d[position]), key
                assert math.isnan(expected_deviation) or math.isclose(
                    expected_deviation, series.d[position], rel_tol=1e-9, abs_tol=1e-12
                ), key
                compared.append((row.market.kind.value, comparison))
    assert not expected
    return compared


@cache
def _compare_case(seed: int) -> list[tuple[str, PeerComparison]]:
    """Compare one data set with the query; cached."""
    candles, _, setup = draw_case(seed)
    return _assert_same(candles, replace(setup, venues=None))


@pytest.mark.parametrize("seed", _list_seeds(weighted=False))
def test_medians_and_deviations_equal_the_query(seed: int) -> None:
    """Against the plain median, votes are equal, and references and deviations to 1e-9, in every minute."""
    _compare_case(seed)


@pytest.mark.parametrize("seed", _list_seeds(weighted=True))
def test_weighted_medians_and_deviations_equal_the_query(seed: int) -> None:
    """Against the weighted median, too."""
    candles, _, setup = draw_weighted_case(seed)
    _assert_same(candles, replace(setup, venues=None))


def test_the_data_sets_hold_what_is_hard() -> None:
    """The compared data sets contain derivatives, thin and firm minutes, silent markets, agreement and deviations."""
    compared = []
    for seed in _list_seeds(weighted=False)[:20]:
        compared += _compare_case(seed)
    assert {kind for kind, _ in compared} == {kind.value for kind in InstrumentKind}
    votes = {comparison.votes for _, comparison in compared}
    assert {1, 2} < votes
    assert max(votes) > FIRM_VOTES
    deviations = [comparison.d for _, comparison in compared]
    assert None in deviations
    assert 0.0 in deviations
    assert any(d is not None and abs(d) > 0.1 for d in deviations)
