"""Reads a file of fills, liquidations and forced deleveraging: good lines are used, bad ones listed with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any

import polars as pl

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.files.formats.limits import FILE_LIMITS, Limits
from data.files.formats.line_table import parse_rows, split_lines
from data.files.formats.raw_table import LINE_COLUMN, RawTable, build_refusal, quote_column
from data.files.formats.unpack import Content, read_content
from data.files.layouts.market_names import parse_market
from data.files.read import OTHER_PARSERS, parse_content
from data.files.rows.parse_times import TIME_RANGE, parse_instants, parse_times, parse_zone
from data.identity.venue_names import VenueNames, normalize_name
from data.text.quoting import escape_hidden_signs
from evidence.losses.executions import Execution, ExecutionKind, OrderSide

COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "time": ("time", "timeutc", "timestamp", "datetime", "date", "dateutc"),
    "venue": ("venue", "exchange"),
    "symbol": ("symbol", "market", "pair", "instrument"),
    "side": ("side", "direction"),
    "quantity": ("quantity", "qty", "size", "executed", "filled", "amount"),
    "price": ("price", "fillprice", "averageprice", "avgprice"),
    "kind": ("kind", "type"),
    "fee": ("fee", "commission"),
    "order_id": ("orderid", "order", "id"),
}
"""The names of each column, letters and digits in small; the first one that a file has counts."""

REQUIRED_COLUMNS = ("time", "venue", "symbol", "side", "quantity", "price")

SIDE_WORDS = {"buy": "buy", "b": "buy", "bought": "buy", "sell": "sell", "s": "sell", "sold": "sell"}
HELD_WORDS = {"long": "buy", "short": "sell"}
"""What an opening position may be called besides."""

KIND_WORDS = {
    "": "fill",
    "fill": "fill",
    "trade": "fill",
    "liquidation": "liquidation",
    "liquidated": "liquidation",
    "adl": "adl",
    "deleveraging": "adl",
    "autodeleveraging": "adl",
    "opening": "opening",
}

MAX_NUMBER = 1e18
MAX_NUMBER_CHARS = 40
"""Longer or larger numbers are no quantities or prices; they would only make the arithmetic slow."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not used, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ExecutionFile:
    """The content of a file: ``executions`` by time, then line; ``row_word`` is "line" or "row"."""

    name: str
    row_word: str
    executions: tuple[Execution, ...]
    bad_lines: tuple[BadLine, ...]


def read_executions(
    path: Path | str,
    *,
    content: Content | None = None,
    zone: str | None = None,
    names: VenueNames | None = None,
    limits: Limits = FILE_LIMITS,
    now: datetime | None = None,
) -> ExecutionFile:
    """Read a file of executions: CSV, JSON, Parquet or another table that candles are read from.

    Args:
        path: the file.
        content: its bytes, where it is no file of this computer; None to read it.
        zone: that of times without one; None if such lines are bad.
        names: the names of venues; None for those of the catalogue.
        limits: the largest content that is read.
        now: the time of reading, aware: a row after the following day is bad. None to take any.

    Raises:
        FileRefused: the file cannot be read, lacks a column, or all its times lack a zone.
        UsageError: the zone is unknown.
    """
    path = Path(path)
    table, faults = _read_table(path, read_content(path, limits) if content is None else content, limits)
    columns = _find_columns(table)
    rows = table.rows.select(
        pl.col(LINE_COLUMN).alias("line"),
        *(pl.col(column).alias(name) for name, column in columns.items()),
        *(pl.lit(None, pl.String).alias(name) for name in COLUMN_NAMES if name not in columns),
    )
    is_utc = normalize_name(columns["time"]) in {"timeutc", "dateutc"}
    time_zone = "UTC" if zone is None and is_utc else None if zone is None else parse_zone(zone)
    rows = _parse_rows(path, rows, time_zone, load_catalogue().venue_names if names is None else names, now)
    good_rows = rows.filter(pl.col("why").is_null()).sort("time", "line")
    bad_lines = [
        BadLine(line, escape_hidden_signs(why))
        for line, why in rows.filter(pl.col("why").is_not_null()).select("line", "why").iter_rows()
    ]
    return ExecutionFile(
        path.name,
        table.row_word,
        tuple(_build_execution(row) for row in good_rows.iter_rows(named=True)),
        tuple(sorted([*faults, *bad_lines], key=lambda bad: bad.line)),
    )


def _read_table(path: Path, content: Content, limits: Limits) -> tuple[RawTable, list[BadLine]]:
    """The rows of a file, and the lines of a text that are no rows; the rows of other formats are all or none."""
    if PurePath(content.name).suffix.lower() in OTHER_PARSERS:
        return parse_content(path, content, limits), []
    table, faults = parse_rows(path, content.name, split_lines(path, content, limits), limits)
    return table, [BadLine(line, fault) for line, fault in faults.iter_rows()]


def _find_columns(table: RawTable) -> dict[str, str]:
    """The file's name of each column that it has. Raises FileRefused if a required one is missing."""
    by_key = {normalize_name(name): name for name in reversed(table.rows.columns) if name != LINE_COLUMN}
    found = {
        name: by_key[key]
        for name, keys in COLUMN_NAMES.items()
        if (key := next((key for key in keys if key in by_key), None)) is not None
    }
    missing = [name for name in REQUIRED_COLUMNS if name not in found]
    if missing:
        message = (
            f"has no column {', '.join(missing)}; a file of executions has {', '.join(REQUIRED_COLUMNS)}, and if known "
            "kind, fee and order id"
        )
        raise build_refusal(table.path, message)
    return found


