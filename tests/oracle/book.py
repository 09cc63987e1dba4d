"""Candles by market and bar: states, floors, ranges and turnover (sections 1, 2 and 4 of docs/method.md)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

from tests.oracle.question import DAY, Candle, CoveredSpan, OracleMarket, OracleQuestion

State = Literal["voting", "small", "quiet", "missing"]
STATES: tuple[State, ...] = ("voting", "small", "quiet", "missing")
DEFAULT_MIN_VOTE = 100.0  # section 1


class PriceRange(NamedTuple):
    """Range of a market in a bar, the close before included (section 4)."""

    low: float
    high: float


class CandleBook:
    """All candles that were given, whatever their market, and the spans for which the venues answered."""

    def __init__(self, candles: Iterable[Candle], covered: Iterable[CoveredSpan], question: OracleQuestion) -> None:
        self.question = question
        self.candles: dict[OracleMarket, dict[int, Candle]] = defaultdict(dict)
        self.covered: dict[OracleMarket, list[tuple[int, int]]] = defaultdict(list)
        self._per_usd = {**question.ratio_quotes, **question.quotes}
        self._floor_times: dict[OracleMarket, list[int]] = {}
        for candle in candles:
            self.candles[OracleMarket(candle.venue, candle.symbol)][candle.time] = candle
        for venue, symbol, start, end in covered:
            self.covered[OracleMarket(venue, symbol)].append((start, end))

    def list_markets(self, symbol: str) -> list[OracleMarket]:
        """List the markets of a symbol with any candle in the data, by venue."""
        return sorted(market for market in self.candles if market.symbol == symbol)

    def has_candle(self, market: OracleMarket) -> bool:
        """Whether a market has a candle in the window, of any volume (section 2)."""
        window = self.question.list_window()
        return any(time in window for time in self.candles.get(market, {}))

    def find_traded(self, market: OracleMarket, time: int) -> Candle | None:
        """Give the candle of a bar with trades; a candle without volume is none (section 1)."""
        candle = self.candles.get(market, {}).get(time)
        return candle if candle is not None and candle.volume > 0 else None

    def list_traded(self, market: OracleMarket, start: int, end: int) -> list[Candle]:
        """List a market's candles with trades in a span, in time order."""
        candles = self.candles.get(market, {})
        return [candles[time] for time in sorted(candles) if start <= time < end and candles[time].volume > 0]

    def list_window_trades(self, market: OracleMarket) -> list[Candle]:
        """List a market's candles with trades in the window."""
        return self.list_traded(market, self.question.start, self.question.end)

    def sum_turnover(self, market: OracleMarket) -> float:
        """Sum volume x close over the window and the 24 h before it (section 2)."""
        candles = self.list_traded(market, self.question.start - DAY, self.question.end)
        return math.fsum(candle.turnover for candle in candles)

    def choose_busiest(self, markets: list[OracleMarket]) -> OracleMarket | None:
        """Choose the market with the larger turnover; equal ones by name (section 2)."""
        return min(markets, key=lambda market: (-self.sum_turnover(market), market), default=None)

    def has_reached_floor(self, market: OracleMarket, candle: Candle, min_vote: float) -> bool:
        """Whether a candle traded min_vote x per_usd of its quote, at the larger of open and close (section 1)."""
        return candle.volume * max(candle.open, candle.close) >= min_vote * self._per_usd[market.quote]

    def find_last_close(self, market: OracleMarket, time: int, carry: int) -> tuple[float, int] | None:
        """Give close and time of the last bar at most `carry` s ago that reached the default floor (section 2)."""
        times = self._list_floor_times(market)
        place = bisect_right(times, time)
        if place == 0 or time - times[place - 1] > carry:
            return None
        return self.candles[market][times[place - 1]].close, times[place - 1]

    def _list_floor_times(self, market: OracleMarket) -> list[int]:
        if market not in self._floor_times:
            self._floor_times[market] = [
                time
                for time in sorted(self.candles[market])
                if (candle := self.find_traded(market, time))
                and self.has_reached_floor(market, candle, DEFAULT_MIN_VOTE)
            ]
        return self._floor_times[market]

    def classify(self, market: OracleMarket, time: int) -> State:
        """Give the state of a market in a bar (section 1)."""
        candle = self.find_traded(market, time)
        if candle is not None:
            return "voting" if self.has_reached_floor(market, candle, self.question.min_vote) else "small"
        return "quiet" if self.is_quiet(market, time) else "missing"

    def is_quiet(self, market: OracleMarket, time: int) -> bool:
        """Whether the venue answered for a bar and reported no trade (section 1)."""
        candle = self.candles.get(market, {}).get(time)
        if candle is not None:
            return not candle.volume > 0
        return any(start <= time < end for start, end in self.covered.get(market, []))

    def find_voting(self, market: OracleMarket, time: int) -> Candle | None:
        """Give the candle of a voting bar, None for any other."""
        candle = self.find_traded(market, time)
        return candle if candle is not None and self.classify(market, time) == "voting" else None

    def compute_range(self, market: OracleMarket, time: int) -> PriceRange | None:
        """Give the range of a market in a bar: low and high where it traded, and the close before (section 4)."""
        candle, close = self.find_traded(market, time), self._find_close_before(market, time)
        if close is None or (candle is None and not self.is_quiet(market, time)):
            return None
        if candle is None:
            return PriceRange(close, close)
        return PriceRange(min(candle.low, close), max(candle.high, close))

    def _find_close_before(self, market: OracleMarket, time: int) -> float | None:
        bar = self.question.bar
        for earlier in range(time - bar, time - self.question.get_carry(5) - 1, -bar):
            candle = self.find_traded(market, earlier)
            if candle is not None:
                return candle.close
            if not self.is_quiet(market, earlier):
                return None
        return None
