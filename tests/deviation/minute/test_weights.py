"""The weighted median is the median of a list in which each vote stands as often as it weighs."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deviation.minute.weights import compute_weighted_median

NAN = math.nan
quick_settings = settings(max_examples=300)
random_votes = st.lists(
    st.tuples(st.just(NAN) | st.integers(1, 6).map(float), st.integers(1, 7)), min_size=1, max_size=9
)


def _compute(votes: Sequence[tuple[float, int]]) -> tuple[float, float]:
    prices = [np.array([price]) for price, _ in votes]
    lower, upper = compute_weighted_median(prices, [np.array([weight]) for _, weight in votes], 1)
    return float(lower[0]), float(upper[0])


def _compute_by_repetition(votes: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """Both middles of the list in which each price is repeated by its weight, which the others together bound."""
    known = [(price, weight) for price, weight in votes if not math.isnan(price)]
    if not known:
        return NAN, NAN
    total = sum(weight for _, weight in known)
    cut = [(price, min(weight, total - weight) if len(known) > 1 else weight) for price, weight in known]
    repeated = sorted(price for price, weight in cut for _ in range(weight))
    return repeated[(len(repeated) - 1) // 2], repeated[len(repeated) // 2]


@quick_settings
@given(random_votes)
def test_a_weight_is_a_number_of_equal_votes(votes: list[tuple[float, int]]) -> None:
    """Both ends are the middles of the list of repeated prices; NaN does not vote."""
    assert np.array_equal(_compute(votes), _compute_by_repetition(votes), equal_nan=True)


@quick_settings
@given(st.lists(st.integers(1, 6).map(float), min_size=1, max_size=9))
def test_equal_weights_give_the_median(prices: list[float]) -> None:
    """With one weight for all, the ends of the weighted median are the two middle prices."""
    ranked = sorted(prices)
    assert _compute([(price, 7) for price in prices]) == (ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2])


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([(10, 1), (20, 1), (30, 5)], (20, 30)),  # 5 is cut to 2: half of 4 is reached at 20
        ([(10, 3), (20, 1), (30, 1)], (10, 20)),  # 3 is cut to 2
        ([(10, 3), (20, 2), (30, 2)], (20, 20)),
        ([(10, 2), (10, 2), (20, 1), (30, 3)], (10, 20)),  # equal prices are merged: 4 of 8
        ([(10, 100), (20, 1)], (10, 20)),  # of two, each weighs the lesser weight
        ([(10, 9)], (10, 10)),
        ([(10, 2), (NAN, 50), (20, 1), (30, 1)], (10, 20)),  # who does not vote has no weight either
    ],
)
def test_weighted_medians_by_hand(votes: list[tuple[float, int]], expected: tuple[float, float]) -> None:
    """No exchange outweighs all others together, and half of the weight makes an interval."""
    assert _compute(votes) == expected


def test_no_votes_have_no_weighted_median() -> None:
    """Without a market every minute is without a value."""
    for values in compute_weighted_median([], [], 2):
        assert np.isnan(values).all()
        assert values.shape == (2,)


def test_each_minute_has_its_own_weights() -> None:
    """A family may be spoken for by another market, of another weight, in each minute."""
    lower, upper = compute_weighted_median(
        [np.array([10.0, 10.0]), np.array([20.0, 20.0]), np.array([30.0, 30.0])],
        [np.array([3, 2]), np.array([2, 2]), np.array([2, 3])],
        2,
    )
    assert (lower.tolist(), upper.tolist()) == ([20.0, 20.0], [20.0, 20.0])
    lower, upper = compute_weighted_median([np.array([10.0, 10.0]), np.array([20.0, 20.0])], [np.array([1, 9])] * 2, 2)
    assert (lower.tolist(), upper.tolist()) == ([10.0, 10.0], [20.0, 20.0])
