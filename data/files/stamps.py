"""Tells candles that are stamped with the end of their bar from those stamped with its start.

Some programs write the time at which a bar ended. Read as an open time it moves every price one bar late, which looks
like an exchange that follows the others. Prices of one asset move together on all exchanges, so the bars of such a
file move with the others' bars one earlier. Ranks of returns are correlated, not returns: a crash of a few minutes,
which one exchange may really have had a minute after the others, then counts as a few minutes among all.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_BARS = 60
"""Fewer common bars with a return tell nothing."""

MIN_CORRELATION = 0.3
"""A file of the asset's prices has at least this correlation at the right place. Real minutes of a thin market have
some 0.3 to 0.6, of a busy one up to 0.95, and at most 0.3 one minute beside it."""

MIN_MARGIN = 0.15
"""The least by which the shifted correlation has to be larger. Among real markets with right stamps the largest such
difference was 0.05."""

MARGIN_ERRORS = 4.0
"""The same in standard errors of the difference of two correlations, which decides for short files."""


class Stamps(StrEnum):
    """What the time of a candle in a file marks: the start of its bar, or the end."""

    OPEN = "open"
    CLOSE = "close"


class StampFit(NamedTuple):
    """How well returns of a file fit those of other exchanges, with its stamps as starts or as ends of bars.

    ``bars`` is the smaller number of compared bars; both correlations are NaN where one side never moves.
    """

    bars: int
    as_open: float
    as_close: float

    @property
    def marks_close(self) -> bool:
        """Whether the stamps clearly are the ends of bars."""
        if self.bars < MIN_BARS:
            return False
        margin = max(MIN_MARGIN, MARGIN_ERRORS * (2 / self.bars) ** 0.5)
        return bool(self.as_close >= MIN_CORRELATION and self.as_close - self.as_open >= margin)


def fit_stamps(closes: Floats, peer_closes: Floats) -> StampFit:
    """Compare the returns of a market with the median return of others, in the same bar and in the bar before.

    Args:
        closes: of the market, one for each bar of a regular grid of stamps; NaN in bars without a trade.
        peer_closes: a row of closes on the same grid of open times for each other market; at least one row.
    """
    returns, peer_returns = _compute_returns(closes), _take_median(_compute_returns(peer_closes))
    open_bars, as_open = _correlate_ranks(returns, peer_returns)
    close_bars, as_close = _correlate_ranks(returns[1:], peer_returns[:-1])
    return StampFit(min(open_bars, close_bars), as_open, as_close)


def _compute_returns(closes: Floats) -> Floats:
    """The logarithm of each close over that of the bar before; NaN where one of them is."""
    return np.diff(np.log(closes), axis=-1)


def _take_median(rows: Floats) -> Floats:
    """The median of each column without its NaN; NaN where there is no number."""
    has_number = ~np.isnan(rows).all(axis=0)
    medians = np.full(rows.shape[1], np.nan)
    medians[has_number] = np.nanmedian(rows[:, has_number], axis=0)
    return medians


def _correlate_ranks(first: Floats, second: Floats) -> tuple[int, float]:
    """The number of bars in which both have a number, and the correlation of their ranks there."""
    is_common = ~(np.isnan(first) | np.isnan(second))
    bars = int(is_common.sum())
    if bars == 0:
        return 0, float("nan")
    ranks = [_rank(values[is_common]) for values in (first, second)]
    deviations = [rank - rank.mean() for rank in ranks]
    size = float(np.sqrt((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum()))
    return bars, float((deviations[0] * deviations[1]).sum()) / size if size > 0 else float("nan")


def _rank(values: Floats) -> Floats:
    """The rank of each value, equal ones at the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks
