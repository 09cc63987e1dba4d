"""The values of a log's fields: times in UTC, sides, numbers, switches, HTTP statuses and exchanges."""

from datetime import datetime
from pathlib import Path

import polars as pl

from data.files.rows.parse_times import ISO_WITHOUT_ZONE, NO_ZONE_MESSAGE, TIME_RANGE, parse_instants
from data.identity.venue_names import VenueNames
from data.schema import TIME
from data.text.quoting import HIDDEN_SIGNS

SIDES = {
    **dict.fromkeys(("buy", "b", "bid", "long"), "buy"),
    **dict.fromkeys(("sell", "s", "ask", "short"), "sell"),
}

TRUE_WORDS, FALSE_WORDS = ("true", "1", "yes", "y"), ("false", "0", "no", "n")

NUMBER = r"(?-u)^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
"""A number at the start of a text, which a unit may follow, such as ``22.38ATOM``."""

MAX_TEXT_CHARS = 300
"""How much of a text of the log is kept."""


def parse_log_times(path: Path, times: pl.Series, zone: str | None, now: datetime | None = None) -> pl.DataFrame:
    """The times of a log.

    Args:
        path: the file, for messages.
        times: ISO 8601, with or without a zone, epoch numbers, or ``HH:MM YYYY-MM-DD``; a comma may stand before
            fractions of a second.
        zone: the zone of times without one; None if such a time is a fault.
        now: the time of reading; None if times may lie after the following day.

    Returns:
        ``time`` (`TIME`, null where it cannot be read) and ``fault`` (why, else null).
    """
    text = pl.col("raw").str.strip_chars()
    normal = (
        text.str.replace(r"(:\d\d),(\d)", "${1}.${2}")
        .str.replace(r"^(\d\d:\d\d(?::\d\d)?) (\d{4}-\d\d-\d\d)", "${2} ${1}")
        .str.replace_all("/", "-", literal=True)
    )
    written = times.alias("raw").to_frame().select(text.alias("written"), normal.alias("raw"))
    instants = parse_instants(path, written["raw"], zone, now)
    value = pl.format("time {}", pl.col("written").str.replace_all(f"[{HIDDEN_SIGNS}]+", " ").str.slice(0, 40))
    is_naive = pl.col("raw").str.contains(ISO_WITHOUT_ZONE)
    in_zone = f"does not exist in {zone}, or happened twice there: clocks were changed"
    fault = (
        pl.when(pl.col("instant").is_not_null())
        .then(None)
        .when(pl.col("raw").is_null() | (pl.col("raw") == ""))
        .then(pl.lit("has no time"))
        .when(is_naive)
        .then(value + pl.lit(f" {NO_ZONE_MESSAGE}" if zone is None else f" {in_zone}"))
        .otherwise(value + pl.lit(f" is neither ISO 8601 nor an epoch number {TIME_RANGE}"))
    )
    frame = written.with_columns(instant=instants.cast(TIME))
    return frame.select(time="instant", fault=fault.cast(pl.String))


def has_naive_times(times: pl.Series) -> bool:
    """Whether some time of a log has no zone."""
    text = times.drop_nulls().str.strip_chars().str.replace(r"^(\d\d:\d\d(?::\d\d)?) (\d{4}-\d\d-\d\d)", "${2} ${1}")
    return bool(text.str.replace(r"(:\d\d),(\d)", "${1}.${2}").str.contains(ISO_WITHOUT_ZONE).any())


def build_side(name: str) -> pl.Expr:
    """Buy or sell; null for other words."""
    return pl.col(name).str.strip_chars().str.to_lowercase().replace_strict(SIDES, default=None, return_dtype=pl.String)


def build_number(name: str) -> pl.Expr:
    """The number at the start of a text, without commas between thousands; null if there is none above 0."""
    text = pl.col(name).str.strip_chars().str.replace_all(r"(\d),(\d\d\d)", "${1}${2}")
    number = text.str.extract(f"({NUMBER})").cast(pl.Float64, strict=False)
    return pl.when(number.is_finite() & (number > 0)).then(number)


def build_switch(name: str) -> pl.Expr:
    """True or false; null for other words."""
    word = pl.col(name).str.strip_chars().str.to_lowercase()
    return (
        pl.when(word.is_in(TRUE_WORDS)).then(pl.lit(value=True)).when(word.is_in(FALSE_WORDS)).then(pl.lit(value=False))
    )


def build_status(name: str) -> pl.Expr:
    """A HTTP status from 100 to 599; null for everything else."""
    return pl.col(name).str.strip_chars().str.extract(r"(?i)^(?:HTTP[ /]?)?([1-5]\d\d)(?:\D|$)").cast(pl.Int32)


def build_text(name: str) -> pl.Expr:
    """A text without control signs, cut to what is shown of it; null where empty."""
    text = pl.col(name).str.replace_all(f"[{HIDDEN_SIGNS}]+", " ").str.strip_chars().str.slice(0, MAX_TEXT_CHARS)
    return pl.when(text != "").then(text)


def resolve_venues(written: pl.Series, names: VenueNames) -> pl.Series:
    """The ccxt ids of exchanges as written; null for unknown names."""
    unique = written.drop_nulls().unique()
    return written.replace_strict(
        {text: names.find(text) for text in unique.to_list()}, default=None, return_dtype=pl.String
    ).alias(written.name)
