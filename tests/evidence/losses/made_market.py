"""A market made by hand, and a source of its candles."""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from data.schema import CANDLE, LOW_TRADE, SOURCE, Evidence, Timeframe, build_empty_frame, parse_base
from evidence.losses.executions import Execution, ExecutionKind, OrderSide
from tests.deviation.candles import read_answers
from tests.grids import FrameGrids

CANDLES = """
what = "Binance against four USDT and three USD exchanges"
window = "12:00-12:04"

[markets]
"binance ATOM/USDT" = { closes = "4 4 5 15" }
"binanceusdm ATOM/USDT" = { closes = "1 1 1 1" }
"okx ATOM/USDT" = { closes = "10 10 10 10", lows = "9 9 9 9", highs = "11 11 11 11" }
"bybit ATOM/USDT" = { closes = "10 10 quiet 11" }
"gate ATOM/USDT" = { closes = "12 12 12 -" }
"kucoin ATOM/USDT" = { closes = "14 14 14 14" }
"kraken ATOM/USD" = { closes = "10 10 10 10" }
"coinbase ATOM/USD" = { closes = "10 10 - 10" }
"gemini ATOM/USD" = { closes = "20 20 20 20", covered = [["11:00", "12:04"]] }
"kraken USDT/USD" = { closes = "1 1 1 1" }
"coinbase USDT/USD" = { closes = "1.25 1.25 1.25 1.25" }
"""
"""In dollars a USDT is worth 1 on one exchange and 1.25 on the other, so a dollar is 0.8 to 1 USDT."""


class MadeCandles(FrameGrids):
    """The candles of an answer file as a `data.reader.CandleReader`; ``read_spans`` are those that were read."""

    def __init__(self, folder: Path, text: str = CANDLES) -> None:
        path = folder / "candles.toml"
        path.write_text(text, encoding="utf-8")
        answers = read_answers(path)
        self._candles, self._spans = answers.candles, answers.covered_spans
        self.read_spans: list[tuple[datetime, datetime]] = []

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,  # noqa: ARG002 - all are real
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,  # noqa: ARG002 - they are in order
        timeframe: Timeframe = Timeframe.M1,  # noqa: ARG002 - all are of a minute
    ) -> pl.DataFrame:
        """Candles of some assets in a span."""
        self.read_spans.append((start, end))
        symbols = [symbol for symbol in self._candles["symbol"].unique() if parse_base(symbol) in assets]
        is_wanted = pl.col("symbol").is_in(symbols) & pl.col("open_time").is_between(start, end, closed="left")
        return self._candles.filter(is_wanted).select(columns)

    def read_covered_spans(
        self,
        assets: Collection[str],  # noqa: ARG002 - those of other assets do not matter
        start: datetime,  # noqa: ARG002 - nor those of other times
        end: datetime,  # noqa: ARG002 - as above
        *,
        origin: Evidence = Evidence.REAL,  # noqa: ARG002 - all are real
        timeframe: Timeframe = Timeframe.M1,  # noqa: ARG002 - all are of a minute
    ) -> pl.DataFrame:
        """The collected spans."""
        return self._spans

    def read_low_trades(
        self,
        assets: Collection[str],  # noqa: ARG002 - there are none
        start: datetime,  # noqa: ARG002 - as above
        end: datetime,  # noqa: ARG002 - as above
        *,
        timeframe: Timeframe = Timeframe.M1,  # noqa: ARG002 - as above
    ) -> pl.DataFrame:
        """No trade."""
        return pl.DataFrame(schema=LOW_TRADE)

    def read_sources(
        self,
        assets: Collection[str],  # noqa: ARG002 - nobody asks for sources here
        start: datetime,  # noqa: ARG002 - as above
        end: datetime,  # noqa: ARG002 - as above
        *,
        origin: Evidence = Evidence.REAL,  # noqa: ARG002 - as above
        timeframe: Timeframe = Timeframe.M1,  # noqa: ARG002 - as above
    ) -> pl.DataFrame:
        """No source."""
        return build_empty_frame(SOURCE)


def build_time(text: str) -> datetime:
    """A time of 10 October 2025, such as "12:01:30"."""
    return datetime.fromisoformat(f"2025-10-10T{text}").replace(tzinfo=UTC)


def build_execution(
    line: int,
    time: str,
    side: str,
    quantity: str,
    price: str,
    kind: str = "fill",
    *,
    symbol: str = "ATOM/USDT",
    venue: str = "binance",
    fee: str = "0",
) -> Execution:
    """An execution from texts."""
    return Execution(
        line=line,
        time=build_time(time),
        venue=venue,
        symbol=symbol,
        side=OrderSide(side),
        quantity=Decimal(quantity),
        price=Decimal(price),
        kind=ExecutionKind(kind),
        fee=Decimal(fee),
    )
