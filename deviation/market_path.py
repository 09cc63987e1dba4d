"""The path of a group's prices: its onset, the start of its fall, and its bottom (docs/method.md, section 10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Floats
from deviation.minute.order_statistics import sort_columns
from deviation.question import TOLERANCE
from deviation.window.extremes import find_lowest_price

ONSET_FALL = 0.01
"""The fall of the median return that counts as the onset."""

RUN_MIN = 3
"""Minutes of a run of such falls."""


@dataclass(frozen=True, slots=True)
class MarketPath:
    """Positions in the window; None where no minute qualifies.

    ``onset``: the first minute with a median return of at most -1 %; ``run_start``: the first minute of the first run
    of at least three such minutes; ``bottom``: the first minute of the lowest median price.
    """

    onset: int | None
    run_start: int | None
    bottom: int | None


@dataclass(frozen=True, slots=True)
class GroupPrices:
    """Medians over the exchanges of a group in each minute of a window; NaN where none votes, or not before either.

    ``returns`` are those of closes against the minute before, as fractions; ``prices`` the closes.
    """

    returns: Floats
    prices: Floats


def compute_group_prices(votes: Sequence[Floats]) -> GroupPrices:
    """The medians of what each exchange votes, from one bar before the window to its end, NaN where it does not."""
    size = votes[0].size - 1
    return GroupPrices(
        compute_median([vote[1:] / vote[:-1] - 1 for vote in votes], size),
        compute_median([vote[1:] for vote in votes], size),
    )


def compute_median(values: Sequence[Floats], size: int) -> Floats:
    """The median of each column, of an even number the mean of the two middle values; NaN is no value."""
    columns = sort_columns(values, size)
    return (columns.lower_middle + columns.upper_middle) / 2


def trace_path(group_prices: GroupPrices, timeframe: Timeframe) -> MarketPath:
    """Onset, run and bottom of a group."""
    falls = group_prices.returns <= -ONSET_FALL + TOLERANCE
    positions = np.flatnonzero(falls)
    length = timeframe.count_bars(RUN_MIN)
    windows = np.lib.stride_tricks.sliding_window_view(falls, length) if falls.size >= length else falls[:0, None]
    runs = np.flatnonzero(windows.all(axis=1))
    return MarketPath(
        int(positions[0]) if positions.size else None,
        int(runs[0]) if runs.size else None,
        find_lowest_price(group_prices.prices),
    )


def combine_assets(groups: Iterable[GroupPrices]) -> GroupPrices:
    """The path of several assets: the median of their returns, and the price that these returns chain to from 1."""
    returns = [group.returns for group in groups]
    median = compute_median(returns, returns[0].size)
    prices: Floats = np.cumprod(1 + np.where(np.isnan(median), 0.0, median))
    return GroupPrices(median, prices)
