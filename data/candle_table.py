"""The tables of candles: batches go in, one candle per market and bar comes out.

A stored candle is never overwritten. What a route later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per bar: by the order of `data.schema.Origin`, then the latest, then by source.

Each length of candles has a table of its own: a day has sixty times as many seconds as minutes, and whoever reads the
minutes should not have to read past the seconds.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import polars as pl
from deltalake import DeltaTable

from data.lake import LakeTable
from data.once import once
from data.revisions import NAMES, VALUES, checked, fates, per_market
from data.schema import CANDLE, CANDLE_DEFAULTS, HOLDING, STORED_CANDLE, WRITTEN, Timeframe, empty

PARTITIONS = 32
"""At most so many partitions go into one commit, a month of one asset or several shorter spans: each is a file that is
open until the commit, at about 2 MB of memory."""


class CandleTable:
    """The Delta tables of `data.schema.STORED_CANDLE`, each partitioned by asset and day.

    ``tables`` has one for each length: that of minutes at the URI itself, the others beside it, such as ``candles-1s``.
    """

    def __init__(self, uri: str) -> None:
        uris = {timeframe: uri if timeframe is Timeframe.M1 else f"{uri}-{timeframe}" for timeframe in Timeframe}
        indexed = ("venue", "symbol", "open_time")
        self.tables = {
            timeframe: LakeTable(at, STORED_CANDLE, ("asset", "day"), indexed=indexed) for timeframe, at in uris.items()
        }

    def write(self, fetched: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in a batch; see `data.store.CandleStore.write_fetched`."""
        batch = checked(fetched)
        written = [
            self._write_part(table, part, batch.series)
            for table, rows in self._by_table(batch.rows, batch.series["timeframe"].unique())
            for part in _commits(rows)
        ]
        return per_market(pl.concat([empty(WRITTEN), *written]))

    def holdings(self) -> pl.DataFrame:
        """What there is, per origin, source, market and length; see `data.store.CandleStore.holdings`."""
        by = ["origin", "source", "asset", "venue", "symbol"]
        time = pl.col("open_time")
        counts = (time.min().alias("first"), time.max().alias("last"), time.n_unique().cast(pl.Int64).alias("candles"))
        held = [
            table.read(lambda rows: rows.group_by(*by, "timeframe").agg(*counts)).select(*HOLDING)
            for table in self.tables.values()
        ]
        return pl.concat(held).sort(*by, "timeframe")

    def rows(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *wanted: pl.Expr,
        columns: Collection[str] = tuple(CANDLE),
        first_seen: bool = False,
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles of ``[start, end)`` and one length, ``columns`` of `data.schema.CANDLE`, each bar once.

        ``wanted`` are further conditions.
        """
        inside = pl.col("open_time").is_between(start, end, closed="left")
        where = (partitions(assets, start, end), trades_of(timeframe), *wanted, inside)
        lake = self.tables[timeframe]
        table = lake.open()  # one version for every read

        def read(names: Collection[str], further: Collection[pl.Expr]) -> pl.DataFrame:
            return lake.read_from(table, lambda stored: stored.filter(*where, *further).select(names))

        return once(read, columns, first_seen=first_seen, in_order=in_order, timeframe=timeframe)

    def _by_table(self, rows: pl.DataFrame, timeframes: pl.Series) -> Iterator[tuple[LakeTable, pl.DataFrame]]:
        """The rows by the table that they go to; most batches have candles of one length."""
        for name in timeframes.sort():
            of_length = rows if len(timeframes) == 1 else rows.filter(pl.col("timeframe") == name)
            yield self.tables[Timeframe(name)], of_length

    def _write_part(self, lake: LakeTable, rows: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in rows of a batch as one commit."""
        parts = rows.select("asset", "day").unique(maintain_order=True)
        beside = (
            _touched(parts),
            *(pl.col(name).is_in(rows[name].unique().to_list()) for name in ("venue", "symbol")),
            pl.col("open_time").is_between(rows["open_time"].min(), rows["open_time"].max()),
        )
        columns = [*NAMES, "open_time", *VALUES, "fetched_at"]

        def choose(table: DeltaTable) -> tuple[pl.DataFrame, pl.DataFrame]:
            held = lake.read_from(table, lambda stored: stored.filter(*beside).select(columns))
            return fates(rows, series, held)

        return lake.insert(choose, looked_at=[f"{asset}/{day}" for asset, day in parts.iter_rows()])


def trades_of(timeframe: Timeframe) -> pl.Expr:
    """The rows that are read unless another kind of price is asked for: trade candles of one length."""
    return (pl.col("timeframe") == timeframe.value) & (pl.col("price") == CANDLE_DEFAULTS["price"])


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


def partitions(assets: Collection[str], start: datetime, end: datetime) -> pl.Expr:
    """Bounds on the partition columns, so that files of other assets and days are never opened."""
    last = end - timedelta(microseconds=1)
    return pl.col("asset").is_in(list(assets)) & pl.col("day").is_between(
        start.astimezone(UTC).date(), last.astimezone(UTC).date()
    )
