"""Fair value of an asset without peer markets: its underlying elsewhere times a ratio (docs/method.md, section 6)."""

from dataclasses import dataclass

import numpy as np

from data.schema import Timeframe
from deviation.minute.fx import FxRates
from deviation.minute.grid import AlignedCandles, Floats
from deviation.minute.states import MarketMinutes
from deviation.question import CARRY_MIN, Question

MIN_RATIO_MINUTES = 30
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


def measure_fair_value(venue: str, question: Question, aligned: AlignedCandles, fx: FxRates) -> FairValue | None:
    """The ratio on one venue; None where the asset has peer markets of its own."""
    if question.underlying is None:
        return None
    markets, timeframe = aligned.markets, question.timeframe
    calm_bars = aligned.axis.locate_span(*question.ratio_span)
    market = markets.get((venue, question.ratio_market or ""))
    if market is not None:
        closes = market.close[calm_bars][market.traded[calm_bars]]
        if timeframe.convert_to_minutes(closes.size) >= MIN_RATIO_MINUTES:
            return _build_fair_value(question.underlying, closes, f"{venue} {question.ratio_market}", timeframe)
    symbols = f"{question.asset}/USDT", f"{question.underlying}/USDT"
    wrapped, underlying = (markets.get((venue, symbol)) for symbol in symbols)
    if wrapped is None or underlying is None:
        return FairValue(question.underlying, None, 0, None, None, None)
    min_vote_usd, carry = question.parameters.min_vote_usd, timeframe.count_bars(CARRY_MIN)
    both_voting = np.logical_and(
        *(
            MarketMinutes(bars, fx.rates["USDT"], min_vote_usd, carry, calm_bars).voting
            for bars in (wrapped, underlying)
        )
    )
    quotients = wrapped.close[calm_bars][both_voting] / underlying.close[calm_bars][both_voting]
    return _build_fair_value(question.underlying, quotients, f"{venue} {symbols[0]} / {symbols[1]}", timeframe)


def _build_fair_value(underlying: str, values: Floats, source: str, timeframe: Timeframe) -> FairValue:
    if values.size == 0:
        return FairValue(underlying, None, 0, None, None, None)
    p5, median, p95 = (float(value) for value in np.percentile(values, [5, 50, 95]))
    return FairValue(underlying, median, timeframe.convert_to_minutes(values.size), p5, p95, source)
