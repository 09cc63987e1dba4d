"""Rates between quotes: legs, intervals, age, and the factor into a row's money (section 2 of docs/method.md)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from tests.oracle.book import CandleBook
from tests.oracle.question import OracleMarket


class RateLeg(NamedTuple):
    """A market that gives USD per unit of a quote, as printed or inverted."""

    market: OracleMarket
    is_inverted: bool

    def convert(self, price: float) -> float:
        """Give USD per unit of the quote for a price of the market."""
        return 1 / price if self.is_inverted else price


@dataclass(frozen=True)
class Rate:
    """USD per unit of a quote at a time, or the factor from one money into another."""

    mid: float = 1.0
    a: float = 1.0
    b: float = 1.0
    lo: float = 1.0
    hi: float = 1.0
    is_stale: bool = False
    is_single: bool = False
    assumed: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()


def find_inner_pair(values: list[float]) -> tuple[float, float]:
    """Give the values between which the median lies when any one is left out (sections 2 and 3)."""
    ordered, n = sorted(values), len(values)
    if n == 1:
        return ordered[0], ordered[0]
    return ordered[(n - 2) // 2], ordered[-(-n // 2)]


class RateBook:
    """Rates of all quotes."""

    def __init__(self, book: CandleBook) -> None:
        self.book = book
        self.question = book.question
        self._legs: dict[str, list[RateLeg]] = {}
        self._assumed: dict[str, bool] = {}
        self._rates: dict[tuple[str, int], Rate | None] = {}

    def list_legs(self, quote: str) -> list[RateLeg]:
        """List one leg per family: q/USD, else USD/q inverted, of the venue with the larger turnover."""
        if quote not in self._legs:
            straight, inverted = self.book.list_markets(f"{quote}/USD"), self.book.list_markets(f"USD/{quote}")
            families = sorted({self.question.family_of(market.venue) for market in (*straight, *inverted)})
            self._legs[quote] = []
            for family in families:
                of_family = [m for m in straight if self.question.family_of(m.venue) == family]
                else_markets = [m for m in inverted if self.question.family_of(m.venue) == family]
                market = self.book.choose_busiest(of_family or else_markets)
                if market is not None:
                    self._legs[quote].append(RateLeg(market, not of_family))
        return self._legs[quote]

    def is_assumed(self, quote: str) -> bool:
        """Whether a USD stablecoin has no leg in any bar of the window, so that it counts exactly 1."""
        if quote not in self._assumed:
            window = self.question.list_window()
            self._assumed[quote] = quote in self.question.stablecoins and not any(
                self._list_closes(quote, time) for time in window
            )
        return self._assumed[quote]

    def _list_closes(self, quote: str, time: int) -> list[tuple[RateLeg, float, int]]:
        carry = self.question.get_carry(60)
        found = [(leg, self.book.find_last_close(leg.market, time, carry)) for leg in self.list_legs(quote)]
        return [(leg, leg.convert(last[0]), last[1]) for leg, last in found if last is not None]

    def get_rate(self, quote: str, time: int) -> Rate | None:
        """Give USD per unit of a quote, None where there is none."""
        if (quote, time) not in self._rates:
            self._rates[quote, time] = self._compute_rate(quote, time)
        return self._rates[quote, time]

    def _compute_rate(self, quote: str, time: int) -> Rate | None:
        if quote == "USD" or (self.question.as_is and quote in self.question.stablecoins):
            return Rate()
        if self.is_assumed(quote):
            return Rate(assumed=frozenset({quote}))
        legs = self._list_closes(quote, time)
        if not legs:
            return None
        closes = [close for _, close, _ in legs]
        a, b = find_inner_pair(closes)
        prices = list(closes)
        for leg, _, _ in legs:
            prices += [leg.convert(price) for price in self._list_leg_prices(leg.market, time)]
        is_single = len(legs) == 1
        return Rate(
            mid=median(closes),
            a=a,
            b=b,
            lo=min(prices),
            hi=max(prices),
            is_stale=all(time - at > self.question.get_carry(5) for _, _, at in legs),
            is_single=is_single,
            single=frozenset({quote} if is_single else ()),
        )

    def _list_leg_prices(self, market: OracleMarket, time: int) -> list[float]:
        candle, price_range = self.book.find_traded(market, time), self.book.compute_range(market, time)
        traded = [] if candle is None else [candle.low, candle.high]
        return traded + list(price_range or ())

    def get_factor(self, from_quote: str, to_quote: str, time: int) -> Rate | None:
        """Give the factor from one quote's money into another's, None where a rate is wanting."""
        if from_quote == to_quote:
            return Rate()
        source, target = self.get_rate(from_quote, time), self.get_rate(to_quote, time)
        if source is None or target is None:
            return None
        return Rate(
            mid=source.mid / target.mid,
            a=source.a / target.b,
            b=source.b / target.a,
            lo=source.lo / target.hi,
            hi=source.hi / target.lo,
            is_stale=source.is_stale or target.is_stale,
            is_single=source.is_single or target.is_single,
            assumed=source.assumed | target.assumed,
            single=source.single | target.single,
        )
