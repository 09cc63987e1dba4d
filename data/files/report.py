"""What came in from a file, as data and as lines of text."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from data.files.open_file import MAX_SHOWN_ROWS
from data.files.rows.market_columns import WRITTEN_COLUMNS
from data.schema import CANDLE_DEFAULTS


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
        rows = "row" if self.rows == 1 else "rows"
        first_line = f"{self.file}: {self.rows:,} {rows} {kind}; {bars} without a candle are {absent}"
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


def build_market_reports(candles: pl.DataFrame) -> tuple[MarketReport, ...]:
    """A report of each market, kind of price and length of checked candles."""
    key_columns = ["venue", "symbol", "price"]
    time = pl.col("open_time")
    grouped = candles.group_by(*key_columns, "timeframe").agg(
        time.min().alias("first"), time.max().alias("last"), pl.len()
    )
    rows = grouped.sort(*key_columns, "timeframe").select(*key_columns, "first", "last", "len", "timeframe")
    return tuple(MarketReport(*row) for row in rows.iter_rows())


def build_name_reports(rows: pl.DataFrame, count: pl.Expr | None = None) -> tuple[NameReport, ...]:
    """The venues, then the symbols, that are not written as they are read; those in most rows first.

    Args:
        rows: ``venue``, ``symbol`` and `WRITTEN_COLUMNS`.
        count: how many rows of the file some of ``rows`` stand for; None if each is one of the file.
    """
    count = pl.len() if count is None else count
    reports = []
    for name, written in WRITTEN_COLUMNS.items():
        counts = rows.filter(pl.col(written) != pl.col(name)).group_by(written, name).agg(count.alias("rows"))
        reports += [NameReport(*row) for row in counts.sort("rows", written, descending=[True, False]).iter_rows()]
    return tuple(reports)
