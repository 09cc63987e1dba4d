"""Parses a column of times in any supported form into UTC, and describes the fault of each row's time."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from data.errors import UsageError
from data.files.formats.raw_table import build_refusal, quote_column
from data.schema import TIME, Timeframe
from data.text.quoting import quote_input

# Without Unicode (-u), as digits are those from 0 to 9 alone: others would pass here and be no numbers later.
ISO_WITH_ZONE = r"(?i-u)^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?\s*(Z|UTC|[+-]\d\d:?\d\d)$"
ISO_WITHOUT_ZONE = r"(?i-u)^(\d{4}[-/]\d\d[-/]\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?)?$"
NUMBER_PATTERN = r"(?-u)^[+-]?\d+(\.0*)?$"
SCIENTIFIC_PATTERN = r"(?i-u)^\+?(\d(?:\.\d+)?)e\+?\d{1,2}$"

MIN_DIGITS = 8
"""A file none of whose scientific stamps has so many digits was rounded by a spreadsheet: to 100 seconds and more."""

EPOCH_UNITS = (("s", 10**8, 10**11, 10**6), ("ms", 10**11, 10**14, 10**3), ("us", 10**14, 10**17, 1))
"""Unit, its least number and the bound above (years 1973 to 5138), and its length in microseconds."""

FIRST_US = 1_230_768_000_000_000
"""The start of 2009, the year of the first trade of a coin, in microseconds."""

TIME_RANGE = "from 2009 to tomorrow"

BAR_LENGTHS_US = {timeframe.value: timeframe.ms * 1000 for timeframe in Timeframe}

BAR_NAMES = {Timeframe.S1.value: "second", Timeframe.M1.value: "minute", Timeframe.M5.value: "span of 5 minutes"}
"""What a bar of each timeframe is called in the message about a time inside a bar."""

NO_ZONE_MESSAGE = "has no time zone; end it with Z for UTC, or with an offset such as +08:00"

ZONE_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%#z"
LOCAL_FORMAT = "%Y-%m-%dT%H:%M:%S%.f"


def parse_zone(text: str) -> str:
    """The name of a time zone as it is known.

    >>> parse_zone("utc"), parse_zone("Europe/Berlin")
    ('UTC', 'Europe/Berlin')

    Raises:
        UsageError: there is no such zone.
    """
    if text.strip().upper() in {"UTC", "Z", "GMT"}:
        return "UTC"
    try:
        return ZoneInfo(text.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{quote_input(text)} is no time zone; write UTC, or a place such as Europe/Berlin"
        raise UsageError(message) from error


def has_no_zone(times: pl.Series) -> bool:
    """Whether none of the times of a column says in which zone it is."""
    if isinstance(times.dtype, pl.Datetime | pl.Date):
        return getattr(times.dtype, "time_zone", None) is None
    if times.dtype != pl.String or len(times) == 0:
        return False
    # The first time settles it for nearly all files.
    if times[0] is not None and not times.head(1).str.strip_chars().str.contains(ISO_WITHOUT_ZONE)[0]:
        return False
    return bool(times.drop_nulls().str.strip_chars().str.contains(ISO_WITHOUT_ZONE).all())


def has_zone(times: pl.Series) -> pl.Series:
    """Whether each text of a column of times says its zone or is no such time; false for null and for other types."""
    if times.dtype != pl.String:
        return pl.repeat(value=False, n=len(times), dtype=pl.Boolean, eager=True)
    return (~times.str.strip_chars().str.contains(ISO_WITHOUT_ZONE)).fill_null(value=False)


def find_unit_of(times: pl.Series) -> str | None:
    """The epoch unit of the first number in a column of times; None if there is none."""
    if not (times.dtype.is_numeric() or times.dtype == pl.String):
        return None
    numbers = times.drop_nulls().head(1).cast(pl.Float64, strict=False)
    units: list[str | None] = numbers.to_frame("number").select(_find_unit(pl.col("number"))).to_series().to_list()
    return next(iter(units), None)


def parse_times(
    path: Path, times: pl.Series, timeframes: pl.Series, zone: str | None = None, now: datetime | None = None
) -> pl.DataFrame:
    """Parse a column of times: ISO 8601, or epoch seconds, milliseconds or microseconds.

    Args:
        path: the file, for messages.
        times: texts, numbers, or times.
        timeframes: the timeframe of each row as text; an unknown one is no fault of the time.
        zone: the zone of times without one; None if they are refused.
        now: the time of reading; None if times may lie after the following day.

    Returns:
        A row per time: ``open_time`` (milliseconds in UTC, null if it cannot be parsed) and ``why`` (its fault, or
        null).

    Raises:
        FileRefused: the whole column has naive times and no zone is given, or another type.
    """
    bar_columns = (
        timeframes.replace_strict(BAR_LENGTHS_US, default=None, return_dtype=pl.Int64).alias("bar_us"),
        timeframes.replace_strict(BAR_NAMES, default=None, return_dtype=pl.String).alias("bar"),
    )
    frame = pl.DataFrame([times.alias("raw"), *bar_columns])
    micros, fault = _build_readings(path, times.dtype, zone)
    parsed = frame.with_columns(micros=micros).with_columns(why=fault)
    out_of_range = pl.when(~is_plausible(pl.col("micros"), now))
    misaligned = pl.when(pl.col("micros") % pl.col("bar_us") != 0).then(_describe_misaligned())
    return parsed.select(
        open_time=(pl.col("micros") // 1000).cast(TIME),
        why=pl.coalesce(
            pl.when(pl.col("raw").is_null()).then(pl.lit("has no time")),
            "why",
            out_of_range.then(_describe_fault("lies before 2009 or after tomorrow")),
            misaligned,
        ),
    )


def is_plausible(micros: pl.Expr, now: datetime | None) -> pl.Expr:
    """Whether a time, in microseconds, lies in 2009 or later, and at the latest on the day after ``now``."""
    if now is None:
        return micros.is_between(FIRST_US, EPOCH_UNITS[-1][2], closed="left")
    day_after_next = now.astimezone(UTC).date() + timedelta(days=2)
    return micros.is_between(FIRST_US, (day_after_next - date(1970, 1, 1)) // timedelta(microseconds=1), closed="left")


def _build_readings(path: Path, dtype: pl.DataType, zone: str | None) -> tuple[pl.Expr, pl.Expr]:
    """Expressions for the microseconds of a column of that type, and for a row's fault (which may use ``micros``)."""
    raw = pl.col("raw")
    if isinstance(dtype, pl.Datetime | pl.Date):
        return _build_datetime_readings(path, dtype, zone)
    if dtype.is_numeric() and dtype != pl.Float32:  # which is too coarse for a minute
        number = raw.cast(pl.Float64, strict=False)
        return _convert_epoch(number), _describe_epoch_fault(number)
    if dtype != pl.String:
        raise build_refusal(path, f"its times are of type {dtype}; ISO 8601 or epoch numbers are needed")
    text = raw.str.strip_chars()
    is_scientific = text.str.contains(SCIENTIFIC_PATTERN)
    is_number = text.str.contains(NUMBER_PATTERN) | is_scientific
    number = pl.when(is_number).then(text).cast(pl.Float64, strict=False)
    digits = text.str.extract(SCIENTIFIC_PATTERN, 1).str.replace(".", "", literal=True).str.len_bytes()
    iso_text = pl.concat_str(
        text.str.extract(ISO_WITH_ZONE, 1),
        pl.lit("T"),
        text.str.extract(ISO_WITH_ZONE, 2),
        text.str.extract(ISO_WITH_ZONE, 3).fill_null(":00"),
        text.str.extract(ISO_WITH_ZONE, 4).str.replace("(?i)^(Z|UTC)$", "+00:00"),
    )
    readings = [iso_text.str.to_datetime(ZONE_FORMAT, time_unit="us", time_zone="UTC", strict=False).dt.epoch("us")]
    no_zone_fault = _describe_fault(NO_ZONE_MESSAGE)
    if zone is not None:
        local = _parse_local_times(text)
        readings.append(_locate(local, zone))
        no_zone_fault = _describe_location_fault(local, zone)
    fault = (
        pl.when(is_scientific & (digits.max() < MIN_DIGITS))
        .then(_describe_fault("is rounded, as a spreadsheet does; write the column as whole numbers"))
        .when(is_number)
        .then(_describe_epoch_fault(number))
        .when(text.str.contains(ISO_WITHOUT_ZONE))
        .then(no_zone_fault)
        .when(pl.col("micros").is_null())
        .then(_describe_fault("is neither ISO 8601 nor an epoch number"))
    )
    return pl.coalesce(*readings, _convert_epoch(number)), fault


