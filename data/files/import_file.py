"""Reads a file of candles, checks it row by row and reports its content.

A file is accepted or refused as a whole. Its rows have the columns of `data.schema.CANDLE`; if the file is of one
market, venue and symbol can be given by the caller instead.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data.errors import UsageError
from data.files.check_rows import SYMBOL_PATTERN, VENUE_PATTERN, list_unused_columns, parse_rows
from data.files.read import LINE_COLUMN, build_refusal, read_raw_file
from data.intervals import merge_span_rows
from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Origin

CANDLE_KEY = ("venue", "symbol", "timeframe", "price", "open_time", "origin")
"""The columns that identify a candle of a file."""

COVERED_SPAN: dict[str, pl.DataType] = {**SPAN, "timeframe": pl.String()}
"""A span of a market that is complete in candles of one timeframe."""

MAX_SHOWN_ROWS = 5
"""How many bad rows an error message names."""


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
class ImportReport:
    """The content of a file: rows, markets, number of exact duplicates dropped, and columns that were ignored."""

    file: str
    rows: int
    markets: tuple[MarketReport, ...]
    duplicates: int
    unused: tuple[str, ...]
    complete: bool
    reconstruction: bool

    def format_lines(self) -> list[str]:
        """The report as lines of text."""
        kind = "of the reconstruction, which is no evidence" if self.reconstruction else "imported"
        absent = "quiet" if self.complete else "missing"
        is_minutes_only = {market.timeframe for market in self.markets} == {CANDLE_DEFAULTS["timeframe"]}
        bars = "minutes" if is_minutes_only else "bars"
        first_line = f"{self.file}: {self.rows:,} rows {kind}; {bars} without a candle are {absent}"
        dropped = [f"  exact duplicates dropped: {self.duplicates:,}"] if self.duplicates else []
        unused = [f"  columns not used: {', '.join(self.unused)}"] if self.unused else []
        return [first_line, *(f"  {market.format_line()}" for market in self.markets), *dropped, *unused]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file's ``candles`` (`data.schema.CANDLE`), its complete spans (`COVERED_SPAN`), and the report."""

    candles: pl.DataFrame
    covered_spans: pl.DataFrame
    report: ImportReport


def read_candle_file(
    path: Path | str, *, venue: str | None = None, symbol: str | None = None, complete: bool = False
) -> ImportedFile:
    """Read and check a CSV or Parquet file of candles.

    Args:
        path: the file; its ending determines the format.
        venue: ccxt id, for a file of one market without such a column; only together with ``symbol``.
        symbol: ccxt unified symbol of that market.
        complete: bars without a candle are quiet from each market's first row of a length to its last; otherwise
            missing.

    Returns:
        Candles sorted by venue, symbol and open time; ``origin`` is ``reconstruction`` where the file says so, else
        ``imported``. The spans are empty unless ``complete``.

    Raises:
        FileRefused: the file or one of its rows is invalid; names file, line and reason.
        UsageError: only one of venue and symbol is given, or one is malformed.
    """
    path = Path(path)
    _check_market(venue, symbol)
    raw = read_raw_file(path)
    rows = parse_rows(path, raw, venue, symbol)
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
        rows=len(rows),
        markets=_build_market_reports(candles),
        duplicates=len(rows) - len(distinct),
        unused=list_unused_columns(raw),
        complete=complete,
        reconstruction=candles["origin"][0] == Origin.RECONSTRUCTION,
    )
    return ImportedFile(candles, _build_covered_spans(candles if complete else candles.clear()), report)


def _check_market(venue: str | None, symbol: str | None) -> None:
    if (venue is None) != (symbol is None):
        message = "a file of one market needs both its venue and its symbol"
        raise UsageError(message)
    for value, pattern, example in ((venue, VENUE_PATTERN, "kraken"), (symbol, SYMBOL_PATTERN, "ATOM/USD")):
        if value is not None and not re.fullmatch(pattern, value):
            message = f"{value!r} names no market; write it like {example}"
            raise UsageError(message)


def _find_conflicts(distinct: pl.DataFrame, row_word: str) -> pl.DataFrame:
    """Rows that repeat the market and bar of an earlier row with other values."""
    first = pl.col(LINE_COLUMN).first().over(CANDLE_KEY)
    reason = pl.format(row_word + " {} has this market and minute with other values", pl.col("first"))
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


def _build_covered_spans(candles: pl.DataFrame) -> pl.DataFrame:
    """The span of each market and timeframe from the start of its first trade candle to the end of its last."""
    time, key_columns = pl.col("open_time"), ("venue", "symbol", "timeframe")
    trades = candles.filter(pl.col("price") == CANDLE_DEFAULTS["price"])
    edges = time.min().alias("start"), time.max().dt.offset_by(pl.col("timeframe").first()).alias("end")
    return merge_span_rows(trades.group_by(key_columns).agg(*edges), key_columns).select(*COVERED_SPAN)
