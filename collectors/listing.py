"""Which markets a venue has: as listed within a day, or, where the list fails, as kept before or pinned."""

import json
import tomllib
from collections.abc import Mapping, Sequence
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
"""How long a list of markets is believed."""

PINNED_FILE = "markets.toml"


@dataclass(frozen=True, slots=True)
class Listing:
    """The unified symbols that can be asked; ``failure`` is why the venue did not list them itself, None where it did.

    A list that is older than a day, or pinned, proves no market absent.
    """

    symbols: frozenset[str]
    failure: CollectFailure | None = None


async def load_listing(client: VenueClient, writer: BatchWriter, now: Clock) -> Listing:
    """Make the client know its markets: those listed within a day, or else the latest list, or else the pinned one.

    Raises:
        CollectFailure: the list could not be had, none was ever kept, and the venue is not to be asked any more or has
            no pinned markets.
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
    """The venue's pinned spot markets, in the form that `VenueExchange.list_markets` gives; none for other kinds."""
    if venue.kind is not MarketType.SPOT:
        return []
    return [_build_market(symbol, market_id) for symbol, market_id in _read_pinned().get(venue.id, {}).items()]


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
    client.use_markets(markets)
    return Listing(frozenset(str(market["symbol"]) for market in markets), failure)
