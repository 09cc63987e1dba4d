"""The lists of markets that venues gave, kept for a while so that not every run has to ask for them."""

from datetime import UTC, datetime

import polars as pl

from data.frames import one_row
from data.lake import LakeTable
from data.schema import LISTING


class Listings:
    """The Delta table of `data.schema.LISTING`. Rows are only ever added, until the upkeep drops old ones."""

    def __init__(self, uri: str) -> None:
        self.table = LakeTable(uri, LISTING)

    def keep(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Keep a venue's list of markets; see `data.store.CandleStore.keep_listing`."""
        row = {"venue": venue, "listed_at": listed_at, "source": source, "markets": markets}
        self.table.append(one_row(LISTING, row))

    def newest(self, venue: str, newer_than: datetime) -> str | None:
        """The list given last, if it is newer; see `data.store.CandleStore.listing`."""
        wanted = (pl.col("venue") == venue) & (pl.col("listed_at") > newer_than)
        found = self.table.read(
            lambda rows: rows.filter(wanted).select("listed_at", "markets").top_k(1, by="listed_at")
        )
        return None if found.is_empty() else str(found["markets"][0])

    def drop_before(self, time: datetime) -> None:
        """Drop the lists that were given before an aware time."""
        at = f"arrow_cast('{time.astimezone(UTC).isoformat()}', 'Timestamp(Microsecond, Some(\"UTC\"))')"
        self.table.delete(f"listed_at < {at}")
