"""A store in memory, with candles written down by hand, for tests of the page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from dashboard.actions import Forgettable, Market, Progress, ToCollect
from data.errors import FileRefused, PlumblineError, StoreUnusable
from data.imports import FileStored, import_files
from data.lock import Holder
from data.schema import (
    BAD_PAGE,
    CANDLE,
    CANDLE_DEFAULTS,
    COVERAGE,
    HOLDING,
    LOW_TRADE,
    REVISION,
    RUN,
    SPAN,
    Evidence,
    Origin,
    Outcome,
    Timeframe,
    empty,
)
from data.store import CandleStore
from data.upkeep import StoreSize

START = datetime(2025, 10, 10, 21, 10, tzinfo=UTC)
"""The start of the window ``crash``."""

TAKEN_AT = datetime(2025, 12, 1, tzinfo=UTC)
"""When files are taken into a store."""

MINUTES = 30
"""Its length."""

CALM = datetime(2025, 10, 10, 10, 0, tzinfo=UTC)
"""A minute of the calm span, from which the ratio of wrapped assets is taken."""

FALL = 10
"""The minute of it in which the venue that fell prints its low."""

USDT_VENUES = ("binance", "okx", "bybit", "bitget", "gate")
USD_VENUES = ("coinbaseexchange", "kraken", "gemini", "bitstamp")


def market(
    venue: str,
    symbol: str,
    level: float,
    *,
    fallen: float = 1.0,
    low: float | None = None,
    volume: float = 1000.0,
    start: datetime = START,
) -> pl.DataFrame:
    """Candles of one market over the window: flat at a level, five of them from `FALL` on times ``fallen``."""
    closes = [level * (fallen if FALL <= i < FALL + 5 else 1.0) for i in range(MINUTES)]
    lows = [low if low is not None and i == FALL else close for i, close in enumerate(closes)]
    times = [start + timedelta(minutes=i) for i in range(MINUTES)]
    columns = {"open": closes, "high": closes, "low": lows, "close": closes}
    frame = pl.DataFrame({"open_time": times, **columns}).with_columns(
        venue=pl.lit(venue), symbol=pl.lit(symbol), volume=pl.lit(volume)
    )
    return frame.with_columns(pl.lit(text).alias(name) for name, text in CANDLE_DEFAULTS.items()).select(
        pl.col(name).cast(dtype) for name, dtype in CANDLE.items()
    )


def crash() -> pl.DataFrame:
    """ATOM falls further on Binance; DOGE trades on two USD venues and as a perpetual; WBETH on Binance alone."""
    return pl.concat(
        [
            *(market(venue, "ATOM/USDT", 4, fallen=0.9) for venue in USDT_VENUES if venue != "binance"),
            *(market(venue, "ATOM/USD", 4) for venue in USD_VENUES),
            market("binance", "ATOM/USDT", 4, fallen=0.6, low=0.001),
            market("binance", "ATOM/USDC", 4, fallen=0.7, volume=100),
            market("kraken", "ATOM/EUR", 3.6),
            market("coinbaseexchange", "DOGE/USD", 0.2),
            market("gemini", "DOGE/USD", 0.2, fallen=0.9),
            market("binanceusdm", "DOGE/USDT:USDT", 0.2, fallen=0.5),
            market("binance", "WBETH/USDT", 4200, fallen=0.5, low=430.65),
            market("binance", "WBETH/USDT", 4200, start=CALM),
            market("binance", "ETH/USDT", 4000, start=CALM),
            *(market(venue, "ETH/USDT", 4000) for venue in USDT_VENUES),
            *(market(venue, "SOMECOIN/USDT", 1) for venue in USDT_VENUES),
        ]
    )


@dataclass
class Shelf:
    """What the page needs of a store; ``broken`` makes it one that cannot be read. ``reads`` counts the readings."""

    frame: pl.DataFrame = field(default_factory=crash)
    broken: bool = False
    reads: int = 0
    writes: int = 0
    asked: pl.DataFrame = field(default_factory=lambda: empty(COVERAGE))
    changed: pl.DataFrame = field(default_factory=lambda: empty(REVISION))
    aside: pl.DataFrame = field(default_factory=lambda: empty(BAD_PAGE))
    ran: pl.DataFrame = field(default_factory=lambda: empty(RUN))
    uri: str = "nowhere"

    def candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,  # noqa: ARG002 - the signature of every candle source
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Candles of the assets in the span, of one kind."""
        self.reads += 1
        generated = pl.col("origin") == Origin.RECONSTRUCTION.value
        return self.frame.filter(
            pl.col("symbol").str.split("/").list.first().is_in(list(assets)),
            pl.col("open_time").is_between(start, end, closed="left"),
            pl.col("timeframe") == timeframe.value,
            generated if origin is Evidence.RECONSTRUCTION else ~generated,
        ).select(columns)

    def covered(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Nothing was collected whole."""
        del assets, start, end, origin, timeframe
        return pl.DataFrame(schema=SPAN)

    def low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """No bar was made of trades."""
        del assets, start, end, timeframe
        return empty(LOW_TRADE)

    def version(self) -> str:
        """The number of writes."""
        if self.broken:
            message = "the store at nowhere cannot be read"
            raise StoreUnusable(message)
        return str(self.writes)

    def holdings(self) -> pl.DataFrame:
        """What is held, as if all had come from one place."""
        time = pl.col("open_time")
        named = self.frame.with_columns(asset=pl.col("symbol").str.split("/").list.first(), source=pl.lit("by hand"))
        counts = (time.min().alias("first"), time.max().alias("last"), pl.len().cast(pl.Int64).alias("candles"))
        by = ["origin", "source", "asset", "venue", "symbol", "timeframe"]
        return named.group_by(by).agg(*counts).select(*HOLDING).sort(by)

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """What was asked."""
        del assets, start, end
        return self.asked

    def wanting(self) -> pl.DataFrame:
        """What was not had of it."""
        return self.asked.filter(pl.col("outcome") != Outcome.COMPLETE.value)

    def bad_pages(self) -> pl.DataFrame:
        """The answers kept aside."""
        return self.aside

    def revisions(
        self, start: datetime | None = None, end: datetime | None = None, assets: Collection[str] | None = None
    ) -> pl.DataFrame:
        """What was changed."""
        del start, end, assets
        return self.changed

    def runs(self, limit: int = 100) -> pl.DataFrame:
        """The runs of the follower."""
        return self.ran.head(limit)

    def size(self, timeframe: Timeframe | None = None) -> StoreSize | None:
        """A store in memory has none."""
        del timeframe
        return None

    def put(self, frame: pl.DataFrame) -> None:
        """Add candles, as a collection does."""
        self.frame = pl.concat([self.frame, frame])
        self.writes += 1


@dataclass
class Hands:
    """Actions that only note what was asked, and tell the progress that they were given.

    Files are taken into the store that they were given, if any.
    """

    told: list[Progress] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    refuses: bool = False
    store: CandleStore | None = None
    venues: tuple[str, ...] = ("binance", "okx", "kraken")
    followed_by: Holder | None = None
    wanted: list[ToCollect] = field(default_factory=list)

    def start_collect(self, wanted: ToCollect) -> None:
        """Note the start, or refuse it."""
        if self.refuses:
            message = "the network is off"
            raise PlumblineError(message)
        self.done.append(str(wanted))
        self.wanted.append(wanted)

    def progress(self) -> Progress | None:
        """The next progress that was given; the last stays."""
        if not self.told:
            return None
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]

    def cancel(self) -> None:
        """Note the wish."""
        self.done.append("cancel")

    def import_files(
        self, paths: Sequence[Path], market: Market | None, *, complete: bool
    ) -> tuple[list[FileStored], list[FileRefused]]:
        """Take files into the store, by a clock that stands still."""
        self.done.append(f"import {', '.join(path.name for path in paths)}")
        assert self.store is not None
        venue, symbol = (None, None) if market is None else (market.venue, market.symbol)
        return import_files(self.store, paths, now=TAKEN_AT, venue=venue, symbol=symbol, complete=complete)

    def forget(self, dropped: Forgettable) -> int:
        """Drop rows of the store."""
        self.done.append(f"forget {dropped.source}")
        return 0 if self.store is None else self.store.forget(source=dropped.source, origin=dropped.origin)

    def follower(self) -> Holder | None:
        """Who was said to follow."""
        return self.followed_by
