"""Parses the rows of a file into the columns of a candle, each with what is wrong with it."""

from pathlib import Path

import polars as pl

from data.errors import UsageError
from data.files.check_rows import (
    MARKET_COLUMNS,
    NUMBER_COLUMNS,
    PRICE_COLUMNS,
    list_market_faults,
    list_price_faults,
    list_volume_faults,
)
from data.files.parse_times import parse_times
from data.files.read import LINE_COLUMN, build_refusal
from data.identity.venue_names import VenueNames
from data.schema import CANDLE, CANDLE_DEFAULTS, Origin

TIME_COLUMNS = ("open_time", "time", "timestamp", "date")
"""Names of the time column; the first one present is used."""

OWN_COLUMNS = ("asset", "day", "fetched_at", "source")
"""Columns that the store adds. It derives or sets them itself, so those of a file are ignored."""

WRITTEN_COLUMNS = {"venue": "venue of file", "symbol": "symbol of file"}
"""The added columns with venue and symbol as the file, or the caller, writes them."""

EMPTY_COLUMN = "neither price nor volume"
"""The added column that marks rows without any price or volume, which some programs write for bars without a trade."""


def parse_rows(
    path: Path, raw: pl.DataFrame, names: VenueNames, venue: str | None = None, symbol: str | None = None
) -> pl.DataFrame:
    """The rows of a file in the columns of a candle, each with its fault.

    Venues are read as the id that has their name, symbols in capitals. A price is NaN where it is no finite number and
    the volume is 0.

    Args:
        path: the file, for messages.
        raw: the content of the file, from `data.files.read.read_raw_file`.
        names: the names of the venues that rows may be of.
        venue: the venue of all rows of a file of one market, else None.
        symbol: its symbol, else None.

    Returns:
        The columns of `data.schema.CANDLE`, `LINE_COLUMN`, `WRITTEN_COLUMNS`, `EMPTY_COLUMN`, and ``why``: null for a
        valid row, else its fault. Rows without price and volume are no candles: they have no fault of a number.

    Raises:
        FileRefused: a column is missing, of an impossible type, or given twice.
    """
    market = {name: value for name, value in (("venue", venue), ("symbol", symbol)) if value is not None}
    time_column = _find_time_column(path, raw, market)
    rows = raw.select(
        LINE_COLUMN,
        *(_read_text(path, raw, name, market.get(name)).alias(WRITTEN_COLUMNS[name]) for name in MARKET_COLUMNS),
        *(_read_text(path, raw, name, None).fill_null(default) for name, default in CANDLE_DEFAULTS.items()),
        *(_read_number(path, raw, name) for name in NUMBER_COLUMNS),
        pl.all_horizontal(_is_absent(path, raw, name) for name in NUMBER_COLUMNS).alias(EMPTY_COLUMN),
        no_price=pl.coalesce(*(_describe_bad_number(path, raw, name) for name in PRICE_COLUMNS)),
        no_volume=_describe_bad_number(path, raw, "volume"),
    )
    times = parse_times(path, raw[time_column], rows["timeframe"]).rename({"why": "no_time"})
    venues = _resolve_venues(rows[WRITTEN_COLUMNS["venue"]], names)
    is_reconstruction = pl.col("origin").str.to_lowercase() == Origin.RECONSTRUCTION
    origin = pl.when(is_reconstruction).then(pl.lit(Origin.RECONSTRUCTION)).otherwise(pl.lit(Origin.IMPORTED))
    named_rows = (
        rows.hstack(times)
        .hstack(venues)
        .with_columns(origin.alias("origin"), pl.col(WRITTEN_COLUMNS["symbol"]).str.to_uppercase().alias("symbol"))
    )
    is_traded = (pl.col("volume") != 0).fill_null(value=True)
    price_fault = pl.when(is_traded).then(pl.coalesce("no_price", *list_price_faults()))
    number_fault = pl.coalesce("no_volume", *list_volume_faults(), price_fault)
    return named_rows.with_columns(
        *(_blank_unless(is_traded | pl.col(name).is_finite(), name) for name in PRICE_COLUMNS),
        why=pl.coalesce(
            "no_time", "no_venue", *list_market_faults(), pl.when(~pl.col(EMPTY_COLUMN)).then(number_fault)
        ),
    ).select(*CANDLE, LINE_COLUMN, *WRITTEN_COLUMNS.values(), EMPTY_COLUMN, "why")


def list_unused_columns(raw: pl.DataFrame) -> tuple[str, ...]:
    """The columns of a file that are neither those of a candle nor added by the store."""
    time_column = next(name for name in TIME_COLUMNS if name in raw.columns)
    return tuple(name for name in raw.columns if name not in {time_column, LINE_COLUMN, *OWN_COLUMNS, *CANDLE})


def _find_time_column(path: Path, raw: pl.DataFrame, market: dict[str, str]) -> str:
    """The name of the time column. Raises FileRefused if a required column is missing or given twice."""
    time_column = next((name for name in TIME_COLUMNS if name in raw.columns), None)
    required = [name for name in (*MARKET_COLUMNS, *NUMBER_COLUMNS) if name not in market]
    missing = [*([] if time_column else TIME_COLUMNS[:1]), *(name for name in required if name not in raw.columns)]
    if time_column is None or missing:
        hint = "; name the market of a file that holds one" if {*MARKET_COLUMNS} & {*missing} else ""
        raise build_refusal(path, f"has no column {', '.join(missing)}{hint}")
    duplicates = ", ".join(name for name in market if name in raw.columns)
    if duplicates:
        raise build_refusal(path, f"has a column {duplicates} of its own; import it without naming a market")
    return time_column


def _read_text(path: Path, raw: pl.DataFrame, name: str, value: str | None) -> pl.Expr:
    """A text column, stripped, or one value for all rows; null where empty or absent."""
    if value is not None:
        return pl.lit(value).alias(name)
    if name not in raw.columns:
        return pl.lit(None, pl.String).alias(name)
    if not isinstance(raw.schema[name], pl.String | pl.Categorical | pl.Enum | pl.Null):
        raise build_refusal(path, f"column {name} holds {raw.schema[name]}, not text")
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


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
    message = pl.format("{} {} is no number", pl.lit(name), pl.col(name).cast(pl.String))
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


def _resolve_venues(written: pl.Series, names: VenueNames) -> pl.DataFrame:
    """For each text its ``venue``, and in ``no_venue`` why it has none; both null where the text is null."""
    ids: dict[str, str] = {}
    faults: dict[str, str] = {}
    for text in written.drop_nulls().unique():
        try:
            ids[text] = names.resolve(text)
        except UsageError as error:
            faults[text] = str(error)
    return pl.DataFrame(
        {
            name: written.replace_strict(texts, default=None, return_dtype=pl.String)
            for name, texts in (("venue", ids), ("no_venue", faults))
        }
    )