def _parse_rows(
    path: Path, rows: pl.DataFrame, zone: str | None, names: VenueNames, now: datetime | None
) -> pl.DataFrame:
    """The columns of an execution as text, but ``time``, and ``why``: the first fault of each row, or null."""
    bar_lengths = pl.repeat(None, rows.height, dtype=pl.String, eager=True)  # no time lies inside a bar
    times = parse_instants(path, rows["time"], zone, now).dt.cast_time_unit("ms").alias("instant")
    time_faults = parse_times(path, rows["time"], bar_lengths, zone, now)["why"].alias("no_time")
    written_time = rows["time"].cast(pl.String).alias("written_time")
    texts = rows.select("line", *(pl.col(name).cast(pl.String).str.strip_chars() for name in COLUMN_NAMES)).drop("time")
    texts = texts.hstack([times, time_faults, written_time])
    keys = {name: pl.col(name).str.to_lowercase().str.replace_all(r"[^a-z]", "") for name in ("side", "kind")}
    kind = keys["kind"].fill_null("").replace_strict(KIND_WORDS, default=None, return_dtype=pl.String)
    held = keys["side"].replace_strict(HELD_WORDS, default=None, return_dtype=pl.String)
    side = pl.coalesce(
        keys["side"].replace_strict(SIDE_WORDS, default=None, return_dtype=pl.String),
        pl.when(kind == ExecutionKind.OPENING.value).then(held),
    )
    venues, venue_faults = _resolve_each(texts["venue"], names)
    symbols = {text: parse_market(text) for text in texts["symbol"].drop_nulls().unique()}
    parsed = texts.with_columns(
        time=pl.col("instant"),
        read_venue=pl.col("venue").replace_strict(venues, default=None, return_dtype=pl.String),
        no_venue=pl.col("venue").replace_strict(venue_faults, default=None, return_dtype=pl.String),
        read_symbol=pl.col("symbol").replace_strict(symbols, default=None, return_dtype=pl.String),
        read_side=side,
        read_kind=kind,
    )
    faults = (
        pl.when(pl.col("time").is_null()).then(
            pl.coalesce(
                "no_time",
                pl.format(f"time {{}} is no time {TIME_RANGE}", quote_column("written_time")),
                pl.lit("has no time"),
            )
        ),
        "no_venue",
        _describe_absent("venue", "read_venue", "an exchange"),
        _describe_absent("symbol", "read_symbol", "a market such as ATOM/USDT"),
        _describe_absent("side", "read_side", "buy or sell"),
        _describe_absent("kind", "read_kind", "fill, liquidation, adl or opening"),
        _describe_bad_number("quantity"),
        _describe_bad_number("price"),
        _describe_bad_fee(),
    )
    return parsed.select(
        "line",
        "time",
        *(pl.col(f"read_{name}").alias(name) for name in ("venue", "symbol", "side", "kind")),
        "quantity",
        "price",
        "fee",
        "order_id",
        why=pl.coalesce(*faults),
    )


def _resolve_each(texts: pl.Series, names: VenueNames) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The ids of venues by what is written, and why there is none."""
    ids: dict[str, str] = {}
    faults: dict[str, str] = {}
    for text in texts.drop_nulls().unique():
        try:
            ids[text] = names.resolve(text)
        except UsageError as error:
            faults[text] = str(error)
    return ids, faults


def _describe_absent(written: str, read: str, expected: str) -> pl.Expr:
    """The fault of a row whose text could not be read."""
    is_blank = pl.col(written).fill_null("") == ""
    message = (
        pl.when(is_blank)
        .then(pl.lit(f"has no {written}"))
        .otherwise(pl.format(f"{written} {{}} is not {expected}", pl.coalesce(quote_column(written), pl.lit(""))))
    )
    return pl.when(pl.col(read).is_null()).then(message)


def _describe_bad_number(name: str) -> pl.Expr:
    """The fault of a row whose value is no number above 0."""
    number = pl.col(name).cast(pl.Float64, strict=False)
    is_good = number.is_between(0, MAX_NUMBER, closed="right") & (pl.col(name).str.len_bytes() <= MAX_NUMBER_CHARS)
    message = pl.coalesce(pl.format(f"{name} {{}} is no number above 0", quote_column(name)), pl.lit(f"has no {name}"))
    return pl.when(~is_good.fill_null(value=False)).then(message)


def _describe_bad_fee() -> pl.Expr:
    """The fault of a row whose fee is no number; a row without one has none."""
    number = pl.col("fee").cast(pl.Float64, strict=False)
    is_good = (number.abs() < MAX_NUMBER) & (pl.col("fee").str.len_bytes() <= MAX_NUMBER_CHARS)
    has_fee = pl.col("fee").fill_null("") != ""
    return pl.when(has_fee & ~is_good.fill_null(value=False)).then(
        pl.format("fee {} is no number", quote_column("fee"))
    )


def _build_execution(row: dict[str, Any]) -> Execution:
    return Execution(
        line=row["line"],
        time=row["time"],
        venue=row["venue"],
        symbol=row["symbol"],
        side=OrderSide(row["side"]),
        quantity=Decimal(row["quantity"]),
        price=Decimal(row["price"]),
        kind=ExecutionKind(row["kind"]),
        fee=Decimal(row["fee"] or 0),
        order_id=row["order_id"] or None,
    )
