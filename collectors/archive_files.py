"""Reading the tables of the archives: columns in each venue's own order, made into candles that passed the gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from collectors.archives import named, span_of
from collectors.candles import Candles, bars_frame, check, each_once, to_ms, told_time
from collectors.chunk import no_lows
from collectors.exchange import told
from collectors.failures import BadData
from collectors.minutes import Bars, bars_of_batches
from collectors.plan import Span
from collectors.venue_row import Archive
from data.schema import Timeframe

MIB = 1 << 20
LONGEST_LINE = 200
BATCH = 100_000
"""Trades that are read at once. Of 3 million the whole takes 2 to 3 s and 220 MB; five times as many cost 360 MB."""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file in their order, by the names that its header has, or would have.

    ``named`` are those whose name differs from ours: ours to theirs. ``headed``: the file has a header; else it may
    have one. ``must`` are values that every row has to hold, as patterns of ``{base}`` and ``{quote}``.
    ``most_bytes`` is the size that no true file of minutes, or of trades, reaches. ``trades``: each row is a trade, and
    no candle.
    """

    columns: tuple[str, ...]
    named: Mapping[str, str] = field(default_factory=dict)
    headed: bool = False
    must: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = 16 * MIB
    trades: bool = False

    def most_bytes_of(self, timeframe: Timeframe) -> int:
        """The size that no true file of candles of that length reaches: 86,400 seconds take some 130 bytes each."""
        return self.most_bytes * 4 if timeframe is Timeframe.S1 else self.most_bytes

    @property
    def fields(self) -> dict[str, str]:
        """The columns that are read: our name to theirs."""
        ours = ("time", "id", "price", "amount") if self.trades else ("open_time", *PRICES)
        return {name: self.named.get(name, name) for name in ours}


PRICES = ("open", "high", "low", "close", "volume")

TABLES: Mapping[str, Table] = {
    "binance-klines": Table(
        ("open_time", *PRICES, "close_time", "quote_volume", "count", "taker_base", "taker_quote", "ignore")
    ),
    "gate-candles": Table(("open_time", "volume", "close", "high", "low", "open")),
    "kucoin-klines": Table(("time", "open", "close", "high", "low", "volume", "turnover"), named={"open_time": "time"}),
    "okx-candles": Table(
        ("instrument_name", *PRICES[:4], "vol", "vol_ccy", "vol_quote", "open_time", "confirm"),
        named={"volume": "vol"},
        headed=True,
        must={"instrument_name": "{base}-{quote}", "confirm": "1"},
    ),
    "bybit-trades": Table(
        ("id", "timestamp", "price", "volume", "side"),
        named={"time": "timestamp", "amount": "volume"},
        headed=True,
        most_bytes=8192 * MIB,
        trades=True,
    ),
}


def bars_of(path: Path, archive: Archive, symbol: str, timeframe: Timeframe, day: date) -> Bars:
    """The candles of that length of an unpacked file, and their lowest trades where it holds trades.

    Where it is not known what the volume counts it is taken for base units: the mark in the venue table says so.

    Raises:
        BadData: the file is no table of the archive's layout, or holds what is no candle of that day, market and
            length.
    """
    if archive.volume_unit == "quote":
        message = "a file that counts volume in the quote: the volume in base units cannot be had from it"
        raise BadData(message)
    table = TABLES[archive.layout]
    try:
        rows = _rows(path, table)
        if table.trades:
            batches = rows.collect_batches(chunk_size=BATCH, lazy=True)
            bars = bars_of_batches((_trades(batch, table) for batch in batches), timeframe)
            _check_day(bars.candles["open_time"].dt.epoch("ms").cast(pl.Float64).to_numpy(), span_of(archive, day))
            return bars
        candles = _candles(rows.collect(), table, symbol)
        check(candles, timeframe)
        _check_day(candles[:, 0], span_of(archive, day))
        return Bars(bars_frame([each_once(candles)]), no_lows())
    except pl.exceptions.PolarsError as error:
        message = f"a file that is no table: {told(error)}"
        raise BadData(message) from error


def _rows(path: Path, table: Table) -> pl.LazyFrame:
    """The rows of the file, every value as text. A first line without a number is a header.

    Collect all columns: of a row that is too long polars complains only where it reads the last column.
    """
    with path.open("rb") as file:
        first = file.readline(MIB).decode("utf-8-sig", errors="replace").strip()
    names = [name.strip().lower() for name in first.split(",")]
    headed = not any(map(_is_number, names))
    needed = {*table.fields.values(), *table.must}
    fits = needed <= set(names) if headed else len(names) == len(table.columns) and not table.headed
    if not fits:
        message = f"a file with other columns than {','.join(table.columns)}: {first[:LONGEST_LINE]!r}"
        raise BadData(message)
    schema = dict.fromkeys(names if headed else table.columns, pl.String())
    return pl.scan_csv(path, has_header=False, skip_lines=int(headed), schema=schema, glob=False, raise_if_empty=False)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


S_END, MS_END, US_END = 1e11, 1e14, 1e17
"""Smaller stamps are in s, in ms, in us: the year 5138 in one is 1973 in the next."""


def _in_ms(stamp: pl.Expr) -> pl.Expr:
    """Stamps in ms, of stamps in s, ms or us, told by their size; null where there is no such time.

    Binance went from ms to us with 2025-01-01. That the bars lie in the file's own day is checked afterwards.
    """
    time = pl.when(stamp < S_END).then(stamp * 1e3).when(stamp < MS_END).then(stamp).otherwise(stamp / 1e3)
    return pl.when(stamp.is_between(0, US_END)).then(time)


def _trades(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    column = {ours: pl.col(theirs) for ours, theirs in table.fields.items()}
    micros = (_in_ms(column["time"].cast(pl.Float64, strict=False)) * 1e3).round()
    time = micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us", "UTC"))
    number = column["id"].cast(pl.Int64, strict=False)
    return rows.select(time=time, id=number, price=column["price"], amount=column["amount"])


def _candles(rows: pl.DataFrame, table: Table, symbol: str) -> Candles:
    """The rows of a table of candles as numbers, in their own order; what is no number is NaN.

    Raises:
        BadData: a row is of another market.
    """
    numbers = {ours: pl.col(theirs).cast(pl.Float64, strict=False) for ours, theirs in table.fields.items()}
    numbers["open_time"] = _in_ms(numbers["open_time"])
    wanted = {name: named(value, symbol) for name, value in table.must.items()}
    frame = rows.select(**numbers, **{f"must {name}": name for name in wanted})
    for name, value in wanted.items():
        other = frame.filter(pl.col(f"must {name}").ne_missing(value))
        if len(other):
            message = f"a row with {name} {other[f'must {name}'][0]!r} instead of {value!r}"
            raise BadData(message)
    return frame.select(pl.col(*numbers).fill_null(np.nan)).to_numpy()


def _check_day(stamps: npt.NDArray[np.float64], span: Span) -> None:
    outside = stamps[(stamps < to_ms(span.start)) | (stamps >= to_ms(span.end))]
    if outside.size:
        message = f"a file with a row of {told_time(outside[0])}, which is not of its day"
        raise BadData(message)
