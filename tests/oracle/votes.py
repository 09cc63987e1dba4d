"""Who is asked and who votes: rows, choices, votes, weights and the median's interval (sections 2, 3 and 6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from tests.oracle.book import CandleBook, PriceRange
from tests.oracle.fair_value import RatioSample, find_ratio
from tests.oracle.question import DAY, Json, OracleMarket, OracleQuestion
from tests.oracle.rates import RateBook


class Vote(NamedTuple):
    """A peer's close and range in its own quote, and its weight."""

    venue: str
    price: float
    price_range: PriceRange | None
    weight: int


def find_median_interval(votes: list[Vote], *, weighted: bool) -> tuple[float, float]:
    """Give m1 and m2 of at least one vote (section 3)."""
    if not weighted:
        prices, n = sorted(vote.price for vote in votes), len(votes)
        return prices[(n - 1) // 2], prices[n // 2]
    total = sum(vote.weight for vote in votes)
    weights = [min(vote.weight, total - vote.weight) if len(votes) > 1 else vote.weight for vote in votes]
    by_price: dict[float, int] = {}
    for vote, weight in zip(votes, weights, strict=True):
        by_price[vote.price] = by_price.get(vote.price, 0) + weight
    ordered, cumulative = sorted(by_price), 0
    for index, price in enumerate(ordered):
        cumulative += by_price[price]
        if 2 * cumulative > sum(weights):
            return price, price
        if 2 * cumulative == sum(weights):
            return price, ordered[index + 1]
    message = "the votes' weights never reach their half"
    raise AssertionError(message)


def is_chosen(question: OracleQuestion, market: OracleMarket) -> bool:
    """Whether the options take a market in (section 2)."""
    if market.venue in question.excluded:
        return False
    return not question.venues or any(matches_item(item, market) for item in question.venues)


def matches_item(item: str, market: OracleMarket) -> bool:
    """Whether an item, `id` or `id:SYMBOL`, speaks of a market."""
    return item in (market.venue, f"{market.venue}:{market.symbol}")


@dataclass(frozen=True)
class _Voter:
    market: OracleMarket
    family: str


class OracleRun:
    """Rows and voters of one question."""

    def __init__(self, book: CandleBook) -> None:
        self.book = book
        self.question = question = book.question
        self.rates = RateBook(book)
        present = sorted(market for market in book.candles if book.has_candle(market))
        self.of_asset = [market for market in present if market.base == question.asset]
        chosen = [market for market in self.of_asset if is_chosen(question, market)]
        self.rows = [market for market in chosen if market.quote in question.quotes]
        self.left_out = [
            market for market in chosen if market.quote not in question.quotes and not self._is_ratio_market(market)
        ]
        self.of_underlying = [market for market in present if market.base == question.underlying]
        voters = [market for market in self.of_underlying if market.venue not in question.excluded]
        self._voters = [
            _Voter(market, question.family_of(market.venue))
            for market in (self.rows if question.underlying is None else voters)
            if market.is_spot and market.quote in question.quotes
        ]
        self._weights: dict[OracleMarket, int] = {}
        self._votes: dict[tuple[str, int], dict[str, Vote]] = {}
        self._ratios: dict[str, RatioSample | None] = {}

    def _is_ratio_market(self, market: OracleMarket) -> bool:
        return self.question.underlying is not None and market.symbol == self.question.ratio_market

    def list_groups(self) -> list[str]:
        """List the groups that have a row."""
        return sorted({row.group for row in self.rows})

    def list_spot(self, group: str) -> list[OracleMarket]:
        """List the spot rows of a group, by name."""
        return [row for row in self.rows if row.is_spot and row.group == group]

    def list_absent(self) -> list[str]:
        """List the items of both options that match no candle in the window, as typed (section 2)."""
        markets = [*self.of_asset, *self.of_underlying]
        items = (*self.question.venues, *self.question.excluded)
        return [item for item in items if not any(matches_item(item, market) for market in markets)]

    def list_left_out(self) -> list[Json]:
        """Name the chosen markets in a quote without a table entry."""
        return [{"venue": market.venue, "symbol": market.symbol} for market in self.left_out]

    def get_ratio(self, venue: str) -> RatioSample | None:
        """Give the ratio of a venue's wrapped asset, None where there is none (section 6)."""
        if venue not in self._ratios:
            self._ratios[venue] = find_ratio(self.book, venue)
        return self._ratios[venue]

    def get_weight(self, market: OracleMarket) -> int:
        """Give the weight of a market (section 3)."""
        if market not in self._weights:
            per_usd = self.question.quotes[market.quote]
            candles = self.book.list_traded(market, self.question.start - DAY, self.question.start)
            cents = sum(math.floor(100 * candle.volume * candle.close / per_usd) for candle in candles)
            self._weights[market] = max(1, cents)
        return self._weights[market]

    def _find_votes(self, group: str, time: int) -> dict[str, Vote]:
        """Give one vote per family: of several the larger volume x close, equal ones by name (section 3)."""
        if (group, time) not in self._votes:
            busiest: dict[str, tuple[float, OracleMarket]] = {}
            for voter in self._voters:
                candle = self.book.find_voting(voter.market, time) if voter.market.group == group else None
                if candle is None:
                    continue
                key = (-candle.turnover, voter.market)
                busiest[voter.family] = min(busiest.get(voter.family, key), key)
            self._votes[group, time] = {
                family: Vote(
                    market.venue,
                    self.book.candles[market][time].close,
                    self.book.compute_range(market, time),
                    self.get_weight(market) if self.question.weighted else 1,
                )
                for family, (_, market) in busiest.items()
            }
        return self._votes[group, time]

    def list_votes(self, row: OracleMarket, group: str, time: int) -> list[Vote]:
        """List the votes on a row in the group's money (sections 3 and 6)."""
        family = self.question.family_of(row.venue)
        votes = [vote for other, vote in self._find_votes(group, time).items() if other != family]
        if self.question.underlying is None:
            return votes
        ratio = self.get_ratio(row.venue)
        return [] if ratio is None else [_multiply(vote, ratio.value) for vote in votes]


def _multiply(vote: Vote, ratio: float) -> Vote:
    price_range = vote.price_range and PriceRange(vote.price_range.low * ratio, vote.price_range.high * ratio)
    return vote._replace(price=vote.price * ratio, price_range=price_range)
