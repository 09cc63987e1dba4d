"""References and deviations equal those of a query in SQL, written apart from the method page."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from deviation.measure import measure
from deviation.question import FIRM_VOTES, Kind, Reference
from tests.deviation.test_oracle import as_frames, as_question
from tests.oracle.brute import Candle, Setup
from tests.oracle.duck import Said, compare
from tests.oracle.generate import random_case, weighted_case

DRAWN = 60


def _cases(*, weighted: bool) -> list[int]:
    """Seeds of data sets whose asset has peer markets."""
    draw = weighted_case if weighted else random_case
    return [seed for seed in range(DRAWN) if draw(seed)[2].underlying is None]


def _same(candles: list[Candle], setup: Setup) -> list[tuple[str, Said]]:
    """Hold every market, group and minute to the query; gives what was compared, with the kind of market."""
    truth = compare(candles, setup)
    question = as_question(setup)
    reference = Reference.WEIGHTED_MEDIAN if setup.weighted else Reference.MEDIAN
    question = replace(question, parameters=replace(question.parameters, reference=reference))
    measurement = measure(*as_frames(candles, []), question)
    compared = []
    for row in measurement.rows:
        for group, series in row.series.items():
            for position in np.flatnonzero(series.votes):
                key = row.market.venue, row.market.symbol, group.value, setup.start + int(position)
                said = truth.pop(key)
                assert said.votes == series.votes[position], key
                assert math.isclose(said.reference, series.reference[position], rel_tol=1e-9), key
                d = math.nan if said.d is None else said.d
                assert math.isnan(d) == math.isnan(series.d[position]), key
                assert math.isnan(d) or math.isclose(d, series.d[position], rel_tol=1e-9, abs_tol=1e-12), key
                compared.append((row.market.kind.value, said))
    assert not truth
    return compared


@cache
def _compare_case(seed: int) -> list[tuple[str, Said]]:
    """Hold a data set of any venues to the query, once."""
    candles, _, setup = random_case(seed)
    return _same(candles, replace(setup, venues=None))


@pytest.mark.parametrize("seed", _cases(weighted=False))
def test_medians_and_deviations_equal_the_query(seed: int) -> None:
    """Against the plain median, votes are equal, and references and deviations to 1e-9, in every minute."""
    _compare_case(seed)


@pytest.mark.parametrize("seed", _cases(weighted=True))
def test_weighted_medians_and_deviations_equal_the_query(seed: int) -> None:
    """Against the weighted median, too."""
    candles, _, setup = weighted_case(seed)
    _same(candles, replace(setup, venues=None))


def test_the_data_sets_hold_what_is_hard() -> None:
    """Together they have derivatives, lone and firm minutes, silent markets, agreement and deviations."""
    compared = []
    for seed in _cases(weighted=False)[:20]:
        compared += _compare_case(seed)
    assert {kind for kind, _ in compared} == {kind.value for kind in Kind}
    votes = {said.votes for _, said in compared}
    assert {1, 2} < votes
    assert max(votes) > FIRM_VOTES
    deviations = [said.d for _, said in compared]
    assert None in deviations
    assert 0.0 in deviations
    assert any(d is not None and abs(d) > 0.1 for d in deviations)
