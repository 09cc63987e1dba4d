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

LENGTH_COLUMNS = (*MARKET_COLUMNS, "open_time", "length_s", "why")
"""The columns of parsed rows that tell of the length of bars."""

MIN_GAPS = 2
"""So many gaps between the rows of a market tell of a length; one gap may be minutes without a trade: it is asked."""

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


def find_length_need(
    path: Path, rows: pl.DataFrame, name_s: int | None, declared: Timeframe | None, *, names_markets: bool
) -> OptionNeed | None:
    """The option that a file needs whose bars are not as long as the caller says; None if they are.

    Args:
        path: the file, for messages.
        rows: `LENGTH_COLUMNS` of a file that does not name the timeframe of each row; ``length_s`` is by close times.
        name_s: the length in seconds by the file's name; None if it says nothing.
        declared: the length that the caller says; None if none is said, which stands for a minute.
        names_markets: whether rows name their exchange, as in a table that was made for this program: it is not asked
            about a single gap.

    Raises:
        FileRefused: the bars are of a length that is not measured.
    """
    timeframe = declared or Timeframe.M1
    lengths = rows["length_s"].drop_nulls().unique()
    if lengths.to_list() == [timeframe.seconds]:
        return None
    spacing_s, gaps = (timeframe.seconds, MIN_GAPS) if _has_gap(rows, timeframe.seconds) else _find_spacing(rows)
    evidence = (
        (lengths[0] if len(lengths) == 1 else None, "by its close times"),
        (name_s, "by its name"),
        (spacing_s if gaps >= MIN_GAPS else None, "by the spacing of its rows"),
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
    is_asked = declared is None and name_s is None and gaps < MIN_GAPS and not names_markets
    return _build_gap_need(spacing_s) if is_asked and spacing_s and spacing_s > timeframe.seconds else None


def _build_gap_need(gap_s: int) -> OptionNeed:
    """The option that a file of two rows needs, where the time between them is a usual length of bars."""
    length = format_length(gap_s)
    names = [name for name, seconds in TIMEFRAME_SECONDS.items() if seconds in {gap_s, Timeframe.M1.seconds}]
    reason = f"its two rows are {length} apart, so they may be bars of that length; say what they are"
    return OptionNeed("timeframe", reason, tuple(names))


def format_length(seconds: int) -> str:
    """A length in words.

    >>> format_length(60), format_length(300), format_length(86400)
    ('1 minute', '5 minutes', '1 day')
    """
    unit, name = next((unit, name) for unit, name in UNITS if seconds % unit == 0)
    count = seconds // unit
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _is_same_market() -> pl.Expr:
    """Whether a row is of the market of the row before it."""
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in MARKET_COLUMNS)


def _has_gap(rows: pl.DataFrame, seconds: int) -> bool:
    """Whether all rows are good and two that stand together in the file are so far apart: most files need no more."""
    if rows["why"].null_count() < len(rows):
        return False
    is_apart = rows["open_time"].diff().dt.total_seconds().abs() == seconds
    return bool(rows.select(is_apart & _is_same_market()).to_series().any())


def _find_spacing(rows: pl.DataFrame) -> tuple[int | None, int]:
    """The seconds between rows of a market, and the number of gaps that tell of it.

    None if that is no usual length, or if not most gaps are of it and all multiples of it.
    """
    times = rows.select(*MARKET_COLUMNS, "open_time").drop_nulls("open_time").sort(*MARKET_COLUMNS, "open_time")
    seconds = pl.col("open_time").dt.epoch("s").diff()
    gaps = times.select(pl.when(_is_same_market()).then(seconds).alias("gap")).to_series().drop_nulls()
    gaps = gaps.filter(gaps > 0)  # equal times are duplicates
    if gaps.is_empty():
        return None, 0
    shortest = int(gaps.sort()[0])
    is_regular = (gaps == shortest).sum() > MAIN_SHARE * len(gaps) and (gaps % shortest == 0).all()
    return (shortest if is_regular and shortest in KNOWN_LENGTHS else None), len(gaps)
