"""Tells coins apart that share a ticker: in calm minutes their prices lie far from each other."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.scan.inputs import MarketName
from deviation.minute.fx import FxRates
from deviation.minute.grid import AlignedCandles, Floats
from deviation.question import DAY, TOLERANCE, Question

MOST_APART = 3.0
"""How many times the median of all markets a market of the same coin can cost, or the median that market."""


@dataclass(frozen=True, slots=True)
class CalmPrice:
    """What a market cost in dollars in calm minutes, and the median of all markets."""

    price: float
    median: float

    @property
    def is_other_coin(self) -> bool:
        """Whether the two are so far apart that the market is of another coin."""
        return max(self.price / self.median, self.median / self.price) > MOST_APART * (1 + TOLERANCE)


def measure_calm_prices(
    aligned: AlignedCandles, question: Question, markets: Mapping[MarketName, str]
) -> dict[MarketName, CalmPrice]:
    """The calm prices of markets; one without a candle or a rate in both spans has none.

    A market's price is the median of its closes in dollars over the event's calm span, and without an event or candles
    there over the 24 hours before the window.

    Args:
        aligned: candles over ``question.required_span``.
        question: the window, and the event's calm span.
        markets: the quote of each market, by venue and symbol.
    """
    fx, axis = FxRates(question, aligned), aligned.axis
    spans = [axis.locate_span(*question.baseline_span), axis.locate_span(question.start - DAY, question.start)]
    prices: dict[MarketName, float] = {}
    for market, quote in markets.items():
        if market in aligned.markets:
            dollars = aligned.markets[market].close * fx.get_rate(quote).mid
            medians = (_find_median(dollars[span]) for span in spans)
            price = next((median for median in medians if median is not None), None)
            if price is not None:
                prices[market] = price
    if not prices:
        return {}
    median = statistics.median(prices.values())
    return {market: CalmPrice(price, median) for market, price in prices.items()}


def _find_median(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else None
