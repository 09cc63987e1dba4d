"""Numbers, times and names as the page writes them; an undefined one is a dash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboard.clock import Zone, day, on_clock
from dashboard.style import DASH, MINUS, NARROW
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.headline import percent, price_text
from deviation.question import Group
from deviation.result import Measurement


def signed(fraction: float | None) -> str:
    r"""A fraction in per cent with its sign.

    >>> signed(-0.284), signed(0.0123), signed(-0.0001), signed(None)
    ('−28\xa0%', '+1.2\xa0%', '0.0\xa0%', '–')
    """
    if fraction is None:
        return DASH
    size = percent(abs(fraction)).replace(" ", NARROW)
    if size == f"0.0{NARROW}%":
        return size
    return f"{MINUS if fraction < 0 else '+'}{size}"


def between(shallow: float | None, deep: float | None) -> str:
    r"""Two bounds in per cent, the mild one first, as one where they read alike.

    >>> between(-0.35, -0.5), between(-0.35, -0.352), between(None, None)
    ('−35 to −50\xa0%', '−35\xa0%', '–')
    """
    mild, harsh = signed(shallow), signed(deep)
    return mild if mild == harsh else f"{mild.removesuffix('%').rstrip()} to {harsh}"


def price(value: float | None) -> str:
    """A price in dollars with at most six significant digits.

    >>> price(0.001), price(430.65), price(None)
    ('0.001', '430.65', '–')
    """
    return DASH if value is None else price_text(value)


def minute(measurement: Measurement, position: int | None, zone: Zone) -> str:
    """A bar of the window on the reader's clock, with its day where the window touches several days there."""
    time = measurement.time(position)
    if time is None:
        return ""
    question = measurement.question
    local = on_clock(time, zone)
    shown = f"{local:%H:%M:%S}" if question.timeframe is Timeframe.S1 else f"{local:%H:%M}"
    days = {on_clock(edge, zone).date() for edge in (question.start, question.end - measurement.axis.bar)}
    return shown if len(days) == 1 else f"{day(local.date())} {shown}"


def span(start: datetime, end: datetime, zone: Zone) -> str:
    """A window on the reader's clock, the clock named.

    >>> from datetime import UTC
    >>> span(datetime(2025, 10, 10, 20, 45, tzinfo=UTC), datetime(2025, 10, 10, 23, 15, tzinfo=UTC), Zone.UTC)
    '10 Oct 2025, 20:45 to 23:15 UTC'
    """
    first, last = on_clock(start, zone), on_clock(end, zone)
    if first.date() == last.date():
        return f"{day(first.date())} {first.year}, {first:%H:%M} to {last:%H:%M} {zone}"
    return f"{day(first.date())} {first.year}, {first:%H:%M} to {day(last.date())} {last.year}, {last:%H:%M} {zone}"


def duration(length: timedelta) -> str:
    """A length in its largest whole unit.

    >>> duration(timedelta(days=31)), duration(timedelta(hours=12)), duration(timedelta(minutes=150))
    ('31 days', '12 hours', '150 minutes')
    """
    units = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
    name, unit = next((pair for pair in units if length % pair[1] == timedelta(0)), units[-1])
    count = length // unit
    return f"{count:,} {name}{'s' * (count != 1)}"


def typed(time: datetime, zone: Zone) -> str:
    """A time as a person types it on the reader's clock."""
    return f"{on_clock(time, zone):%Y-%m-%d %H:%M}"


def window_label(name: str, catalogue: Catalogue) -> str:
    """The name of a window as a label: words instead of hyphens, tickers and UTC in capitals.

    >>> from data.catalogue import load_catalogue
    >>> window_label("both-sides", load_catalogue()), window_label("usdc-depeg", load_catalogue())
    ('Both sides', 'USDC depeg')
    """
    words = [word.upper() if word.upper() in {*catalogue.assets, "UTC"} else word for word in name.split("-")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def exchanges(group: Group) -> str:
    """The venues of a quote group.

    >>> exchanges(Group.USDT)
    'USDT exchanges'
    """
    return f"{group.upper()} exchanges"


def listing(items: Sequence[str], word: str = "and") -> str:
    """Names in a sentence.

    >>> listing(["Gate", "OKX", "Kraken"])
    'Gate, OKX and Kraken'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"
