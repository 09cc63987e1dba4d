"""Archive files as tables: the columns of each venue, read into validated candles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from collectors.archives.paths import compute_file_span, format_market_name
from collectors.failures import BadData
from collectors.http.ccxt_exchange import shorten_message
from collectors.page_validation import (
    CandleArray,
    build_bars_frame,
    check_candles,
    deduplicate_candles,
    format_ms,
    to_ms,
)
from collectors.venues.row import Archive
from data.intervals import Span
from data.schema import Timeframe
from data.trades.candles import BadTrade, CandlesWithLows, build_candles, build_empty_lows

MIB = 1 << 20
MAX_LINE_CHARS = 200
BATCH_ROWS = 100_000
"""Trades in a batch: 3 million take 2 to 3 s and 220 MB; batches five times as large need 360 MB."""


@dataclass(frozen=True, slots=True)
class ArchiveFormat:
    """The columns of a file in their order, by the names in its header.

    ``column_names`` maps our names to those of the file where they differ. The file must have a header where
    ``requires_header``, and may have one otherwise. ``required_values`` are values that every row must have, as
    patterns of ``{base}`` and ``{quote}``. ``max_bytes`` is more than any valid file of 1-minute candles, or of trades,
    unpacks to. Rows are trades where ``holds_trades``, and candles otherwise.
    """

    columns: tuple[str, ...]
    column_names: Mapping[str, str] = field(default_factory=dict)
    requires_header: bool = False
    required_values: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 16 * MIB
    holds_trades: bool = False

    def max_bytes_for(self, timeframe: Timeframe) -> int:
        """More bytes than any valid file of the timeframe has: a day is 86,400 seconds of some 130 bytes each."""
        return self.max_bytes * 4 if timeframe is Timeframe.S1 else self.max_bytes

    @property
    def source_columns(self) -> dict[str, str]:
        """The columns that are read: our name to that of the file."""
        own_names = ("time", "id", "price", "amount") if self.holds_trades else ("open_time", *VALUE_COLUMNS)
        return {name: self.column_names.get(name, name) for name in own_names}


VALUE_COLUMNS = ("open", "high", "low", "close", "volume")

ARCHIVE_FORMATS: Mapping[str, ArchiveFormat] = {
    "binance-klines": ArchiveFormat(
        ("open_time", *VALUE_COLUMNS, "close_time", "quote_volume", "count", "taker_base", "taker_quote", "ignore")
    ),
    "gate-candles": ArchiveFormat(("open_time", "volume", "close", "high", "low", "open")),
    "kucoin-klines": ArchiveFormat(
        ("time", "open", "close", "high", "low", "volume", "turnover"), column_names={"open_time": "time"}
    ),
    "okx-candles": ArchiveFormat(
        ("instrument_name", *VALUE_COLUMNS[:4], "vol", "vol_ccy", "vol_quote", "open_time", "confirm"),
        column_names={"volume": "vol"},
        requires_header=True,
        required_values={"instrument_name": "{base}-{quote}", "confirm": "1"},
    ),
    "bybit-trades": ArchiveFormat(
        ("id", "timestamp", "price", "volume", "side", "rpi"),
        column_names={"time": "timestamp", "amount": "volume"},
        requires_header=True,
        max_bytes=8192 * MIB,
        holds_trades=True,
    ),
}


def read_bars(path: Path, archive: Archive, symbol: str, timeframe: Timeframe, day: date) -> CandlesWithLows:
    """The candles of an unpacked file, and their lowest trades where it holds trades.

    A volume of unknown unit is taken for base units; the venue table marks that as unknown.

    Raises:
        BadData: the file is no table of the archive's layout, or a row is no candle or trade of that day, market and
            timeframe.
    """
    if archive.volume_unit == "quote":
        message = "a file that counts volume in the quote: the volume in base units cannot be had from it"
        raise BadData(message)
    archive_format = ARCHIVE_FORMATS[archive.layout]
    try:
        rows = _scan_rows(path, archive_format)
        if archive_format.holds_trades:
            batches = rows.collect_batches(chunk_size=BATCH_ROWS, lazy=True)
            bars = build_candles((_select_trades(batch, archive_format) for batch in batches), timeframe)
            _check_day(
                bars.candles["open_time"].dt.epoch("ms").cast(pl.Float64).to_numpy(), compute_file_span(archive, day)
            )
            return bars
        candles = _parse_candles(rows.collect(), archive_format, symbol)
        check_candles(candles, timeframe)
        _check_day(candles[:, 0], compute_file_span(archive, day))
        return CandlesWithLows(build_bars_frame([deduplicate_candles(candles)]), build_empty_lows())
    except BadTrade as error:
        raise BadData(str(error)) from error
    except pl.exceptions.PolarsError as error:
        message = f"a file that is no table: {shorten_message(error)}"
        raise BadData(message) from error


def _scan_rows(path: Path, archive_format: ArchiveFormat) -> pl.LazyFrame:
    """The rows of a file, all values as text. A first line without a number is a header.

    Collect all columns: polars raises on a row that is too long only where it reads the last column.
    """
    with path.open("rb") as file:
        first_line = file.readline(MIB).decode("utf-8-sig", errors="replace").strip()
    names = [name.strip().lower() for name in first_line.split(",")]
    has_header = not any(map(_is_number, names))
    required = {*archive_format.source_columns.values(), *archive_format.required_values}
    columns_match = (
        required <= set(names)
        if has_header
        else len(names) == len(archive_format.columns) and not archive_format.requires_header
    )
    if not columns_match:
        message = f"a file with other columns than {','.join(archive_format.columns)}: {first_line[:MAX_LINE_CHARS]!r}"
        raise BadData(message)
    schema = dict.fromkeys(names if has_header else archive_format.columns, pl.String())
    return pl.scan_csv(
        path, has_header=False, skip_lines=int(has_header), schema=schema, glob=False, raise_if_empty=False
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


S_END, MS_END, US_END = 1e11, 1e14, 1e17
"""Smaller timestamps are in s, ms and us respectively: the year 5138 in one unit is 1973 in the next."""


def _convert_to_ms(timestamp: pl.Expr) -> pl.Expr:
    """Timestamps in ms from such in s, ms or us, by their size; null where out of range.

    Binance changed from ms to us on 2025-01-01. Whether the bars are of the file's day is checked afterwards.
    """
    time = (
        pl.when(timestamp < S_END)
        .then(timestamp * 1e3)
        .when(timestamp < MS_END)
        .then(timestamp)
        .otherwise(timestamp / 1e3)
    )
    return pl.when(timestamp.is_between(0, US_END)).then(time)


def _select_trades(rows: pl.DataFrame, archive_format: ArchiveFormat) -> pl.DataFrame:
    columns = {ours: pl.col(theirs) for ours, theirs in archive_format.source_columns.items()}
    micros = (_convert_to_ms(columns["time"].cast(pl.Float64, strict=False)) * 1e3).round()
    time = micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us", "UTC"))
    trade_id = columns["id"].cast(pl.Int64, strict=False)
    return rows.select(time=time, id=trade_id, price=columns["price"], amount=columns["amount"])


def _parse_candles(rows: pl.DataFrame, archive_format: ArchiveFormat, symbol: str) -> CandleArray:
    """The rows of a table of candles as an array, in the order of the file; what is no number is NaN.

    Raises:
        BadData: a row is of another market.
    """
    numbers = {
        ours: pl.col(theirs).cast(pl.Float64, strict=False) for ours, theirs in archive_format.source_columns.items()
    }
    numbers["open_time"] = _convert_to_ms(numbers["open_time"])
    required_values = {
        name: format_market_name(value, symbol) for name, value in archive_format.required_values.items()
    }
    frame = rows.select(**numbers, **{f"must {name}": name for name in required_values})
    for name, value in required_values.items():
        mismatched = frame.filter(pl.col(f"must {name}").ne_missing(value))
        if len(mismatched):
            message = f"a row with {name} {mismatched[f'must {name}'][0]!r} instead of {value!r}"
            raise BadData(message)
    return frame.select(pl.col(*numbers).fill_null(np.nan)).to_numpy()


def _check_day(timestamps: npt.NDArray[np.float64], span: Span) -> None:
    outside = timestamps[(timestamps < to_ms(span.start)) | (timestamps >= to_ms(span.end))]
    if outside.size:
        message = f"a file with a row of {format_ms(outside[0])}, which is not of its day"
        raise BadData(message)
