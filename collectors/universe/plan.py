"""What a scan of the whole market requests: the assets, their markets by venue, and the cheapest order of routes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collectors.archives.formats import ARCHIVE_FORMATS, has_reader
from collectors.request import CollectRequest
from collectors.universe.venue_markets import VenueMarkets
from collectors.venues.row import Route, VenueRow
from data.identity.market_universe import ScanAsset, ScanMarket, build_market_universe, list_left_out
from data.intervals import Span
from data.schema import Outcome

FINAL_OUTCOMES = (Outcome.COMPLETE, Outcome.NO_EVIDENCE, Outcome.HISTORY_TOO_SHORT)
"""Outcomes after which a scan does not request a span again: of hundreds of coins many were listed after the window,
and a venue that has nothing of those minutes today will have nothing tomorrow."""


@dataclass(frozen=True, slots=True)
class MarketUniverse:
    """The assets that are scanned, those of the focus on too few other venues, and the lists that they come from."""

    focus: str
    assets: tuple[ScanAsset, ...]
    left_out: tuple[str, ...]
    listings: tuple[VenueMarkets, ...]

    @property
    def venues(self) -> tuple[str, ...]:
        """The ids of the venues that were asked, in their order."""
        return tuple(listing.venue.id for listing in self.listings)

    def list_delisted(self) -> tuple[ScanMarket, ...]:
        """The markets that a venue lists no more, and may still have candles or files of."""
        return self._select({listing.venue.id: listing.delisted_symbols for listing in self.listings})

    def list_archived(self) -> tuple[ScanMarket, ...]:
        """Those of them that only the list of the venue's archive names."""
        return self._select({listing.venue.id: listing.archived or frozenset() for listing in self.listings})

    def _select(self, symbols: Mapping[str, Collection[str]]) -> tuple[ScanMarket, ...]:
        """The markets whose symbol is among those of their venue."""
        return tuple(
            market for asset in self.assets for market in asset.markets if market.symbol in symbols[market.venue]
        )

    def list_scaled(self) -> tuple[ScanMarket, ...]:
        """The markets under a ticker that stands for many units of the coin."""
        return tuple(market for asset in self.assets for market in asset.markets if market.scale != 1)


def build_universe(
    listings: Sequence[VenueMarkets], focus: str, quotes: Collection[str], families: Mapping[str, str]
) -> MarketUniverse:
    """The assets that the focus and at least two other venues list, or have files of; see `build_market_universe`."""
    symbols = {listing.venue.id: listing.all_symbols for listing in listings}
    return MarketUniverse(
        focus,
        build_market_universe(symbols, focus, quotes, families),
        list_left_out(symbols, focus, quotes, families),
        tuple(listings),
    )


def build_scan_request(
    universe: MarketUniverse,
    span: Span,
    *,
    quotes: Iterable[str] = (),
    also: Iterable[str] = (),
    symbols: Iterable[str] = (),
) -> CollectRequest:
    """The request for the candles of a universe over a span.

    Args:
        universe: which assets.
        span: the minutes that the measurement needs, those before its window included.
        quotes: quotes to collect beside USD, USDT and USDC.
        also: further assets, such as those that wrapped ones are measured against.
        symbols: further markets of every venue, such as ``WBETH/ETH``.
    """
    venue_symbols: defaultdict[str, list[str]] = defaultdict(list)
    for market in dict.fromkeys([*universe.list_scaled(), *universe.list_archived()]):
        venue_symbols[market.venue].append(market.symbol)
    return CollectRequest(
        tuple(dict.fromkeys([*(asset.asset for asset in universe.assets), *also])),
        span.start,
        span.end,
        venues=universe.venues,
        symbols=tuple(symbols),
        quotes=tuple(quotes),
        final_outcomes=FINAL_OUTCOMES,
        venue_symbols={venue: tuple(markets) for venue, markets in venue_symbols.items()},
    )


def order_routes_by_cost(venue: VenueRow) -> VenueRow:
    """The row with its files of candles before its pages of candles.

    A file has a day of a market, of which some venues give seven pages, each within their rate limit. Files of trades
    stay where they are: they are larger than pages by far. So do files that cannot be read here.
    """
    if venue.archive is None or Route.ARCHIVE not in venue.routes:
        return venue
    formats = [ARCHIVE_FORMATS[file.layout] for file in venue.archive.files]
    if any(file_format.holds_trades or not has_reader(file_format) for file_format in formats):
        return venue
    others = tuple(route for route in venue.routes if route is not Route.ARCHIVE)
    return replace(venue, routes=(Route.ARCHIVE, *others))
