"""Reads a file of candles, checks it row by row and reports its content.

A file is accepted or refused as a whole. Its rows have the columns of `data.schema.CANDLE`; where it has no column of
venues or of symbols, the caller names the one of all rows.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN, build_refusal
from data.files.layouts.options import ReadOptions
from data.files.open_file import (
    DEFAULT_OPTIONS,
    MAX_SHOWN_ROWS,
    build_need_refusal,
    open_file,
    refuse_bad_rows,
    refuse_rows,
)
from data.files.parse_rows import EMPTY_COLUMN, WRITTEN_COLUMNS
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
        recognised: what the file was recognised as, a sentence without its full stop.
        remarks: what else is worth knowing, as such sentences.
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
    recognised: str = ""
    remarks: tuple[str, ...] = ()

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
        recognised = [f"  read as {self.recognised}"] if self.recognised else []
        market_lines = [f"  {market.format_line()}" for market in self.markets]
        return [
            first_line,
            *recognised,
            *market_lines,
            *(f"  {line}" for line in self.format_name_lines()),
            *dropped,
            *empty,
            *unused,
            *(f"  {remark}" for remark in self.remarks),
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
    options: ReadOptions = DEFAULT_OPTIONS,
) -> ImportedFile:
    """Read and check a file of candles or trades, of any kind that `data.files.layouts` knows.

    Args:
        path: the file; its ending determines the format.
        venue: a name of the venue of all rows, for a file without such a column.
        symbol: the ccxt unified symbol of all rows, likewise; in any case.
        complete: bars without a candle are quiet from each market's first row of a length to its last; otherwise
            missing.
        names: the names that venues may have; None for those of the catalogue.
        options: what else the caller says about the file.

    Returns:
        Candles sorted by venue, symbol and open time; ``origin`` is ``reconstruction`` where the file says so, else
        ``imported``. The spans are empty unless ``complete``.

    Raises:
        FileRefused: the file or one of its rows is invalid, or an option is needed; names file, line and reason.
        UsageError: the given venue or zone is unknown, or the given symbol malformed.
    """
    opened = open_file(path, venue=venue, symbol=symbol, names=names, options=options)
    if opened.needs:
        raise build_need_refusal(opened, opened.needs)
    parsed = opened.parse_rows()
    refuse_bad_rows(opened, parsed)
    path = opened.path
    rows = parsed.filter(~pl.col(EMPTY_COLUMN))
    distinct = rows.unique([*CANDLE], keep="first", maintain_order=True)
    refuse_rows(opened, _find_conflicts(distinct, opened.row_word))
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
        unused=opened.recognised.unused,
        complete=complete,
        reconstruction=candles["origin"][0] == Origin.RECONSTRUCTION,
        names=_build_name_reports(rows),
        empty_rows=len(parsed) - len(rows),
        recognised=opened.recognised.sentence,
        remarks=tuple(opened.list_remarks(candles)),
    )
    return ImportedFile(candles, _build_covered_spans(candles if complete else candles.clear()), report)


def _find_conflicts(distinct: pl.DataFrame, row_word: str) -> pl.DataFrame:
    """Rows that repeat the market and bar of an earlier row with other values."""
    first = pl.col(LINE_COLUMN).first().over(CANDLE_KEY)
    market = pl.format("{} {}", "venue", "symbol")
    reason = pl.format(row_word + " {} has this market and minute with other values ({})", pl.col("first"), market)
    duplicates = distinct.filter(pl.struct(CANDLE_KEY).is_duplicated())
    return duplicates.with_columns(first=first).filter(pl.col(LINE_COLUMN) != pl.col("first")).with_columns(why=reason)


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
