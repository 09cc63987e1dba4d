"""A store in memory, for tests of what a collection writes; the Delta store itself is tested in `tests.data`."""

from collections.abc import Collection, Sequence
from datetime import datetime

import polars as pl

from data.intervals import merge_span_rows
from data.schema import (
    CANDLE,
    COVERAGE,
    FETCHED_CANDLE,
    LOW_TRADE,
    SPAN,
    Evidence,
    Outcome,
    Timeframe,
    build_empty_frame,
)
from data.store import CandleStore
from data.tables.candles import CandleTable
from data.tables.coverage import CoverageTable
from data.tables.listings import ListingTable
from data.tables.lowest_trades import LowTradeTable
from data.tables.rejected_pages import RejectedPageRecord, RejectedPageTable
from tests.grids import FrameGrids

BAR_COLUMNS = ("venue", "symbol", "price", "timeframe", "open_time")


class MemoryCandleTable(CandleTable):
    """Candles in memory, without revisions or several sources of a bar: a bar that is written twice is an error."""

    def __init__(self) -> None:
        self.rows = build_empty_frame(FETCHED_CANDLE)

    def write(self, fetched: pl.DataFrame) -> pl.DataFrame:
        """Add candles; every one is new."""
        self.rows = pl.concat([self.rows, fetched])
        assert self.rows.select(BAR_COLUMNS).is_duplicated().any() is False
        counts = fetched.group_by("venue", "symbol", "price", "timeframe").len("new")
        return counts.with_columns(same=0, revised=0)

    def read_holdings(self) -> pl.DataFrame:
        """Origin, source, venue, symbol and number of candles, for each series."""
        return self.rows.group_by("origin", "source", "venue", "symbol").len("candles")


class MemoryLowTradeTable(LowTradeTable):
    """Lowest trades in memory."""

    def __init__(self) -> None:
        self.rows = build_empty_frame(LOW_TRADE)

    def write(self, rows: pl.DataFrame) -> int:
        """Add lowest trades; every one is new."""
        self.rows = pl.concat([self.rows, rows])
        return rows.height


class MemoryCoverageTable(CoverageTable):
    """Coverage in memory."""

    def __init__(self) -> None:
        self.rows = build_empty_frame(COVERAGE)

    def write(self, coverage: pl.DataFrame) -> None:
        """Add coverage."""
        self.rows = pl.concat([self.rows, coverage])

    def complete_absences(self, coverage: pl.DataFrame) -> pl.DataFrame:
        """The coverage as it is: no test in memory has an answer without a candle that is proven later."""
        return coverage

    def read_rows(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The coverage of the assets that overlaps ``[start, end)``, in the order of writing."""
        return self.rows.filter(_is_of(assets), pl.col("start") < end, pl.col("end") > start)


class MemoryListingTable(ListingTable):
    """The latest listing of each venue in memory."""

    def __init__(self) -> None:
        self.listings: dict[str, tuple[datetime, str]] = {}

    def read_newest(self, venue: str, newer_than: datetime) -> str | None:
        """The markets that were added last for a venue, if they are newer."""
        listed_at, markets = self.listings.get(venue, (newer_than, ""))
        return markets if listed_at > newer_than else None

    def add(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Replace the markets of a venue."""
        del source
        self.listings[venue] = (listed_at, markets)


class MemoryRejectedPageTable(RejectedPageTable):
    """Rejected pages in memory."""

    def __init__(self) -> None:
        self.pages: list[RejectedPageRecord] = []

    def add(self, page: RejectedPageRecord) -> None:
        """Add a page that no candle was taken from."""
        self.pages.append(page)

    def add_first(self, pages: Sequence[RejectedPageRecord]) -> None:
        """Add all pages: no test in memory follows for long."""
        self.pages.extend(pages)


class MemorySink(FrameGrids, CandleStore):
    """Stores the rows of each write unchanged in memory, and reads them as `data.store.CandleStore` does."""

    def __init__(self) -> None:
        self.uri = "memory"
        self.candles: MemoryCandleTable = MemoryCandleTable()
        self.lowest_trades = MemoryLowTradeTable()
        self.coverage = MemoryCoverageTable()
        self.listings = MemoryListingTable()
        self.rejected_pages = MemoryRejectedPageTable()

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        venues: Collection[str] | None = None,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles that open in ``[start, end)``, sorted by market and open time."""
        del origin, columns, in_order
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        is_measured = (pl.col("price") == "trade", pl.col("timeframe") == timeframe.value)
        of_venues = pl.lit(value=True) if venues is None else pl.col("venue").is_in(list(venues))
        rows = self.candles.rows.filter(_is_of(assets), is_in_window, *is_measured, of_venues)
        return rows.sort("venue", "symbol", "open_time")

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The complete spans of trade candles within ``[start, end)``, in `data.schema.SPAN`."""
        del origin
        is_measured = (pl.col("price") == "trade", pl.col("timeframe") == timeframe.value)
        edges = (pl.col("start").clip(lower_bound=start), pl.col("end").clip(upper_bound=end))
        rows = self.coverage.read_rows(assets, start, end).filter(pl.col("outcome") == Outcome.COMPLETE, *is_measured)
        return merge_span_rows(rows.with_columns(*edges).select(*SPAN))


def _is_of(assets: Collection[str]) -> pl.Expr:
    return pl.col("symbol").str.split("/").list.first().is_in(list(assets))
