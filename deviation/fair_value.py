"""What an asset without peer markets is worth: its underlying elsewhere times a calm ratio (docs/method.md, 6)."""

from dataclasses import dataclass

import numpy as np

from data.schema import Timeframe
from deviation.grid import Aligned, Floats
from deviation.minutes import Minutes
from deviation.money import Money
from deviation.question import CARRY_MIN, Question

RATIO_MINUTES = 30
"""Traded minutes that the ratio's own market needs in the calm span."""


@dataclass(frozen=True, slots=True)
class FairValue:
    """The market-implied ratio before the event, per venue.

    ``ratio`` is units of the underlying per unit of the asset, the median over ``ratio_min`` minutes whose 5th and 95th
    percentiles (linear interpolation) are ``p5`` and ``p95``; ``source`` names the markets that gave it. All are None,
    and ``ratio_min`` 0, where neither route has a minute.
    """

    underlying: str
    ratio: float | None
    ratio_min: float
    p5: float | None
    p95: float | None
    source: str | None


def fair_value(venue: str, question: Question, aligned: Aligned, money: Money) -> FairValue | None:
    """The ratio on one venue; None where the asset has peer markets of its own."""
    if question.underlying is None:
        return None
    markets, timeframe = aligned.markets, question.timeframe
    calm = aligned.axis.span(*question.ratio_span)
    market = markets.get((venue, question.ratio_market or ""))
    if market is not None:
        closes = market.close[calm][market.traded[calm]]
        if timeframe.minutes(closes.size) >= RATIO_MINUTES:
            return _summary(question.underlying, closes, f"{venue} {question.ratio_market}", timeframe)
    symbols = f"{question.asset}/USDT", f"{question.underlying}/USDT"
    wrapped, underlying = (markets.get((venue, symbol)) for symbol in symbols)
    if wrapped is None or underlying is None:
        return FairValue(question.underlying, None, 0, None, None, None)
    floor, carry = question.parameters.min_vote_usd, timeframe.bars(CARRY_MIN)
    both = np.logical_and(
        *(Minutes(bars, money.rates["USDT"], floor, carry, calm).voting for bars in (wrapped, underlying))
    )
    quotients = wrapped.close[calm][both] / underlying.close[calm][both]
    return _summary(question.underlying, quotients, f"{venue} {symbols[0]} / {symbols[1]}", timeframe)


def _summary(underlying: str, values: Floats, source: str, timeframe: Timeframe) -> FairValue:
    if values.size == 0:
        return FairValue(underlying, None, 0, None, None, None)
    p5, median, p95 = (float(value) for value in np.percentile(values, [5, 50, 95]))
    return FairValue(underlying, median, timeframe.minutes(values.size), p5, p95, source)
