"""The weighted median equals its definition, vote by vote."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.minute.weights import compute_weighted_median
from tests.oracle.brute import build_run
from tests.oracle.generate import draw_weighted_case
from tests.oracle.votes import Vote, find_median_interval

NAN = math.nan
quick_settings = settings(max_examples=300)
random_votes = st.lists(
    st.tuples(st.just(NAN) | st.integers(1, 6).map(float), st.integers(1, 9)), min_size=1, max_size=9
)


def _compute_one(weighted_votes: list[tuple[float, int]]) -> tuple[float, float]:
    """Both ends of the weighted median of one minute."""
    votes = [np.array([price]) for price, _ in weighted_votes]
    weights = [np.array([weight]) for _, weight in weighted_votes]
    lower, upper = compute_weighted_median(votes, weights, 1)
    return float(lower[0]), float(upper[0])


@quick_settings
@given(random_votes)
def test_random_votes_equal_the_brute_force(weighted_votes: list[tuple[float, int]]) -> None:
    """Both ends equal those of the brute force on votes with ties, gaps and heavy weights."""
    known = [Vote("", price, None, weight) for price, weight in weighted_votes if not math.isnan(price)]
    actual = _compute_one(weighted_votes)
    if known:
        assert actual == find_median_interval(known, weighted=True)
    else:
        assert math.isnan(actual[0])
        assert math.isnan(actual[1])


@quick_settings
@given(st.lists(st.integers(1, 6).map(float), min_size=1, max_size=9))
def test_equal_weights_give_the_middle_votes(prices: list[float]) -> None:
    """With one weight for all, the ends are the two middle votes, to the bit."""
    ordered = sorted(prices)
    middle = ordered[(len(prices) - 1) // 2], ordered[len(prices) // 2]
    assert _compute_one([(price, 7) for price in prices]) == middle


def test_half_of_the_weight_leaves_an_interval() -> None:
    """Where exactly half of the weight lies at and below a vote, that vote and the next are the ends."""
    assert _compute_one([(10.0, 2), (20.0, 1), (30.0, 1)]) == (10.0, 20.0)
    assert _compute_one([(10.0, 1), (20.0, 2), (30.0, 2)]) == (20.0, 20.0)


def test_no_weight_exceeds_the_others_together() -> None:
    """A weight of 1000 beside 1 and 1 becomes 2: half, so the next vote is an end, too; a sole vote stands."""
    assert _compute_one([(10.0, 1000), (20.0, 1), (30.0, 1)]) == (10.0, 20.0)
    assert _compute_one([(10.0, 1000), (20.0, 1)]) == (10.0, 20.0)
    assert _compute_one([(10.0, 1000), (NAN, 1)]) == (10.0, 10.0)


def test_no_votes_have_no_weighted_median() -> None:
    """Without a voter every minute is without a value."""
    assert np.isnan(np.array(compute_weighted_median([], [], 3))).all()


def test_the_random_data_meet_every_case_of_the_weighted_median() -> None:
    """Exact halves, cut weights, weights of 1 and equal prices all occur in the first data of the comparison."""
    case_counts: Counter[str] = Counter()
    for seed in range(21):
        run = build_run(*draw_weighted_case(seed))
        for row in run.rows:
            for time in run.question.list_window():
                votes = run.list_votes(row, row.group, time)
                if len(votes) < 2:
                    continue
                lower, upper = find_median_interval(votes, weighted=True)
                weights = [vote.weight for vote in votes]
                prices = sorted(vote.price for vote in votes)
                case_counts["cut"] += 2 * max(weights) > sum(weights)
                case_counts["one"] += min(weights) == 1
                case_counts["equal prices"] += any(one == other for one, other in pairwise(prices))
                case_counts["half"] += lower < upper
    assert min(case_counts[name] for name in ("cut", "one", "equal prices", "half")) >= 10, case_counts
