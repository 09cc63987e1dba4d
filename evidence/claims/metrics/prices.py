"""What one market traded at: lowest and highest trade, falls, gaps between lows, and minutes without a trade."""

import numpy as np

from deviation.measurement import Measurement
from deviation.result import ExtremePrice, MarketRow
from deviation.side import Side
from deviation.window.extremes import value_at
from deviation.wording import format_minutes, join_names
from evidence.claims.metrics.market import MarketContext, build_view
from evidence.claims.reading import NEVER, Final, Reading, Unit, Value
from evidence.claims.schema import Subject

NO_TRADE = "nothing was traded in the window"

LACKING = "minutes of some exchanges are not in the data"

NO_BASE = "no price in the hour before the window"

HOUR_MIN = 60
"""Minutes before a close in which its highest close is looked for."""


def read_low(context: MarketContext) -> Reading:
    """The lowest trade."""
    low = context.row.low
    return _build_price_reading(context, Unit.PRICE, None if low is None else low.price, NO_TRADE, Final.UPPER_BOUND)


def read_high(context: MarketContext) -> Reading:
    """The highest trade."""
    high = context.row.high
    return _build_price_reading(context, Unit.PRICE, None if high is None else high.price, NO_TRADE, Final.LOWER_BOUND)


def read_low_time(context: MarketContext) -> Reading:
    """The minute of the lowest trade."""
    low = context.row.low
    time = None if low is None else context.measurement.time_at(low.at)
    return _build_price_reading(context, Unit.TIME, time, NO_TRADE, Final.OPEN)


def read_fall(context: MarketContext) -> Reading:
    """The lowest trade against the last close of the hour before the window."""
    low, base = context.row.low, context.base
    if base is None:
        return context.build_missing_reading(Unit.PERCENT, NO_BASE)
    fall = None if low is None else low.price / base - 1
    return _build_price_reading(context, Unit.PERCENT, fall, NO_TRADE, Final.UPPER_BOUND)


def read_open_to_low(context: MarketContext) -> Reading:
    """The lowest trade against the first open of the window."""
    first_open, low = context.row.first_open, context.row.low
    if low is None or first_open is None:
        return context.build_missing_reading(Unit.PERCENT, NO_TRADE)
    return _build_price_reading(context, Unit.PERCENT, low.price / first_open - 1, NO_TRADE, Final.UPPER_BOUND)


def read_hourly_fall(context: MarketContext) -> Reading:
    """The deepest close against the highest close of the 60 minutes before it, the window's first hour included."""
    row = context.row
    bars = row.timeframe.count_bars(HOUR_MIN)
    closes = np.concatenate([row.day_before.close[-bars:], row.minutes.close])
    if np.isnan(row.minutes.close).all():
        return context.build_missing_reading(Unit.PERCENT, NO_TRADE)
    windows = np.lib.stride_tricks.sliding_window_view(closes, bars + 1)
    peaks = np.fmax.reduce(windows, axis=1)
    fall = float(np.fmin.reduce(row.minutes.close / peaks[-row.minutes.close.size :] - 1))
    return _build_price_reading(context, Unit.PERCENT, fall, NO_TRADE, Final.UPPER_BOUND)


def read_reached(context: MarketContext) -> Reading:
    """The first minute in which the close was a fraction below the last close of the hour before the window."""
    if context.base is None:
        return context.build_missing_reading(Unit.TIME, NO_BASE)
    size = context.measurement.question.parameters.enter if context.subject.size is None else context.subject.size
    position = context.row.find_fall(size)
    is_open = context.lacks_minutes_before(context.row.minutes.close.size if position is None else position)
    return Reading(
        subject=context.name,
        unit=Unit.TIME,
        value=context.measurement.time_at(position) or NEVER,
        why=context.missing_text if is_open else None,
        final=Final.OPEN if is_open else Final.EXACT,
        view=context.get_view(),
    )


def read_quiet(context: MarketContext) -> Reading:
    """Minutes without a trade; unknown where minutes are missing."""
    counts = context.row.state_counts
    return Reading(
        subject=context.name,
        unit=Unit.MINUTES,
        value=counts.quiet_min,
        why=context.missing_text,
        final=Final.LOWER_BOUND if counts.missing_min else Final.EXACT,
        details=f"of {format_minutes(context.window_min)}",
        view=context.get_view("data"),
    )


def read_low_gap(context: MarketContext) -> Reading:
    """The lowest trade against the lowest one of the others of the group, each in whatever minute."""
    return _read_gap(context, Side.BELOW)


def read_low_premium(context: MarketContext) -> Reading:
    """The lowest trade of the others against its own."""
    return _read_gap(context, Side.ABOVE)


