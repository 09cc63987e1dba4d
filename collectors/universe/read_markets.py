"""Reads the lists of markets of all venues and archives, each kept in the store for a day."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import replace

from collectors.archives.market_index import read_market_index
from collectors.failures import CollectFailure
from collectors.http.access import Access
from collectors.http.client import VenueClient
from collectors.listing import LISTING_MAX_AGE, Listing, load_listing
from collectors.store_writer import BatchWriter, Clock
from collectors.universe.venue_markets import VenueMarkets, split_market_name
from collectors.venues.row import Route, VenueRow
from data.schema import Timeframe
from data.store import CandleStore

ARCHIVE_LISTING = "{venue}/archive"
"""Under this name the list of an archive is stored beside those of venues."""


async def read_venue_markets(
    sink: CandleStore, venues: Sequence[VenueRow], quotes: Collection[str], *, access: Access, now: Clock
) -> tuple[VenueMarkets, ...]:
    """The markets of venues, asked concurrently; lists are kept in the store for a day.

    Raises:
        StoreBusy: other writers kept the store from taking a list.
        StoreUnusable: the store cannot be read or written.
    """
    writer = BatchWriter(sink, now)
    tasks = [_read_venue(venue, writer, quotes, access, now) for venue in venues]
    return tuple(await asyncio.gather(*tasks))


async def _read_venue(
    venue: VenueRow, writer: BatchWriter, quotes: Collection[str], access: Access, now: Clock
) -> VenueMarkets:
    """The markets of one venue; a failure is a part of them, and never raised."""
    try:
        listing = await _load_listing(venue, writer, access, now)
        markets = VenueMarkets(venue, listing.symbols, listing.unlisted, failure=listing.failure)
    except CollectFailure as failure:
        markets = VenueMarkets(venue, frozenset(), failure=failure)
    try:
        names = await _load_archive_listing(venue, writer, access, now)
    except CollectFailure as failure:
        return replace(markets, archive_failure=failure)
    if names is None:
        return markets
    symbols = frozenset(symbol for name in names if (symbol := split_market_name(name, quotes)) is not None)
    return replace(markets, archived=symbols - markets.symbols - markets.unlisted)


async def _load_listing(venue: VenueRow, writer: BatchWriter, access: Access, now: Clock) -> Listing:
    """The venue's list of markets, as for any collection.

    Raises:
        CollectFailure: there is none.
    """
    async with VenueClient(venue, access, now) as client:
        return await load_listing(client, writer, now)


async def _load_archive_listing(
    venue: VenueRow, writer: BatchWriter, access: Access, now: Clock
) -> Sequence[str] | None:
    """The names of the markets of the venue's archive: a list of the last day, else a new one; None without a list.

    Raises:
        CollectFailure: the archive did not answer with a list.
    """
    archive = venue.archive if Route.ARCHIVE in venue.list_routes(Timeframe.M1) else None
    if archive is None or archive.index is None:
        return None
    name = ARCHIVE_LISTING.format(venue=venue.key)
    stored = await writer.read_listing(name, now() - LISTING_MAX_AGE)
    if stored is not None:
        names: list[str] = json.loads(stored)
        return names
    folders = await read_market_index(archive.index, access, now)
    await writer.add_listing(name, json.dumps(folders), archive.index.host)
    return folders
