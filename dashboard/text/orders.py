"""Sentences about a person's order log, for terminal, page and picture."""

from dashboard.text.numbers import format_count
from data.catalogue import Catalogue
from deviation.wording import format_percent
from evidence.orders.rates import RefusalRate
from evidence.orders.schema import OrderClass, Outcome
from evidence.orders.select import OrderSelection

CLASS_LABELS = {
    OrderClass.TRANSPORT: "Transport",
    OrderClass.MATCHING_RISK: "Matching, risk",
    OrderClass.RATE_LIMIT: "Rate limit",
    OrderClass.ACCEPTED: "Accepted",
    OrderClass.UNKNOWN: "Unknown answer",
}
"""The names of the classes."""

OUTCOME_LABELS = {
    Outcome.ACCEPTED: "accepted",
    Outcome.REFUSED: "refused",
    Outcome.UNDETERMINED: "status unknown",
    Outcome.NO_ORDER: "no new order",
}
"""The names of the outcomes."""


def format_interval(rate: RefusalRate) -> str:
    """The rate with its interval, such as ``43% (95% interval 16-75%)``; what is missing without an attempt.

    >>> format_interval(RefusalRate(attempted=7, refused=3, undetermined=2, no_order=1))
    '43% (95% interval 16-75%)'
    """
    if rate.rate is None or rate.interval is None:
        return "no order with a known status"
    low, high = (format_percent(end) for end in rate.interval)
    return f"{format_percent(rate.rate)} (95% interval {low.removesuffix('%')}-{high})"


def describe_rate(rate: RefusalRate, noun: str = "order") -> str:
    """How many orders were refused, in a sentence without its full stop.

    >>> describe_rate(RefusalRate(attempted=7, refused=3, undetermined=2, no_order=1))
    '3 of 7 attempted orders refused, 43% (95% interval 16-75%); 2 more with an unknown status (33-56% with them)'
    """
    if rate.attempted == 0:
        text = f"no {noun} with a known status"
    else:
        attempted = format_count(rate.attempted, f"attempted {noun}")
        text = f"{rate.refused:,} of {attempted} refused, {format_interval(rate)}"
    if rate.undetermined and rate.bounds is not None:
        low, high = (format_percent(end) for end in rate.bounds)
        text += f"; {rate.undetermined:,} more with an unknown status ({low.removesuffix('%')}-{high} with them)"
    return text


def write_headline(rate: RefusalRate, asset: str, exchange: str) -> str:
    """What became of the orders of an asset on an exchange, a headline.

    >>> write_headline(RefusalRate(attempted=7, refused=3, undetermined=2, no_order=1), "ATOM", "Binance")
    'ATOM on Binance: 43% of 7 attempted orders refused (95% interval 16-75%)'
    """
    if rate.rate is None or rate.interval is None:
        return f"{asset} on {exchange}: no order with a known status in this window"
    low, high = (format_percent(end) for end in rate.interval)
    attempted = format_count(rate.attempted, "attempted order")
    interval = f"95% interval {low.removesuffix('%')}-{high}"
    return f"{asset} on {exchange}: {format_percent(rate.rate)} of {attempted} refused ({interval})"


def describe_skew(skew_s: float) -> str:
    """What was done to the times of the log, a sentence without its full stop.

    >>> describe_skew(0), describe_skew(1.5), describe_skew(-61)
    ('times as in the log', 'every time of the log moved by +1.5 s', 'every time of the log moved by -61 s')
    """
    return f"every time of the log moved by {skew_s:+g} s" if skew_s else "times as in the log"


def describe_selection(selection: OrderSelection, catalogue: Catalogue, asset: str, venue: str) -> str:
    """What is counted and what is not, sentences."""
    name = catalogue.get_venue(venue).name
    unnamed = f" ({selection.unnamed:,} of them name no market)" if selection.unnamed else ""
    left_out = [
        text
        for count, text in (
            (selection.outside, f"{selection.outside:,} outside of this window"),
            (selection.other_assets, f"{selection.other_assets:,} of other assets"),
            (selection.other_venues, f"{selection.other_venues:,} on other exchanges"),
        )
        if count
    ]
    rest = f" Not shown: {', '.join(left_out)}." if left_out else ""
    return f"{format_count(len(selection.events), 'event')} of {asset} on {name}{unnamed}.{rest}"
