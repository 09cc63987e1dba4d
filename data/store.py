"""The store: one-minute candles and what was asked for, in two Delta tables below one URI.

A stored candle is never overwritten. What a source later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per minute: by the order of `data.schema.Origin`, then the latest, then by source.
Candles of the reconstruction and real ones never come out of one read.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import polars as pl
from deltalake import DeltaTable

from data.coverage import CoverageLog, of_evidence
from data.errors import UsageError
from data.lake import LakeTable, sql_text
from data.revisions import KEY, VALUES, WriteReport, fates, stamped
from data.schema import CANDLE, CANDLE_DEFAULTS, HOLDING, STORED_CANDLE, Evidence, Origin

ORIGINS = pl.Enum([origin.value for origin in Origin])
"""Origins in the order in which they win; as an enum, so that sorting follows it."""

READ_BY_DEFAULT = (
    pl.col("timeframe") == CANDLE_DEFAULTS["timeframe"],
    pl.col("price") == CANDLE_DEFAULTS["price"],
)


class CandleStore:
    """Candles and coverage at a URI that deltalake takes; nothing is created until the first write."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._candles = LakeTable(f"{uri.rstrip('/')}/candles", STORED_CANDLE, ("asset", "day"))
        self._coverage = CoverageLog(f"{uri.rstrip('/')}/coverage")

    def write_candles(self, candles: pl.DataFrame, *, source: str, fetched_at: datetime) -> WriteReport:
        """Store what is new or changed in a batch; writing it again stores nothing.

        Each calendar month is one commit, which a reader sees as a whole or not at all. After a failure the same call
        again completes the batch.

        Args:
            candles: columns of `data.schema.CANDLE`, of any markets and times.
            source: the host or file that they came from.
            fetched_at: when, aware; rounded down to the millisecond.

        Raises:
            ValueError: the frame holds something that is no candle; see `data.revisions.stamped`.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be read or written.
        """
        rows = stamped(candles, source, fetched_at).sort("asset", "venue", "symbol", "open_time")
        months = rows.group_by(pl.col("day").dt.truncate("1mo"), maintain_order=True)
        return sum((self._write_month(month) for _, month in months), WriteReport())

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Add to the log of what was asked and what came; columns of `data.schema.COVERAGE`.

        Raises:
            ValueError: the frame holds something else; see `data.coverage.CoverageLog.write`.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        self._coverage.write(coverage)

    def candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        venues: Collection[str] | None = None,
        origin: Evidence = Evidence.REAL,
    ) -> pl.DataFrame:
        """One-minute trade candles of ``[start, end)``, one for each market and minute that has any.

        Args:
            assets: bases of the symbols wanted, such as ``ATOM``.
            start: aware; the first open time.
            end: aware; open times lie before it.
            venues: ccxt ids; None for all.
            origin: real candles or those of the reconstruction.

        Returns:
            A frame of `data.schema.CANDLE`, sorted by venue, symbol and open time.

        Raises:
            StoreUnusable: the place cannot be read.
        """
        wanted = [_partitions(assets, start, end), *READ_BY_DEFAULT, of_evidence(origin)]
        wanted.append(pl.col("open_time").is_between(start, end, closed="left"))
        if venues is not None:
            wanted.append(pl.col("venue").is_in(list(venues)))
        return best(self._candles.read(lambda rows: rows.filter(*wanted).select(*CANDLE, "fetched_at", "source")))

    def covered(
        self, assets: Collection[str], start: datetime, end: datetime, *, origin: Evidence = Evidence.REAL
    ) -> pl.DataFrame:
        """The spans within ``[start, end)`` that were collected whole: disjoint, per market, in `data.schema.SPAN`.

        A minute in such a span that has no candle is quiet.
        """
        return self._coverage.spans(assets, start, end, origin)

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, in the order of asking."""
        return self._coverage.rows(assets, start, end)

    def wanting(self) -> pl.DataFrame:
        """What was asked and not had, and has not come whole since: rows of `data.schema.COVERAGE`."""
        return self._coverage.wanting()

    def forget(self, *, source: str | None = None, origin: Origin | None = None) -> int:
        """Drop candles and coverage of one source (such as a file's name), one origin, or one source of one origin.

        Returns:
            How many rows were dropped.

        Raises:
            UsageError: neither is given.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        named = {"source": source, "origin": None if origin is None else origin.value}
        terms = [f"{column} = {sql_text(value)}" for column, value in named.items() if value is not None]
        if not terms:
            message = "say what to forget: the name of an imported file, or the sample"
            raise UsageError(message)
        where = " AND ".join(terms)
        return self._coverage.table.delete(where) + self._candles.delete(where)

    def holdings(self) -> pl.DataFrame:
        """What the store holds, per origin, source and market: a frame of `data.schema.HOLDING`, sorted."""
        by = ["origin", "source", "asset", "venue", "symbol"]
        time = pl.col("open_time")
        counts = (time.min().alias("first"), time.max().alias("last"), time.n_unique().cast(pl.Int64).alias("candles"))
        return self._candles.read(lambda rows: rows.group_by(by).agg(*counts)).select(*HOLDING).sort(by)

    def has(self, evidence: Evidence, assets: Collection[str] | None = None) -> bool:
        """Whether there is any candle of that kind, of any of these assets (None: of any asset)."""
        wanted = [of_evidence(evidence), *READ_BY_DEFAULT]
        if assets is not None:
            wanted.append(pl.col("asset").is_in(list(assets)))
        return not self._candles.read(lambda rows: rows.filter(*wanted).select("venue").head(1)).is_empty()

    def version(self) -> str:
        """A text that changes whenever the content changes: the key for whatever is kept of an answer."""
        return f"{self._candles.version()}/{self._coverage.table.version()}"

    def _write_month(self, rows: pl.DataFrame) -> WriteReport:
        """Store what is new or changed in rows of one month (columns of `data.schema.STORED_CANDLE`)."""
        assets = rows["asset"].unique().sort().to_list()
        days = rows.select(pl.col("day").min().alias("first"), pl.col("day").max().alias("last")).row(0)
        beside = (
            pl.col("asset").is_in(assets),
            pl.col("day").is_between(*days),
            pl.col("venue").is_in(rows["venue"].unique().to_list()),
        )

        def choose(table: DeltaTable) -> tuple[pl.DataFrame, WriteReport]:
            columns = [*KEY, *VALUES, "fetched_at"]
            return fates(rows, self._candles.read_from(table, lambda held: held.filter(*beside).select(columns)))

        names = ", ".join(sql_text(asset) for asset in assets)
        within = f"t.asset IN ({names}) AND t.day >= '{days[0]}' AND t.day <= '{days[1]}'"
        return self._candles.insert(choose, key=(*KEY, "fetched_at"), within=within)


def best(rows: pl.DataFrame) -> pl.DataFrame:
    """One candle per market and minute: of the better origin, then fetched last, then of the first source by name.

    Args:
        rows: columns of `data.schema.CANDLE` with ``fetched_at`` and ``source``, of one timeframe and kind of price.

    Returns:
        A frame of `data.schema.CANDLE`, sorted by venue, symbol and open time.
    """
    minute = ["venue", "symbol", "open_time"]
    as_enum = (pl.col(name).cast(pl.Enum(rows[name].unique().sort())) for name in ("venue", "symbol"))
    ranked = rows.with_columns(*as_enum, pl.col("origin").cast(ORIGINS)).sort(
        *minute, "origin", "fetched_at", "source", descending=[False, False, False, False, True, False]
    )
    is_first = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in minute).fill_null(value=True)
    return ranked.filter(is_first).select(*CANDLE).cast(pl.Schema(CANDLE))


def _partitions(assets: Collection[str], start: datetime, end: datetime) -> pl.Expr:
    """Bounds on the partition columns, so that files of other assets and days are never opened."""
    last = end - timedelta(microseconds=1)
    return pl.col("asset").is_in(list(assets)) & pl.col("day").is_between(
        start.astimezone(UTC).date(), last.astimezone(UTC).date()
    )
