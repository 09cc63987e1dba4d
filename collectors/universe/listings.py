"""The markets of all venues, for callers without an event loop."""

import asyncio
from collections.abc import Collection, Sequence

from collectors.http.access import DIRECT_ACCESS, Access
from collectors.store_writer import Clock
from collectors.universe.venue_markets import VenueMarkets
from collectors.venues.row import VenueRow
from data.store import CandleStore


def run_listings(
    sink: CandleStore,
    venues: Sequence[VenueRow],
    quotes: Collection[str],
    *,
    access: Access = DIRECT_ACCESS,
    now: Clock,
) -> tuple[VenueMarkets, ...]:
    """`collectors.universe.read_markets.read_venue_markets` in an event loop of its own."""
    # Imported here because ccxt costs over half a second and 100 MB, and most commands never collect.
    from collectors.universe.read_markets import read_venue_markets  # noqa: PLC0415

    return asyncio.run(read_venue_markets(sink, venues, quotes, access=access, now=now))
