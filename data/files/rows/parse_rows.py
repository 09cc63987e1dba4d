"""Parses the rows of a file into the columns of a candle, each with what is wrong with it."""

from pathlib import Path

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN, build_refusal, quote_column
from data.files.layouts.options import ReadOptions
from data.files.layouts.recognise import RecognisedTable
from data.files.rows.bar_length import describe_length_faults, find_lengths
from data.files.rows.check_rows import (
    NUMBER_COLUMNS,
    PRICE_COLUMNS,
    list_kind_faults,
    list_market_faults,
    list_price_faults,
    list_volume_faults,
)
from data.files.rows.market_columns import WRITTEN_COLUMNS, list_open_names, read_markets, read_text
from data.files.rows.usual_times import parse_usual_times
from data.identity.venue_names import VenueNames
from data.schema import CANDLE, CANDLE_DEFAULTS, Origin

EMPTY_COLUMN = "neither price nor volume"
"""The added column that marks rows without any price or volume, which some programs write for bars without a trade."""

LENGTH_COLUMN = "length_s"
"""The added column with the seconds that a row lasts by its own close time; null where it has none."""


def parse_rows(
    recognised: RecognisedTable,
    names: VenueNames,
    options: ReadOptions,
    venue: str | None = None,
    symbol: str | None = None,
) -> pl.DataFrame:
    """The rows of a file in the columns of a candle, each with its fault.

    Venues are read as the id that has their name, symbols in capitals. A price is NaN where it is no finite number and
    the volume is 0.

    Args:
        recognised: the file.
        names: the names of the venues that rows may be of.
        options: what the caller says about the file.
        venue: the venue of all rows of a file without such a column; None to leave it open.
        symbol: the symbol of all rows, likewise.

    Returns:
        The columns of `data.schema.CANDLE`, `LINE_COLUMN`, `WRITTEN_COLUMNS`, `EMPTY_COLUMN`, `LENGTH_COLUMN`, and
        ``why``: null for a valid row, else its fault. Rows without price and volume are no candles: they have no fault
        of a number. A market that is left open is null and no fault.

    Raises:
        FileRefused: a column is of an impossible type.
    """
    path = recognised.table.path
    raw = recognised.table.rows
    defaults = {
        **CANDLE_DEFAULTS,
        "timeframe": options.timeframe or CANDLE_DEFAULTS["timeframe"],
        "price": options.price or CANDLE_DEFAULTS["price"],
    }
    if "volume" not in raw.columns:
        raw = raw.with_columns(volume=pl.lit(None, pl.Float64))
    if defaults["price"] != CANDLE_DEFAULTS["price"]:  # such series have no volume
        has_price = ~pl.all_horizontal(_is_absent(path, raw, name) for name in PRICE_COLUMNS)
        is_needed = has_price & _is_absent(path, raw, "volume")
        raw = raw.with_columns(
            pl.when(is_needed).then(pl.lit("0")).otherwise(pl.col("volume").cast(pl.String)).alias("volume")
        )
    rows = raw.select(
        LINE_COLUMN,
        *(read_text(path, raw, name, None).fill_null(default) for name, default in defaults.items()),
        *(_read_number(path, raw, name) for name in NUMBER_COLUMNS),
        pl.all_horizontal(_is_absent(path, raw, name) for name in NUMBER_COLUMNS).alias(EMPTY_COLUMN),
        no_price=pl.coalesce(*(_describe_bad_number(path, raw, name) for name in PRICE_COLUMNS)),
        no_volume=_describe_bad_number(path, raw, "volume"),
    )
    times = parse_usual_times(path, raw["open_time"], rows["timeframe"], recognised.zone, options.now).rename(
        {"why": "no_time"}
    )
    markets = read_markets(recognised, names, venue, symbol)
    is_reconstruction = pl.col("origin").str.to_lowercase() == Origin.RECONSTRUCTION
    origin = pl.when(is_reconstruction).then(pl.lit(Origin.RECONSTRUCTION)).otherwise(pl.lit(Origin.IMPORTED))
    named_rows = (
        rows.hstack(times)
        .hstack(markets)
        .with_columns(
            origin.alias("origin"),
            find_lengths(path, raw, times["open_time"], recognised.zone).alias(LENGTH_COLUMN),
        )
    )
    is_traded = (pl.col("volume") != 0).fill_null(value=True)
    price_fault = pl.when(is_traded).then(pl.coalesce("no_price", *list_price_faults()))
    number_fault = pl.coalesce("no_volume", *list_volume_faults(), price_fault)
    return named_rows.with_columns(
        *(_blank_unless(is_traded | pl.col(name).is_finite(), name) for name in PRICE_COLUMNS),
        why=pl.coalesce(
            "no_time",
            "no_venue",
            *list_market_faults(list_open_names(recognised, venue, symbol)),
            *list_kind_faults(),
            describe_length_faults(named_rows),
            pl.when(~pl.col(EMPTY_COLUMN)).then(number_fault),
        ),
    ).select(*CANDLE, LINE_COLUMN, *WRITTEN_COLUMNS.values(), EMPTY_COLUMN, LENGTH_COLUMN, "why")


def _read_number(path: Path, raw: pl.DataFrame, name: str) -> pl.Expr:
    """A column as floats; null where a value is no number."""
    dtype = raw.schema[name]
    if dtype == pl.String:
        return pl.col(name).str.strip_chars().cast(pl.Float64, strict=False)
    if not (dtype.is_numeric() or dtype == pl.Null):
        raise build_refusal(path, f"column {name} holds {dtype}, not numbers")
    return pl.col(name).cast(pl.Float64)


def _describe_bad_number(path: Path, raw: pl.DataFrame, name: str) -> pl.Expr:
    """The fault of a row whose value in a column is no number; null if it is one."""
    message = pl.format("{} {} is no number", pl.lit(name), quote_column(name))
    absent = pl.when(_is_blank(name)).then(pl.lit(f"has no {name}"))
    return pl.when(_read_number(path, raw, name).is_null()).then(pl.coalesce(absent, message))


def _is_absent(path: Path, raw: pl.DataFrame, name: str) -> pl.Expr:
    """Whether a row has nothing in a column of numbers: it is empty, blank or NaN."""
    return _is_blank(name) | _read_number(path, raw, name).is_nan().fill_null(value=False)


def _is_blank(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().fill_null("") == ""


def _blank_unless(has_value: pl.Expr, name: str) -> pl.Expr:
    """A column of prices, NaN where a condition does not hold or is null."""
    return pl.when(has_value).then(pl.col(name)).otherwise(float("nan")).alias(name)