def _build_datetime_readings(path: Path, dtype: pl.Datetime | pl.Date, zone: str | None) -> tuple[pl.Expr, pl.Expr]:
    """Expressions as those of `_build_readings`, for a column that holds times and not text or numbers."""
    raw = pl.col("raw")
    # A nanosecond past the start of the bar must not be lost by rounding to microseconds.
    has_extra_nanos = raw.dt.nanosecond() % 1000 != 0 if isinstance(dtype, pl.Datetime) else pl.lit(value=False)
    nanos_fault = pl.when(has_extra_nanos).then(_describe_misaligned())
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return raw.dt.epoch("us"), nanos_fault
    if zone is None:
        raise build_refusal(path, f"its times have no time zone (type {dtype}); store them as times in UTC")
    local = raw.cast(pl.Datetime("us"))
    return _locate(local, zone), pl.coalesce(_describe_location_fault(local, zone), nanos_fault)


def _parse_local_times(text: pl.Expr) -> pl.Expr:
    """Texts without a zone as naive times; null where a text is of another form."""
    local_text = pl.concat_str(
        text.str.extract(ISO_WITHOUT_ZONE, 1).str.replace_all("/", "-", literal=True),
        pl.lit("T"),
        text.str.extract(ISO_WITHOUT_ZONE, 2).fill_null("00:00"),
        text.str.extract(ISO_WITHOUT_ZONE, 3).fill_null(":00"),
    )
    return local_text.str.to_datetime(LOCAL_FORMAT, time_unit="us", strict=False)


