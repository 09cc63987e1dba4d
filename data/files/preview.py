"""What an import of a file would read, before anything is stored."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN
from data.files.import_trades import build_trade_candles
from data.files.layouts.options import OptionNeed, ReadOptions
from data.files.layouts.recognise import UNREADABLE_NEEDS
from data.files.open_file import DEFAULT_OPTIONS, OpenedFile, find_row_needs, open_file, refuse_rows
from data.files.rows.count_days import refuse_many_days
from data.files.rows.parse_rows import EMPTY_COLUMN
from data.identity.venue_names import VenueNames
from data.schema import CANDLE, Timeframe

MAX_PREVIEW_ROWS = 5

SHOWN_COLUMNS = tuple(name for name in CANDLE if name not in {"timeframe", "price", "origin"})


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import of a file would read.

    Attributes:
        file: its name.
        recognised: what the file was recognised as, a sentence without its full stop.
        venues: the ids of its venues, sorted; empty while the venue is not known.
        symbols: its symbols, likewise.
        timeframe: the length of its candles; None if it holds several, or if that cannot be told yet.
        rows: its first candles: columns of `data.schema.CANDLE`, of which venue and symbol are null while they are not
            known. While an option is missing without which rows cannot be read, the columns of the file as text.
        count: how many candles it holds, or how many rows while they cannot be read.
        skipped: how many rows have neither a price nor a volume and are no candles.
        warnings: what is worth knowing, as sentences without a full stop.
        needs: the options without which the file is refused; empty if it can be imported.
    """

    file: str
    recognised: str
    venues: tuple[str, ...]
    symbols: tuple[str, ...]
    timeframe: Timeframe | None
    rows: pl.DataFrame
    count: int
    skipped: int
    warnings: tuple[str, ...]
    needs: tuple[OptionNeed, ...]

    def format_lines(self) -> list[str]:
        """The preview as lines of text."""
        market = f"{', '.join(self.venues) or 'no exchange'}: {', '.join(self.symbols) or 'no market'}"
        length = f", {self.timeframe.value}" if self.timeframe else ""
        with pl.Config(
            tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_cols=-1, tbl_width_chars=150
        ):
            table = str(self.rows).splitlines()
        return [
            f"{self.file}: {self.recognised}",
            f"  {market}{length}, {self.count:,} {'row' if self.count == 1 else 'rows'}",
            *(f"  {line}" for line in table),
            *([f"  rows with neither a price nor a volume: {self.skipped:,}"] if self.skipped else []),
            *(f"  {warning}" for warning in self.warnings),
            *(f"  it cannot be imported yet: {need.format_line()}" for need in self.needs),
        ]


def preview_file(
    path: Path | str,
    *,
    venue: str | None = None,
    symbol: str | None = None,
    names: VenueNames | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> ImportPreview:
    """Read a file as an import does, up to the options that it still needs; nothing is stored.

    Args:
        path: the file.
        venue: see `data.files.import_file.read_candle_file`.
        symbol: see there.
        names: see there.
        options: see there.

    Raises:
        FileRefused: the file or one of its rows is invalid, whatever options are given.
        UsageError: the given venue or zone is unknown, or the given symbol malformed.
    """
    opened = open_file(path, venue=venue, symbol=symbol, names=names, options=options)
    # Without a column of volume each row is a bad one, until the file is said to be a series of prices.
    lacks_volume = (
        any(need.option == "price" for need in opened.needs) and "volume" not in opened.recognised.table.rows.columns
    )
    if lacks_volume or any(need.option in UNREADABLE_NEEDS for need in opened.needs):
        return _preview_unread(opened)
    if opened.recognised.holds_trades:
        return _preview_trades(opened)
    parsed = opened.parse_rows()
    row_needs = find_row_needs(opened, parsed)
    if not row_needs:
        refuse_rows(opened, parsed.filter(pl.col("why").is_not_null()))
    candles = parsed.filter(~pl.col(EMPTY_COLUMN)).select(*CANDLE)
    refuse_many_days(opened.path, candles, options.limits)
    timeframes = candles["timeframe"].unique().to_list()
    is_settled = len(timeframes) == 1 and not any(need.option == "timeframe" for need in row_needs)
    return ImportPreview(
        file=opened.path.name,
        recognised=opened.recognised.sentence,
        venues=tuple(sorted(candles["venue"].drop_nulls().unique())),
        symbols=tuple(sorted(candles["symbol"].drop_nulls().unique())),
        timeframe=Timeframe(timeframes[0]) if is_settled else None,
        rows=candles.head(MAX_PREVIEW_ROWS).select(SHOWN_COLUMNS),
        count=len(candles),
        skipped=len(parsed) - len(candles),
        warnings=tuple(opened.list_remarks(candles)),
        needs=(*opened.needs, *row_needs),
    )


def _preview_trades(opened: OpenedFile) -> ImportPreview:
    """The preview of a file of trades: its candles, or its first trades while the market is not known."""
    if opened.needs:
        return _preview_unread(opened)
    row_needs = opened.find_trade_needs()
    if row_needs:
        return replace(_preview_unread(opened), needs=row_needs)
    built = build_trade_candles(opened)
    return ImportPreview(
        file=opened.path.name,
        recognised=opened.recognised.sentence,
        venues=tuple(built.candles["venue"].unique().sort()),
        symbols=tuple(built.candles["symbol"].unique().sort()),
        timeframe=opened.timeframe,
        rows=built.candles.head(MAX_PREVIEW_ROWS).select(SHOWN_COLUMNS),
        count=len(built.candles),
        skipped=0,
        warnings=(*built.remarks, *opened.list_remarks(built.candles)),
        needs=(),
    )


def _preview_unread(opened: OpenedFile) -> ImportPreview:
    """The preview of a file whose rows cannot be read yet."""
    rows = opened.recognised.table.rows
    return ImportPreview(
        file=opened.path.name,
        recognised=opened.recognised.sentence,
        venues=(),
        symbols=(),
        timeframe=None,
        rows=rows.head(MAX_PREVIEW_ROWS).drop(LINE_COLUMN).cast(pl.String),
        count=opened.recognised.table.count,
        skipped=0,
        warnings=opened.recognised.remarks,
        needs=opened.needs,
    )
