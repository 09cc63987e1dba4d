"""Dollars per unit of a quote, from the venues' own markets (docs/method.md, section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from deviation.grid import Aligned, Floats
from deviation.order import middle
from deviation.question import CARRY_MIN, Question, QuoteHandling


@dataclass(frozen=True, slots=True)
class Money:
    """``rates`` holds dollars per unit for each quote, arrays of the axis, NaN where unknown.

    ``assumed`` names the quotes that count 1:1 because the data hold no trade of theirs against USD in the window.
    """

    rates: dict[str, Floats]
    assumed: tuple[str, ...]


def convert(quotes: Iterable[str], question: Question, aligned: Aligned) -> Money:
    """The rate of each quote in every minute of the axis."""
    rates: dict[str, Floats] = {}
    assumed = []
    axis, carry = aligned.axis, question.timeframe.bars(CARRY_MIN)
    window = axis.span(question.start, question.end)
    reach = slice(window.start - carry, window.stop)
    for quote in sorted(set(quotes)):
        traded = _traded(quote, aligned)
        if quote == "USD" or question.parameters.quote is QuoteHandling.AS_IS:
            rates[quote] = np.ones(axis.size)
        elif np.isnan(traded[:, reach]).all():
            rates[quote] = np.ones(axis.size)
            assumed.append(quote)
        else:
            rates[quote] = _carried(middle(traded).median, carry)
    return Money(rates, tuple(assumed))


def _traded(quote: str, aligned: Aligned) -> Floats:
    """Closes of every venue's ``quote/USD`` market, a row each, NaN where it did not trade."""
    rows = [
        np.where(bars.traded, bars.close, np.nan)
        for (_, symbol), bars in aligned.markets.items()
        if symbol == f"{quote}/USD"
    ]
    return np.array(rows).reshape(len(rows), aligned.axis.size)


def _carried(rate: Floats, carry: int) -> Floats:
    """Each rate stands for ``carry`` more minutes in which none traded, then it is unknown."""
    position = np.arange(rate.size)
    last = np.maximum.accumulate(np.where(np.isnan(rate), -1, position))
    fresh = (last >= 0) & (position - last <= carry)
    return np.where(fresh, rate[last], np.nan)