def _locate(local: pl.Expr, zone: str) -> pl.Expr:
    """Microseconds of naive times in a zone; null where its clocks show a time twice or never."""
    return local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null").dt.epoch("us")


def _describe_location_fault(local: pl.Expr, zone: str) -> pl.Expr:
    """The fault of a naive time that names no one instant in a zone."""
    either = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return (
        pl.when(local.is_null() & pl.col("raw").is_not_null())
        .then(_describe_fault("is no time of a calendar"))
        .when(either.is_null() & local.is_not_null())
        .then(_describe_fault(f"does not exist in {zone}: clocks were put forward"))
        .when(_locate(local, zone).is_null() & local.is_not_null())
        .then(_describe_fault(f"happened twice in {zone}: clocks were put back; write times in UTC"))
    )


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
        .then(pl.format("time {} is in {}, the first of the file in {}", quote_column("raw"), unit, first_unit))
    )


def _describe_misaligned() -> pl.Expr:
    """The fault of a time that is not the start of a bar."""
    return pl.format("time {} lies inside a {}; candles are whole ones", quote_column("raw"), "bar")


def _describe_fault(fault: str) -> pl.Expr:
    """A message of the time as written in the file, and its fault."""
    return pl.format(f"time {{}} {fault}", quote_column("raw"))


def parse_instants(path: Path, times: pl.Series, zone: str | None = None, now: datetime | None = None) -> pl.Series:
    """Parse a column of times of any precision, such as those of trades, into UTC.

    Args:
        path: the file, for messages.
        times: texts, numbers, or times: ISO 8601, or epoch seconds to nanoseconds, also with a fraction.
        zone: the zone of times without one; None if they cannot be parsed.
        now: the time of reading; None if times may lie after the following day.

    Returns:
        Datetime in us, UTC; null where a time cannot be parsed, or lies before 2009 or after the day that follows.

    Raises:
        FileRefused: the whole column has naive times and no zone is given, or another type.
    """
    micros, _ = _build_readings(path, times.dtype, zone)
    if times.dtype.is_numeric() or times.dtype == pl.String:
        number = pl.col("raw").cast(pl.Float64, strict=False)
        sizes = {unit: float(size) for unit, *_, size in EPOCH_UNITS}
        fractional = (_find_unit(number).replace_strict(sizes, return_dtype=pl.Float64) * number).round()
        nanos = pl.col("raw").cast(pl.Int64, strict=False)
        is_nanos = nanos.is_between(EPOCH_UNITS[-1][2], 9 * 10**18)
        micros = pl.coalesce(pl.when(is_nanos).then(nanos // 1000), fractional.cast(pl.Int64, strict=False), micros)
    parsed = times.alias("raw").to_frame().select(micros=micros)
    in_range = pl.when(is_plausible(pl.col("micros"), now)).then("micros")
    return parsed.select(time=in_range.cast(pl.Datetime("us", "UTC"))).to_series()
