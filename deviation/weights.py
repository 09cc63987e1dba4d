"""The weighted median: venues weigh by what they traded before the window (docs/method.md, section 3).

Weights are whole cents, so sums are exact and the result does not depend on the order of adding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deviation.grid import Floats, Ints
from deviation.markets import Market
from deviation.minutes import Minutes
from deviation.order import BLOCK, comparisons
from deviation.question import Group


@dataclass(frozen=True, slots=True)
class Weighed:
    """Values in ascending order down each column, infinite behind the last.

    ``twice`` is twice the weight of a value and all before it, ``total`` the weight of the column.
    """

    rows: Floats
    twice: Ints
    total: Ints


def weights_of(before: Mapping[Market, Minutes]) -> dict[Market, int]:
    """Each voter's weight: its cents traded in the 24 h ``before`` the window, at least 1.

    None weighs more than 40 % of its group, rounded down, and the limit is at least 1.
    """
    traded = {market: _cents(minutes) for market, minutes in before.items()}
    limit = {
        group: max(2 * sum(cents for market, cents in traded.items() if market.group is group) // 5, 1)
        for group in Group
    }
    return {market: min(cents, limit[market.group]) for market, cents in traded.items()}


def _cents(minutes: Minutes) -> int:
    """Volume times price in cents, rounded down in each minute; at least 1."""
    cents = np.floor(100 * minutes.volume * minutes.price)
    return max(int(cents[~np.isnan(cents)].astype(np.int64).sum()), 1)


def weigh(values: Floats, weights: Sequence[int]) -> Weighed:
    """The columns of a matrix in ascending order, each value with the weight of its row; NaN weighs nothing."""
    missing = np.isnan(values)
    rows = np.where(missing, np.inf, values)
    heavy = np.where(missing, 0, np.array(weights, np.int64).reshape(-1, 1))
    for first in range(0, values.shape[1], BLOCK):
        part, loads = rows[:, first : first + BLOCK], heavy[:, first : first + BLOCK]
        for i, j in comparisons(len(values)):
            swap = part[i] > part[j]
            part[i], part[j] = np.minimum(part[i], part[j]), np.maximum(part[i], part[j])
            loads[i], loads[j] = np.where(swap, loads[j], loads[i]), np.where(swap, loads[i], loads[j])
    return Weighed(rows, 2 * np.cumsum(heavy, axis=0), heavy.sum(axis=0))


def weighted_median(weighed: Weighed, left_out: Sequence[tuple[Floats, int]] = ()) -> Floats:
    """The weighted median of each column without some of its values, given with their weights.

    The first value whose cumulative weight exceeds half of the total; where it equals half, the mean of that value and
    the next: the lower and upper weighted median of Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms
    (problem 9-2), and their mean. With C and S of the whole column, leaving out w at place k makes 2 C >= S - w before
    k and 2 C >= S + w from k on. Among equal values the place does not matter: only the last one's sum decides.
    """
    half = weighed.total.copy()
    for own, weight in left_out:
        half -= np.where(np.isnan(own), 0, weight)
    lower, upper = np.full((2, half.size), np.nan)
    for value, twice in zip(weighed.rows[::-1], weighed.twice[::-1], strict=True):  # so that the first one stays
        rest = twice - sum((np.where(value >= own, 2 * weight, 0) for own, weight in left_out), np.int64(0))
        np.copyto(lower, value, where=rest >= half)
        np.copyto(upper, value, where=rest > half)
    return np.where(half > 0, (lower + upper) / 2, np.nan)
