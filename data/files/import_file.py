"""Reads a file of candles, checks it row by row and reports its content.

A file is accepted or refused as a whole. Its rows have the columns of `data.schema.CANDLE`; where it has no column of
venues or of symbols, the caller names the one of all rows.
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN, build_refusal
from data.files.formats.unpack import Content
from data.files.import_trades import FILE_LOW, build_trade_candles
from data.files.layouts.options import ReadOptions
from data.files.open_file import (
    DEFAULT_OPTIONS,
    OpenedFile,
    build_need_refusal,
    open_file,
    refuse_bad_rows,
    refuse_rows,
)
from data.files.report import ImportReport, build_market_reports, build_name_reports
from data.files.rows.order_rows import BAR_ORDER, sort_distinct_bars
from data.files.rows.parse_rows import EMPTY_COLUMN
from data.identity.venue_names import VenueNames
from data.intervals import merge_span_rows
from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Origin, build_empty_frame

CANDLE_KEY = ("venue", "symbol", "timeframe", "price", "open_time", "origin")
"""The columns that identify a candle of a file."""

COVERED_SPAN: dict[str, pl.DataType] = {**SPAN, "timeframe": pl.String()}
"""A span of a market that is complete in candles of one timeframe."""


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
    content: Content | None = None,
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
        content: what is read in place of the whole file: one of several that it holds.

    Returns:
        Candles sorted by venue, symbol and open time; ``origin`` is ``reconstruction`` where the file says so, else
        ``imported``. The spans are empty unless ``complete``.

    Raises:
        FileRefused: the file or one of its rows is invalid, or an option is needed; names file, line and reason.
        UsageError: the given venue or zone is unknown, or the given symbol malformed.
    """
    opened = open_file(path, venue=venue, symbol=symbol, names=names, options=options, content=content)
    if opened.needs:
        raise build_need_refusal(opened, opened.needs)
    read = _import_trades if opened.recognised.holds_trades else _import_candles
    return read(opened, complete=complete)


def _import_candles(opened: OpenedFile, *, complete: bool) -> ImportedFile:
    """The candles of a file of candles."""
    parsed = opened.parse_rows()
    refuse_bad_rows(opened, parsed)
    rows = parsed.filter(~pl.col(EMPTY_COLUMN))
    distinct = rows
    candles = sort_distinct_bars(rows)
    if candles is None:
        distinct = rows.unique([*CANDLE], keep="first", maintain_order=True)
        refuse_rows(opened, _find_conflicts(distinct, opened.row_word))
        candles = distinct.select(*CANDLE).sort(BAR_ORDER)
    if candles.is_empty():
        raise build_refusal(opened.path, "holds no candle")
    if candles["origin"].n_unique() > 1:
        raise build_refusal(opened.path, "mixes candles of the reconstruction with others; give each a file of its own")
    report = ImportReport(
        file=opened.path.name,
        rows=len(parsed),
        markets=build_market_reports(candles),
        duplicates=len(rows) - len(distinct),
        unused=opened.recognised.unused,
        complete=complete,
        reconstruction=candles["origin"][0] == Origin.RECONSTRUCTION,
        names=build_name_reports(rows),
        empty_rows=len(parsed) - len(rows),
        recognised=opened.recognised.sentence,
        remarks=tuple(opened.list_remarks(candles)),
    )
    return ImportedFile(candles, _build_covered_spans(candles if complete else candles.clear()), report)


def _import_trades(opened: OpenedFile, *, complete: bool) -> ImportedFile:
    """The candles that were built from a file of trades."""
    built = build_trade_candles(opened)
    candles = built.candles
    if candles.is_empty():
        raise build_refusal(opened.path, "holds no trade")
    report = ImportReport(
        file=opened.path.name,
        rows=opened.recognised.table.count,
        markets=build_market_reports(candles),
        duplicates=built.duplicates,
        unused=opened.recognised.unused,
        complete=complete,
        reconstruction=False,
        names=built.names,
        recognised=opened.recognised.sentence,
        remarks=(*built.remarks, *opened.list_remarks(candles)),
    )
    spans = _build_covered_spans(candles if complete else candles.clear())
    return ImportedFile(candles, spans, report, built.lows)


def _find_conflicts(distinct: pl.DataFrame, row_word: str) -> pl.DataFrame:
    """Rows that repeat the market and bar of an earlier row with other values."""
    first = pl.col(LINE_COLUMN).first().over(CANDLE_KEY)
    market = pl.format("{} {}", "venue", "symbol")
    reason = pl.format(row_word + " {} has this market and minute with other values ({})", pl.col("first"), market)
    duplicates = distinct.filter(pl.struct(CANDLE_KEY).is_duplicated())
    return duplicates.with_columns(first=first).filter(pl.col(LINE_COLUMN) != pl.col("first")).with_columns(why=reason)


def _build_covered_spans(candles: pl.DataFrame) -> pl.DataFrame:
    """The span of each market and timeframe from the start of its first trade candle to the end of its last."""
    time, key_columns = pl.col("open_time"), ("venue", "symbol", "timeframe")
    trades = candles.filter(pl.col("price") == CANDLE_DEFAULTS["price"])
    edges = time.min().alias("start"), time.max().dt.offset_by(pl.col("timeframe").first()).alias("end")
    return merge_span_rows(trades.group_by(key_columns).agg(*edges), key_columns).select(*COVERED_SPAN)
