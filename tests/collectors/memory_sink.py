"""A sink in memory, for tests of what a collection writes; the Delta store itself is tested in `tests.data`."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from data.schema import COVERAGE, FETCHED_CANDLE, LOW_TRADE, SPAN, Outcome, build_empty_frame
from data.tables.coverage import merge_span_rows

BAR_COLUMNS = ("venue", "symbol", "price", "timeframe", "open_time")


@dataclass(slots=True)
class MemorySink:
    """Keeps the rows of each write as they came, and reads them as `data.store.CandleStore` does.

    It knows neither revisions nor several sources of a bar: a bar that is written twice is an error.
    """

    candles: pl.DataFrame = field(default_factory=lambda: build_empty_frame(FETCHED_CANDLE))
    low_trades: pl.DataFrame = field(default_factory=lambda: build_empty_frame(LOW_TRADE))
    coverage: pl.DataFrame = field(default_factory=lambda: build_empty_frame(COVERAGE))
    listings: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    rejected_pages: list[dict[str, object]] = field(default_factory=list)

    def write_fetched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add candles; every one is new."""
        self.candles = pl.concat([self.candles, rows])
        assert self.candles.select(BAR_COLUMNS).is_duplicated().any() is False
        counts = rows.group_by("venue", "symbol", "price", "timeframe").len("new")
        return counts.with_columns(same=0, revised=0)

    def write_low_trades(self, rows: pl.DataFrame) -> int:
        """Add lowest trades; every one is new."""
        self.low_trades = pl.concat([self.low_trades, rows])
        return rows.height

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Add coverage."""
        self.coverage = pl.concat([self.coverage, coverage])

    def read_coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The coverage of the assets that overlaps ``[start, end)``, in the order of writing."""
        return self.coverage.filter(_is_of(assets), pl.col("start") < end, pl.col("end") > start)

    def read_listing(self, venue: str, newer_than: datetime) -> str | None:
        """The markets that were added last for a venue, if they are newer."""
        listed_at, markets = self.listings.get(venue, (newer_than, ""))
        return markets if listed_at > newer_than else None

    def add_listing(self, venue: str, markets: str, *, listed_at: datetime, source: str) -> None:
        """Replace the markets of a venue."""
        del source
        self.listings[venue] = (listed_at, markets)

    def add_rejected_page(self, **page: object) -> None:
        """Add a page that no candle was taken from."""
        self.rejected_pages.append(page)

    def read_candles(
        self, assets: Collection[str], start: datetime, end: datetime, *, venues: Collection[str] | None = None
    ) -> pl.DataFrame:
        """One-minute trade candles that open in ``[start, end)``, sorted by market and open time."""
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        is_wanted = (_is_of(assets), is_in_window, pl.col("price") == "trade", pl.col("timeframe") == "1m")
        of_venues = pl.lit(value=True) if venues is None else pl.col("venue").is_in(list(venues))
        return self.candles.filter(*is_wanted, of_venues).sort("venue", "symbol", "open_time")

    def read_covered_spans(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The complete spans of one-minute trade candles within ``[start, end)``, in `data.schema.SPAN`."""
        is_complete = (pl.col("outcome") == Outcome.COMPLETE, pl.col("price") == "trade", pl.col("timeframe") == "1m")
        edges = (pl.col("start").clip(lower_bound=start), pl.col("end").clip(upper_bound=end))
        rows = self.read_coverage(assets, start, end).filter(*is_complete)
        return merge_span_rows(rows.with_columns(*edges).select(*SPAN))

    def read_holdings(self) -> pl.DataFrame:
        """Origin, source, venue, symbol and number of candles, for each series."""
        return self.candles.group_by("origin", "source", "venue", "symbol").len("candles")


def _is_of(assets: Collection[str]) -> pl.Expr:
    return pl.col("symbol").str.split("/").list.first().is_in(list(assets))
