"""How long the bars of a file are, by what it says itself: close times, its name, and the spacing of its rows."""

from pathlib import Path

import polars as pl

from data.errors import FileRefused
from data.files.formats.raw_table import build_refusal
from data.files.layouts.options import OptionNeed
from data.files.rows.parse_times import has_no_zone, parse_times
from data.schema import TIMEFRAME_SECONDS, Timeframe

KNOWN_LENGTHS = (1, 60, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 28_800, 43_200, 86_400, 604_800)
"""Usual lengths of bars in seconds."""

UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))

MARKET_COLUMNS = ("venue", "symbol", "price")
"""What makes rows one series."""

MIN_GAPS = 2
"""So many gaps between the rows of a market tell of a length; one gap may be minutes without a trade."""

MAIN_SHARE = 0.5
"""The share of gaps of the shortest kind above which it is the length, if all others are multiples of it."""


def find_lengths(path: Path, raw: pl.DataFrame, open_times: pl.Series, zone: str | None) -> pl.Expr | pl.Series:
    """The seconds that each row lasts by its close time; null where it has none that can be read.

    A close time is that of the last millisecond or second of the bar, or that of the next bar's open.
    """
    if "close_time" not in raw.columns or (zone is None and has_no_zone(raw["close_time"])):
        return pl.lit(None, pl.Int64)
    try:
        close_times = parse_times(path, raw["close_time"], pl.repeat(None, len(raw), dtype=pl.String, eager=True), zone)
    except FileRefused:  # a column of another type tells no length
        return pl.lit(None, pl.Int64)
    times = pl.DataFrame([open_times.alias("open"), close_times["open_time"].alias("close")])
    lasting_ms = pl.col("close").dt.epoch("ms") - pl.col("open").dt.epoch("ms")
    lengths = pl.coalesce(
        *(
            pl.when(lasting_ms.is_between(1000 * (length - 1), 1000 * length)).then(length)
            for length in sorted(KNOWN_LENGTHS)
        ),
        (lasting_ms + 999) // 1000,
    )
    return times.select(lengths.cast(pl.Int64).alias("length")).to_series()


def describe_length_faults(rows: pl.DataFrame) -> pl.Series:
    """Why a row does not last as long as its timeframe, by its close time; null where it does, or has none.

    Args:
        rows: ``timeframe`` and ``length_s``.
    """
    lengths = rows["length_s"].drop_nulls().unique()
    if lengths.is_empty():
        return pl.repeat(None, len(rows), dtype=pl.String, eager=True)
    words = {seconds: format_length(seconds) if seconds > 0 else "no time" for seconds in lengths}
    expected_s = pl.col("timeframe").replace_strict(TIMEFRAME_SECONDS, default=None, return_dtype=pl.Int64)
    nouns = {timeframe.value: timeframe.length for timeframe in Timeframe}
    fault = pl.format(
        "lasts {} by its close time, not {}",
        pl.col("length_s").replace_strict(words, default=None, return_dtype=pl.String),
        pl.col("timeframe").replace_strict(nouns, default=None, return_dtype=pl.String),
    )
    return rows.select(pl.when(pl.col("length_s") != expected_s).then(fault).alias("no_length")).to_series()


def find_length_need(path: Path, rows: pl.DataFrame, name_s: int | None, timeframe: Timeframe) -> OptionNeed | None:
    """The option that a file needs whose bars are not as long as the caller says; None if they are.

    Args:
        path: the file, for messages.
        rows: `MARKET_COLUMNS`, ``open_time`` and ``length_s`` (by close times, else null), sorted by them, of a file
            that does not name the timeframe of each row.
        name_s: the length in seconds by the file's name; None if it says nothing.
        timeframe: the length that the caller says, or the usual one.

    Raises:
        FileRefused: the bars are of a length that is not measured.
    """
    lengths = rows["length_s"].drop_nulls().unique()
    spacing_s = _find_spacing(rows)
    evidence = (
        (lengths[0] if len(lengths) == 1 else None, "by its close times"),
        (name_s, "by its name"),
        (spacing_s, "by the spacing of its rows"),
    )
    for seconds, place in evidence:
        if seconds is None or seconds == timeframe.seconds:
            continue
        supported = next((name for name, length in TIMEFRAME_SECONDS.items() if length == seconds), None)
        if supported is None:
            reason = f"{place} its rows are of {format_length(seconds)}; bars of 1s, 1m and 5m are measured"
            raise build_refusal(path, reason)
        return OptionNeed(
            "timeframe", f"{place} its rows are of {format_length(seconds)}, not of {timeframe.length}", (supported,)
        )
    return None


def format_length(seconds: int) -> str:
    """A length in words.

    >>> format_length(60), format_length(300), format_length(86400)
    ('1 minute', '5 minutes', '1 day')
    """
    unit, name = next((unit, name) for unit, name in UNITS if seconds % unit == 0)
    count = seconds // unit
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _find_spacing(rows: pl.DataFrame) -> int | None:
    """The seconds between rows of a market, if that is a usual length, most gaps are of it and all multiples of it."""
    is_same_market = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in MARKET_COLUMNS)
    seconds = pl.col("open_time").dt.epoch("s").diff()
    gaps = rows.select(pl.when(is_same_market).then(seconds).alias("gap")).to_series().drop_nulls()
    gaps = gaps.filter(gaps > 0)  # equal times are duplicates
    if len(gaps) < MIN_GAPS:
        return None
    shortest = int(gaps.sort()[0])
    is_regular = (gaps == shortest).sum() > MAIN_SHARE * len(gaps) and (gaps % shortest == 0).all()
    return shortest if is_regular and shortest in KNOWN_LENGTHS else None
