"""The weighted median: exchanges weigh by what they traded before the window (docs/method.md, section 3).

Weights are whole cents, so sums are exact and the result does not depend on the order of adding.
"""

from collections.abc import Sequence

import numpy as np

from deviation.minute.grid import Floats, Ints
from deviation.minute.states import MarketMinutes


def compute_weight(day_before: MarketMinutes, per_usd: float) -> int:
    """A market's weight: what it traded in the 24 h before the window, in cents rounded down per minute; at least 1."""
    traded = day_before.traded
    volume, close = day_before.volume[traded], day_before.close[traded]
    return max(int(np.floor(100 * volume * close / per_usd).astype(np.int64).sum()), 1)


def compute_weighted_median(votes: Sequence[Floats], weights: Sequence[Ints], size: int) -> tuple[Floats, Floats]:
    """Both ends of the weighted median of each column; NaN without a vote.

    The first vote whose cumulative weight exceeds half of the total is both ends; where it equals half, it is the lower
    and the next one the upper (the lower and upper weighted median of Cormen, Leiserson, Rivest and Stein, Introduction
    to Algorithms, problem 9-2). Of two or more votes none weighs more than the others together.

    Args:
        votes: per voter its votes, NaN where it did not vote.
        weights: per voter its weight in each minute.
        size: the number of columns.
    """
    if not votes:
        return np.full(size, np.nan), np.full(size, np.nan)
    values = np.array(votes)
    order = np.argsort(values, axis=0, kind="stable")  # NaN comes last
    values = np.take_along_axis(values, order, axis=0)
    sorted_weights = np.take_along_axis(np.array(weights, np.int64), order, axis=0)
    sorted_weights[np.isnan(values)] = 0
    count = np.count_nonzero(sorted_weights, axis=0)
    others = sorted_weights.sum(axis=0) - sorted_weights
    sorted_weights = np.where(count > 1, np.minimum(sorted_weights, others), sorted_weights)
    doubled, total = 2 * np.cumsum(sorted_weights, axis=0), sorted_weights.sum(axis=0)
    columns = np.arange(size)
    lower = values[np.argmax(doubled >= total, axis=0), columns]
    upper = values[np.argmax(doubled > total, axis=0), columns]
    return np.where(count, lower, np.nan), np.where(count, upper, np.nan)
