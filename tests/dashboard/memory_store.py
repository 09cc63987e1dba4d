"""A store in memory with synthetic candles, for tests of the dashboard."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from dashboard.jobs.actions import CollectionOrder, CollectionProgress, StoredSource
from dashboard.jobs.import_choice import ImportChoice
from dashboard.jobs.store_actions import StoreActions
from data.delta.upkeep.maintenance import StoreSize
from data.errors import PlumblineError, StoreUnusable
from data.files.import_many import StoredFile
from data.files.preview import ImportPreview, preview_file
from data.lock import Holder
from data.schema import (
    CANDLE,
    CANDLE_DEFAULTS,
    COVERAGE,
    FETCHED_CANDLE,
    HOLDING,
    LOW_TRADE,
    REJECTED_PAGE,
    REVISION,
    RUN,
    SOURCE,
    SPAN,
    TIME,
    Evidence,
    Origin,
    Outcome,
    Timeframe,
    build_empty_frame,
)
from data.store import CandleStore
from data.tables.candles import CandleTable
from data.tables.coverage import CoverageTable
from data.tables.history import HISTORY_ROW, HistoryTable
from data.tables.rejected_pages import RejectedPageTable
from data.tables.runs import RunTable
from data.tables.scans import MarketScan, ScanRun, ScanTable, Universe
from tests.grids import FrameGrids

START = datetime(2025, 10, 10, 21, 10, tzinfo=UTC)
"""The start of the event's window ``crash``."""

IMPORTED_AT = datetime(2025, 12, 1, tzinfo=UTC)
"""Time of every import."""

MINUTES = 30
"""The length of the window in minutes."""

CALM_START = datetime(2025, 10, 10, 10, 0, tzinfo=UTC)
"""A minute of the calm span, which gives the ratio of wrapped assets to their underlying."""

FALL_MINUTE = 10
"""The minute of the window in which prices fall and lows are printed."""

FALL_SIDES: dict[str, object] = {
    "below": 4 * 0.6 / (4 * 0.9) - 1,
    "below_at": START + timedelta(minutes=FALL_MINUTE),
    "below_min": 5.0,
    "below_largest": "largest",
    "below_largest_why": None,
    "below_longest": "longest",
    "below_longest_why": None,
    "above": 0.0,
    "above_at": None,
    "above_min": 0.0,
    "above_largest": "too close to call",
    "above_largest_why": None,
    "above_longest": "too close to call",
    "above_longest_why": None,
}
"""What rows of exports say of both sides of Binance's fall in `build_crash_candles`, worked out by hand."""

USDT_VENUES = ("binance", "okx", "bybit", "bitget", "gate")
USD_VENUES = ("coinbaseexchange", "kraken", "gemini", "bitstamp")


def build_market_candles(
    venue: str,
    symbol: str,
    price_level: float,
    *,
    fall_factor: float = 1.0,
    low: float | None = None,
    volume: float = 1000.0,
    start: datetime = START,
) -> pl.DataFrame:
    """Candles of one market over the window at one price, times ``fall_factor`` for 5 minutes from `FALL_MINUTE`."""
    closes = [price_level * (fall_factor if FALL_MINUTE <= i < FALL_MINUTE + 5 else 1.0) for i in range(MINUTES)]
    lows = [low if low is not None and i == FALL_MINUTE else close for i, close in enumerate(closes)]
    times = [start + timedelta(minutes=i) for i in range(MINUTES)]
    columns = {"open": closes, "high": closes, "low": lows, "close": closes}
    frame = pl.DataFrame({"open_time": times, **columns}).with_columns(
        venue=pl.lit(venue), symbol=pl.lit(symbol), volume=pl.lit(volume)
    )
    return frame.with_columns(
        pl.lit(default_value).alias(name) for name, default_value in CANDLE_DEFAULTS.items()
    ).select(pl.col(name).cast(dtype) for name, dtype in CANDLE.items())


def build_crash_candles() -> pl.DataFrame:
    """ATOM falls further on Binance; DOGE trades on two USD venues and as a perpetual; WBETH on Binance alone."""
    return pl.concat(
        [
            *(
                build_market_candles(venue, "ATOM/USDT", 4, fall_factor=0.9)
                for venue in USDT_VENUES
                if venue != "binance"
            ),
            *(build_market_candles(venue, "ATOM/USD", 4) for venue in USD_VENUES),
            build_market_candles("binance", "ATOM/USDT", 4, fall_factor=0.6, low=0.001),
            build_market_candles("binance", "ATOM/USDC", 4, fall_factor=0.7, volume=100),
            build_market_candles("kraken", "ATOM/EUR", 3.6),
            build_market_candles("coinbaseexchange", "DOGE/USD", 0.2),
            build_market_candles("gemini", "DOGE/USD", 0.2, fall_factor=0.9),
            build_market_candles("binanceusdm", "DOGE/USDT:USDT", 0.2, fall_factor=0.5),
            build_market_candles("binance", "WBETH/USDT", 4200, fall_factor=0.5, low=430.65),
            build_market_candles("binance", "WBETH/USDT", 4200, start=CALM_START),
            build_market_candles("binance", "ETH/USDT", 4000, start=CALM_START),
            *(build_market_candles(venue, "ETH/USDT", 4000) for venue in USDT_VENUES),
            *(build_market_candles(venue, "SOMECOIN/USDT", 1) for venue in USDT_VENUES),
        ]
    )


