"""Recognises what the columns of a file mean, and says so in a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN, RawTable, build_refusal, name_columns
from data.files.layouts.decimals import find_decimal_commas, replace_commas
from data.files.layouts.layout import (
    CANDLE_LAYOUTS,
    INDEX_KEYS,
    ROLE_KEYS,
    TIME_KEYS,
    TRADE_LAYOUTS,
    UTC_KEY,
    CandleLayout,
    TradeLayout,
    index_columns,
    normalize_key,
)
from data.files.layouts.market_names import FileNameFacts, parse_file_name, parse_market
from data.files.layouts.options import OptionNeed, ReadOptions
from data.files.layouts.unnamed import find_order, name_roles
from data.files.layouts.volume import find_volume, is_in_base, list_volume_currencies
from data.files.rows.parse_times import find_unit_of, has_no_zone

PRICE_ROLES = ("open", "high", "low", "close")
STORE_KEYS = frozenset({"asset", "day", "fetched_at", "source"})
"""Columns that the store adds. It derives or sets them itself, so those of a file are ignored."""

UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}

UNREADABLE_NEEDS = frozenset({"times", "decimal_comma"})
"""Options without which rows cannot be read at all."""

OTHER_CANDLES = CandleLayout("candles")
CHART_EXPORT = CandleLayout("an export of a chart")


@dataclass(frozen=True, slots=True)
class RecognisedTable:
    """The rows of a file in columns named by their role.

    Attributes:
        table: the file; its rows have `LINE_COLUMN` and a column for each role that it has: those of
            `data.schema.CANDLE`, ``close_time`` and ``quote_volume``; or, of trades, ``time``, ``id``, ``price`` and
            ``amount``.
        layout: the kind of file.
        sentence: what was recognised, for people, without a full stop.
        file_name: what the file's name says.
        symbols: unified symbols by the texts of the column ``symbol``, where they are not just in another case.
        zone: the zone of times without one; None if there is none.
        unused: columns that were not read.
        needs: options without which the file cannot be imported.
        roles: the columns of the file by their roles.
        commas: those of its columns that have decimal commas.
        remarks: what is worth knowing beside the sentence.
    """

    table: RawTable
    layout: CandleLayout | TradeLayout
    sentence: str
    file_name: FileNameFacts
    symbols: Mapping[str, str]
    zone: str | None
    unused: tuple[str, ...]
    needs: tuple[OptionNeed, ...]
    roles: Mapping[str, str]
    commas: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def holds_trades(self) -> bool:
        """Whether the rows are trades, not candles."""
        return isinstance(self.layout, TradeLayout)

    def read_batches(self) -> "Iterator[RecognisedTable]":
        """The same file with all of its rows, a batch of them at a time.

        Raises:
            FileRefused: the file changed while it was read.
        """
        if self.table.batches is None:
            yield self
            return
        for table in self.table.batches.read():
            yield replace(self, table=replace(table, rows=self.name_rows(table)))

    def name_rows(self, table: RawTable) -> pl.DataFrame:
        """The rows of a batch of the file in columns named by their role."""
        return _name_rows(_forget_numbers(table).rows, self.roles, self.commas)


def recognise_table(table: RawTable, symbol: str | None, options: ReadOptions) -> RecognisedTable:
    """Recognise a file.

    Args:
        table: its content.
        symbol: the unified symbol that the caller names, or None.
        options: what else the caller says.

    Raises:
        FileRefused: it is of no known kind, lacks a column that no option replaces, or its numbers are ambiguous.
    """
    facts = parse_file_name(table.inner_name)
    table = _forget_numbers(table)
    if not table.has_names:
        return _recognise_unnamed(table, facts, options)
    columns = index_columns(name for name in table.rows.columns if name != LINE_COLUMN)
    if (trade_layout := _find_trade_layout(columns)) is not None:
        roles = {role: columns[key] for role, key in trade_layout.keys.items() if key in columns}
        symbols = _map_symbols(table, roles, trade_layout, (), options)
        return _build(table, trade_layout, roles, facts, symbols, options, ())
    layout = next((layout for layout in CANDLE_LAYOUTS if layout.marks and layout.marks <= columns.keys()), None)
    return _recognise_candles(table, layout or OTHER_CANDLES, columns, facts, symbol, options)


def _forget_numbers(table: RawTable) -> RawTable:
    """A table without names in place of one whose columns are named 0, 1, 2..., as pandas does for lists of values.

    An index of pandas before them is dropped.
    """
    columns = [name for name in table.rows.columns if name != LINE_COLUMN]
    values = columns[1:] if columns and normalize_key(columns[0]) in INDEX_KEYS else columns
    if not values or values != [str(number) for number in range(len(values))]:
        return table
    names = dict(zip(values, name_columns(len(values)), strict=True))
    return replace(table, rows=table.rows.select(LINE_COLUMN, *values).rename(names), has_names=False)


def _find_trade_layout(columns: Mapping[str, str]) -> TradeLayout | None:
    if any(key in columns for role in PRICE_ROLES for key in ROLE_KEYS[role]):
        return None
    required = ("time", "price", "amount")
    return next(
        (layout for layout in TRADE_LAYOUTS if layout.keys and all(layout.keys[role] in columns for role in required)),
        None,
    )


def _recognise_candles(
    table: RawTable,
    layout: CandleLayout,
    columns: Mapping[str, str],
    facts: FileNameFacts,
    symbol: str | None,
    options: ReadOptions,
) -> RecognisedTable:
    """Recognise candles with a header."""
    roles = {role: columns[key] for role, keys in ROLE_KEYS.items() for key in reversed(keys) if key in columns}
    time_keys = (layout.keys.get("open_time", ""), *TIME_KEYS) if "open_time" in layout.keys else TIME_KEYS
    time_key = next((key for key in (*time_keys, *INDEX_KEYS) if key in columns), None)
    if time_key is not None:
        roles["open_time"] = columns[time_key]
    if options.times is None and time_key is not None and UTC_KEY.search(time_key):
        options = replace(options, times="UTC")
    currencies = list_volume_currencies(columns)
    symbols = _map_symbols(table, roles, layout, currencies, options)
    markets = _list_markets(table, roles, symbols, symbol or facts.symbol)
    volume = find_volume(columns, layout.keys, markets)
    missing = [role for role in ("open_time", *PRICE_ROLES) if role not in roles]
    needs: list[OptionNeed] = []
    if volume.base is not None:
        roles["volume"] = volume.base
    elif volume.fault:
        raise build_refusal(table.path, volume.fault)
    elif missing:
        missing.append("volume")
    elif options.price is None:
        needs.append(_build_no_volume_need())
        layout = CHART_EXPORT
    if missing:
        raise build_refusal(table.path, f"has no column {', '.join(missing)}")
    if volume.quote is not None:
        roles["quote_volume"] = volume.quote
    return _build(table, layout, roles, facts, symbols, options, needs)


def _build_no_volume_need() -> OptionNeed:
    return OptionNeed(
        "price",
        "it has no volume, and without volume no minute can vote; take a file with volume, or, if it is a series of "
        "index or mark prices, say so",
        ("index", "mark"),
    )


def _recognise_unnamed(table: RawTable, facts: FileNameFacts, options: ReadOptions) -> RecognisedTable:
    """Recognise a file without a header."""
    columns = [name for name in table.rows.columns if name != LINE_COLUMN]
    commas, comma_need = find_decimal_commas(table, columns, is_declared=options.decimal_comma)
    layout = find_order(replace_commas(table.rows.select(columns), commas))
    if layout is None:
        reason = f"has no header, and its {len(columns)} columns are in no known order; add a line that names them"
        raise build_refusal(table.path, reason)
    roles = name_roles(layout.order, columns)
    return _build(table, layout, roles, facts, {}, options, [] if comma_need is None else [comma_need], commas)


def _build(
    table: RawTable,
    layout: CandleLayout | TradeLayout,
    roles: Mapping[str, str],
    facts: FileNameFacts,
    symbols: Mapping[str, str],
    options: ReadOptions,
    needs: "list[OptionNeed] | tuple[()]",
    commas: tuple[str, ...] = (),
) -> RecognisedTable:
    """Give the columns the names of their roles, and see what else the file needs."""
    needs = list(needs)
    is_candles = isinstance(layout, CandleLayout)
    number_roles = (*PRICE_ROLES, "volume", "quote_volume", "amount", *(() if is_candles else ("price",)))
    time_role = "open_time" if is_candles else "time"
    if table.has_names:
        numbers = [roles[role] for role in (*number_roles, time_role) if role in roles]
        commas, comma_need = find_decimal_commas(table, numbers, is_declared=options.decimal_comma)
        needs += [] if comma_need is None else [comma_need]
    used = {LINE_COLUMN, *roles.values()}
    unused = tuple(name for name in table.rows.columns if name not in used and name.lower() not in STORE_KEYS)
    named_rows = _name_rows(table.rows, roles, commas)
    times = named_rows[time_role]
    if options.times is None and has_no_zone(times):
        example = str(times.drop_nulls().first())
        needs.append(OptionNeed("times", f"its times have no time zone, such as {example}", ("UTC", "ZONE")))
    if is_candles and options.price is None and "price" not in roles and facts.kind is not None:
        needs.append(OptionNeed("price", f"its name says that it holds {facts.kind} prices", (facts.kind,)))
    if is_candles:
        _refuse_quote_volume(table, named_rows)
    return RecognisedTable(
        table=replace(table, rows=named_rows),
        layout=layout,
        sentence=_describe(table, layout, roles, times),
        file_name=facts,
        symbols=symbols,
        zone=options.times,
        unused=unused if table.has_names else (),
        needs=tuple(needs),
        roles=roles,
        commas=commas,
    )


def _name_rows(rows: pl.DataFrame, roles: Mapping[str, str], commas: Sequence[str]) -> pl.DataFrame:
    """Rows in columns named by their role, with decimal points."""
    return replace_commas(rows, commas).select(LINE_COLUMN, **{role: pl.col(name) for role, name in roles.items()})


def _refuse_quote_volume(table: RawTable, rows: pl.DataFrame) -> None:
    """Raise an error if the volume contradicts prices and the volume in the quote: contracts, or another column."""
    names = ("high", "low", "volume", "quote_volume")
    if not all(name in rows.columns for name in names):
        return
    if not is_in_base(rows.select(pl.col(names).cast(pl.Float64, strict=False))):
        reason = (
            "its two volumes do not agree with its prices: what should be in base units may count contracts or the "
            "quote. Import a file with the volume in base units alone"
        )
        raise build_refusal(table.path, reason)


def _map_symbols(
    table: RawTable,
    roles: Mapping[str, str],
    layout: CandleLayout | TradeLayout,
    currencies: tuple[str, ...],
    options: ReadOptions,
) -> dict[str, str]:
    """Unified symbols of the markets as the file writes them, where they differ in more than their case.

    Texts with nothing between base and quote are taken apart only in files of a kind that is known to have them.

    Raises:
        FileRefused: there are too many different names of markets or exchanges, each of which takes a look-up.
    """
    for role, noun in (("venue", "exchanges"), ("symbol", "markets")):
        if role in roles and (count := table.rows[roles[role]].n_unique()) > options.limits.names:
            reason = f"names {count:,} {noun}; a file may name {options.limits.names:,}: import it in parts"
            raise build_refusal(table.path, reason)
    name = roles.get("symbol")
    if name is None or table.rows.schema[name] not in {pl.String, pl.Categorical, pl.Enum}:
        return {}
    texts = [text for text in table.rows[name].cast(pl.String).drop_nulls().unique() if "/" not in text]
    is_vendor_file = layout is not OTHER_CANDLES and layout is not CANDLE_LAYOUTS[0]
    parsed = {text: parse_market(text, currencies) for text in texts}
    return {
        text: symbol
        for text, symbol in parsed.items()
        if symbol is not None and (is_vendor_file or not text.strip().isalnum())
    }


def _list_markets(
    table: RawTable, roles: Mapping[str, str], symbols: Mapping[str, str], symbol: str | None
) -> frozenset[str]:
    """The symbols of a file, as far as they are known; few, as volumes named by a currency are of one market."""
    if symbol is not None:
        return frozenset({symbol})
    name = roles.get("symbol")
    if name is None or table.rows.schema[name] not in {pl.String, pl.Categorical, pl.Enum}:
        return frozenset()
    texts = table.rows[name].cast(pl.String).drop_nulls().unique()
    markets = {symbols.get(text, text.strip().upper()) for text in texts}
    return frozenset(market for market in markets if "/" in market)


def _describe(table: RawTable, layout: CandleLayout | TradeLayout, roles: Mapping[str, str], times: pl.Series) -> str:
    """The sentence about a file: its kind, form, times and volume."""
    packing = table.path.suffix.lower()
    form = f"{table.form} in a {packing.removeprefix('.')} file" if table.inner_name != table.path.name else table.form
    header = "" if table.has_names else " without a header"
    unit = find_unit_of(times)
    if unit is not None:
        time_text = f"times in {UNIT_NAMES[unit]}"
    elif has_no_zone(times):
        time_text = "times without a zone"
    else:
        time_text = "times with a zone"
    volume = roles.get("amount" if isinstance(layout, TradeLayout) else "volume")
    place = "" if volume is None else f", volume in base units from column {_name_column(volume)}"
    return f"{layout.name}{header} ({form}): {time_text}{place}"


def _name_column(name: str) -> str:
    number = name.removeprefix("column_")
    return number if number.isdecimal() else name
