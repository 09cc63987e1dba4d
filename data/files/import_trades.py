"""Builds candles from a file of trades, with the lowest trade of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from data.files.export import write_temporary
from data.files.formats.raw_table import LINE_COLUMN, build_refusal
from data.files.open_file import MAX_SHOWN_ROWS, OpenedFile, build_need_refusal, refuse_rows
from data.files.report import NameReport, build_name_reports
from data.files.rows.check_rows import MARKET_COLUMNS
from data.files.rows.market_columns import WRITTEN_COLUMNS
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
        candles: of `data.schema.CANDLE`, sorted.
        lows: the lowest trade of each candle (`FILE_LOW`).
        duplicates: how many rows repeated a trade and were dropped.
        names: venues and symbols that were read as another name than the one written.
        remarks: the extreme trades of each market, as sentences without a full stop.
    """

    candles: pl.DataFrame
    lows: pl.DataFrame
    duplicates: int
    names: tuple[NameReport, ...]
    remarks: tuple[str, ...]


def build_trade_candles(opened: OpenedFile) -> TradeCandles:
    """Build the candles of a file of trades, market by market.

    Raises:
        FileRefused: an option is needed, or a row is no trade; names lines and reasons.
    """
    if needs := opened.find_trade_needs():
        raise build_need_refusal(opened, needs)
    candles = [build_empty_frame(CANDLE)]
    lows = [build_empty_frame(FILE_LOW)]
    duplicates = 0
    remarks: list[str] = []
    with TemporaryDirectory(prefix="plumbline-markets-") as folder:
        markets = _MarketFiles(Path(folder), opened)
        for venue, symbol in markets.keys:
            try:
                bars = build_trade_bars(markets.read_trades(venue, symbol), opened.timeframe)
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
        candles=pl.concat(candles).sort("venue", "symbol", "open_time"),
        lows=pl.concat(lows).sort("venue", "symbol", "open_time"),
        duplicates=duplicates,
        names=markets.names,
        remarks=tuple(remarks),
    )


class _MarketFiles:
    """The trades of a file in files by market, below a folder, so that they are in memory batch by batch.

    Attributes:
        keys: venue and symbol of the markets, in the order of the file.
        names: see `TradeCandles`.

    Raises:
        FileRefused: a row is no trade; names lines and reasons.
    """

    def __init__(self, folder: Path, opened: OpenedFile) -> None:
        self._paths: dict[tuple[str, str], list[Path]] = {}
        self._file_count = 0
        counts: list[pl.DataFrame] = []
        bad_rows: list[pl.DataFrame] = []
        bad_count = 0
        for rows in opened.parse_trades():
            bad = rows.filter(pl.col("why").is_not_null()).select(LINE_COLUMN, "why")
            bad_rows.append(bad.head(MAX_SHOWN_ROWS if bad_count < MAX_SHOWN_ROWS else 0))
            bad_count += len(bad)
            if bad_count == 0:
                counts.append(rows.group_by(*MARKET_COLUMNS, *WRITTEN_COLUMNS.values()).len("rows"))
                for trades in rows.iter_slices(BATCH_ROWS):
                    self._write(folder, trades)
        refuse_rows(opened, pl.concat(bad_rows), bad_count)
        self.keys = tuple(self._paths)
        self.names = build_name_reports(pl.concat(counts), pl.col("rows").sum()) if counts else ()

    def read_trades(self, venue: str, symbol: str) -> Iterator[pl.DataFrame]:
        """The trades of a market in batches, in the order of the file."""
        return map(pl.read_parquet, self._paths[venue, symbol])

    def _write(self, folder: Path, trades: pl.DataFrame) -> None:
        columns = [name for name in TRADE_COLUMNS if name in trades.columns]
        for (venue, symbol), part in trades.group_by(*MARKET_COLUMNS, maintain_order=True):
            paths = self._paths.setdefault((str(venue), str(symbol)), [])
            path = folder / f"{self._file_count}.parquet"
            self._file_count += 1
            write_temporary(part.select(columns), path)
            paths.append(path)


def _describe_extremes(market: str, bars: TradeBars) -> Iterator[str]:
    """The lowest and the highest trade of a market, of several at that price the first."""
    for name, trades, descending in (("lowest", bars.lows, False), ("highest", bars.highs, True)):
        for row in trades.sort("price", "at", descending=[descending, False]).head(1).iter_rows(named=True):
            time = f"{row['at']:%Y-%m-%d %H:%M:%S.%f}"[:-3]  # in milliseconds
            yield f"{name} trade of {market}: {row['price']} at {time} UTC"
