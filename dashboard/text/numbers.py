"""Numbers, times and names as the page writes them; an undefined one is a dash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboard.text.clock import Zone, convert_to_zone, format_day
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import Group
from deviation.report.wording import format_percent, format_price
from deviation.result import Measurement


def format_signed_percent(fraction: float | None) -> str:
    r"""A fraction in per cent with its sign.

    >>> format_signed_percent(-0.284), format_signed_percent(0.0123), format_signed_percent(-0.0001), format_signed_percent(None)
    ('−28\xa0%', '+1.2\xa0%', '0.0\xa0%', '–')
    """
    if fraction is None:
        return EN_DASH
    size_text = format_percent(abs(fraction)).replace(" ", NO_BREAK_SPACE)
    if size_text == f"0.0{NO_BREAK_SPACE}%":
        return size_text
    return f"{MINUS_SIGN if fraction < 0 else '+'}{size_text}"


def format_bounds(shallow: float | None, deep: float | None) -> str:
    r"""Two bounds in per cent, the mild one first, as one where they read alike.

    >>> format_bounds(-0.35, -0.5), format_bounds(-0.35, -0.352), format_bounds(None, None)
    ('−35 to −50\xa0%', '−35\xa0%', '–')
    """
    shallow_text, deep_text = format_signed_percent(shallow), format_signed_percent(deep)
    return shallow_text if shallow_text == deep_text else f"{shallow_text.removesuffix('%').rstrip()} to {deep_text}"


def format_optional_price(value: float | None) -> str:
    """A price in dollars with at most six significant digits.

    >>> format_optional_price(0.001), format_optional_price(430.65), format_optional_price(None)
    ('0.001', '430.65', '–')
    """
    return EN_DASH if value is None else format_price(value)


def format_bar_time(measurement: Measurement, position: int | None, zone: Zone) -> str:
    """A bar of the window on the reader's clock, with its day where the window touches several days there."""
    time = measurement.time_at(position)
    if time is None:
        return ""
    question = measurement.question
    local = convert_to_zone(time, zone)
    time_text = f"{local:%H:%M:%S}" if question.timeframe is Timeframe.S1 else f"{local:%H:%M}"
    days = {convert_to_zone(edge, zone).date() for edge in (question.start, question.end - measurement.axis.bar_length)}
    return time_text if len(days) == 1 else f"{format_day(local.date())} {time_text}"


def format_span(start: datetime, end: datetime, zone: Zone) -> str:
    """A window on the reader's clock, the clock named.

    >>> from datetime import UTC
    >>> format_span(datetime(2025, 10, 10, 20, 45, tzinfo=UTC), datetime(2025, 10, 10, 23, 15, tzinfo=UTC), Zone.UTC)
    '10 Oct 2025, 20:45 to 23:15 UTC'
    """
    local_start, local_end = convert_to_zone(start, zone), convert_to_zone(end, zone)
    if local_start.date() == local_end.date():
        return f"{format_day(local_start.date())} {local_start.year}, {local_start:%H:%M} to {local_end:%H:%M} {zone}"
    return f"{format_day(local_start.date())} {local_start.year}, {local_start:%H:%M} to {format_day(local_end.date())} {local_end.year}, {local_end:%H:%M} {zone}"


def format_duration(length: timedelta) -> str:
    """A length in its largest whole unit.

    >>> format_duration(timedelta(days=31)), format_duration(timedelta(hours=12)), format_duration(timedelta(minutes=150))
    ('31 days', '12 hours', '150 minutes')
    """
    units = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
    name, unit = next((pair for pair in units if length % pair[1] == timedelta(0)), units[-1])
    count = length // unit
    return f"{count:,} {name}{'s' * (count != 1)}"


def format_input_time(time: datetime, zone: Zone) -> str:
    """A time as a person types it on the reader's clock."""
    return f"{convert_to_zone(time, zone):%Y-%m-%d %H:%M}"


def format_window_name(name: str, catalogue: Catalogue) -> str:
    """The name of a window as a label: words instead of hyphens, tickers and UTC in capitals.

    >>> from data.catalogue import load_catalogue
    >>> format_window_name("both-sides", load_catalogue()), format_window_name("usdc-depeg", load_catalogue())
    ('Both sides', 'USDC depeg')
    """
    words = [word.upper() if word.upper() in {*catalogue.assets, "UTC"} else word for word in name.split("-")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def format_exchanges(group: Group) -> str:
    """The venues of a quote group.

    >>> format_exchanges(Group.USDT)
    'USDT exchanges'
    """
    return f"{group.upper()} exchanges"


def join_names(items: Sequence[str], conjunction: str = "and") -> str:
    """Names in a sentence.

    >>> join_names(["Gate", "OKX", "Kraken"])
    'Gate, OKX and Kraken'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


MINUS_SIGN = "\N{MINUS SIGN}"


EN_DASH = "\N{EN DASH}"


TIMES_SIGN = "\N{MULTIPLICATION SIGN}"


NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
