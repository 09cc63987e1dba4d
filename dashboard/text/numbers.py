"""Numbers, times and names as text, on top of `deviation.wording`.

The same rules hold on pages, in pictures and on a terminal: what is undefined is an en dash, a minus is a true one,
what rounds to zero has no sign, and thousands have a comma.
"""

from datetime import datetime, timedelta

from dashboard.text.clock import Zone, convert_to_zone, format_day
from data.catalogue import Window
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.minute.grid import Axis
from deviation.question import Group
from deviation.wording import format_minutes, format_percent, format_price

MINUS_SIGN = "\N{MINUS SIGN}"

EN_DASH = "\N{EN DASH}"
"""Stands where nothing defines a value."""

TIMES_SIGN = "\N{MULTIPLICATION SIGN}"

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

DOLLAR_UNITS = ("", "k", "M", "B")
"""Letters of the powers of a thousand dollars."""


def format_signed_percent(fraction: float | None) -> str:
    """A fraction in per cent with its sign.

    >>> format_signed_percent(-0.284), format_signed_percent(0.0123), format_signed_percent(-0.0001)
    ('−28%', '+1.2%', '0.0%')
    >>> format_signed_percent(None)
    '–'
    """
    if fraction is None:
        return EN_DASH
    size_text = format_percent(abs(fraction))
    sign = "" if size_text == format_percent(0.0) else MINUS_SIGN if fraction < 0 else "+"
    return f"{sign}{size_text}"


def format_bounds(least: float | None, most: float | None) -> str:
    """Two bounds in per cent, the nearer one first, as one where they read alike.

    >>> format_bounds(-0.35, -0.5), format_bounds(-0.35, -0.352), format_bounds(None, None), format_bounds(-0.35, None)
    ('−35% to −50%', '−35%', '–', '−35% or more')
    """
    least_text, most_text = format_signed_percent(least), format_signed_percent(most)
    if least is not None and most is None:
        return f"{least_text} or more"
    return least_text if least_text == most_text else f"{least_text} to {most_text}"


def format_axis_percent(value: float) -> str:
    """The tick at ``value`` per cent, a round number: its sign and all its digits.

    >>> format_axis_percent(-20.0), format_axis_percent(0.0), format_axis_percent(2.5)
    ('−20%', '0%', '+2.5%')
    """
    return f"{MINUS_SIGN if value < 0 else '+' if value > 0 else ''}{abs(value):g}%"


def format_optional_price(value: float | None) -> str:
    """As `format_price`.

    >>> format_optional_price(0.001), format_optional_price(430.65), format_optional_price(None)
    ('0.001', '430.65', '–')
    """
    return EN_DASH if value is None else format_price(value)


def format_dollars(amount: float) -> str:
    """An amount of dollars in few letters.

    >>> format_dollars(12_345_678), format_dollars(950), format_dollars(0)
    ('$12M', '$950', '–')
    """
    if amount <= 0:
        return EN_DASH
    for power in (3, 2, 1):
        value = amount / 1000**power
        if value >= 0.9995:  # noqa: PLR2004 - rounds to a thousand of the next lower unit
            digits = f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"  # noqa: PLR2004 - rounds to 10
            return f"${digits}{DOLLAR_UNITS[power]}"
    return f"${amount:.0f}"


def format_whole_dollars(amount: float) -> str:
    """An amount of dollars without cents, for a column whose header names the currency.

    >>> format_whole_dollars(12_345_678.9), format_whole_dollars(0)
    ('12,345,679', '–')
    """
    return f"{amount:,.0f}" if amount > 0 else EN_DASH


def format_minute_count(minutes: float, total: float) -> str:
    """A number of minutes of a total.

    >>> format_minute_count(5, 1440), format_minute_count(0, 30), format_minute_count(0, 0)
    ('5 of 1440', '0 of 30', '–')
    """
    return f"{format_minutes(minutes)} of {format_minutes(total)}" if total else EN_DASH


