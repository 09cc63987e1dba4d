"""Parses the rows of a file of trades, each with what is wrong with it."""

from datetime import datetime

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN, quote_column
from data.files.layouts.recognise import RecognisedTable
from data.files.rows.check_rows import MARKET_COLUMNS, OUTSIDE_PRICES, list_market_faults
from data.files.rows.market_columns import WRITTEN_COLUMNS, list_open_names, read_markets
from data.files.rows.parse_times import TIME_RANGE, parse_instants
from data.identity.venue_names import VenueNames
from data.schema import MAX_PRICE, MIN_PRICE

TRADE_COLUMNS = ("time", "id", "price", "amount")


def has_id(rows: pl.DataFrame) -> pl.Series:
    """Whether each row has a text or number in its column ``id``."""
    return rows["id"].cast(pl.String).str.strip_chars().fill_null("") != ""


def parse_trades(
    recognised: RecognisedTable,
    names: VenueNames,
    venue: str | None = None,
    symbol: str | None = None,
    *,
    has_ids: bool,
    now: datetime | None = None,
) -> pl.DataFrame:
    """The trades of a file, or of a batch of it, each with its fault.

    Args:
        recognised: the file.
        names: the names of the venues that rows may be of.
        venue: the venue of all rows of a file without such a column; None to leave it open.
        symbol: the symbol of all rows, likewise.
        has_ids: whether every row of the file has an id.
        now: the time of reading, as of `data.files.layouts.options.ReadOptions`.

    Returns:
        ``venue``, ``symbol``, ``time`` (Datetime in us, UTC), ``id`` (String; no such column unless
        ``has_ids``), ``price`` and ``amount`` (String, as printed), `LINE_COLUMN`, `WRITTEN_COLUMNS`, and ``why``:
        null for a valid trade, else its fault.

    Raises:
        FileRefused: a column is of an impossible type.
    """
    raw = recognised.table.rows
    markets = read_markets(recognised, names, venue, symbol)
    columns = ("price", "amount", *(["id"] if has_ids else []))
    values = raw.select(LINE_COLUMN, *(pl.col(name).cast(pl.String).str.strip_chars() for name in columns))
    times = parse_instants(recognised.table.path, raw["time"], recognised.zone, now).alias("time")
    time_texts = raw["time"].cast(pl.String).alias("time of file")
    rows = pl.concat([markets, values, pl.DataFrame([times, time_texts])], how="horizontal")
    price, amount = (pl.col(name).cast(pl.Float64, strict=False) for name in ("price", "amount"))
    faults = (
        pl.when(pl.col("time").is_null()).then(
            pl.coalesce(
                pl.format(f"time {{}} is no time {TIME_RANGE}", quote_column("time of file")), pl.lit("has no time")
            )
        ),
        pl.col("no_venue"),
        *list_market_faults(list_open_names(recognised, venue, symbol)),
        pl.when(~(price.is_finite() & (price > 0)).fill_null(value=False)).then(
            pl.format("price {} is no positive number", pl.coalesce(quote_column("price"), pl.lit("(empty)")))
        ),
        pl.when(~price.is_between(MIN_PRICE, MAX_PRICE)).then(
            pl.format(f"price {{}} {OUTSIDE_PRICES}", quote_column("price"))
        ),
        pl.when(~(amount.is_finite() & (amount >= 0)).fill_null(value=False)).then(
            pl.format("amount {} is no number from 0", pl.coalesce(quote_column("amount"), pl.lit("(empty)")))
        ),
    )
    return rows.select(
        *MARKET_COLUMNS,
        *(name for name in TRADE_COLUMNS if name in rows.columns),
        LINE_COLUMN,
        *WRITTEN_COLUMNS.values(),
        why=pl.coalesce(*faults),
    )
