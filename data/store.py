"""The store: candles, what was asked for, and what else collecting leaves behind, in Delta tables below one URI.

A stored candle is never overwritten. What a route later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per bar. Candles of the reconstruction and real ones never come out of one read, and
no more do candles of two lengths.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from data.delta.maintenance import RETENTION, Maintenance, StoreSize, maintain_tables, measure_disk_size
from data.delta.table import StoreTable, quote_sql
from data.delta.upsert import WriteReport
from data.errors import UsageError
from data.revisions import list_revisions
from data.schema import CANDLE, TIME, Evidence, Origin, RunOutcome, Timeframe
from data.tables.candles import CandleTable, build_trade_filter
from data.tables.coverage import CoverageTable, build_evidence_filter
from data.tables.listings import ListingTable
from data.tables.lowest_trades import LowTradeTable
from data.tables.rejected_pages import RejectedPageTable
from data.tables.runs import RunTable


class CandleStore:
    """Candles and coverage at a URI that deltalake takes; nothing is created until the first write.

    Every write raises `StoreBusy` where other writers went ahead every time, and everything raises `StoreUnusable`
    where the place cannot be read or written.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        base = uri.rstrip("/")
        self._candles = CandleTable(f"{base}/candles")
        self._low_trades = LowTradeTable(f"{base}/low_trades")
        self._coverage = CoverageTable(f"{base}/coverage")
        self._listings = ListingTable(f"{base}/listings")
        self._rejected_pages = RejectedPageTable(f"{base}/bad_pages")
        self._runs = RunTable(f"{base}/runs")

    def write_candles(self, candles: pl.DataFrame, *, source: str, fetched_at: datetime) -> WriteReport:
        """Store what is new or changed in a batch of one source; writing it again stores nothing.

        Args:
            candles: columns of `data.schema.CANDLE`, of any markets and times.
            source: the host or file that they came from.
            fetched_at: when, aware; rounded down to the millisecond.

        Raises:
            ValueError: the frame holds something that is no candle; see `write_fetched`.
        """
        if fetched_at.tzinfo is None:
            message = "fetched_at has no time zone"
            raise ValueError(message)
        fetched_time = pl.lit(fetched_at.astimezone(UTC)).cast(TIME)
        counts = self.write_fetched(candles.with_columns(fetched_at=fetched_time, source=pl.lit(source)))
        return WriteReport(*(int(counts[name].sum()) for name in ("new", "same", "revised")))

    def write_fetched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in a batch of many markets and sources; writing it again stores nothing.

        A market's candles of one length and calendar month are in one commit, which a reader sees as a whole or not at
        all. After a failure the same call again completes the batch.

        Args:
            rows: columns of `data.schema.FETCHED_CANDLE`, in any order; rows of one market best stand together.

        Returns:
            A row of `data.schema.WRITE_COUNTS` for each market, kind of price and timeframe of the batch, sorted.

        Raises:
            ValueError: the frame holds something that is no candle; see `data.delta.upsert.check_batch`.
        """
        return self._candles.write(rows)

    def write_low_trades(self, rows: pl.DataFrame) -> int:
        """Store the lowest trades of bars beside their candles; writing them again stores nothing.

        Write them after the candles: a crash in between leaves candles without their lowest trade.

        Args:
            rows: columns of `data.schema.LOW_TRADE`, in any order.

        Returns:
            How many were new.

        Raises:
            ValueError: the frame holds something else; see `data.tables.lowest_trades.LowTrades.write`.
        """
        return self._low_trades.write(rows)

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Add to the log of what was asked and what came; columns of `data.schema.COVERAGE`.

        Where ``price`` or ``timeframe`` is absent or null, one-minute trade candles are meant.

        Raises:
            ValueError: the frame holds something else; see `data.tables.coverage.CoverageLog.write`.
        """
        self._coverage.write(coverage)

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        venues: Collection[str] | None = None,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        first_seen: bool = False,
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles of ``[start, end)`` and one length, one for each market and bar that has any.

        Args:
            assets: bases of the symbols wanted, such as ``ATOM``.
            start: aware; the first open time.
            end: aware; open times lie before it.
            venues: ccxt ids; None for all.
            origin: real candles or those of the reconstruction.
            columns: those of `data.schema.CANDLE` that are wanted; fewer take less time and memory.
            first_seen: of a candle that was revised the values fetched first, instead of the latest.
            in_order: sorted; if not, the rows of a market come in stretches, and text as enums: in half the memory.
            timeframe: the length of the candles.

        Returns:
            The wanted columns of `data.schema.CANDLE`, sorted by venue, symbol and open time if ``in_order``.
        """
        conditions = [build_evidence_filter(origin)]
        if venues is not None:
            conditions.append(pl.col("venue").is_in(list(venues)))
        return self._candles.read_rows(
            assets,
            start,
            end,
            *conditions,
            columns=columns,
            first_seen=first_seen,
            in_order=in_order,
            timeframe=timeframe,
        )

    def read_low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """The lowest trade of each bar of ``[start, end)`` that was made from trades, as it was fetched last.

        Args:
            assets: bases of the symbols wanted, such as ``ATOM``.
            start: aware; the first open time of a bar.
            end: aware; open times lie before it.
            timeframe: the length of the bars.

        Returns:
            A frame of `data.schema.LOW_TRADE`, sorted by venue, symbol and open time, each bar once.
        """
        return self._low_trades.read_rows(assets, start, end, timeframe)

    def read_revisions(
        self, start: datetime | None = None, end: datetime | None = None, assets: Collection[str] | None = None
    ) -> pl.DataFrame:
        """The fields of collected candles of ``[start, end)`` that their venue reported with other values since.

        Only within one origin and route: an edited file, or candles built from trades, never accuse a venue.

        Args:
            start: aware; None for the first candle.
            end: aware; None for the last.
            assets: bases of symbols; None for all.

        Returns:
            A row of `data.schema.REVISION` for each changed field, sorted by market and open time.
        """
        frames = [list_revisions(table, start, end, assets) for table in self._candles.tables.values()]
        return pl.concat(frames).sort("venue", "symbol", "price", "timeframe", "open_time", maintain_order=True)

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The spans within ``[start, end)`` that were collected whole: disjoint, per market, in `data.schema.SPAN`.

        A bar of that length in such a span that has no candle is quiet.
        """
        return self._coverage.read_spans(assets, start, end, origin, timeframe)

    def read_coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, in the order of asking."""
        return self._coverage.read_rows(assets, start, end)

    def read_outstanding(self) -> pl.DataFrame:
        """What was asked and not had, and has not come whole since: rows of `data.schema.COVERAGE`."""
        return self._coverage.read_outstanding()

    def forget(self, *, source: str | None = None, origin: Origin | None = None) -> int:
        """Drop candles, their lowest trades and coverage of one source (such as a file's name), one origin, or both.

        Returns:
            How many rows were dropped.

        Raises:
            UsageError: neither is given.
        """
        criteria = {"source": source, "origin": None if origin is None else origin.value}
        terms = [f"{column} = {quote_sql(value)}" for column, value in criteria.items() if value is not None]
        if not terms:
            message = "say what to forget: the name of an imported file, or the sample"
            raise UsageError(message)
        predicate = " AND ".join(terms)
        dropped_count = self._coverage.table.delete(predicate) + self._low_trades.delete_rows(source, origin)
        return dropped_count + sum(table.delete(predicate) for table in self._candles.tables.values())

    def read_holdings(self) -> pl.DataFrame:
        """What the store holds, per origin, source, market and length: a frame of `data.schema.HOLDING`, sorted."""
        return self._candles.read_holdings()

    def has_candles(self, evidence: Evidence, assets: Collection[str] | None = None) -> bool:
        """Whether there is any one-minute candle of that kind, of any of these assets (None: of any asset)."""
        conditions = [build_evidence_filter(evidence), build_trade_filter(Timeframe.M1)]
        if assets is not None:
            conditions.append(pl.col("asset").is_in(list(assets)))
        minute_table = self._candles.tables[Timeframe.M1]
        return not minute_table.read(lambda rows: rows.filter(*conditions).select("venue").head(1)).is_empty()

    def read_version(self) -> str:
        """A text that changes whenever the content changes: the key for whatever is kept of an answer."""
        tables = (*self._candles.tables.values(), self._coverage.table, self._low_trades.table)
        return "/".join(table.read_version() for table in tables)

    def add_listing(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Keep a venue's list of markets, as JSON text, as ``source`` (a host) gave it at an aware time."""
        self._listings.add(venue, markets, listed_at=listed_at, source=source)

    def read_listing(self, venue: str, newer_than: datetime) -> str | None:
        """The list of markets that a venue gave last, if it is newer than an aware time; else None."""
        return self._listings.read_newest(venue, newer_than)

    def add_rejected_page(
        self,
        venue: str,
        symbol: str,
        *,
        price: str,
        start: datetime,
        end: datetime,
        asked_at: datetime,
        source: str,
        message: str,
        body: str,
    ) -> None:
        """Keep an answer aside that could not be used, with why (``message``) and its text, cut to 1 MB."""
        self._rejected_pages.add(
            venue,
            symbol,
            price=price,
            start=start,
            end=end,
            asked_at=asked_at,
            source=source,
            message=message,
            body=body,
        )

    def read_rejected_pages(self) -> pl.DataFrame:
        """The answers that were kept aside: rows of `data.schema.REJECTED_PAGE`, in the order of asking."""
        return self._rejected_pages.read_rows()

    def log_run(
        self,
        kind: str,
        outcome: RunOutcome,
        *,
        began_at: datetime,
        ended_at: datetime,
        window: tuple[datetime, datetime] | None = None,
        candles: int = 0,
        new: int = 0,
        revised: int = 0,
        message: str = "",
        holder: str = "",
    ) -> None:
        """Add to the incident log of the follower.

        Args:
            kind: what ran, such as ``follow``, ``re-ask`` or ``maintenance``.
            outcome: how it ended.
            began_at: aware.
            ended_at: aware.
            window: the span that it was about, None where it was about none.
            candles: how many came.
            new: how many of them the store did not have.
            revised: how many of them it had with other values.
            message: what to say about it.
            holder: the process that ran it.
        """
        self._runs.add(
            kind,
            outcome,
            began_at=began_at,
            ended_at=ended_at,
            window=window,
            candles=candles,
            new=new,
            revised=revised,
            message=message,
            holder=holder,
        )

    def read_runs(self, limit: int = 100) -> pl.DataFrame:
        """The runs that ended last, newest first: rows of `data.schema.RUN`."""
        return self._runs.read_rows(limit)

    def maintain(self, now: datetime, retention: timedelta = RETENTION) -> Maintenance:
        """Make few files of many, drop lists of markets that are older than ``retention``, and free the disk.

        Readers and writers go on meanwhile: files go from the disk only when no version of a table younger than
        ``retention``, by the real clock, consists of them.

        Args:
            now: the present time, aware.
            retention: at least the seven days within which a file is promised to stay.

        Raises:
            UsageError: the retention is shorter.
        """
        if retention < RETENTION:
            message = f"readers may be at a version up to {RETENTION.days} days old: keep files at least as long"
            raise UsageError(message)
        self._listings.drop_before(now - retention)
        return maintain_tables(self.uri, self._list_tables(), retention)

    def measure_size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """Bytes and files of a store in a folder, as they lie on the disk; None for one elsewhere.

        Args:
            timeframe: of the candles of that length alone.
        """
        return measure_disk_size(self.uri if timeframe is None else self._candles.tables[timeframe].uri)

    def _list_tables(self) -> list[StoreTable]:
        other_tables = (self._low_trades, self._coverage, self._listings, self._rejected_pages, self._runs)
        return [*self._candles.tables.values(), *(part.table for part in other_tables)]


@dataclass(frozen=True, slots=True)
class FirstSeenReader:
    """A store read as each route first told it: of a candle that was changed later, the first-seen values."""

    store: CandleStore

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Candles as `CandleStore.candles` gives them, and as they were first seen."""
        return self.store.read_candles(
            assets,
            start,
            end,
            origin=origin,
            columns=columns,
            first_seen=True,
            in_order=in_order,
            timeframe=timeframe,
        )

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Spans as `CandleStore.covered` gives them."""
        return self.store.read_covered_spans(assets, start, end, origin=origin, timeframe=timeframe)

    def read_low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """The lowest trades as `CandleStore.low_trades` gives them."""
        return self.store.read_low_trades(assets, start, end, timeframe=timeframe)
