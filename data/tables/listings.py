"""The lists of markets of venues, cached so that not every collection has to request them."""

from datetime import datetime

import polars as pl

from data.delta.sql import quote_sql_time
from data.delta.table import StoreTable
from data.frames import build_row_frame
from data.schema import LISTING


class ListingTable:
    """The Delta table of `data.schema.LISTING`. Rows are only ever appended, until maintenance drops old ones."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, LISTING)

    def add(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Add a venue's list of markets, as JSON text, that ``source`` (a host) gave at an aware time."""
        row = {"venue": venue, "listed_at": listed_at, "source": source, "markets": markets}
        self.table.append(build_row_frame(LISTING, row))

    def read_newest(self, venue: str, newer_than: datetime) -> str | None:
        """The latest list of a venue, as JSON text; None if there is none newer than an aware time."""
        is_newer = (pl.col("venue") == venue) & (pl.col("listed_at") > newer_than)
        newest = self.table.read(
            lambda rows: rows.filter(is_newer).select("listed_at", "markets").top_k(1, by="listed_at")
        )
        return None if newest.is_empty() else str(newest["markets"][0])

    def drop_before(self, time: datetime) -> None:
        """Drop the lists from before an aware time."""
        self.table.delete(f"listed_at < {quote_sql_time(time)}")