def read_aligned_gaps(context: MarketContext) -> list[Reading]:
    """The lowest trade against the range of each other market in the same minute, in dollars: the nearer bound."""
    low = context.row.low
    if low is None:
        return [context.build_missing_reading(Unit.PERCENT, NO_TRADE)]
    peers = list_peers(context.measurement, context.row, context.subject, same_group=False)
    if not peers:
        return [context.build_missing_reading(Unit.PERCENT, "no other exchange's price is in the data")]
    return [_read_aligned_gap(context, low, peer) for peer in peers]


def list_peers(
    measurement: Measurement, row: MarketRow, subject: Subject, *, same_group: bool = True
) -> list[MarketRow]:
    """The spot rows that the low of a row is compared with: other families, only the named exchanges if any are."""
    family_of = measurement.question.rules.family_of
    return [
        peer
        for peer in measurement.rows
        if peer.is_spot
        and family_of(peer.market.venue) != family_of(row.market.venue)
        and (not subject.peers or peer.market.venue in subject.peers)
        and (not same_group or peer.market.group == row.market.group)
    ]


def find_gap_final(side: Side, *, may_fall: bool, may_rise: bool) -> Final:
    """Whether what is missing could change a gap (below), or the premium of the others over it (above).

    Args:
        side: gap or premium.
        may_fall: the market itself may have traded lower.
        may_rise: another one may have.
    """
    finals = {(False, False): Final.EXACT, (True, False): Final.UPPER_BOUND, (False, True): Final.LOWER_BOUND}
    return finals.get((may_fall, may_rise) if side is Side.BELOW else (may_rise, may_fall), Final.OPEN)


def _read_gap(context: MarketContext, side: Side) -> Reading:
    measurement, row, low = context.measurement, context.row, context.row.low
    peers = [peer for peer in list_peers(measurement, row, context.subject) if peer.low is not None]
    if low is None or not peers:
        why = NO_TRADE if low is None else "no low of another exchange in the data"
        return context.build_missing_reading(Unit.PERCENT, why)
    absent = sorted(set(context.subject.peers) - {peer.market.venue for peer in peers})
    absent_text = join_names([measurement.question.rules.name_of(venue) for venue in absent]) if absent else None
    other = min(peer.low.price for peer in peers if peer.low is not None)
    gap = low.price / other - 1 if side is Side.BELOW else other / low.price - 1
    may_fall = bool(row.state_counts.missing_min)
    may_rise = bool(absent) or any(peer.state_counts.missing_min for peer in peers)
    return Reading(
        subject=context.name,
        unit=Unit.PERCENT,
        value=gap,
        why=f"no low of {absent_text} in the data" if absent_text else LACKING if may_fall or may_rise else None,
        final=find_gap_final(side, may_fall=may_fall, may_rise=may_rise),
        view=context.get_view("lows"),
    )


def _read_aligned_gap(context: MarketContext, low: ExtremePrice, peer: MarketRow) -> Reading:
    """The nearer bound as the value, and the further one as the largest of the range."""
    rules = context.measurement.question.rules
    own_rate, rate = value_at(context.row.dollars, low.at), value_at(peer.dollars, low.at)
    edges = [value_at(edge, low.at) for edge in (peer.minutes.range_low, peer.minutes.range_high)]
    name = f"{context.name} against {peer.market.symbol} on {rules.name_of(peer.market.venue)}"
    view = build_view(context.measurement, "lows", focus=context.row.market.venue)
    if own_rate is None or rate is None or edges[0] is None or edges[1] is None:
        why = "no price of it in that minute"
        return Reading(subject=name, unit=Unit.PERCENT, value=None, why=why, view=view)
    nearer, further = (low.price * own_rate / (edge * rate) - 1 for edge in edges if edge is not None)
    return Reading(
        subject=name,
        unit=Unit.PERCENT,
        value=nearer,
        why=context.missing_text,
        final=Final.OPEN if context.missing_text else Final.EXACT,
        most=further,
        details=f"at {context.measurement.axis.time_at(low.at):%H:%M}",
        view=view,
    )


def _build_price_reading(context: MarketContext, unit: Unit, value: Value | None, absent: str, bound: Final) -> Reading:
    """A reading that minutes which are missing from the data can move one way."""
    if value is None:
        return context.build_missing_reading(unit, absent)
    low, missing_text = context.row.low, context.missing_text
    at = "" if low is None or unit is Unit.TIME else f"low at {context.measurement.axis.time_at(low.at):%d %b %H:%M}"
    return Reading(
        subject=context.name,
        unit=unit,
        value=value,
        why=missing_text,
        final=bound if missing_text else Final.EXACT,
        details=at or None,
        view=context.get_view("lows"),
    )
