"""Replayed index rules in words."""

import math

from dashboard.text.clock import Zone
from dashboard.text.numbers import EN_DASH, format_signed_percent
from data.schema import Evidence
from deviation.wording import format_clock_time, format_percent, format_price, format_threshold, join_names
from evidence.index_rules.index_replay import IndexReplay, RuleReplay
from evidence.index_rules.rules import IndexRule, Limits

SAMPLE_TEXT = "Sample data: what an index would have been cannot be concluded from it."
"""Stands in place of findings on the reconstruction."""


def describe_components(rule: IndexRule) -> str:
    """Weights and legs: "20% WBETH/USDT + 80% WBETH/ETH × ETH/USDT"."""
    total = sum(component.weight for component in rule.components)
    return " + ".join(
        f"{format_threshold(component.weight / total)} {component.label}" for component in rule.components
    )


def describe_limits(limits: Limits, quote: str) -> str:
    """The limits of a rule; empty without any."""
    texts = []
    if limits.drop is not None:
        texts.append(f"left out beyond {format_threshold(limits.drop)} of their median")
    if limits.clamp is not None:
        texts.append(
            f"held within {format_threshold(limits.clamp)} of it"
            if texts
            else f"held within {format_threshold(limits.clamp)} of their median"
        )
    if limits.floor is not None:
        texts.append(f"at least {format_price(limits.floor)} {quote}")
    return ", ".join(texts)


def describe_days(rule: IndexRule) -> str:
    """When a rule held; empty where no day is on record."""
    days = [
        f"{word} {day.day} {day:%b %Y}"
        for word, day in (("since", rule.since), ("until", rule.until))
        if day is not None
    ]
    return ", ".join(days)


def describe_ratio(replay: IndexReplay) -> str:
    """The staking rate and where it is from."""
    asset, underlying = replay.measurement.question.asset, replay.measurement.question.underlying
    if underlying is None:
        return ""
    if replay.ratio is None:
        return f"The staking rate is unknown: no {asset}/{underlying} ratio before the event is in this data; set one."
    basis = "given by hand" if replay.is_ratio_given else "the market-implied ratio before the event"
    return f"Staking rate: {replay.ratio:.6g} {underlying} per {asset}, {basis}."


def describe_lowest(replay: IndexReplay, rule_replay: RuleReplay, zone: Zone = Zone.UTC) -> str:
    """The lowest value by closes, its time and its bounds."""
    lowest, series = rule_replay.lowest, rule_replay.series
    if lowest is None:
        missing = join_names(rule_replay.missing_legs)
        return f"no value: no price of {missing}" if missing else "no value"
    time = format_clock_time(replay.measurement.axis, lowest, zone.tzinfo)
    low, high = float(series.low[lowest]), float(series.high[lowest])
    bounds = "" if low != low else f" ({format_price(low)} to {format_price(high)})"  # noqa: PLR0124 - NaN
    return f"{format_price(float(series.close[lowest]))} at {time}{bounds}"


def format_log_return(log_return: float) -> str:
    """A log return as a change in per cent.

    >>> format_log_return(-0.6931471805599453)
    '−50%'
    """
    return format_signed_percent(math.expm1(log_return))


def format_share(share: float) -> str:
    """A share of a fall in per cent; below zero where a part rose.

    >>> format_share(0.952), format_share(-0.03)
    ('95%', '−3.0%')
    """
    return format_signed_percent(share).removeprefix("+")


def describe_own_share(rule_replay: RuleReplay) -> str:
    """The share of the fall that the venue's own book explains; an en dash where it is not known."""
    fall = rule_replay.fall
    if fall is None or fall.own_share is None:
        return EN_DASH
    return format_share(fall.own_share)


def write_index_headline(replay: IndexReplay, venue_name: str, zone: Zone = Zone.UTC) -> str:
    """The finding: the lowest value of the first rule, and the share of the venue's own book in its fall."""
    question, first = replay.measurement.question, replay.replays[0]
    if question.origin is Evidence.RECONSTRUCTION:
        return SAMPLE_TEXT
    if first.lowest is None:
        return f"{question.asset} index: {describe_lowest(replay, first, zone)} in this data for this window."
    time = format_clock_time(replay.measurement.axis, first.lowest, zone.tzinfo)
    value = format_price(float(first.series.close[first.lowest]))
    label, noun = f"{first.rule.label[:1].lower()}{first.rule.label[1:]}", question.timeframe.noun
    text = f"{question.asset} index ({label}): {value} {first.rule.quote} at its lowest {noun} close ({time})"
    if first.fall is None or first.fall.own_share is None:
        return f"{text}. Too few other exchanges to say how much of the fall was {venue_name}'s own."
    return f"{text}; {format_percent(max(first.fall.own_share, 0.0))} of its fall was {venue_name}'s own book."
