"""The store: candles, what was asked for, and what else collecting leaves behind, in Delta tables below one URI.

A stored candle is never overwritten. What a route later reports with other values becomes a further row with a later
``fetched_at``; reads give one row per bar. Candles of the reconstruction and real ones never come out of one read, and
no more do candles of two lengths.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from data.bad_pages import BadPages
from data.candle_table import CandleTable, trades_of
from data.coverage import CoverageLog, of_evidence
from data.errors import UsageError
from data.history import revisions
from data.lake import LakeTable, sql_text
from data.listings import Listings
from data.low_trades import LowTrades
from data.revisions import WriteReport
from data.runs import RunLog
from data.schema import CANDLE, TIME, Evidence, Origin, RunOutcome, Timeframe
from data.upkeep import RETENTION, Maintenance, StoreSize, maintain, size_on_disk


class CandleStore:
    """Candles and coverage at a URI that deltalake takes; nothing is created until the first write.

    Every write raises `StoreBusy` where other writers went ahead every time, and everything raises `StoreUnusable`
    where the place cannot be read or written.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        base = uri.rstrip("/")
        self._candles = CandleTable(f"{base}/candles")
        self._low_trades = LowTrades(f"{base}/low_trades")
        self._coverage = CoverageLog(f"{base}/coverage")
        self._listings = Listings(f"{base}/listings")
        self._bad_pages = BadPages(f"{base}/bad_pages")
        self._runs = RunLog(f"{base}/runs")

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
        at = pl.lit(fetched_at.astimezone(UTC)).cast(TIME)
        written = self.write_fetched(candles.with_columns(fetched_at=at, source=pl.lit(source)))
        return WriteReport(*(int(written[fate].sum()) for fate in ("new", "same", "revised")))

    def write_fetched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Store what is new or changed in a batch of many markets and sources; writing it again stores nothing.

        A market's candles of one length and calendar month are in one commit, which a reader sees as a whole or not at
        all. After a failure the same call again completes the batch.

        Args:
            rows: columns of `data.schema.FETCHED_CANDLE`, in any order; rows of one market best stand together.

        Returns:
            A row of `data.schema.WRITTEN` for each market, kind of price and timeframe of the batch, sorted.

        Raises:
            ValueError: the frame holds something that is no candle; see `data.revisions.checked`.
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
            ValueError: the frame holds something else; see `data.low_trades.LowTrades.write`.
        """
        return self._low_trades.write(rows)

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Add to the log of what was asked and what came; columns of `data.schema.COVERAGE`.

        Where ``price`` or ``timeframe`` is absent or null, one-minute trade candles are meant.

        Raises:
            ValueError: the frame holds something else; see `data.coverage.CoverageLog.write`.
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
        columns: Collection[str] = tuple(CANDLE),
        as_first_seen: bool = False,
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
            as_first_seen: of a candle that was revised the values fetched first, instead of the latest.
            in_order: sorted; if not, the rows of a market come in stretches, and text as enums: in half the memory.
            timeframe: the length of the candles.

        Returns:
            The wanted columns of `data.schema.CANDLE`, sorted by venue, symbol and open time if ``in_order``.
        """
        wanted = [of_evidence(origin)]
        if venues is not None:
            wanted.append(pl.col("venue").is_in(list(venues)))
        return self._candles.rows(
            assets,
            start,
            end,
            *wanted,
            columns=columns,
            first_seen=as_first_seen,
            in_order=in_order,
            timeframe=timeframe,
        )

    def low_trades(
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
        return self._low_trades.rows(assets, start, end, timeframe)

    def revisions(
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
        found = [revisions(table, start, end, assets) for table in self._candles.tables.values()]
        return pl.concat(found).sort("venue", "symbol", "price", "timeframe", "open_time", maintain_order=True)

    def covered(
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
        return self._coverage.spans(assets, start, end, origin, timeframe)

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, in the order of asking."""
        return self._coverage.rows(assets, start, end)

    def wanting(self) -> pl.DataFrame:
        """What was asked and not had, and has not come whole since: rows of `data.schema.COVERAGE`."""
        return self._coverage.wanting()

    def forget(self, *, source: str | None = None, origin: Origin | None = None) -> int:
        """Drop candles, their lowest trades and coverage of one source (such as a file's name), one origin, or both.

        Returns:
            How many rows were dropped.

        Raises:
            UsageError: neither is given.
        """
        named = {"source": source, "origin": None if origin is None else origin.value}
        terms = [f"{column} = {sql_text(value)}" for column, value in named.items() if value is not None]
        if not terms:
            message = "say what to forget: the name of an imported file, or the sample"
            raise UsageError(message)
        where = " AND ".join(terms)
        dropped = self._coverage.table.delete(where) + self._low_trades.forget(source, origin)
        return dropped + sum(table.delete(where) for table in self._candles.tables.values())

    def holdings(self) -> pl.DataFrame:
        """What the store holds, per origin, source, market and length: a frame of `data.schema.HOLDING`, sorted."""
        return self._candles.holdings()

    def has(self, evidence: Evidence, assets: Collection[str] | None = None) -> bool:
        """Whether there is any one-minute candle of that kind, of any of these assets (None: of any asset)."""
        wanted = [of_evidence(evidence), trades_of(Timeframe.M1)]
        if assets is not None:
            wanted.append(pl.col("asset").is_in(list(assets)))
        minutes = self._candles.tables[Timeframe.M1]
        return not minutes.read(lambda rows: rows.filter(*wanted).select("venue").head(1)).is_empty()

    def version(self) -> str:
        """A text that changes whenever the content changes: the key for whatever is kept of an answer."""
        read = (*self._candles.tables.values(), self._coverage.table, self._low_trades.table)
        return "/".join(table.version() for table in read)

    def keep_listing(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Keep a venue's list of markets, as JSON text, as ``source`` (a host) gave it at an aware time."""
        self._listings.keep(venue, markets, listed_at=listed_at, source=source)

    def listing(self, venue: str, newer_than: datetime) -> str | None:
        """The list of markets that a venue gave last, if it is newer than an aware time; else None."""
        return self._listings.newest(venue, newer_than)

    def keep_bad_page(
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
        self._bad_pages.keep(
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

    def bad_pages(self) -> pl.DataFrame:
        """The answers that were kept aside: rows of `data.schema.BAD_PAGE`, in the order of asking."""
        return self._bad_pages.rows()

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

    def runs(self, limit: int = 100) -> pl.DataFrame:
        """The runs that ended last, newest first: rows of `data.schema.RUN`."""
        return self._runs.rows(limit)

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
        return maintain(self.uri, self._tables(), retention)

    def size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """Bytes and files of a store in a folder, as they lie on the disk; None for one elsewhere.

        Args:
            timeframe: of the candles of that length alone.
        """
        return size_on_disk(self.uri if timeframe is None else self._candles.tables[timeframe].uri)

    def _tables(self) -> list[LakeTable]:
        others = (self._low_trades, self._coverage, self._listings, self._bad_pages, self._runs)
        return [*self._candles.tables.values(), *(kept.table for kept in others)]


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """A store read as each route first told it: of a candle that was changed later, the first-seen values."""

    store: CandleStore

    def candles(
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
        return self.store.candles(
            assets,
            start,
            end,
            origin=origin,
            columns=columns,
            as_first_seen=True,
            in_order=in_order,
            timeframe=timeframe,
        )

    def covered(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Spans as `CandleStore.covered` gives them."""
        return self.store.covered(assets, start, end, origin=origin, timeframe=timeframe)

    def low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """The lowest trades as `CandleStore.low_trades` gives them."""
        return self.store.low_trades(assets, start, end, timeframe=timeframe)
