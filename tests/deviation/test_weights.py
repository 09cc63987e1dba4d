"""The weighted median equals the method, spelled out slowly and by hand."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.answer import deviation_rows, measurement_json
from deviation.measure import measure
from deviation.question import Group, Reference
from deviation.weights import weigh, weighted_median
from tests.deviation.test_oracle import as_frames, as_question
from tests.oracle import brute
from tests.oracle.generate import weighted_case

NAN = math.nan
CASES = 45
quick = settings(max_examples=300)
votes = st.lists(st.tuples(st.just(NAN) | st.integers(1, 6).map(float), st.integers(1, 5)), min_size=1, max_size=9)


def _close(ours: float | None, truth: float | None) -> bool:
    return ours is truth if ours is None or truth is None else math.isclose(ours, truth, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("seed", range(CASES))
def test_a_weighted_measurement_equals_the_brute_force(seed: int) -> None:
    """Reference, deviations, depth, ranks and episodes under the weighted median equal the brute force."""
    candles, covered, setup = weighted_case(seed)
    question = as_question(setup)
    question = replace(question, parameters=replace(question.parameters, reference=Reference.WEIGHTED_MEDIAN))
    measurement = measure(*as_frames(candles, covered), question)
    truth = brute.measure(candles, covered, setup)["venues"]
    rows = {(row["venue"], row["symbol"]): row for row in measurement_json(measurement)["venues"]}
    minutes = deviation_rows(measurement).rows_by_key(["venue", "symbol", "group"], named=True)
    assert len(rows) == len(truth)
    for row in truth:
        ours = rows[row["venue"], row["symbol"]]
        assert ours["rank"] == row["rank"]
        for group in Group:
            one, other = ours["against"][group.value], row["against"][group.value]
            for name in ("firm_min", "below_min", "above_min", "alone_below_min", "sure_min", "threshold_min"):
                assert one[name] == other[name], name
            for name in ("depth", "gap_depth", "wick_shallow", "wick_deep", "sure_depth"):
                assert _close(one[name], other[name]), name
            assert _close(one["baseline"]["min"], other["baseline"]["min"])
            assert len(one["episodes"]) == len(other["episodes"])
            here = minutes[row["venue"], row["symbol"], group.value]
            for mine, minute in zip(here, row["minutes"], strict=True):
                for name in ("votes", "reference", "d", "gap", "wick_shallow", "wick_deep", "sure"):
                    assert _close(mine[name], minute["against"][group.value][name]), (minute["minute"], name)


def test_the_random_data_meet_every_case_of_the_weighted_median() -> None:
    """Exact halves, capped weights, weights of 1 and equal prices all occur in the first data of the comparison."""
    met: Counter[str] = Counter()
    for seed in range(21):
        candles, covered, setup = weighted_case(seed)
        run = brute.Run(brute.Money(candles, covered, setup))
        for group in brute.GROUPS:
            pool = run.pool(group)
            cents = {market: brute.cents_before(run.money, market) for market in pool}
            met["capped"] += any(run.weight(market, group) < cents[market] for market in pool)
            met["one"] += any(run.weight(market, group) == 1 for market in pool)
            for minute in setup.window():
                said = [(run.money.vote(market, minute), run.weight(market, group)) for market in pool]
                known = [(price, weight) for price, weight in said if price is not None]
                prices = [price for price, _ in known]
                met["equal prices"] += len(set(prices)) < len(prices)
                met["half"] += len(known) > 1 and brute.weighted_median(known) not in prices
    assert min(met[name] for name in ("capped", "one", "equal prices", "half")) >= 10, met


@quick
@given(votes, st.data())
def test_leaving_out_any_values_equals_the_weighted_median_of_the_rest(
    said: list[tuple[float, int]], data: st.DataObject
) -> None:
    """Whichever rows are left out of the sorted columns, the rest has the weighted median of the rest."""
    out = data.draw(st.sets(st.integers(0, len(said) - 1), max_size=3))
    values = np.array([[price] for price, _ in said])
    weights = [weight for _, weight in said]
    ours = weighted_median(weigh(values, weights), [(values[place], weights[place]) for place in sorted(out)])
    rest = [vote for place, vote in enumerate(said) if place not in out and not math.isnan(vote[0])]
    assert _close(None if math.isnan(ours[0]) else float(ours[0]), brute.weighted_median(rest) if rest else None)


@quick
@given(st.lists(st.integers(1, 6).map(float), min_size=1, max_size=9))
def test_equal_weights_give_the_median(prices: list[float]) -> None:
    """With one weight for all, the weighted median is the median, to the bit."""
    values = np.array([prices]).T
    assert weighted_median(weigh(values, [7] * len(prices)))[0] == np.median(prices)


def test_no_rows_have_no_weighted_median() -> None:
    """Without a market every minute is without a value."""
    assert np.isnan(weighted_median(weigh(np.empty((0, 3)), []))).all()
