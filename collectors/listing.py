"""The markets of a venue: listed within a day, or, where the listing fails, the latest stored or the pinned ones.

A list is of today: pinned markets that are no longer on it may have traded in the window, and are requested too.
"""

import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from collectors.failures import CollectFailure, Scope
from collectors.http.ccxt_exchange import VenueExchange
from collectors.http.client import VenueClient
from collectors.page_validation import EPOCH
from collectors.store_writer import BatchWriter, Clock
from collectors.venues.row import MarketType, VenueRow
from data.schema import parse_base, parse_quote

LISTING_MAX_AGE = timedelta(days=1)
"""How long a stored listing is used without a new request."""

PINNED_FILE = "markets.toml"


@dataclass(frozen=True, slots=True)
class Listing:
    """The unified symbols that the venue lists; ``failure`` is why it did not list them, None where it did.

    With a failure the symbols are those of an old or pinned listing: a market that is not among them may exist.
    ``unlisted`` are markets on record that the venue lists no more; their history can be requested all the same.
    """

    symbols: frozenset[str]
    failure: CollectFailure | None = None
    unlisted: frozenset[str] = frozenset()


async def load_listing(client: VenueClient, writer: BatchWriter, now: Clock) -> Listing:
    """Load the markets of a venue into its client: a listing of the last day, else the latest, else the pinned one.

    Raises:
        CollectFailure: the venue did not list its markets, no listing is stored, and the failure ends the venue or no
            markets of it are pinned.
    """
    venue = client.venue
    recent_json = await writer.read_listing(venue.key, now() - LISTING_MAX_AGE)
    if recent_json is not None:
        return _use_markets(client, json.loads(recent_json))
    try:
        markets = await client.call(VenueExchange.list_markets)
    except CollectFailure as failure:
        latest_json = await writer.read_listing(venue.key, EPOCH)
        known_markets = list_pinned_markets(venue) if latest_json is None else json.loads(latest_json)
        if not known_markets or (latest_json is None and failure.scope is Scope.VENUE):
            raise
        return _use_markets(client, known_markets, failure)
    await writer.add_listing(venue.key, json.dumps(markets), client.source)
    return _use_markets(client, markets)


def list_pinned_markets(venue: VenueRow) -> list[dict[str, Any]]:
    """The venue's pinned spot markets, in the form of `VenueExchange.list_markets`; empty for swaps."""
    if venue.kind is not MarketType.SPOT:
        return []
    return [_build_market(symbol, market_id) for symbol, market_id in _read_pinned().get(venue.id, {}).items()]


def list_unlisted_markets(venue: VenueRow, listed: Collection[str]) -> list[dict[str, Any]]:
    """The venue's pinned markets that are not among the listed symbols."""
    return [market for market in list_pinned_markets(venue) if market["symbol"] not in listed]


@cache
def _read_pinned() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("collectors").joinpath(PINNED_FILE).read_text(encoding="utf-8"))


def _build_market(symbol: str, market_id: str) -> dict[str, Any]:
    base, quote = parse_base(symbol), parse_quote(symbol)
    names = {"id": market_id, "symbol": symbol, "base": base, "quote": quote, "baseId": base, "quoteId": quote}
    flags = dict.fromkeys(("swap", "future", "option", "contract"), False)
    return {**names, "type": "spot", "spot": True, "active": True, **flags}


def _use_markets(
    client: VenueClient, markets: Sequence[Mapping[str, Any]], failure: CollectFailure | None = None
) -> Listing:
    symbols = frozenset(str(market["symbol"]) for market in markets)
    if failure is not None:
        client.use_markets(markets)
        return Listing(symbols, failure)
    unlisted = list_unlisted_markets(client.venue, symbols)
    client.use_markets([*markets, *unlisted])
    return Listing(symbols, unlisted=frozenset(market["symbol"] for market in unlisted))
