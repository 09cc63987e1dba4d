"""The market-implied ratio of a wrapped asset before the event (section 6 of docs/method.md)."""

from __future__ import annotations

import math
from statistics import median
from typing import NamedTuple

from tests.oracle.book import CandleBook
from tests.oracle.question import MINUTE, OracleMarket

RATIO_MINUTES = 30
HOUR = 60 * MINUTE


class RatioSample(NamedTuple):
    """The ratio of a venue, with the values that it is the median of."""

    value: float
    values: list[float]
    source: str


def find_ratio(book: CandleBook, venue: str) -> RatioSample | None:
    """Give the ratio from the ratio market, else from the USDT markets; None with fewer than 30 minutes each."""
    question = book.question
    start, end = question.calm or (question.start - 36 * HOUR, question.start - 8 * HOUR)
    ratio_market = OracleMarket(venue, question.ratio_market or "")
    wrapped, underlying = (OracleMarket(venue, f"{base}/USDT") for base in (question.asset, question.underlying))
    ratio_closes = [
        candle.close
        for candle in book.list_traded(ratio_market, start, end)
        if book.find_voting(ratio_market, candle.time)
    ]
    quotients = []
    for candle in book.list_traded(wrapped, start, end):
        other = book.find_voting(underlying, candle.time)
        if book.find_voting(wrapped, candle.time) and other is not None:
            quotients.append(candle.close / other.close)
    for values, source in (
        (ratio_closes, ratio_market.symbol),
        (quotients, f"{wrapped.symbol} / {underlying.symbol}"),
    ):
        if question.count_minutes(values) >= RATIO_MINUTES:
            return RatioSample(median(values), values, source)
    return None


def interpolate_percentile(values: list[float], share: float) -> float:
    """Interpolate linearly between the sorted values around a share of the way."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    lower = math.floor(position)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (position - lower) * (ordered[upper] - ordered[lower])
