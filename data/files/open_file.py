"""Opens a file: recognises it, joins what it says with what the caller says, and finds what it still needs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.errors import FileRefused
from data.files.formats.raw_table import LINE_COLUMN, build_refusal
from data.files.formats.unpack import Content
from data.files.large_trades import sample_large_trades
from data.files.layouts.layout import TradeLayout, normalize_key
from data.files.layouts.market_names import DERIVATIVE_VENUES, describe_multiple
from data.files.layouts.options import OptionNeed, ReadOptions
from data.files.layouts.recognise import RecognisedTable, recognise_table
from data.files.read import parse_content, read_raw_table
from data.files.rows.bar_length import LENGTH_COLUMNS, find_length_need
from data.files.rows.check_rows import MARKET_COLUMNS
from data.files.rows.market_columns import WRITTEN_COLUMNS
from data.files.rows.parse_rows import EMPTY_COLUMN, parse_rows
from data.files.rows.parse_times import parse_zone
from data.files.rows.trade_rows import has_id, parse_trades
from data.identity.symbols import parse_symbol
from data.identity.venue_names import VenueNames
from data.schema import CANDLE_DEFAULTS, Timeframe, is_derivative, parse_base, parse_quote
from data.text.quoting import cut_text

DEFAULT_OPTIONS = ReadOptions()

MAX_SHOWN_ROWS = 5
"""How many bad rows an error message names, and how many names a report lists that are read as others."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A recognised file with all that is said about it.

    Attributes:
        path: the file.
        recognised: what it is.
        venue: the venue of all rows, where it has no such column; None if it has, or if the venue is needed.
        symbol: the symbol of all rows, likewise.
        names: the names that venues may have.
        options: what the caller says.
        needs: the options that are needed before its rows can be parsed.
    """

    path: Path
    recognised: RecognisedTable
    venue: str | None
    symbol: str | None
    names: VenueNames
    options: ReadOptions
    needs: tuple[OptionNeed, ...]

    @property
    def row_word(self) -> str:
        """The word for a row in messages: "line" or "row"."""
        return self.recognised.table.row_word

    @property
    def timeframe(self) -> Timeframe:
        """The length of the bars where the file has no column of it."""
        return self.options.timeframe or Timeframe.M1

    def parse_rows(self) -> pl.DataFrame:
        """All rows with their faults; see `data.files.rows.parse_rows.parse_rows`."""
        return parse_rows(self.recognised, self.names, self.options, self.venue, self.symbol)

    def parse_trades(self) -> Iterator[pl.DataFrame]:
        """All trades with their faults in batches; see `data.files.rows.trade_rows.parse_trades`."""
        for batch in self.recognised.read_batches():
            yield self._parse_trade_rows(batch)

    def find_trade_needs(self) -> tuple[OptionNeed, ...]:
        """The options that a file of trades needs by the values of its rows."""
        return find_row_needs(self, self._parse_trade_rows(self.recognised))

    def _parse_trade_rows(self, batch: RecognisedTable) -> pl.DataFrame:
        sample = self.recognised.table.rows
        has_ids = "id" in sample.columns and bool(has_id(sample).all())
        return parse_trades(batch, self.names, self.venue, self.symbol, has_ids=has_ids, now=self.options.now)

    def list_remarks(self, candles: pl.DataFrame) -> Iterator[str]:
        """What is worth knowing about parsed candles, as sentences without a full stop."""
        yield from self.recognised.remarks
        named_symbol = self.recognised.file_name.symbol
        if named_symbol and self.symbol and parse_symbol(self.symbol) != named_symbol:
            yield f"its name says {named_symbol}, but it was read as {parse_symbol(self.symbol)}"
        bases = sorted({parse_base(symbol) for symbol in candles["symbol"].drop_nulls().unique()})
        yield from filter(None, map(describe_multiple, bases))


def open_file(
    path: Path | str,
    *,
    venue: str | None,
    symbol: str | None,
    names: VenueNames | None,
    options: ReadOptions,
    content: Content | None = None,
) -> OpenedFile:
    """Recognise a file; for the arguments see `data.files.import_file.read_candle_file`.

    Raises:
        FileRefused: the file cannot be read, is of no known kind, or contradicts the caller.
        UsageError: the given venue or zone is unknown, or the given symbol malformed.
    """
    path = Path(path)
    names = load_catalogue().venue_names if names is None else names
    # What the caller names is checked by itself, so that its fault is not told as one of every row.
    if venue is not None:
        names.resolve(venue)
    unified = None if symbol is None else parse_symbol(symbol)
    if options.times is not None:
        options = replace(options, times=parse_zone(options.times))
    if content is not None:
        table = parse_content(path, content, options.limits)
    else:
        table = sample_large_trades(path, unified, options) or read_raw_table(path, options.limits)
    recognised = recognise_table(table, unified, options)
    recognised, venue, symbol = _join_market(recognised, venue, symbol, names)
    _refuse_contradictions(recognised, options)
    needs = [*_list_market_needs(recognised, venue, symbol), *recognised.needs]
    return OpenedFile(path, recognised, venue, symbol, names, options, tuple(needs))


def refuse_bad_rows(opened: OpenedFile, rows: pl.DataFrame) -> None:
    """Raise an error if rows cannot be taken: if they need an option, or for the first bad ones.

    Args:
        opened: the file.
        rows: those that `OpenedFile.parse_rows` returned.

    Raises:
        FileRefused: an option is needed, or a row is bad; names lines and reasons.
    """
    if needs := find_row_needs(opened, rows):
        raise build_need_refusal(opened, needs)
    refuse_rows(opened, rows.filter(pl.col("why").is_not_null()))


def find_row_needs(opened: OpenedFile, rows: pl.DataFrame) -> tuple[OptionNeed, ...]:
    """The options that a file needs by the values of its rows.

    Raises:
        FileRefused: the bars are of a length that is not measured.
    """
    needs = [_find_settlement_need(opened, rows)]
    if opened.recognised.holds_trades:
        return tuple(need for need in needs if need is not None)
    if "timeframe" not in opened.recognised.table.rows.columns:
        need = find_length_need(
            opened.path,
            rows.select(*LENGTH_COLUMNS),
            opened.recognised.file_name.seconds,
            opened.options.timeframe,
            names_markets="venue" in opened.recognised.table.rows.columns,
        )
        needs.append(need)
    if "price" not in opened.recognised.table.rows.columns and opened.options.price is None:
        needs.append(_find_price_need(rows))
    return tuple(need for need in needs if need is not None)


def build_need_refusal(opened: OpenedFile, needs: tuple[OptionNeed, ...]) -> FileRefused:
    """The error for a file that needs options: what was recognised, and a line for each."""
    first_line = f"was recognised as {opened.recognised.sentence}; nothing of it was taken, because"
    return build_refusal(opened.path, "\n  ".join([first_line, *(need.format_line() for need in needs)]))


def refuse_rows(opened: OpenedFile, bad_rows: pl.DataFrame, count: int | None = None) -> None:
    """Raise an error that names the first of some bad rows, if there are any.

    Args:
        opened: the file.
        bad_rows: `LINE_COLUMN` and ``why``; at least the first `MAX_SHOWN_ROWS`.
        count: how many there are; None if ``bad_rows`` are all.

    Raises:
        FileRefused: there is a bad row.
    """
    if bad_rows.is_empty():
        return
    word = opened.row_word
    count = len(bad_rows) if count is None else count
    lines = [
        f"{word} {line}: {why}"
        for line, why in bad_rows.sort(LINE_COLUMN).select(LINE_COLUMN, "why").head(MAX_SHOWN_ROWS).rows()
    ]
    rest_line = [f"and {count - MAX_SHOWN_ROWS:,} more such {word}s"] if count > MAX_SHOWN_ROWS else []
    raise build_refusal(opened.path, "\n  ".join(["nothing of it was taken", *lines, *rest_line]))


def _join_market(
    recognised: RecognisedTable, venue: str | None, symbol: str | None, names: VenueNames
) -> tuple[RecognisedTable, str | None, str | None]:
    """Venue and symbol for files without such columns. A column that says the same as the caller is no contradiction.

    Raises:
        FileRefused: a column says another venue or symbol than the caller.
    """
    rows = recognised.table.rows
    contradictions = []
    if venue is not None and "venue" in rows.columns:
        if {names.find(str(text)) for text in rows["venue"].unique()} != {names.find(venue)}:
            contradictions.append("venue")
        venue = None
    if symbol is not None and "symbol" in rows.columns:
        texts = [str(text) for text in rows["symbol"].unique()]
        unified = parse_symbol(symbol)
        own_keys = {normalize_key(unified), normalize_key(unified.split(":")[0])}
        if all(normalize_key(text) in own_keys for text in texts):
            recognised = replace(recognised, symbols=dict.fromkeys(texts, unified))
        else:
            contradictions.append("symbol")
        symbol = None
    if contradictions:
        columns = ", ".join(contradictions)
        raise build_refusal(
            recognised.table.path, f"has a column {columns} of its own; import it without naming a market"
        )
    if symbol is None and "symbol" not in rows.columns:
        symbol = recognised.file_name.symbol
    return recognised, venue, symbol


def _refuse_contradictions(recognised: RecognisedTable, options: ReadOptions) -> None:
    """Compare what columns say with what the caller says.

    Raises:
        FileRefused: they differ.
    """
    rows = recognised.table.rows
    timeframe = None if options.selects_timeframe else options.timeframe
    for name, value in (("timeframe", timeframe), ("price", options.price)):
        if value is not None and name in rows.columns and not recognised.holds_trades:
            others = sorted(
                {cut_text(str(text).strip()) for text in rows[name].drop_nulls().unique()} - {str(value), ""}
            )
            if others:
                reason = f"has a column {name} with {', '.join(others[:3])}; import it without --{name} {value}"
                raise build_refusal(recognised.table.path, reason)


def _list_market_needs(recognised: RecognisedTable, venue: str | None, symbol: str | None) -> Iterator[OptionNeed]:
    columns = recognised.table.rows.columns
    if venue is None and "venue" not in columns:
        yield OptionNeed("venue", "it does not name its exchange", ("NAME",))
    if symbol is None and "symbol" not in columns:
        suggestion = recognised.file_name.suggestion
        yield OptionNeed("symbol", "it does not name its market", (suggestion or "BASE/QUOTE",))


def _find_settlement_need(opened: OpenedFile, rows: pl.DataFrame) -> OptionNeed | None:
    """The option that a file needs whose exchange is one of derivatives while its symbol is that of a spot market."""
    layout = opened.recognised.layout
    vendor_venues = layout.derivative_venues if isinstance(layout, TradeLayout) else frozenset()
    markets = rows.select(*MARKET_COLUMNS, WRITTEN_COLUMNS["venue"]).unique(maintain_order=True).drop_nulls()
    for venue, symbol, written in markets.iter_rows():
        is_derivative_venue = venue in DERIVATIVE_VENUES or normalize_key(written) in vendor_venues
        if is_derivative_venue and "/" in symbol and not is_derivative(symbol):
            reason = f"{written} is an exchange of derivatives here, and {symbol} is the symbol of a spot market"
            return OptionNeed("symbol", reason, (f"{symbol}:{parse_quote(symbol)}",))
    return None


def _find_price_need(rows: pl.DataFrame) -> OptionNeed | None:
    """The option that a series without any volume needs while its prices move: it is no series of trades."""
    if not (rows["volume"] == 0).any():
        return None
    valid = rows.filter(~pl.col(EMPTY_COLUMN), pl.col("price") == CANDLE_DEFAULTS["price"])
    close = pl.col("close")
    is_range = (pl.col("high") != pl.col("low")) & pl.col("high").is_finite() & pl.col("low").is_finite()
    markets = valid.group_by(*MARKET_COLUMNS, maintain_order=True).agg(
        is_silent=(pl.col("volume") == 0).fill_null(value=False).all(),
        moves=(close.filter(close.is_finite()).n_unique() > 1) | is_range.any(),
    )
    silent = markets.filter("is_silent", "moves")
    if silent.is_empty():
        return None
    symbol = silent["symbol"][0]
    market = f" of {symbol}" if symbol is not None else ""
    reason = f"every row{market} has volume 0 while prices move: it looks like an index or mark series, not like trades"
    return OptionNeed("price", reason, ("index", "mark"))