class MemoryCandleTable(CandleTable):
    """The candles of a `MemoryStore`, and the revisions that it was given."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    def read_holdings(self) -> pl.DataFrame:
        """The holdings, all of one source."""
        time = pl.col("open_time")
        named_candles = self._store.frame.with_columns(
            asset=pl.col("symbol").str.split("/").list.first(), source=pl.lit("by hand")
        )
        counts = (time.min().alias("first"), time.max().alias("last"), pl.len().cast(pl.Int64).alias("candles"))
        key_columns = ["origin", "source", "asset", "venue", "symbol", "timeframe"]
        return named_candles.group_by(key_columns).agg(*counts).select(*HOLDING).sort(key_columns)

    def read_all_rows(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *conditions: pl.Expr,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The candles, fetched at one time from one source."""
        is_asked_for = (
            pl.col("symbol").str.split("/").list.first().is_in(list(assets)),
            pl.col("timeframe") == timeframe.value,
            pl.col("open_time").is_between(start, end, closed="left"),
        )
        rows = self._store.frame.filter(*is_asked_for, *conditions)
        fetched_at = pl.lit(IMPORTED_AT).cast(TIME)
        return rows.with_columns(fetched_at=fetched_at, source=pl.lit("by hand")).select(*FETCHED_CANDLE)

    def read_revisions(
        self, start: datetime | None = None, end: datetime | None = None, assets: Collection[str] | None = None
    ) -> pl.DataFrame:
        """All revisions, whatever the window."""
        del start, end, assets
        return self._store.revision_rows


class MemoryCoverageTable(CoverageTable):
    """The coverage that a `MemoryStore` was given."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    def read_rows(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """All rows, whatever the window."""
        del assets, start, end
        return self._store.coverage_rows

    def read_outstanding(self) -> pl.DataFrame:
        """The rows that are not complete."""
        return self._store.coverage_rows.filter(pl.col("outcome") != Outcome.COMPLETE.value)


class MemoryRejectedPageTable(RejectedPageTable):
    """The rejected pages that a `MemoryStore` was given."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    def read_rows(self) -> pl.DataFrame:
        """All rows."""
        return self._store.rejected_rows


class MemoryRunTable(RunTable):
    """The runs that a `MemoryStore` was given."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    def read_rows(self, limit: int = 100) -> pl.DataFrame:
        """The first rows."""
        return self._store.run_rows.head(limit)


class MemoryScanTable(ScanTable):
    """The scans that a `MemoryStore` was given."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    def list_runs(self) -> tuple[ScanRun, ...]:
        """All of them, the one made last first."""
        runs = [scan.run for scan in self._store.saved_scans]
        return tuple(sorted(runs, key=lambda run: run.made_at, reverse=True))

    def read(self, run: ScanRun) -> MarketScan:
        """The scan of that id."""
        self._store.scan_read_count += 1
        return next(scan for scan in self._store.saved_scans if scan.run.scan_id == run.scan_id)

    def read_version(self) -> str:
        """The number of scans."""
        return str(len(self._store.saved_scans))


