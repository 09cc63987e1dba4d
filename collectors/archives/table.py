"""Archive files as tables: rows in a venue's layout, read into validated candles."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from collectors.archives.formats import ANY_SHEET, ARCHIVE_FORMATS, ArchiveFormat, has_reader
from collectors.archives.paths import format_market_name
from collectors.archives.sheet import read_sheet
from collectors.failures import BadData, Rejected
from collectors.http.ccxt_exchange import shorten_message
from collectors.page_validation import (
    CandleArray,
    build_bars_frame,
    check_built_candles,
    check_candles,
    deduplicate_candles,
    format_ms,
    to_ms,
)
from data.intervals import Span
from data.schema import Timeframe
from data.text.quoting import quote_input
from data.trades.candles import BadTrade, CandlesWithLows, build_candles, build_empty_lows

MAX_HEADER_BYTES = 1 << 16
BATCH_ROWS = 100_000
"""Trades in a batch: 3 million take 2 to 3 s and 220 MB; batches five times as large need 360 MB."""


def check_reader(archive_format: ArchiveFormat) -> None:
    """Check that files of the format can be read here.

    Raises:
        Rejected: the reader of sheets is not installed.
    """
    if not has_reader(archive_format):
        message = "the archive has xlsx files, which take the optional reader: pip install 'plumbline[xlsx]'"
        raise Rejected(message)


def read_bars(
    path: Path, layout: str, volume_unit: str, symbol: str, timeframe: Timeframe, span: Span
) -> CandlesWithLows:
    """The candles of an unpacked file, and their lowest trades where it holds trades.

    A volume of unknown unit is taken for base units; the venue table marks that as unknown.

    Raises:
        BadData: the file is no table of the layout, or a row is no candle or trade of that span, market and timeframe.
    """
    if volume_unit == "quote":
        message = "a file that counts volume in the quote: the volume in base units cannot be had from it"
        raise BadData(message)
    archive_format = ARCHIVE_FORMATS[layout]
    try:
        rows = _scan_rows(path, archive_format)
        if archive_format.holds_trades:
            batches = rows.collect_batches(chunk_size=BATCH_ROWS, lazy=True)
            bars = build_candles((_select_trades(batch, archive_format, symbol) for batch in batches), timeframe)
            check_built_candles(bars.candles)
            _check_day(bars.candles["open_time"].dt.epoch("ms").cast(pl.Float64).to_numpy(), span)
            return bars
        candles = _parse_candles(rows.collect(), archive_format, symbol)
        check_candles(candles, timeframe)
        _check_day(candles[:, 0], span)
        return CandlesWithLows(build_bars_frame([deduplicate_candles(candles)]), build_empty_lows())
    except BadTrade as error:
        raise BadData(str(error)) from error
    except pl.exceptions.PolarsError as error:
        message = f"a file that is no table: {shorten_message(error)}"
        raise BadData(message) from error


def _scan_rows(path: Path, archive_format: ArchiveFormat) -> pl.LazyFrame:
    """The rows of a file, all values as text, under the names in ``columns``.

    A first line without a number is a header. Collect all columns: polars raises on a row that is too long only where
    it reads the last column.
    """
    if archive_format.member == ANY_SHEET:
        sheet = read_sheet(path)
        names = _name_columns(list(map(str, sheet.row(0))) if len(sheet) else [], archive_format)
        return sheet.lazy().slice(1).rename(dict(zip(sheet.columns, names, strict=True)))
    with path.open("rb") as file:
        first_line = file.readline(MAX_HEADER_BYTES).decode("utf-8-sig", errors="replace").strip()
    first_cells = first_line.split(",")
    names = _name_columns(first_cells, archive_format)
    has_header = not any(map(_is_number, first_cells))
    return pl.scan_csv(
        path,
        has_header=False,
        skip_lines=int(has_header),
        schema=dict.fromkeys(names, pl.String()),
        glob=False,
        raise_if_empty=False,
    )


def _name_columns(first_cells: list[str], archive_format: ArchiveFormat) -> list[str]:
    """The names of the columns by the cells of the first line, which is a header if none of them is a number.

    Raises:
        BadData: the columns are not those of the format.
    """
    headings = [cell.strip().lower() for cell in first_cells]
    names = [archive_format.other_headings.get(heading, heading) for heading in headings]
    has_header = not any(map(_is_number, names))
    required = {*archive_format.source_columns.values(), *archive_format.required_values}
    columns_match = (
        required <= set(names)
        if has_header
        else len(names) == len(archive_format.columns) and not archive_format.requires_header
    )
    if not columns_match:
        columns = ",".join(archive_format.columns)
        message = f"a file with other columns than {columns}: {quote_input(','.join(first_cells))}"
        raise BadData(message)
    return names if has_header else list(archive_format.columns)


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


def _parse_time(column: pl.Expr, archive_format: ArchiveFormat) -> pl.Expr:
    """Times in ms; null where there is none."""
    if archive_format.time_pattern is not None:
        return column.str.to_datetime(archive_format.time_pattern, strict=False).dt.epoch("ms").cast(pl.Float64)
    return _convert_to_ms(column.cast(pl.Float64, strict=False))


def _check_values(rows: pl.DataFrame, archive_format: ArchiveFormat, symbol: str) -> None:
    """Check the values that every row must have.

    Raises:
        BadData: a row is of another market, or is not final.
    """
    for name, pattern in archive_format.required_values.items():
        value = format_market_name(pattern, symbol)
        mismatched = rows.filter(pl.col(name).ne_missing(value))
        if len(mismatched):
            message = f"a row with {name} {quote_input(mismatched[name][0])} instead of {value!r}"
            raise BadData(message)


def _select_trades(rows: pl.DataFrame, archive_format: ArchiveFormat, symbol: str) -> pl.DataFrame:
    _check_values(rows, archive_format, symbol)
    columns = {ours: pl.col(theirs) for ours, theirs in archive_format.source_columns.items()}
    micros = (_parse_time(columns["time"], archive_format) * 1e3).round()
    time = micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us", "UTC"))
    trade_id = columns["id"].cast(pl.Int64, strict=False)
    return rows.select(time=time, id=trade_id, price=columns["price"], amount=columns["amount"])


def _parse_candles(rows: pl.DataFrame, archive_format: ArchiveFormat, symbol: str) -> CandleArray:
    """The rows of a table of candles as an array, in the order of the file; what is no number is NaN.

    Raises:
        BadData: a row is of another market.
    """
    _check_values(rows, archive_format, symbol)
    columns = {ours: pl.col(theirs) for ours, theirs in archive_format.source_columns.items()}
    numbers = {name: column.cast(pl.Float64, strict=False) for name, column in columns.items() if name != "open_time"}
    parsed = rows.select(open_time=_parse_time(columns["open_time"], archive_format), **numbers)
    return parsed.select(pl.all().fill_null(np.nan)).to_numpy()


def _check_day(timestamps: npt.NDArray[np.float64], span: Span) -> None:
    outside = timestamps[(timestamps < to_ms(span.start)) | (timestamps >= to_ms(span.end))]
    if outside.size:
        message = f"a file with a row of {format_ms(outside[0])}, which is not of its day"
        raise BadData(message)
