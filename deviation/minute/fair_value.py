"""Fair value of an asset without peer markets: its underlying elsewhere times a ratio (docs/method.md, section 6)."""

from dataclasses import dataclass

import numpy as np

from data.schema import parse_quote
from deviation.minute.grid import AlignedCandles, Bools, Floats, MarketBars
from deviation.minute.states import reaches_floor
from deviation.question import Question

MIN_RATIO_MINUTES = 30
"""Minutes that either route to a ratio needs in the calm span."""


@dataclass(frozen=True, slots=True)
class FairValue:
    """The market-implied ratio before the event, per venue.

    ``ratio`` is units of the underlying per unit of the asset, the median over ``ratio_min`` minutes whose 5th and 95th
    percentiles (linear interpolation) are ``p5`` and ``p95``; ``source`` names the markets that gave it. All are None,
    and ``ratio_min`` 0, where neither route has enough minutes.
    """

    underlying: str
    ratio: float | None = None
    ratio_min: float = 0
    p5: float | None = None
    p95: float | None = None
    source: str | None = None


def measure_fair_value(venue: str, question: Question, aligned: AlignedCandles) -> FairValue | None:
    """The ratio on one venue; None where the asset has peer markets of its own."""
    if question.underlying is None:
        return None
    span = aligned.axis.locate_span(*question.ratio_span)
    for symbols in ((question.ratio_market or "",), (f"{question.asset}/USDT", f"{question.underlying}/USDT")):
        markets = [aligned.markets.get((venue, symbol)) for symbol in symbols]
        found = [bars for bars in markets if bars is not None]
        if len(found) < len(symbols):
            continue
        voting = np.logical_and.reduce([_list_votes(bars, question, span) for bars in found])
        values = found[0].close[span][voting]
        if len(found) > 1:
            values = values / found[1].close[span][voting]
        if question.timeframe.convert_to_minutes(values.size) >= MIN_RATIO_MINUTES:
            return _build_fair_value(question, values, " / ".join(symbols))
    return FairValue(question.underlying)


def _list_votes(bars: MarketBars, question: Question, span: slice) -> Bools:
    floor = question.rules.convert_floor(question.parameters.min_vote, parse_quote(bars.symbol))
    return reaches_floor(bars, floor)[span]


def _build_fair_value(question: Question, values: Floats, source: str) -> FairValue:
    p5, median, p95 = (float(value) for value in np.percentile(values, [5, 50, 95]))
    minutes = question.timeframe.convert_to_minutes(values.size)
    return FairValue(question.underlying or "", median, minutes, p5, p95, source)
