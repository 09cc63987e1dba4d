"""What an index would have printed under a rule, minute by minute, from spot candles: pure functions of arrays.

Nothing is filled in: a minute in which a leg did not trade has no value. A candle knows the last price of its minute
and the range of its prices; so there is a value by closes, and one by all lows and by all highs, between which the
index lay at any instant of the minute at which every leg had traded in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deviation.minute.grid import Floats, MarketBars
from deviation.question import TOLERANCE
from evidence.index_rules.rules import Component, IndexRule, Limits

Matrix = npt.NDArray[np.float64]
"""A row per component, a column per bar."""

FIELDS = ("close", "low", "high")


@dataclass(frozen=True)
class IndexSeries:
    """An index over some bars; prices in its quote, NaN where a leg did not trade or every component was left out.

    ``low`` and ``high`` are by the lows and by the highs of all legs; NaN throughout for a rule that drops components,
    as the index then need not lie between the two. ``components``: the products by closes, before any limit.
    ``dropped``: the number of components that were left out.
    """

    close: Floats
    low: Floats
    high: Floats
    components: Matrix
    dropped: npt.NDArray[np.int64]


def replay_rule(
    rule: IndexRule, bars: Mapping[str, MarketBars], span: slice, ratio: float | None, limits: Limits
) -> IndexSeries:
    """The index over a span of an axis.

    Args:
        rule: the rule.
        bars: the candles of the rule's venue by symbol; a leg that is absent has no price in any bar.
        span: the positions on the axis of the candles.
        ratio: the staking rate, for components that are multiplied by it; None where it is unknown.
        limits: those that the index has.
    """
    size = span.stop - span.start
    products = {
        field: np.array([_multiply_legs(component, bars, field, span, ratio) for component in rule.components])
        for field in FIELDS
    }
    weights = np.array([component.weight for component in rule.components])
    close, dropped = combine_components(products["close"], weights, limits)
    unknown = np.full(size, np.nan)
    low, high = (
        (combine_components(products[field], weights, limits)[0] if limits.drop is None else unknown)
        for field in ("low", "high")
    )
    return IndexSeries(close, low, high, products["close"], dropped)


def combine_components(
    prices: Matrix, weights: Sequence[float] | Floats, limits: Limits
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The weighted mean of components under limits, and how many were left out.

    First components further than ``drop`` from the median of all are left out, then the others are held within
    ``clamp`` of it, then their mean is taken, with the weights that are left, and raised to ``floor``.
    """
    is_known = ~np.isnan(prices).any(axis=0)
    known = np.where(is_known, prices, 1.0)
    median = np.median(known, axis=0)
    kept = (
        np.ones_like(known, dtype=np.bool_)
        if limits.drop is None
        else np.abs(known / median - 1) <= limits.drop + TOLERANCE
    )
    held = known if limits.clamp is None else np.clip(known, median * (1 - limits.clamp), median * (1 + limits.clamp))
    used_weights = np.where(kept, np.asarray(weights, np.float64)[:, None], 0.0)
    total = used_weights.sum(axis=0)
    has_value = is_known & (total > 0)
    value = np.where(has_value, (used_weights * held).sum(axis=0) / np.where(total > 0, total, 1.0), np.nan)
    if limits.floor is not None:
        value = np.where(has_value, np.maximum(value, limits.floor), np.nan)
    return value, np.where(is_known, (~kept).sum(axis=0), 0)


def _multiply_legs(
    component: Component, bars: Mapping[str, MarketBars], field: str, span: slice, ratio: float | None
) -> Floats:
    """The product of the legs' prices in each bar; NaN where one did not trade, or without the staking rate."""
    product = np.full(span.stop - span.start, 1.0)
    for leg in component.legs:
        market = bars.get(leg)
        product = product * (np.nan if market is None else extract_prices(market, field, span))
    if component.ratio:
        product = product * (np.nan if ratio is None else ratio)
    return product


def extract_prices(market: MarketBars, field: str, span: slice) -> Floats:
    """A field of a market's candles in bars in which it traded; NaN in all others."""
    values: Floats = getattr(market, field)[span]
    return np.where(market.traded[span], values, np.nan)
