"""Which markets a venue has: as listed within a day, or, where the list fails, as kept before or pinned."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from collectors.candles import EPOCH
from collectors.client import VenueClient
from collectors.exchange import VenueExchange
from collectors.failures import CollectFailure, Ends
from collectors.sink import Clock, Keeper
from collectors.venues import Kind, VenueRow
from data.schema import base_of, quote_of

KEPT_FOR = timedelta(days=1)
"""How long a list of markets is believed."""

PINNED = "markets.toml"


@dataclass(frozen=True, slots=True)
class Listing:
    """The unified symbols that can be asked; ``failure`` is why the venue did not list them itself, None where it did.

    A list that is older than a day, or pinned, proves no market absent.
    """

    symbols: frozenset[str]
    failure: CollectFailure | None = None


async def list_markets(client: VenueClient, keeper: Keeper, now: Clock) -> Listing:
    """Make the client know its markets: those listed within a day, or else the latest list, or else the pinned one.

    Raises:
        CollectFailure: the list could not be had, none was ever kept, and the venue is not to be asked any more or has
            no pinned markets.
    """
    venue = client.venue
    kept = await keeper.listing(venue.key, now() - KEPT_FOR)
    if kept is not None:
        return _use(client, json.loads(kept))
    try:
        markets = await client.ask(VenueExchange.list_markets)
    except CollectFailure as failure:
        latest = await keeper.listing(venue.key, EPOCH)
        known = pinned_markets(venue) if latest is None else json.loads(latest)
        if not known or (latest is None and failure.ends is Ends.VENUE):
            raise
        return _use(client, known, failure)
    await keeper.keep_listing(venue.key, json.dumps(markets), client.source)
    return _use(client, markets)


def pinned_markets(venue: VenueRow) -> list[dict[str, Any]]:
    """The venue's pinned spot markets, in the form that `VenueExchange.list_markets` gives; none for other kinds."""
    if venue.kind is not Kind.SPOT:
        return []
    return [_market(symbol, market_id) for symbol, market_id in _pinned().get(venue.id, {}).items()]


@cache
def _pinned() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("collectors").joinpath(PINNED).read_text(encoding="utf-8"))


def _market(symbol: str, market_id: str) -> dict[str, Any]:
    base, quote = base_of(symbol), quote_of(symbol)
    named = {"id": market_id, "symbol": symbol, "base": base, "quote": quote, "baseId": base, "quoteId": quote}
    kinds = dict.fromkeys(("swap", "future", "option", "contract"), False)
    return {**named, "type": "spot", "spot": True, "active": True, **kinds}


def _use(client: VenueClient, markets: Sequence[Mapping[str, Any]], failure: CollectFailure | None = None) -> Listing:
    client.use_markets(markets)
    return Listing(frozenset(str(market["symbol"]) for market in markets), failure)
