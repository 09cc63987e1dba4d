"""The assets of a whole market: those that the focus exchange and at least two others trade, and their markets."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from data.identity.scaled_tickers import ScaledTicker, split_scaled_ticker
from data.schema import is_derivative, parse_base, parse_quote

LEAST_OTHERS = 2
"""Exchanges beside the focus that must trade an asset: with fewer, nothing says which of two prices strays."""


class ScanMarket(NamedTuple):
    """A spot market: venue, symbol as in the store, and what its prices are divided by (1; 1000 for 1000SATS)."""

    venue: str
    symbol: str
    scale: float


@dataclass(frozen=True, slots=True)
class ScanAsset:
    """An asset and its markets, sorted by venue and symbol; ``asset`` is its ticker without a scale (SATS)."""

    asset: str
    markets: tuple[ScanMarket, ...]


def build_market_universe(
    symbols: Mapping[str, Collection[str]], focus: str, quotes: Collection[str], families: Mapping[str, str]
) -> tuple[ScanAsset, ...]:
    """The assets that the focus and at least `LEAST_OTHERS` others trade, sorted, each with all its markets.

    An exchange of the focus's own family does not count as another, and two of one family count once. Derivatives and
    markets in other quotes are left out.

    Args:
        symbols: the symbols that each venue lists, or of which the store has candles, by venue id.
        focus: id of the focus venue.
        quotes: the quotes that count.
        families: the family of each venue by id; a venue that is not in it is a family of its own.
    """
    markets = _group_markets(symbols, quotes)
    return tuple(
        ScanAsset(asset, tuple(markets[asset]))
        for asset in sorted(markets)
        if _trades(markets[asset], focus) and _has_enough_others(markets[asset], focus, families)
    )


def list_left_out(
    symbols: Mapping[str, Collection[str]], focus: str, quotes: Collection[str], families: Mapping[str, str]
) -> tuple[str, ...]:
    """The tickers, sorted, that the focus trades and too few others do, of what `build_market_universe` takes."""
    markets = _group_markets(symbols, quotes)
    return tuple(
        asset
        for asset in sorted(markets)
        if _trades(markets[asset], focus) and not _has_enough_others(markets[asset], focus, families)
    )


def _group_markets(
    symbols: Mapping[str, Collection[str]], quotes: Collection[str]
) -> defaultdict[str, list[ScanMarket]]:
    """The spot markets in these quotes by asset, those of each sorted by venue and symbol."""
    spot_markets = {
        venue: sorted(symbol for symbol in listed if not is_derivative(symbol) and parse_quote(symbol) in quotes)
        for venue, listed in symbols.items()
    }
    tickers = {venue: frozenset(map(parse_base, listed)) for venue, listed in spot_markets.items()}
    markets: defaultdict[str, list[ScanMarket]] = defaultdict(list)
    for venue in sorted(spot_markets):
        unscaled = _list_tickers_elsewhere(tickers, venue)
        for symbol in spot_markets[venue]:
            ticker = parse_base(symbol)
            base, scale = split_scaled_ticker(ticker, unscaled) or ScaledTicker(ticker, 1.0)
            markets[base].append(ScanMarket(venue, symbol, scale))
    return markets


def _list_tickers_elsewhere(tickers: Mapping[str, frozenset[str]], venue: str) -> frozenset[str]:
    """The tickers that other venues list and this one does not: who lists both CAT and 1000CAT means two coins."""
    elsewhere = frozenset().union(*(listed for other, listed in tickers.items() if other != venue))
    return elsewhere - tickers[venue]


def _trades(markets: Collection[ScanMarket], focus: str) -> bool:
    """Whether the focus is among the venues of these markets."""
    return any(market.venue == focus for market in markets)


def _has_enough_others(markets: Collection[ScanMarket], focus: str, families: Mapping[str, str]) -> bool:
    """Whether enough others are among their venues that are not related to the focus or to each other."""
    others = {families.get(market.venue, market.venue) for market in markets} - {families.get(focus, focus)}
    return len(others) >= LEAST_OTHERS
