"""Parses the rows of a file into the columns of a candle and describes what is wrong with invalid rows."""

from pathlib import Path

import polars as pl

from data.files.parse_times import parse_times
from data.files.read import LINE_COLUMN, build_refusal
from data.schema import CANDLE, CANDLE_DEFAULTS, Origin, Timeframe

VENUE_PATTERN = r"[A-Za-z0-9_.-]+"
"""The form of a venue id."""

SYMBOL_PATTERN = r"[^\s/:,]+/[^\s/:,]+(:[^\s/:,]+)?"
"""The form of a ccxt unified symbol: BASE/QUOTE, or BASE/QUOTE:SETTLE."""

TIME_COLUMNS = ("open_time", "time", "timestamp", "date")
"""Names of the time column; the first one present is used."""

MARKET_COLUMNS = ("venue", "symbol")
PRICE_COLUMNS = ("open", "high", "low", "close")
NUMBER_COLUMNS = (*PRICE_COLUMNS, "volume")

OWN_COLUMNS = ("asset", "day", "fetched_at", "source")
"""Columns that the store adds. It derives or sets them itself, so those of a file are ignored."""

TIMEFRAMES = tuple(timeframe.value for timeframe in Timeframe)
"""The supported timeframes; only minutes are read by default."""

PRICE_KINDS = ("trade", "mark", "index")
"""The supported kinds of price; only trades are read by default."""


def parse_rows(path: Path, raw: pl.DataFrame, venue: str | None, symbol: str | None) -> pl.DataFrame:
    """The rows of a file in the columns of a candle, each with its fault.

    Args:
        path: the file, for messages.
        raw: the content of the file, from `data.files.read.read_raw_file`.
        venue: the venue of all rows of a file of one market, else None.
        symbol: its symbol, else None.

    Returns:
        The columns of `data.schema.CANDLE`, `LINE_COLUMN`, and ``why``: null for a valid row, else its fault.

    Raises:
        FileRefused: a column is missing, of an impossible type, or given twice.
    """
    market = {name: value for name, value in (("venue", venue), ("symbol", symbol)) if value is not None}
    time_column = _find_time_column(path, raw, market)
    rows = raw.select(
        LINE_COLUMN,
        *(_read_text(path, raw, name, market.get(name)) for name in MARKET_COLUMNS),
        *(_read_text(path, raw, name, None).fill_null(default) for name, default in CANDLE_DEFAULTS.items()),
        *(_read_number(path, raw, name) for name in NUMBER_COLUMNS),
        no_number=pl.coalesce(*(_describe_bad_number(path, raw, name) for name in NUMBER_COLUMNS)),
    )
    times = parse_times(path, raw[time_column], rows["timeframe"]).rename({"why": "no_time"})
    is_reconstruction = pl.col("origin").str.to_lowercase() == Origin.RECONSTRUCTION
    origin = pl.when(is_reconstruction).then(pl.lit(Origin.RECONSTRUCTION)).otherwise(pl.lit(Origin.IMPORTED))
    rows = rows.hstack(times).with_columns(origin.alias("origin"))
    return rows.select(*CANDLE, LINE_COLUMN, why=pl.coalesce("no_time", "no_number", *_list_faults()))


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
    absent = pl.when(pl.col(name).is_null()).then(pl.lit(f"has no {name}"))
    return pl.when(_read_number(path, raw, name).is_null()).then(pl.coalesce(absent, message))


def _list_faults() -> list[pl.Expr]:
    """The possible faults of a row whose values are all present, each null where it does not apply."""
    finite = [
        pl.when(~pl.col(name).is_finite()).then(pl.format(f"{name} {{}} is not finite", name))
        for name in NUMBER_COLUMNS
    ]
    positive = [
        pl.when(pl.col(name) <= 0).then(pl.format(f"{name} {{}} is not above 0", name)) for name in PRICE_COLUMNS
    ]
    within = [
        fault
        for name in ("open", "close")
        for fault in (
            pl.when(pl.col("low") > pl.col(name)).then(pl.format(f"low {{}} is above {name} {{}}", "low", name)),
            pl.when(pl.col("high") < pl.col(name)).then(pl.format(f"high {{}} is below {name} {{}}", "high", name)),
        )
    ]
    return [
        _describe_unless(pl.col("venue").str.contains(f"^{VENUE_PATTERN}$"), "venue", "a venue id such as kraken"),
        _describe_unless(
            pl.col("symbol").str.contains(f"^{SYMBOL_PATTERN}$"),
            "symbol",
            "of the form BASE/QUOTE or BASE/QUOTE:SETTLE",
        ),
        *finite,
        *positive,
        pl.when(pl.col("volume") < 0).then(pl.format("volume {} is below 0", "volume")),
        *within,
        _describe_unless(pl.col("timeframe").is_in(TIMEFRAMES), "timeframe", f"one of {', '.join(TIMEFRAMES)}"),
        _describe_unless(pl.col("price").is_in(PRICE_KINDS), "price", f"one of {', '.join(PRICE_KINDS)}"),
    ]


def _describe_unless(is_so: pl.Expr, name: str, expected: str) -> pl.Expr:
    message = pl.format(f"{name} {{}} is not {expected}", pl.col(name).fill_null("(empty)"))
    return pl.when(~is_so.fill_null(value=False)).then(message)
