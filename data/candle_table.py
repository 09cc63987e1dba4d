"""The table of candles: batches go in, one candle per market and minute comes out.

A stored candle is never overwritten. What a route later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per minute: by the order of `data.schema.Origin`, then the latest, then by source.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import polars as pl
from deltalake import DeltaTable

from data.lake import LakeTable
from data.once import once
from data.revisions import NAMES, VALUES, checked, fates, per_market
from data.schema import CANDLE, CANDLE_DEFAULTS, STORED_CANDLE, WRITTEN, empty

READ_BY_DEFAULT = (
    pl.col("timeframe") == CANDLE_DEFAULTS["timeframe"],
    pl.col("price") == CANDLE_DEFAULTS["price"],
)

PARTITIONS = 32
"""At most so many partitions go into one commit, a month of one asset or several shorter spans: each is a file that is
open until the commit, at about 2 MB of memory."""


class CandleTable:
    """The Delta table of `data.schema.STORED_CANDLE`, partitioned by asset and day."""

    def __init__(self, uri: str) -> None:
        self.table = LakeTable(uri, STORED_CANDLE, ("asset", "day"), indexed=("venue", "symbol", "open_time"))

    def write(self, fetched: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in a batch; see `data.store.CandleStore.write_fetched`."""
        batch = checked(fetched)
        written = [self._write_part(part, batch.series) for part in _commits(batch.rows)]
        return per_market(pl.concat([empty(WRITTEN), *written]))

    def rows(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *wanted: pl.Expr,
        columns: Collection[str] = tuple(CANDLE),
        first_seen: bool = False,
        in_order: bool = True,
    ) -> pl.DataFrame:
        """One-minute trade candles of ``[start, end)``, ``columns`` of `data.schema.CANDLE`, each minute once.

        ``wanted`` are further conditions.
        """
        inside = pl.col("open_time").is_between(start, end, closed="left")
        where = (_partitions(assets, start, end), *READ_BY_DEFAULT, *wanted, inside)
        table = self.table.open()  # one version for every read

        def read(names: Collection[str], further: Collection[pl.Expr]) -> pl.DataFrame:
            return self.table.read_from(table, lambda stored: stored.filter(*where, *further).select(names))

        return once(read, columns, first_seen=first_seen, in_order=in_order)

    def _write_part(self, rows: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in rows of a batch as one commit."""
        parts = rows.select("asset", "day").unique(maintain_order=True)
        beside = (
            _touched(parts),
            *(pl.col(name).is_in(rows[name].unique().to_list()) for name in ("venue", "symbol")),
            pl.col("open_time").is_between(rows["open_time"].min(), rows["open_time"].max()),
        )
        columns = [*NAMES, "open_time", *VALUES, "fetched_at"]

        def choose(table: DeltaTable) -> tuple[pl.DataFrame, pl.DataFrame]:
            held = self.table.read_from(table, lambda stored: stored.filter(*beside).select(columns))
            return fates(rows, series, held)

        return self.table.insert(choose, looked_at=[f"{asset}/{day}" for asset, day in parts.iter_rows()])


def _commits(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Sorted rows of a batch cut into commits: whole months of assets, as many as have `PARTITIONS` partitions."""
    month = pl.col("day").dt.truncate("1mo")
    spans = rows.group_by("asset", month, maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("day").n_unique().alias("days")
    )
    first, size, days = 0, 0, 0
    for span_rows, span_days in spans.select("rows", "days").iter_rows():
        if days + span_days > PARTITIONS and size:
            yield rows.slice(first, size)
            first, size, days = first + size, 0, 0
        size, days = size + span_rows, days + span_days
    if size:
        yield rows.slice(first, size)


def _touched(parts: pl.DataFrame) -> pl.Expr:
    """Exactly these partitions (columns asset and day), assets of the same days in one term."""
    days = parts.group_by("asset", maintain_order=True).agg("day")
    terms = days.group_by("day", maintain_order=True).agg("asset").iter_rows()
    return pl.any_horizontal(pl.col("asset").is_in(assets) & pl.col("day").is_in(list(span)) for span, assets in terms)


def _partitions(assets: Collection[str], start: datetime, end: datetime) -> pl.Expr:
    """Bounds on the partition columns, so that files of other assets and days are never opened."""
    last = end - timedelta(microseconds=1)
    return pl.col("asset").is_in(list(assets)) & pl.col("day").is_between(
        start.astimezone(UTC).date(), last.astimezone(UTC).date()
    )
