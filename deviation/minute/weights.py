"""The weighted median: venues weigh by what they traded before the window (docs/method.md, section 3).

Weights are whole cents, so sums are exact and the result does not depend on the order of adding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deviation.minute.grid import Floats, Ints
from deviation.minute.markets import Market
from deviation.minute.states import MarketMinutes
from deviation.question import Group


@dataclass(frozen=True, slots=True)
class WeightedColumns:
    """Values in ascending order down each column, infinite behind the last.

    ``doubled_sums`` is twice the weight of a value and all before it, ``total`` the weight of the column.
    """

    rows: Floats
    doubled_sums: Ints
    total: Ints


def compute_weights(day_before: Mapping[Market, MarketMinutes]) -> dict[Market, int]:
    """Each voter's weight: its cents traded in the 24 h ``day_before`` the window, at least 1.

    None weighs more than 40 % of its group, rounded down, and the limit is at least 1.
    """
    cents_by_market = {market: _count_cents(minutes) for market, minutes in day_before.items()}
    limit = {
        group: max(2 * sum(cents for market, cents in cents_by_market.items() if market.group is group) // 5, 1)
        for group in Group
    }
    return {market: min(cents, limit[market.group]) for market, cents in cents_by_market.items()}


def _count_cents(minutes: MarketMinutes) -> int:
    """Volume times price in cents, rounded down in each minute; at least 1."""
    cents = np.floor(100 * minutes.volume * minutes.price)
    return max(int(cents[~np.isnan(cents)].astype(np.int64).sum()), 1)


def sort_weighted(values: Floats, weights: Sequence[int]) -> WeightedColumns:
    """The columns of a matrix in ascending order, each value with the weight of its row; NaN weighs nothing."""
    order = np.argsort(values, axis=0)  # NaN comes last
    rows = np.take_along_axis(values, order, axis=0)
    sorted_weights = np.array(weights, np.int64)[order]
    missing = np.isnan(rows)
    np.copyto(rows, np.inf, where=missing)
    np.copyto(sorted_weights, 0, where=missing)
    return WeightedColumns(rows, 2 * np.cumsum(sorted_weights, axis=0), sorted_weights.sum(axis=0))


def compute_weighted_median(columns: WeightedColumns, excluded: Sequence[tuple[Floats, int]] = ()) -> Floats:
    """The weighted median of each column without some of its values, given with their weights.

    The first value whose cumulative weight exceeds half of the total; where it equals half, the mean of that value and
    the next: the lower and upper weighted median of Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms
    (problem 9-2), and their mean. With the cumulative weight C and the total S of the whole column, leaving out a
    weight w at position k turns 2 C >= S into 2 C >= S - w before k and 2 C >= S + w from k on. Among equal values only
    the sum of the last one decides, so their order does not matter.
    """
    half = columns.total.copy()
    for excluded_values, weight in excluded:
        half -= np.where(np.isnan(excluded_values), 0, weight)
    lower, upper = np.full((2, half.size), np.nan)
    # From the last value to the first, so that the first that satisfies the condition is kept.
    for value, doubled_sum in zip(columns.rows[::-1], columns.doubled_sums[::-1], strict=True):
        remaining = doubled_sum - sum(
            (np.where(value >= excluded_values, 2 * weight, 0) for excluded_values, weight in excluded), np.int64(0)
        )
        np.copyto(lower, value, where=remaining >= half)
        np.copyto(upper, value, where=remaining > half)
    return np.where(half > 0, (lower + upper) / 2, np.nan)
