"""Row by row: what a file says as the columns of a candle, and what is wrong with a row that is no candle."""

from pathlib import Path

import polars as pl

from data.instants import instants
from data.rawfile import LINE, refused
from data.schema import CANDLE, CANDLE_DEFAULTS, Origin, Timeframe

VENUE = r"[A-Za-z0-9_.-]+"
"""The form of a venue id."""

SYMBOL = r"[^\s/:,]+/[^\s/:,]+(:[^\s/:,]+)?"
"""The form of a ccxt unified symbol: BASE/QUOTE, or BASE/QUOTE:SETTLE."""

TIME_COLUMNS = ("open_time", "time", "timestamp", "date")
"""Names of the time column; the first one that is there counts."""

MARKET_COLUMNS = ("venue", "symbol")
PRICE_COLUMNS = ("open", "high", "low", "close")
NUMBER_COLUMNS = (*PRICE_COLUMNS, "volume")

OWN_COLUMNS = ("asset", "day", "fetched_at", "source")
"""Columns that the store adds; they follow from the others or are given anew, so those of a file are passed over."""

TIMEFRAMES = tuple(timeframe.value for timeframe in Timeframe)
"""The lengths of candles that are kept; only minutes are read by default."""

PRICES = ("trade", "mark", "index")
"""The kinds of price that are kept; only trades are read by default."""


def rows_of(path: Path, raw: pl.DataFrame, venue: str | None, symbol: str | None) -> pl.DataFrame:
    """The rows of a file in the columns of a candle, each with what is wrong with it.

    Args:
        path: the file, for messages.
        raw: as `data.rawfile.read_raw` gives it.
        venue: the venue of all rows of a file of one market, else None.
        symbol: its symbol, else None.

    Returns:
        The columns of `data.schema.CANDLE`, `LINE`, and ``why``: null for a candle, else what is wrong with the row.

    Raises:
        FileRefused: a column is missing, of an impossible type, or given twice.
    """
    market = {name: value for name, value in (("venue", venue), ("symbol", symbol)) if value is not None}
    time = _time_column(path, raw, market)
    rows = raw.select(
        LINE,
        *(_text(path, raw, name, market.get(name)) for name in MARKET_COLUMNS),
        *(_text(path, raw, name, None).fill_null(default) for name, default in CANDLE_DEFAULTS.items()),
        *(_number(path, raw, name) for name in NUMBER_COLUMNS),
        no_number=pl.coalesce(*(_no_number(path, raw, name) for name in NUMBER_COLUMNS)),
    )
    times = instants(path, raw[time], rows["timeframe"]).rename({"why": "no_time"})
    is_reconstruction = pl.col("origin").str.to_lowercase() == Origin.RECONSTRUCTION
    origin = pl.when(is_reconstruction).then(pl.lit(Origin.RECONSTRUCTION)).otherwise(pl.lit(Origin.IMPORTED))
    rows = rows.hstack(times).with_columns(origin.alias("origin"))
    return rows.select(*CANDLE, LINE, why=pl.coalesce("no_time", "no_number", *_faults()))


def unused_columns(raw: pl.DataFrame) -> tuple[str, ...]:
    """The columns of a file that no candle has and that the store does not add."""
    time = next(name for name in TIME_COLUMNS if name in raw.columns)
    return tuple(name for name in raw.columns if name not in {time, LINE, *OWN_COLUMNS, *CANDLE})


def _time_column(path: Path, raw: pl.DataFrame, market: dict[str, str]) -> str:
    """The name of the time column, in a file that has every column it needs."""
    time = next((name for name in TIME_COLUMNS if name in raw.columns), None)
    wanted = [name for name in (*MARKET_COLUMNS, *NUMBER_COLUMNS) if name not in market]
    missing = [*([] if time else TIME_COLUMNS[:1]), *(name for name in wanted if name not in raw.columns)]
    if time is None or missing:
        hint = "; name the market of a file that holds one" if {*MARKET_COLUMNS} & {*missing} else ""
        raise refused(path, f"has no column {', '.join(missing)}{hint}")
    twice = ", ".join(name for name in market if name in raw.columns)
    if twice:
        raise refused(path, f"has a column {twice} of its own; import it without naming a market")
    return time


def _text(path: Path, raw: pl.DataFrame, name: str, value: str | None) -> pl.Expr:
    """A text column without blanks around it, or one value for all rows; null where empty or absent."""
    if value is not None:
        return pl.lit(value).alias(name)
    if name not in raw.columns:
        return pl.lit(None, pl.String).alias(name)
    if not isinstance(raw.schema[name], pl.String | pl.Categorical | pl.Enum | pl.Null):
        raise refused(path, f"column {name} holds {raw.schema[name]}, not text")
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _number(path: Path, raw: pl.DataFrame, name: str) -> pl.Expr:
    """A column as floats; null where there is none."""
    dtype = raw.schema[name]
    if dtype == pl.String:
        return pl.col(name).str.strip_chars().cast(pl.Float64, strict=False)
    if not (dtype.is_numeric() or dtype == pl.Null):
        raise refused(path, f"column {name} holds {dtype}, not numbers")
    return pl.col(name).cast(pl.Float64)


def _no_number(path: Path, raw: pl.DataFrame, name: str) -> pl.Expr:
    """What is wrong with a row whose value is no number."""
    said = pl.format("{} {} is no number", pl.lit(name), pl.col(name).cast(pl.String))
    absent = pl.when(pl.col(name).is_null()).then(pl.lit(f"has no {name}"))
    return pl.when(_number(path, raw, name).is_null()).then(pl.coalesce(absent, said))


def _faults() -> list[pl.Expr]:
    """What can be wrong with a row whose values are all there, each null where it is not."""
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
        _unless(pl.col("venue").str.contains(f"^{VENUE}$"), "venue", "a venue id such as kraken"),
        _unless(pl.col("symbol").str.contains(f"^{SYMBOL}$"), "symbol", "of the form BASE/QUOTE or BASE/QUOTE:SETTLE"),
        *finite,
        *positive,
        pl.when(pl.col("volume") < 0).then(pl.format("volume {} is below 0", "volume")),
        *within,
        _unless(pl.col("timeframe").is_in(TIMEFRAMES), "timeframe", f"one of {', '.join(TIMEFRAMES)}"),
        _unless(pl.col("price").is_in(PRICES), "price", f"one of {', '.join(PRICES)}"),
    ]


def _unless(is_so: pl.Expr, name: str, wanted: str) -> pl.Expr:
    said = pl.format(f"{name} {{}} is not {wanted}", pl.col(name).fill_null("(empty)"))
    return pl.when(~is_so.fill_null(value=False)).then(said)
