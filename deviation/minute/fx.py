"""Dollars per unit of a quote, from the venues' own markets (docs/method.md, section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from deviation.minute.grid import AlignedCandles, Floats
from deviation.minute.order_statistics import compute_medians
from deviation.question import CARRY_MIN, Question, QuoteHandling


@dataclass(frozen=True, slots=True)
class FxRates:
    """``rates`` holds dollars per unit for each quote, arrays of the axis, NaN where unknown.

    ``assumed`` names the quotes that count 1:1 because the data hold no trade of theirs against USD in the window.
    """

    rates: dict[str, Floats]
    assumed: tuple[str, ...]


def compute_fx_rates(quotes: Iterable[str], question: Question, aligned: AlignedCandles) -> FxRates:
    """The rate of each quote in every minute of the axis."""
    rates: dict[str, Floats] = {}
    assumed = []
    axis, carry = aligned.axis, question.timeframe.count_bars(CARRY_MIN)
    window = axis.locate_span(question.start, question.end)
    recent_bars = slice(window.start - carry, window.stop)
    for quote in sorted(set(quotes)):
        closes = _collect_closes(quote, aligned)
        if quote == "USD" or question.parameters.quote is QuoteHandling.AS_IS:
            rates[quote] = np.ones(axis.size)
        elif np.isnan(closes[:, recent_bars]).all():
            rates[quote] = np.ones(axis.size)
            assumed.append(quote)
        else:
            rates[quote] = _carry_rates(compute_medians(closes).median, carry)
    return FxRates(rates, tuple(assumed))


def _collect_closes(quote: str, aligned: AlignedCandles) -> Floats:
    """Closes of every venue's ``quote/USD`` market, a row each, NaN where it did not trade."""
    rows = [
        np.where(bars.traded, bars.close, np.nan)
        for (_, symbol), bars in aligned.markets.items()
        if symbol == f"{quote}/USD"
    ]
    return np.array(rows).reshape(len(rows), aligned.axis.size)


def _carry_rates(rate: Floats, carry: int) -> Floats:
    """Fill each rate forward over at most ``carry`` bars without one."""
    position = np.arange(rate.size)
    last_position = np.maximum.accumulate(np.where(np.isnan(rate), -1, position))
    is_recent = (last_position >= 0) & (position - last_position <= carry)
    return np.where(is_recent, rate[last_position], np.nan)