def format_minute_range(least: float, most: float) -> str:
    """Two numbers of minutes, as one where they read alike.

    >>> format_minute_range(3, 12.5), format_minute_range(3, 3)
    ('3 to 12.5', '3')
    """
    least_text, most_text = format_minutes(least), format_minutes(most)
    return least_text if least_text == most_text else f"{least_text} to {most_text}"


def format_count(number: int, noun: str) -> str:
    """A number of things.

    >>> format_count(1, "candle"), format_count(1200, "candle")
    ('1 candle', '1,200 candles')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def format_megabytes(size: int) -> str:
    """A number of bytes in megabytes.

    >>> format_megabytes(1_234_567_890)
    '1,234.6 MB'
    """
    return f"{size / 1e6:,.1f} MB"


def format_bar_time(measurement: Measurement, position: int | None, zone: Zone) -> str:
    """The open time of a bar on the clock of ``zone``, with its day where the window touches several; "" for None."""
    time = measurement.time_at(position)
    if time is None:
        return ""
    question = measurement.question
    local = convert_to_zone(time, zone)
    time_text = f"{local:%H:%M:%S}" if question.timeframe is Timeframe.S1 else f"{local:%H:%M}"
    days = {convert_to_zone(edge, zone).date() for edge in (question.start, question.end - measurement.axis.bar_length)}
    return time_text if len(days) == 1 else f"{format_day(local.date())} {time_text}"


def format_short_time(axis: Axis, position: int) -> str:
    """The open time of a bar in UTC in few letters: where the axis is longer than a day, its day alone."""
    time = axis.time_at(position)
    if axis.size * axis.bar_length > timedelta(days=1):
        return format_day(time.date())
    return f"{time:%H:%M:%S}" if axis.timeframe is Timeframe.S1 else f"{time:%H:%M}"


def format_span(start: datetime, end: datetime, zone: Zone) -> str:
    """A window on the reader's clock, the clock named.

    >>> from datetime import UTC
    >>> format_span(datetime(2025, 10, 10, 20, 45, tzinfo=UTC), datetime(2025, 10, 10, 23, 15, tzinfo=UTC), Zone.UTC)
    '10 Oct 2025, 20:45 to 23:15 UTC'
    """
    local_start, local_end = convert_to_zone(start, zone), convert_to_zone(end, zone)
    same_day = local_start.date() == local_end.date()
    end_day = "" if same_day else f"{format_day(local_end.date())} {local_end.year}, "
    start_day = f"{format_day(local_start.date())} {local_start.year}"
    return f"{start_day}, {local_start:%H:%M} to {end_day}{local_end:%H:%M} {zone}"


def format_duration(length: timedelta) -> str:
    """A length in its largest whole unit.

    >>> [format_duration(length) for length in (timedelta(days=31), timedelta(hours=12), timedelta(minutes=150))]
    ['31 days', '12 hours', '150 minutes']
    """
    units = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
    name, unit = next((pair for pair in units if length % pair[1] == timedelta(0)), units[-1])
    return format_count(length // unit, name)


def format_input_time(time: datetime, zone: Zone) -> str:
    """A time as a person types it on the reader's clock."""
    return f"{convert_to_zone(time, zone):%Y-%m-%d %H:%M}"


def format_window_label(window: Window, zone: Zone) -> str:
    """The label of a named window, with its times on the reader's clock where they belong to it.

    >>> from data.catalogue import load_catalogue
    >>> event = load_catalogue().get_event("2025-10-10")
    >>> [format_window_label(event.get_window(name), Zone.UTC) for name in ("crash", "depeg")]
    ['Crash (21:10-21:40)', 'Compensation window']
    """
    if not window.times:
        return window.label
    start, end = (convert_to_zone(edge, zone) for edge in (window.start, window.end))
    return f"{window.label} ({start:%H:%M}-{end:%H:%M})"


def format_exchanges(group: Group) -> str:
    """The venues of a quote group.

    >>> format_exchanges("usdt")
    'USDT exchanges'
    """
    return f"{group.upper()} exchanges"
