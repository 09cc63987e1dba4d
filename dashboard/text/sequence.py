"""The order of falls in words: moments, ties, and which came first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from analysis.order_of_falls import (
    Comparison,
    MarketFalls,
    Moment,
    Order,
    OrderOfFalls,
    PathMark,
    Resolution,
    group_tied,
)
from dashboard.text.clock import Zone, convert_to_zone, format_day
from dashboard.text.numbers import EN_DASH
from data.intervals import Span
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.question import Rules
from deviation.wording import join_names

SECOND = timedelta(seconds=1)

MARK_LABELS = {PathMark.ONSET: "Onset", PathMark.RUN_START: "Start of the run", PathMark.BOTTOM: "Bottom"}
"""The marks of a group, for people."""

ORDER_WORDS = {Order.BEFORE: "before", Order.AFTER: "after", Order.TIED: "tied"}
"""How a fall lies to a mark; `describe_tie` says what a tie means."""

TIE_SIGN = "="
"""Marks a time that is tied with another one of its column."""


def format_moment(moment: Moment | None, measurement: Measurement, zone: Zone = Zone.UTC) -> str:
    """A moment: its bar, its second, or the latest time that it can have been; an en dash for none.

    The day stands with it where the window touches several days.
    """
    if moment is None:
        return EN_DASH
    question = measurement.question
    is_late = moment.resolution in {Resolution.LATEST_SECOND, Resolution.LATEST_TRADE}
    time = convert_to_zone(_round_up(moment.end) if is_late else moment.start, zone)
    is_to_the_second = moment.resolution is not Resolution.BAR or question.timeframe is Timeframe.S1
    text = f"{time:%H:%M:%S}" if is_to_the_second else f"{time:%H:%M}"
    first, last = (convert_to_zone(edge, zone).date() for edge in (question.start, question.end - SECOND))
    day = "" if first == last else f"{format_day(time.date())} "
    return f"{'by ' if is_late else ''}{day}{text}"


def _round_up(time: datetime) -> datetime:
    """The first whole second that is not before a time."""
    return time + (-timedelta(microseconds=time.microsecond)) % SECOND


def format_span(span: Span, zone: Zone = Zone.UTC) -> str:
    """A span by its clock times."""
    return f"{convert_to_zone(span.start, zone):%H:%M}-{convert_to_zone(span.end, zone):%H:%M}"


def describe_resolution(moment: Moment, timeframe: Timeframe) -> str:
    """What the time of a moment rests on."""
    return {
        Resolution.BAR: f"{timeframe.adjective} closes",
        Resolution.SECOND: "one-second closes",
        Resolution.LATEST_SECOND: "one-second closes with gaps: at the latest",
        Resolution.LATEST_TRADE: "the lowest trade: at the latest",
    }[moment.resolution]


def describe_tie(timeframe: Timeframe) -> str:
    """What a tie means."""
    bars = "one-minute" if timeframe is Timeframe.M1 else timeframe.adjective
    return f"same {timeframe.noun}: {bars} bars cannot order them"


def find_tied(moments: Mapping[MarketFalls, Moment | None]) -> frozenset[MarketFalls]:
    """The markets whose moment is tied with another one."""
    return frozenset(falls for tie in group_tied(moments) if len(tie) > 1 for falls in tie)


def name_market(falls: MarketFalls, rules: Rules, others: Sequence[MarketFalls]) -> str:
    """The exchange of a market, with its quote where others of the same exchange and asset are named, too."""
    name = rules.name_of(falls.market.venue)
    name = name if falls.market.is_spot else f"{name} perpetual"
    twins = [other for other in others if (other.asset, other.market.venue) == (falls.asset, falls.market.venue)]
    return f"{name} {falls.market.quote}" if len({twin.market.symbol for twin in twins}) > 1 else name


def describe_order(order: OrderOfFalls, asset: str, level: int, zone: Zone = Zone.UTC) -> str:
    """Which exchange of an asset was the first at a level, and which ones followed.

    A sentence such as "-2%: OKX (21:12), then Binance and Bybit (21:13, same minute)."
    """
    measurement = next(item for item in order.measurements if item.question.asset == asset)
    markets = [falls for falls in order.markets if falls.asset == asset and falls.market.is_spot]
    ties = group_tied({falls: falls.moments[level] for falls in markets})
    if not ties:
        return f"No exchange's closing price fell by {level}%."
    texts = []
    for tie in ties:
        names = sorted(name_market(falls, measurement.question.rules, markets) for falls in tie)
        time = format_moment(tie[0].moments[level], measurement, zone)
        same = f", same {measurement.question.timeframe.noun}" if len(tie) > 1 else ""
        texts.append(f"{join_names(names)} ({time}{same})")
    return f"Down {level}%: {', then '.join(texts)}."


def describe_comparison(comparison: Comparison, timeframe: Timeframe) -> str:
    """How a fall lies to a mark, as a word or two; an en dash where either has no moment."""
    if comparison.order is None:
        return EN_DASH
    return f"same {timeframe.noun}" if comparison.order is Order.TIED else ORDER_WORDS[comparison.order]
