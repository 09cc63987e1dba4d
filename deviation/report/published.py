"""The headline of the reconstruction: published figures, no measurement (docs/method.md, section 9)."""

from datetime import tzinfo

from data.schema import parse_base, parse_quote
from deviation.measurement import Measurement
from deviation.question import PublishedPrice, PublishedRange

ASSUMED_NOTE = "The lines between published figures are assumed."


def write_published(measurement: Measurement, zone: tzinfo) -> tuple[str, ...]:
    """The published lowest trades: that of the focus venue first, then those of the other exchanges, lowest first."""
    prices, ranges = measurement.question.published, measurement.question.published_ranges
    if not prices and not ranges:
        return (f"No published figure of {measurement.question.asset} lies in this window. {ASSUMED_NOTE}",)
    lowest: dict[tuple[str, str], PublishedPrice] = {}
    for price in sorted(prices, key=lambda price: price.price):
        lowest.setdefault((price.venue, price.symbol), price)
    focus = [price for price in lowest.values() if price.venue == measurement.focus]
    others = [price for price in lowest.values() if price.venue != measurement.focus]
    symbols = [figure.symbol for figures in (focus, others, ranges) for figure in figures]
    own_quote = parse_quote(symbols[0])
    texts = [
        *((price.price, _describe(price, own_quote, measurement)) for price in others),
        *((span.least, f"{describe_unnamed(span)} {format_range(span)}") for span in ranges),
    ]
    parts = []
    if focus:
        name, time = measurement.question.rules.name_of(measurement.focus), _format_time(focus[0], zone)
        parts.append(f"{focus[0].symbol} fell to {focus[0].price:f} on {name}{time}")
    if texts:
        parts.append("lowest on " + ", ".join(text for _, text in sorted(texts)))
    return (f"Published: {'; '.join(parts)}.", ASSUMED_NOTE)


def _describe(price: PublishedPrice, own_quote: str, measurement: Measurement) -> str:
    name, quote = measurement.question.rules.name_of(price.venue), parse_quote(price.symbol)
    money = "" if quote == own_quote else f" ({quote})"
    asset = parse_base(price.symbol)
    remark = money if asset == measurement.question.asset else f" ({price.symbol})"
    return f"{name}{remark} {price.price:f}"


def describe_unnamed(span: PublishedRange) -> str:
    """The exchanges of a range, none of which the source names."""
    return f"other {parse_quote(span.symbol)} exchanges"


def format_range(span: PublishedRange) -> str:
    """Both ends of a range, with the digits that the source gave."""
    return f"{span.least:f}-{span.most:f}"


def _format_time(price: PublishedPrice, zone: tzinfo) -> str:
    if price.at is None:
        return ""
    time = price.at.astimezone(zone)
    name = time.tzname()
    return f" at {time:%H:%M}" if name == "UTC" else f" at {time:%H:%M} {name}"
