"""Reads a file of candles, checks it row by row and reports its content.

A file is accepted or refused as a whole. Its rows have the columns of `data.schema.CANDLE`; where it has no column of
venues or of symbols, the caller names the one of all rows.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.files.parse_rows import EMPTY_COLUMN, WRITTEN_COLUMNS, list_unused_columns, parse_rows
from data.files.read import LINE_COLUMN, build_refusal, read_raw_file
from data.identity.symbols import parse_symbol
from data.identity.venue_names import VenueNames
from data.intervals import merge_span_rows
from data.schema import CANDLE, CANDLE_DEFAULTS, LOW_TRADE, SPAN, Origin, build_empty_frame

CANDLE_KEY = ("venue", "symbol", "timeframe", "price", "open_time", "origin")
"""The columns that identify a candle of a file."""

COVERED_SPAN: dict[str, pl.DataType] = {**SPAN, "timeframe": pl.String()}
"""A span of a market that is complete in candles of one timeframe."""

FILE_LOW: dict[str, pl.DataType] = {
    name: dtype for name, dtype in LOW_TRADE.items() if name not in {"source", "fetched_at"}
}
"""The lowest trade of a bar that was built from the trades of a file."""

MAX_SHOWN_ROWS = 5
"""How many bad rows an error message names, and how many names a report lists that are read as others."""


@dataclass(frozen=True, slots=True)
class MarketReport:
    """Candles of one market, kind of price and length in a file: first and last open time, and how many."""

    venue: str
    symbol: str
    price: str
    first: datetime
    last: datetime
    candles: int
    timeframe: str = CANDLE_DEFAULTS["timeframe"]

    def format_line(self) -> str:
        """The report as a line of text."""
        unusual = [
            value
            for value, usual in ((self.price, CANDLE_DEFAULTS["price"]), (self.timeframe, CANDLE_DEFAULTS["timeframe"]))
            if value != usual
        ]
        kind = f" ({', '.join(unusual)})" if unusual else ""
        count = f"{self.candles:,} {'candle' if self.candles == 1 else 'candles'}"
        time_format = "%Y-%m-%d %H:%M:%S" if self.timeframe.endswith("s") else "%Y-%m-%d %H:%M"
        return f"{self.venue} {self.symbol}{kind}: {count}, {self.first:{time_format}} to {self.last:{time_format}} UTC"


@dataclass(frozen=True, slots=True)
class NameReport:
    """A name of a venue or symbol as a file writes it, what it was read as, and in how many rows."""

    written: str
    read_as: str
    rows: int

    def format_line(self) -> str:
        """The report as a line of text."""
        return f"'{self.written}' read as {self.read_as} in {self.rows:,} {'row' if self.rows == 1 else 'rows'}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The content of a file.

    Attributes:
        file: its name.
        rows: how many it has.
        markets: what it holds of each market.
        duplicates: how many exact duplicates were dropped.
        unused: columns that were ignored.
        complete: whether bars without a candle are quiet, not missing.
        reconstruction: whether the candles are of the reconstruction.
        names: venues and symbols that were read as another name than the one written.
        empty_rows: how many rows have neither a price nor a volume and are no candles.
    """

    file: str
    rows: int
    markets: tuple[MarketReport, ...]
    duplicates: int
    unused: tuple[str, ...]
    complete: bool
    reconstruction: bool
    names: tuple[NameReport, ...] = ()
    empty_rows: int = 0

    def format_lines(self) -> list[str]:
        """The report as lines of text."""
        kind = "of the reconstruction, which is no evidence" if self.reconstruction else "imported"
        absent = "quiet" if self.complete else "missing"
        is_minutes_only = {market.timeframe for market in self.markets} == {CANDLE_DEFAULTS["timeframe"]}
        bars = "minutes" if is_minutes_only else "bars"
        first_line = f"{self.file}: {self.rows:,} rows {kind}; {bars} without a candle are {absent}"
        dropped = [f"  exact duplicates dropped: {self.duplicates:,}"] if self.duplicates else []
        empty = (
            [f"  rows with neither a price nor a volume, which are no candles: {self.empty_rows:,}"]
            if self.empty_rows
            else []
        )
        unused = [f"  columns not used: {', '.join(self.unused)}"] if self.unused else []
        market_lines = [f"  {market.format_line()}" for market in self.markets]
        return [
            first_line,
            *market_lines,
            *(f"  {line}" for line in self.format_name_lines()),
            *dropped,
            *empty,
            *unused,
        ]

    def format_name_lines(self) -> list[str]:
        """The names that were read as others as lines of text, the rest of a long list as a number."""
        lines = [name.format_line() for name in self.names[:MAX_SHOWN_ROWS]]
        rest = len(self.names) - len(lines)
        return [*lines, f"and {rest:,} more such {'name' if rest == 1 else 'names'}"] if rest else lines


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file's ``candles`` (`data.schema.CANDLE`), its complete spans (`COVERED_SPAN`), and the report.

    ``lows`` are the lowest trades of the bars of a file of trades (`FILE_LOW`); candles have none.
    """

    candles: pl.DataFrame
    covered_spans: pl.DataFrame
    report: ImportReport
    lows: pl.DataFrame = field(default_factory=lambda: build_empty_frame(FILE_LOW))


def read_candle_file(
    path: Path | str,
    *,
    venue: str | None = None,
    symbol: str | None = None,
    complete: bool = False,
    names: VenueNames | None = None,
) -> ImportedFile:
    """Read and check a CSV or Parquet file of candles.

    Args:
        path: the file; its ending determines the format.
        venue: a name of the venue of all rows, for a file without such a column.
        symbol: the ccxt unified symbol of all rows, likewise; in any case.
        complete: bars without a candle are quiet from each market's first row of a length to its last; otherwise
            missing.
        names: the names that venues may have; None for those of the catalogue.

    Returns:
        Candles sorted by venue, symbol and open time; ``origin`` is ``reconstruction`` where the file says so, else
        ``imported``. The spans are empty unless ``complete``.

    Raises:
        FileRefused: the file or one of its rows is invalid; names file, line and reason.
        UsageError: the given venue is unknown, or the given symbol malformed.
    """
    path = Path(path)
    names = load_catalogue().venue_names if names is None else names
    # What the caller names is checked by itself, so that its fault is not told as one of every row.
    if venue is not None:
        names.resolve(venue)
    if symbol is not None:
        parse_symbol(symbol)
    raw = read_raw_file(path)
    parsed = parse_rows(path, raw, names, venue, symbol)
    rows = parsed.filter(~pl.col(EMPTY_COLUMN) | pl.col("why").is_not_null())
    row_word = "line" if path.suffix.lower() == ".csv" else "row"
    _refuse_bad_rows(path, row_word, rows.filter(pl.col("why").is_not_null()))
    distinct = rows.unique([*CANDLE], keep="first", maintain_order=True)
    _refuse_bad_rows(path, row_word, _find_conflicts(distinct, row_word))
    candles = distinct.select(*CANDLE).sort("venue", "symbol", "open_time", "price", "timeframe")
    if candles.is_empty():
        raise build_refusal(path, "holds no candle")
    if candles["origin"].n_unique() > 1:
        raise build_refusal(path, "mixes candles of the reconstruction with others; give each a file of its own")
    report = ImportReport(
        file=path.name,
        rows=len(parsed),
        markets=_build_market_reports(candles),
        duplicates=len(rows) - len(distinct),
        unused=list_unused_columns(raw),
        complete=complete,
        reconstruction=candles["origin"][0] == Origin.RECONSTRUCTION,
        names=_build_name_reports(rows),
        empty_rows=len(parsed) - len(rows),
    )
    return ImportedFile(candles, _build_covered_spans(candles if complete else candles.clear()), report)


def _find_conflicts(distinct: pl.DataFrame, row_word: str) -> pl.DataFrame:
    """Rows that repeat the market and bar of an earlier row with other values."""
    first = pl.col(LINE_COLUMN).first().over(CANDLE_KEY)
    market = pl.format("{} {}", "venue", "symbol")
    reason = pl.format(row_word + " {} has this market and minute with other values ({})", pl.col("first"), market)
    duplicates = distinct.filter(pl.struct(CANDLE_KEY).is_duplicated())
    return duplicates.with_columns(first=first).filter(pl.col(LINE_COLUMN) != pl.col("first")).with_columns(why=reason)


def _refuse_bad_rows(path: Path, row_word: str, bad_rows: pl.DataFrame) -> None:
    """Raise an error that names the first bad rows, if there are any.

    Raises:
        FileRefused: there is a bad row.
    """
    if bad_rows.is_empty():
        return
    lines = [
        f"{row_word} {line}: {why}"
        for line, why in bad_rows.sort(LINE_COLUMN).select(LINE_COLUMN, "why").head(MAX_SHOWN_ROWS).rows()
    ]
    rest_line = (
        [f"and {len(bad_rows) - MAX_SHOWN_ROWS:,} more such {row_word}s"] if len(bad_rows) > MAX_SHOWN_ROWS else []
    )
    raise build_refusal(path, "\n  ".join(["nothing of it was taken", *lines, *rest_line]))


def _build_market_reports(candles: pl.DataFrame) -> tuple[MarketReport, ...]:
    key_columns = ["venue", "symbol", "price"]
    time = pl.col("open_time")
    grouped = candles.group_by(*key_columns, "timeframe").agg(
        time.min().alias("first"), time.max().alias("last"), pl.len()
    )
    rows = grouped.sort(*key_columns, "timeframe").select(*key_columns, "first", "last", "len", "timeframe")
    return tuple(MarketReport(*row) for row in rows.iter_rows())


def _build_name_reports(rows: pl.DataFrame) -> tuple[NameReport, ...]:
    """The venues, then the symbols, that are not written as they are read; those in most rows first."""
    reports = []
    for name, written in WRITTEN_COLUMNS.items():
        counts = rows.filter(pl.col(written) != pl.col(name)).group_by(written, name).len()
        reports += [NameReport(*row) for row in counts.sort("len", written, descending=[True, False]).iter_rows()]
    return tuple(reports)


def _build_covered_spans(candles: pl.DataFrame) -> pl.DataFrame:
    """The span of each market and timeframe from the start of its first trade candle to the end of its last."""
    time, key_columns = pl.col("open_time"), ("venue", "symbol", "timeframe")
    trades = candles.filter(pl.col("price") == CANDLE_DEFAULTS["price"])
    edges = time.min().alias("start"), time.max().dt.offset_by(pl.col("timeframe").first()).alias("end")
    return merge_span_rows(trades.group_by(key_columns).agg(*edges), key_columns).select(*COVERED_SPAN)
