"""Parses a column of times in any supported form into UTC, and describes the fault of each row's time."""

from pathlib import Path

import polars as pl

from data.files.read import build_refusal
from data.schema import TIME, Timeframe

ISO_WITH_ZONE = r"(?i)^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?\s*(Z|UTC|[+-]\d\d:?\d\d)$"
ISO_WITHOUT_ZONE = r"(?i)^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"
NUMBER_PATTERN = r"^[+-]?\d+(\.0*)?$"

EPOCH_UNITS = (("s", 10**8, 10**11, 10**6), ("ms", 10**11, 10**14, 10**3), ("us", 10**14, 10**17, 1))
"""Unit, its least number and the bound above (years 1973 to 5138), and its length in microseconds."""

BAR_LENGTHS_US = {timeframe.value: timeframe.ms * 1000 for timeframe in Timeframe}

BAR_NAMES = {Timeframe.S1.value: "second", Timeframe.M1.value: "minute", Timeframe.M5.value: "span of 5 minutes"}
"""What a bar of each timeframe is called in the message about a time inside a bar."""

NO_ZONE_MESSAGE = "has no time zone; end it with Z for UTC, or with an offset such as +08:00"


def parse_times(path: Path, times: pl.Series, timeframes: pl.Series) -> pl.DataFrame:
    """Parse a column of times: ISO 8601 with a zone, or epoch seconds, milliseconds or microseconds.

    Args:
        path: the file, for messages.
        times: texts, numbers, or times with a zone.
        timeframes: the timeframe of each row as text; an unknown one is no fault of the time.

    Returns:
        A row per time: ``open_time`` (milliseconds in UTC, null if it cannot be parsed) and ``why`` (its fault, or
        null).

    Raises:
        FileRefused: the whole column has naive times or another type.
    """
    bar_columns = (
        timeframes.replace_strict(BAR_LENGTHS_US, default=None, return_dtype=pl.Int64).alias("bar_us"),
        timeframes.replace_strict(BAR_NAMES, default=None, return_dtype=pl.String).alias("bar"),
    )
    frame = pl.DataFrame([times.alias("raw"), *bar_columns])
    micros, fault = _build_readings(path, times.dtype)
    parsed = frame.with_columns(micros=micros).with_columns(why=fault)
    out_of_range = pl.when(~pl.col("micros").is_between(0, EPOCH_UNITS[-1][2], closed="left"))
    misaligned = pl.when(pl.col("micros") % pl.col("bar_us") != 0).then(_describe_misaligned())
    return parsed.select(
        open_time=(pl.col("micros") // 1000).cast(TIME),
        why=pl.coalesce(
            pl.when(pl.col("raw").is_null()).then(pl.lit("has no time")),
            "why",
            out_of_range.then(_describe_fault("lies outside of the years 1970 to 5138")),
            misaligned,
        ),
    )


def _build_readings(path: Path, dtype: pl.DataType) -> tuple[pl.Expr, pl.Expr]:
    """Expressions for the microseconds of a column of that type, and for a row's fault (which may use ``micros``)."""
    raw = pl.col("raw")
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        # A nanosecond past the start of the bar must not be lost by rounding to microseconds.
        has_extra_nanos = raw.dt.nanosecond() % 1000 != 0
        return raw.dt.epoch("us"), pl.when(has_extra_nanos).then(_describe_misaligned())
    if isinstance(dtype, pl.Datetime | pl.Date):
        raise build_refusal(path, f"its times have no time zone (type {dtype}); store them as times in UTC")
    if dtype.is_numeric():
        return _convert_epoch(raw.cast(pl.Float64, strict=False)), _describe_epoch_fault(
            raw.cast(pl.Float64, strict=False)
        )
    if dtype != pl.String:
        raise build_refusal(path, f"its times are of type {dtype}; ISO 8601 or epoch numbers are needed")
    text = raw.str.strip_chars()
    number = pl.when(text.str.contains(NUMBER_PATTERN)).then(text).cast(pl.Float64)
    iso_text = pl.concat_str(
        text.str.extract(ISO_WITH_ZONE, 1),
        pl.lit("T"),
        text.str.extract(ISO_WITH_ZONE, 2),
        text.str.extract(ISO_WITH_ZONE, 3).fill_null(":00"),
        text.str.extract(ISO_WITH_ZONE, 4).str.replace("(?i)^(Z|UTC)$", "+00:00"),
    )
    iso = iso_text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", time_zone="UTC", strict=False)
    fault = (
        pl.when(text.str.contains(NUMBER_PATTERN))
        .then(_describe_epoch_fault(number))
        .when(text.str.contains(ISO_WITHOUT_ZONE))
        .then(_describe_fault(NO_ZONE_MESSAGE))
        .when(pl.col("micros").is_null())
        .then(_describe_fault("is neither ISO 8601 nor an epoch number"))
    )
    return pl.coalesce(iso.dt.epoch("us"), _convert_epoch(number)), fault


def _find_unit(number: pl.Expr) -> pl.Expr:
    """The epoch unit that fits the magnitude of a number; null if none does."""
    matches = (
        pl.when(number.is_between(least, bound, closed="left")).then(pl.lit(unit))
        for unit, least, bound, _ in EPOCH_UNITS
    )
    return pl.coalesce(*matches)


def _convert_epoch(number: pl.Expr) -> pl.Expr:
    """Microseconds of an epoch number; null if no unit fits it."""
    return _find_unit(number).replace_strict(
        {unit: size for unit, *_, size in EPOCH_UNITS}, return_dtype=pl.Int64
    ) * number.cast(pl.Int64, strict=False)


def _describe_epoch_fault(number: pl.Expr) -> pl.Expr:
    """The fault of a number as time: no epoch unit fits, a fraction, or another unit than that of the first row."""
    unit = _find_unit(number)
    first_unit = unit.drop_nulls().first()
    return (
        pl.when(unit.is_null())
        .then(_describe_fault("is no time in epoch seconds, milliseconds or microseconds"))
        .when(number != number.floor())
        .then(_describe_misaligned())
        .when(unit != first_unit)
        .then(
            pl.format("time {} is in {}, the first of the file in {}", pl.col("raw").cast(pl.String), unit, first_unit)
        )
    )


def _describe_misaligned() -> pl.Expr:
    """The fault of a time that is not the start of a bar."""
    return pl.format("time {} lies inside a {}; candles are whole ones", pl.col("raw").cast(pl.String), "bar")


def _describe_fault(fault: str) -> pl.Expr:
    """A message of the time as written in the file, and its fault."""
    return pl.format(f"time {{}} {fault}", pl.col("raw").cast(pl.String))