class MemoryHistoryTable(HistoryTable):
    """The history that a `MemoryStore` was given."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    def read(
        self,
        first: date,
        last: date,
        focus: str,
        *,
        choices: Mapping[str, object] | None = None,
        universe: Universe | None = None,
    ) -> pl.DataFrame:
        """The rows of these days."""
        del universe
        rows = self._store.history_rows.filter(pl.col("day").is_between(first, last), pl.col("focus") == focus)
        return rows if choices is None else rows.filter(pl.col("choices") == json.dumps(choices))

    def list_days(self, focus: str) -> set[date]:
        """The days of an exchange."""
        return set(self._store.history_rows.filter(focus=focus)["day"])

    def read_version(self) -> str:
        """The number of rows."""
        if self._store.is_broken:
            message = "the store at nowhere cannot be read"
            raise StoreUnusable(message)
        return str(self._store.history_rows.height)


@dataclass
class MemoryStore(FrameGrids, CandleStore):
    """A store with fixed frames; if ``is_broken``, it cannot be read. Reads and writes of candles are counted."""

    frame: pl.DataFrame = field(default_factory=build_crash_candles)
    is_broken: bool = False
    read_count: int = 0
    write_count: int = 0
    coverage_rows: pl.DataFrame = field(default_factory=lambda: build_empty_frame(COVERAGE))
    revision_rows: pl.DataFrame = field(default_factory=lambda: build_empty_frame(REVISION))
    rejected_rows: pl.DataFrame = field(default_factory=lambda: build_empty_frame(REJECTED_PAGE))
    run_rows: pl.DataFrame = field(default_factory=lambda: build_empty_frame(RUN))
    saved_scans: list[MarketScan] = field(default_factory=list)
    scan_read_count: int = 0
    history_rows: pl.DataFrame = field(default_factory=lambda: build_empty_frame(HISTORY_ROW))
    uri: str = "nowhere"
    first_seen: bool = False

    def __post_init__(self) -> None:
        """Replace the tables on the disk; those that no page reads are absent."""
        self.candles = MemoryCandleTable(self)
        self.coverage = MemoryCoverageTable(self)
        self.rejected_pages = MemoryRejectedPageTable(self)
        self.runs = MemoryRunTable(self)
        self.scans = MemoryScanTable(self)
        self.history = MemoryHistoryTable(self)

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        venues: Collection[str] | None = None,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,  # noqa: ARG002 - the signature of every candle source
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Candles of the assets in the span, of one kind."""
        self.read_count += 1
        is_generated = pl.col("origin") == Origin.RECONSTRUCTION.value
        return self.frame.filter(
            pl.col("symbol").str.split("/").list.first().is_in(list(assets)),
            pl.col("open_time").is_between(start, end, closed="left"),
            pl.col("timeframe") == timeframe.value,
            pl.col("price") == CANDLE_DEFAULTS["price"],
            pl.lit(value=True) if venues is None else pl.col("venue").is_in(list(venues)),
            is_generated if origin is Evidence.RECONSTRUCTION else ~is_generated,
        ).select(columns)

    def read_derived_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        price: str,
        *,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Candles of a price that a venue computes."""
        return self.frame.filter(
            pl.col("symbol").str.split("/").list.first().is_in(list(assets)),
            pl.col("open_time").is_between(start, end, closed="left"),
            pl.col("timeframe") == timeframe.value,
            pl.col("price") == price,
        ).sort("venue", "symbol", "open_time")

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """No span was collected completely."""
        del assets, start, end, origin, timeframe
        return pl.DataFrame(schema=SPAN)

    def read_low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """No bar was built from trades."""
        del assets, start, end, timeframe
        return build_empty_frame(LOW_TRADE)

    def read_sources(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The venues and origins of the candles, all of a source named memory and fetched at `IMPORTED_AT`."""
        rows = self.read_candles(assets, start, end, origin=origin, timeframe=timeframe)
        counts = rows.group_by("venue", "origin").agg(pl.len().cast(pl.Int64).alias("rows"))
        fetched_at = pl.lit(IMPORTED_AT).cast(TIME)
        named = counts.with_columns(source=pl.lit("memory"), first_fetched=fetched_at, last_fetched=fetched_at)
        return named.select(*SOURCE).sort("venue", "origin")

    def read_version(self) -> str:
        """The number of writes."""
        if self.is_broken:
            message = "the store at nowhere cannot be read"
            raise StoreUnusable(message)
        return str(self.write_count)

    def measure_size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """None: the store is no folder."""
        del timeframe
        return None

    def add_candles(self, frame: pl.DataFrame) -> None:
        """Append candles and change the version."""
        self.frame = pl.concat([self.frame, frame])
        self.write_count += 1


@dataclass
class RecordedActions:
    """Actions that record their calls and report the given progress; imports go to ``store``, if given."""

    progress_steps: list[CollectionProgress] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refuses_start: bool = False
    read_only: bool = False
    store: CandleStore | None = None
    venues: tuple[str, ...] = ("binance", "okx", "kraken")
    holder: Holder | None = None
    requests: list[CollectionOrder] = field(default_factory=list)

    def start_collection(self, request: CollectionOrder) -> None:
        """Record the request, or refuse it."""
        if self.refuses_start:
            message = "the network is off"
            raise PlumblineError(message)
        self.calls.append(str(request))
        self.requests.append(request)

    def read_progress(self) -> CollectionProgress | None:
        """The next of the given progress steps; the last is repeated."""
        if not self.progress_steps:
            return None
        return self.progress_steps.pop(0) if len(self.progress_steps) > 1 else self.progress_steps[0]

    def cancel_collection(self) -> None:
        """Record the call."""
        self.calls.append("cancel")

    def preview_file(self, path: Path, choice: ImportChoice) -> ImportPreview:
        """Preview a file without a look at the store."""
        self.calls.append(f"preview {path.name}")
        return preview_file(
            path, venue=choice.venue, symbol=choice.symbol, options=choice.build_read_options(IMPORTED_AT)
        )

    def import_file(self, path: Path, choice: ImportChoice) -> StoredFile:
        """Import a file into the store at `IMPORTED_AT`."""
        self.calls.append(f"import {path.name}")
        assert self.store is not None
        actions = StoreActions(self.store, lambda _: (), venues=self.venues, now=lambda: IMPORTED_AT)
        return actions.import_file(path, choice)

    def forget_source(self, dropped: StoredSource) -> int:
        """Drop the rows of a source from the store."""
        self.calls.append(f"forget {dropped.source}")
        return 0 if self.store is None else self.store.forget(source=dropped.source, origin=dropped.origin)

    def find_follower(self) -> Holder | None:
        """The given holder."""
        return self.holder
