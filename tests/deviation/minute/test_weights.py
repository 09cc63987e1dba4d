"""The weighted median equals the brute force and simple definitions."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.measure import measure
from deviation.minute.weights import compute_weighted_median, sort_weighted
from deviation.question import Group, ReferenceKind
from deviation.report.json_output import build_deviation_frame, build_measurement_json
from tests.deviation.test_oracle import convert_frames, convert_question
from tests.oracle import brute
from tests.oracle.generate import draw_weighted_case

NAN = math.nan
CASE_COUNT = 45
quick_settings = settings(max_examples=300)
random_votes = st.lists(
    st.tuples(st.just(NAN) | st.integers(1, 6).map(float), st.integers(1, 5)), min_size=1, max_size=9
)


def _is_close(actual: float | None, expected: float | None) -> bool:
    return (
        actual is expected
        if actual is None or expected is None
        else math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-12)
    )


@pytest.mark.parametrize("seed", range(CASE_COUNT))
def test_a_weighted_measurement_equals_the_brute_force(seed: int) -> None:
    """Reference, deviations, depth, ranks and episodes under the weighted median equal the brute force."""
    candles, covered, setup = draw_weighted_case(seed)
    question = convert_question(setup)
    question = replace(question, parameters=replace(question.parameters, reference=ReferenceKind.WEIGHTED_MEDIAN))
    measurement = measure(*convert_frames(candles, covered), question)
    expected = brute.measure(candles, covered, setup)["venues"]
    rows = {(row["venue"], row["symbol"]): row for row in build_measurement_json(measurement)["venues"]}
    minutes = build_deviation_frame(measurement).rows_by_key(["venue", "symbol", "group"], named=True)
    assert len(rows) == len(expected)
    for row in expected:
        actual = rows[row["venue"], row["symbol"]]
        assert actual["rank"] == row["rank"]
        for group in Group:
            actual_summary, expected_summary = actual["against"][group.value], row["against"][group.value]
            for name in ("firm_min", "below_min", "above_min", "alone_below_min", "sure_min", "threshold_min"):
                assert actual_summary[name] == expected_summary[name], name
            for name in ("depth", "gap_depth", "wick_shallow", "wick_deep", "sure_depth"):
                assert _is_close(actual_summary[name], expected_summary[name]), name
            assert _is_close(actual_summary["baseline"]["min"], expected_summary["baseline"]["min"])
            assert len(actual_summary["episodes"]) == len(expected_summary["episodes"])
            actual_minutes = minutes[row["venue"], row["symbol"], group.value]
            for actual_minute, minute in zip(actual_minutes, row["minutes"], strict=True):
                for name in ("votes", "reference", "d", "gap", "wick_shallow", "wick_deep", "sure"):
                    assert _is_close(actual_minute[name], minute["against"][group.value][name]), (
                        minute["minute"],
                        name,
                    )


def test_the_random_data_meet_every_case_of_the_weighted_median() -> None:
    """Exact halves, capped weights, weights of 1 and equal prices all occur in the first data of the comparison."""
    case_counts: Counter[str] = Counter()
    for seed in range(21):
        candles, covered, setup = draw_weighted_case(seed)
        run = brute.OracleRun(brute.CandleBook(candles, covered, setup))
        for group in brute.GROUPS:
            pool = run.list_voters(group)
            cents = {market: brute.count_cents_before(run.book, market) for market in pool}
            case_counts["capped"] += any(run.get_weight(market, group) < cents[market] for market in pool)
            case_counts["one"] += any(run.get_weight(market, group) == 1 for market in pool)
            for minute in setup.list_window():
                all_votes = [(run.book.find_vote(market, minute), run.get_weight(market, group)) for market in pool]
                known_votes = [(price, weight) for price, weight in all_votes if price is not None]
                prices = [price for price, _ in known_votes]
                case_counts["equal prices"] += len(set(prices)) < len(prices)
                case_counts["half"] += len(known_votes) > 1 and brute.compute_weighted_median(known_votes) not in prices
    assert min(case_counts[name] for name in ("capped", "one", "equal prices", "half")) >= 10, case_counts


@quick_settings
@given(random_votes, st.data())
def test_leaving_out_any_values_equals_the_weighted_median_of_the_rest(
    weighted_votes: list[tuple[float, int]], data: st.DataObject
) -> None:
    """Whichever rows are left out of the sorted columns, the rest has the weighted median of the rest."""
    excluded = data.draw(st.sets(st.integers(0, len(weighted_votes) - 1), max_size=3))
    values = np.array([[price] for price, _ in weighted_votes])
    weights = [weight for _, weight in weighted_votes]
    actual = compute_weighted_median(
        sort_weighted(values, weights), [(values[position], weights[position]) for position in sorted(excluded)]
    )
    remaining = [
        vote for position, vote in enumerate(weighted_votes) if position not in excluded and not math.isnan(vote[0])
    ]
    assert _is_close(
        None if math.isnan(actual[0]) else float(actual[0]),
        brute.compute_weighted_median(remaining) if remaining else None,
    )


@quick_settings
@given(st.lists(st.integers(1, 6).map(float), min_size=1, max_size=9))
def test_equal_weights_give_the_median(prices: list[float]) -> None:
    """With one weight for all, the weighted median is the median, to the bit."""
    values = np.array([prices]).T
    assert compute_weighted_median(sort_weighted(values, [7] * len(prices)))[0] == np.median(prices)


def test_no_rows_have_no_weighted_median() -> None:
    """Without a market every minute is without a value."""
    assert np.isnan(compute_weighted_median(sort_weighted(np.empty((0, 3)), []))).all()
