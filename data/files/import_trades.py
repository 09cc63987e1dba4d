"""Builds candles from a file of trades, with the lowest trade of each."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from data.files.formats.raw_table import build_refusal
from data.files.open_file import OpenedFile, refuse_bad_rows
from data.files.rows.trade_rows import TRADE_COLUMNS
from data.files.trade_bars import TradeBars, build_trade_bars
from data.schema import CANDLE, CANDLE_DEFAULTS, LOW_TRADE, build_empty_frame
from data.trades.candles import BadTrade

BATCH_ROWS = 100_000

FILE_LOW: dict[str, pl.DataType] = {
    name: dtype for name, dtype in LOW_TRADE.items() if name not in {"source", "fetched_at"}
}
"""The lowest trade of a bar that was built from the trades of a file."""


@dataclass(frozen=True, slots=True)
class TradeCandles:
    """Candles that were built from a file of trades.

    Attributes:
        rows: the trades as `data.files.rows.trade_rows.parse_trades` gives them.
        candles: of `data.schema.CANDLE`, sorted.
        lows: the lowest trade of each candle (`FILE_LOW`).
        duplicates: how many rows repeated a trade and were dropped.
        remarks: the extreme trades of each market, as sentences without a full stop.
    """

    rows: pl.DataFrame
    candles: pl.DataFrame
    lows: pl.DataFrame
    duplicates: int
    remarks: tuple[str, ...]


def build_trade_candles(opened: OpenedFile) -> TradeCandles:
    """Build the candles of a file of trades, market by market.

    Raises:
        FileRefused: an option is needed, or a row is no trade; names lines and reasons.
    """
    rows = opened.parse_trades()
    refuse_bad_rows(opened, rows)
    candles = [build_empty_frame(CANDLE)]
    lows = [build_empty_frame(FILE_LOW)]
    duplicates = 0
    remarks: list[str] = []
    for key, trades in rows.group_by("venue", "symbol", maintain_order=True):
        venue, symbol = map(str, key)
        try:
            bars = build_trade_bars(_split(trades), opened.timeframe)
        except BadTrade as error:
            raise build_refusal(opened.path, f"nothing of it was taken\n  {error}") from error
        market = {
            "venue": pl.lit(venue),
            "symbol": pl.lit(symbol),
            "timeframe": pl.lit(opened.timeframe.value),
        }
        kinds = {"price": pl.lit(CANDLE_DEFAULTS["price"]), "origin": pl.lit(CANDLE_DEFAULTS["origin"])}
        candles.append(bars.candles.with_columns(**market, **kinds).select(*CANDLE))
        lows.append(bars.lows.with_columns(**market).select(*FILE_LOW))
        duplicates += bars.duplicates
        remarks += _describe_extremes(f"{venue} {symbol}", bars)
    return TradeCandles(
        rows=rows,
        candles=pl.concat(candles).sort("venue", "symbol", "open_time"),
        lows=pl.concat(lows).sort("venue", "symbol", "open_time"),
        duplicates=duplicates,
        remarks=tuple(remarks),
    )


def _split(trades: pl.DataFrame) -> Iterator[pl.DataFrame]:
    columns = [name for name in TRADE_COLUMNS if name in trades.columns]
    return trades.select(columns).iter_slices(BATCH_ROWS)


def _describe_extremes(market: str, bars: TradeBars) -> Iterator[str]:
    """The lowest and the highest trade of a market, of several at that price the first."""
    for name, trades, descending in (("lowest", bars.lows, False), ("highest", bars.highs, True)):
        for row in trades.sort("price", "at", descending=[descending, False]).head(1).iter_rows(named=True):
            time = f"{row['at']:%Y-%m-%d %H:%M:%S.%f}"[:-3]  # in milliseconds
            yield f"{name} trade of {market}: {row['price']} at {time} UTC"
