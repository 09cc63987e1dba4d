"""How much of an index's fall its venue's own book explains (docs/index-rules.md has the formula).

With ``M`` the price on the other exchanges, an index ``I`` falls by ``log(I1 / I0) = log(M1 / M0) + log((I1 / M1) /
(I0 / M0))``: what happened everywhere, and what happened on the venue's own book alone. Both parts add up over minutes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deviation.minute.grid import Floats, MarketBars
from deviation.question import TOLERANCE
from evidence.index_rules.replay import IndexSeries, extract_prices
from evidence.index_rules.rules import IndexRule


@dataclass(frozen=True)
class ReturnSplit:
    """Log returns of each bar against the bar before; NaN where one of the two lacks a price. ``total`` is the sum."""

    total: Floats
    elsewhere: Floats
    own: Floats


@dataclass(frozen=True, slots=True)
class FallShare:
    """The fall from ``start`` to ``end``, both positions in the window, in log returns.

    ``own_share`` is ``own / total``: 1 if the other exchanges did not move, above 1 if they rose; None where the index
    did not fall. ``legs`` splits ``own`` by market, the weights fixed; None for a rule with limits, which has no such
    split.
    """

    start: int
    end: int
    total: float
    elsewhere: float
    own: float
    own_share: float | None
    legs: Mapping[str, float] | None


def split_returns(index: Floats, elsewhere: Floats) -> ReturnSplit:
    """The split of every bar's return."""
    total, other = (_compute_log_returns(values) for values in (index, elsewhere))
    total = np.where(np.isnan(other), np.nan, total)
    return ReturnSplit(total, np.where(np.isnan(total), np.nan, other), total - other)


def measure_fall(
    rule: IndexRule,
    series: IndexSeries,
    bars: Mapping[str, MarketBars],
    span: slice,
    elsewhere: Floats,
    *,
    are_fixed: bool,
) -> FallShare | None:
    """The split of the fall from the first bar with both prices to the lowest such one after it.

    Args:
        rule: the rule behind the index.
        series: the index over the span.
        bars: the candles of the rule's venue by symbol.
        span: the positions of the series on the axis of the candles.
        elsewhere: the price on the other exchanges in each bar; NaN where too few have one.
        are_fixed: whether the weights are fixed, as without limits.

    Returns:
        None without two such bars.
    """
    both = np.where(np.isnan(elsewhere), np.nan, series.close)
    known = np.flatnonzero(~np.isnan(both))
    if known.size < 2:  # noqa: PLR2004 - a fall needs two prices
        return None
    start = int(known[0])
    end = int(known[1:][np.argmin(both[known[1:]])])
    total = math.log(series.close[end] / series.close[start])
    other = math.log(elsewhere[end] / elsewhere[start])
    own = total - other
    return FallShare(
        start,
        end,
        total,
        other,
        own,
        own / total if total < -TOLERANCE else None,
        _split_by_leg(rule, series, bars, span, elsewhere, (start, end)) if are_fixed else None,
    )


def _split_by_leg(
    rule: IndexRule,
    series: IndexSeries,
    bars: Mapping[str, MarketBars],
    span: slice,
    elsewhere: Floats,
    ends: tuple[int, int],
) -> dict[str, float]:
    """What each market adds to the venue's own part; the last leg of a component counts against the others' price.

    The change of a mean of components is split by their logarithmic means, which leaves no remainder.
    """
    start, end = ends
    weights = np.array([component.weight for component in rule.components])
    relative = series.components[:, [start, end]] / elsewhere[[start, end]] * weights[:, None] / weights.sum()
    whole = _compute_log_mean(*relative.sum(axis=0))
    legs: dict[str, float] = {}
    for component, (before, after) in zip(rule.components, relative, strict=True):
        share = _compute_log_mean(before, after) / whole
        for leg in component.legs:
            prices = extract_prices(bars[leg], "close", span)[[start, end]]
            base = elsewhere[[start, end]] if leg == component.legs[-1] else np.ones(2)
            change = math.log(prices[1] / base[1]) - math.log(prices[0] / base[0])
            legs[leg] = legs.get(leg, 0.0) + float(share) * change
    return legs


def _compute_log_mean(first: float, second: float) -> float:
    """The logarithmic mean of two numbers above 0: their difference over that of their logarithms."""
    return first if abs(second / first - 1) <= TOLERANCE else (second - first) / math.log(second / first)


def _compute_log_returns(prices: Floats) -> Floats:
    """Of each bar since the one before, NaN where either has no price.

    Not by numpy, whose logarithms depend on the processor: the same candles give the same bytes everywhere.
    """
    return np.array([math.nan, *map(math.log, (prices[1:] / prices[:-1]).tolist())])
