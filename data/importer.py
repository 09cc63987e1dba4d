"""Candles out of a file that a person has: read, checked row by row, and told what came in.

A file is taken whole or not at all. Its rows are in the format of `data.schema.CANDLE`, or those of one market that is
named beside the file.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data.coverage import merged
from data.errors import UsageError
from data.rawfile import LINE, read_raw, refused
from data.rowchecks import SYMBOL, VENUE, rows_of, unused_columns
from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Origin

KEY = ("venue", "symbol", "timeframe", "price", "open_time", "origin")
"""The columns that name one candle of a file."""

COVERED: dict[str, pl.DataType] = {**SPAN, "timeframe": pl.String()}
"""A span of a market in which candles of one length were all that there were."""

SHOWN = 5
"""How many bad rows a refusal names."""


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

    def line(self) -> str:
        """The report as a line of text."""
        unusual = [
            value
            for value, usual in ((self.price, CANDLE_DEFAULTS["price"]), (self.timeframe, CANDLE_DEFAULTS["timeframe"]))
            if value != usual
        ]
        kind = f" ({', '.join(unusual)})" if unusual else ""
        count = f"{self.candles:,} {'candle' if self.candles == 1 else 'candles'}"
        form = "%Y-%m-%d %H:%M:%S" if self.timeframe.endswith("s") else "%Y-%m-%d %H:%M"
        return f"{self.venue} {self.symbol}{kind}: {count}, {self.first:{form}} to {self.last:{form}} UTC"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came out of a file: rows, markets, exact duplicates dropped, columns that no candle has."""

    file: str
    rows: int
    markets: tuple[MarketReport, ...]
    duplicates: int
    unused: tuple[str, ...]
    complete: bool
    reconstruction: bool

    def lines(self) -> list[str]:
        """The report as lines of text."""
        kind = "of the reconstruction, which is no evidence" if self.reconstruction else "imported"
        absent = "quiet" if self.complete else "missing"
        minutes = {market.timeframe for market in self.markets} == {CANDLE_DEFAULTS["timeframe"]}
        bars = "minutes" if minutes else "bars"
        head = f"{self.file}: {self.rows:,} rows {kind}; {bars} without a candle are {absent}"
        dropped = [f"  exact duplicates dropped: {self.duplicates:,}"] if self.duplicates else []
        unused = [f"  columns not used: {', '.join(self.unused)}"] if self.unused else []
        return [head, *(f"  {market.line()}" for market in self.markets), *dropped, *unused]


@dataclass(frozen=True, slots=True)
class Imported:
    """A file's ``candles`` (`data.schema.CANDLE`), the spans it covers (`COVERED`), and the report."""

    candles: pl.DataFrame
    covered: pl.DataFrame
    report: ImportReport


def read_candles(
    path: Path | str, *, venue: str | None = None, symbol: str | None = None, complete: bool = False
) -> Imported:
    """Read and check a CSV or Parquet file of candles.

    Args:
        path: the file; its ending tells the format.
        venue: ccxt id of the market of a file that names none; together with ``symbol``.
        symbol: ccxt unified symbol of that market.
        complete: bars without a candle are quiet from each market's first row of a length to its last; otherwise
            missing.

    Returns:
        Candles sorted by venue, symbol and open time; ``origin`` is ``reconstruction`` where the file says so, else
        ``imported``. The spans are empty unless ``complete``.

    Raises:
        FileRefused: the file or one of its rows is no candle; names file, line and reason.
        UsageError: only one of venue and symbol is given, or one is malformed.
    """
    path = Path(path)
    _check_market(venue, symbol)
    raw = read_raw(path)
    rows = rows_of(path, raw, venue, symbol)
    word = "line" if path.suffix.lower() == ".csv" else "row"
    _refuse_bad(path, word, rows.filter(pl.col("why").is_not_null()))
    distinct = rows.unique([*CANDLE], keep="first", maintain_order=True)
    _refuse_bad(path, word, _contradictions(distinct, word))
    candles = distinct.select(*CANDLE).sort("venue", "symbol", "open_time", "price", "timeframe")
    if candles.is_empty():
        raise refused(path, "holds no candle")
    if candles["origin"].n_unique() > 1:
        raise refused(path, "mixes candles of the reconstruction with others; give each a file of its own")
    report = ImportReport(
        file=path.name,
        rows=len(rows),
        markets=_markets(candles),
        duplicates=len(rows) - len(distinct),
        unused=unused_columns(raw),
        complete=complete,
        reconstruction=candles["origin"][0] == Origin.RECONSTRUCTION,
    )
    return Imported(candles, _covered(candles if complete else candles.clear()), report)


def _check_market(venue: str | None, symbol: str | None) -> None:
    if (venue is None) != (symbol is None):
        message = "a file of one market needs both its venue and its symbol"
        raise UsageError(message)
    for value, form, like in ((venue, VENUE, "kraken"), (symbol, SYMBOL, "ATOM/USD")):
        if value is not None and not re.fullmatch(form, value):
            message = f"{value!r} names no market; write it like {like}"
            raise UsageError(message)


def _contradictions(distinct: pl.DataFrame, word: str) -> pl.DataFrame:
    """Rows whose market and bar an earlier row has with other values."""
    first = pl.col(LINE).first().over(KEY)
    why = pl.format(word + " {} has this market and minute with other values", pl.col("first"))
    clash = distinct.filter(pl.struct(KEY).is_duplicated())
    return clash.with_columns(first=first).filter(pl.col(LINE) != pl.col("first")).with_columns(why=why)


def _refuse_bad(path: Path, word: str, bad: pl.DataFrame) -> None:
    """Refuse a file that has bad rows, naming the first few.

    Raises:
        FileRefused: there is a bad row.
    """
    if bad.is_empty():
        return
    shown = [f"{word} {line}: {why}" for line, why in bad.sort(LINE).select(LINE, "why").head(SHOWN).rows()]
    more = [f"and {len(bad) - SHOWN:,} more such {word}s"] if len(bad) > SHOWN else []
    raise refused(path, "\n  ".join(["nothing of it was taken", *shown, *more]))


def _markets(candles: pl.DataFrame) -> tuple[MarketReport, ...]:
    by = ["venue", "symbol", "price"]
    time = pl.col("open_time")
    found = candles.group_by(*by, "timeframe").agg(time.min().alias("first"), time.max().alias("last"), pl.len())
    rows = found.sort(*by, "timeframe").select(*by, "first", "last", "len", "timeframe")
    return tuple(MarketReport(*row) for row in rows.iter_rows())


def _covered(candles: pl.DataFrame) -> pl.DataFrame:
    """Each market and length from its first traded candle to the end of its last."""
    time, by = pl.col("open_time"), ("venue", "symbol", "timeframe")
    trades = candles.filter(pl.col("price") == CANDLE_DEFAULTS["price"])
    edges = time.min().alias("start"), time.max().dt.offset_by(pl.col("timeframe").first()).alias("end")
    return merged(trades.group_by(by).agg(*edges), by).select(*COVERED)
