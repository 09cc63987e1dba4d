"""What an index would have printed under a rule on record: how low, whose fall it was, and when it strayed."""

import math

import numpy as np

from deviation.minute.grid import Bools, Floats
from deviation.question import TOLERANCE
from deviation.ranks import MIN_FIRM_SHARE
from deviation.wording import format_minutes, join_names
from evidence.claims.facts import ClaimFacts
from evidence.claims.reading import NEVER, Final, Reading, Unit, ViewReference
from evidence.claims.schema import Metric, Subject
from evidence.index_rules.decomposition import FallShare
from evidence.index_rules.index_replay import IndexReplay, RuleReplay
from evidence.index_rules.rules import IndexRule

UNITS = {Metric.RULE_LOW: Unit.PRICE, Metric.RULE_OWN_SHARE: Unit.PERCENT}
"""How the values of metrics that are no minutes are written."""


def read_rule(rule: IndexRule, subject: Subject, facts: ClaimFacts) -> Reading:
    """The reading of one rule, in the quote of its index."""
    found = facts.replay_rule(rule, subject)
    if found is None:
        return _build_missing(rule, subject, facts, "no real price of it in the data")
    replay, entry = found
    if entry.lowest is None:
        return _build_missing(rule, subject, facts, _explain_absence(replay, entry, facts))
    if subject.metric is Metric.RULE_LOW:
        return _read_low(replay, entry, entry.lowest, subject, facts)
    if not _find_comparable(replay, entry).any():
        return _build_missing(rule, subject, facts, "no minute has prices of three other exchanges")
    if subject.metric is Metric.RULE_OWN_SHARE:
        return _read_own_share(replay, entry, subject, facts)
    return _read_beyond(replay, entry, subject, facts)


def _read_low(replay: IndexReplay, entry: RuleReplay, lowest: int, subject: Subject, facts: ClaimFacts) -> Reading:
    """The lowest value by closes; minutes without one may have been lower."""
    close = entry.series.close
    unknown = int(np.isnan(close).sum())
    return Reading(
        subject=_name(entry.rule),
        unit=Unit.PRICE,
        value=float(close[lowest]),
        why=f"the index is not known in {format_minutes(unknown)} of {close.size} minutes" if unknown else None,
        final=Final.UPPER_BOUND if unknown else Final.EXACT,
        details=_join_details(f"at {replay.measurement.axis.time_at(lowest):%H:%M}", entry.rule),
        view=_build_view(entry.rule, subject, facts),
    )


def _read_own_share(replay: IndexReplay, entry: RuleReplay, subject: Subject, facts: ClaimFacts) -> Reading:
    """The share of the fall to the lowest value; its range is that over the others, any one of them left out."""
    fall = entry.fall
    if fall is None or fall.own_share is None:
        return _build_missing(entry.rule, subject, facts, "the index did not fall in minutes that can be compared")
    axis = replay.measurement.axis
    comparable_text, is_enough = _describe_comparable(replay, entry)
    least, most = _measure_share_range(fall, *replay.elsewhere_range)
    times = f"from {axis.time_at(fall.start):%H:%M} to {axis.time_at(fall.end):%H:%M}"
    return Reading(
        subject=_name(entry.rule),
        unit=Unit.PERCENT,
        value=fall.own_share,
        why=None if is_enough else comparable_text,
        final=Final.EXACT if is_enough else Final.OPEN,
        least=least,
        most=most,
        details=_join_details(f"{times}; {comparable_text}", entry.rule),
        view=_build_view(entry.rule, subject, facts),
    )


def _measure_share_range(fall: FallShare, low: Floats, high: Floats) -> tuple[float, float]:
    """The least and the largest own share, by the least and the largest price elsewhere at both ends of the fall."""
    changes = low[fall.end] / high[fall.start], high[fall.end] / low[fall.start]
    least, most = (1 - math.log(change) / fall.total for change in changes)
    return least, most


def _read_beyond(replay: IndexReplay, entry: RuleReplay, subject: Subject, facts: ClaimFacts) -> Reading:
    """The first or the last minute in which the index was at least so far from the price elsewhere."""
    size = replay.measurement.question.parameters.enter if subject.size is None else subject.size
    distance = subject.side.sign * (entry.series.close / replay.elsewhere - 1)
    positions = np.flatnonzero(distance >= size - TOLERANCE)
    comparable_text, is_enough = _describe_comparable(replay, entry)
    at = 0 if subject.metric is Metric.RULE_FIRST_BEYOND else -1
    return Reading(
        subject=_name(entry.rule),
        unit=Unit.TIME,
        value=replay.measurement.axis.time_at(int(positions[at])) if positions.size else NEVER,
        why=None if is_enough else comparable_text,
        final=Final.EXACT if is_enough else Final.OPEN,
        details=_join_details(comparable_text, entry.rule),
        view=_build_view(entry.rule, subject, facts),
    )


def _find_comparable(replay: IndexReplay, entry: RuleReplay) -> Bools:
    """Minutes with the index and the price elsewhere."""
    is_known: Bools = ~np.isnan(entry.series.close) & ~np.isnan(replay.elsewhere)
    return is_known


def _describe_comparable(replay: IndexReplay, entry: RuleReplay) -> tuple[str, bool]:
    """In how many minutes the index can be compared, and whether these are as many as a rank requires."""
    comparable = _find_comparable(replay, entry)
    count = int(comparable.sum())
    text = f"comparable in {format_minutes(count)} of {comparable.size} minutes"
    return text, count >= MIN_FIRM_SHARE * comparable.size


def _explain_absence(replay: IndexReplay, entry: RuleReplay, facts: ClaimFacts) -> str:
    """Why the index has no value in any minute."""
    if entry.missing_legs:
        venue = facts.catalogue.get_venue(entry.rule.venue).name
        return f"no {join_names(entry.missing_legs)} on {venue} in the data"
    if replay.ratio is None and any(component.ratio for component in entry.rule.components):
        return f"no ratio of {entry.rule.asset} before the event in the data"
    return "in no minute all of its markets traded"


def _join_details(text: str, rule: IndexRule) -> str:
    """A detail, and what of the rule is assumed."""
    return text if rule.assumed is None else f"{text}; assumed {rule.assumed}"


def _name(rule: IndexRule) -> str:
    """The index as people write it."""
    return f"Index of {rule.asset}, {rule.label[0].lower()}{rule.label[1:]}"


def _build_view(rule: IndexRule, subject: Subject, facts: ClaimFacts) -> ViewReference:
    start, end = facts.find_span(subject)
    return ViewReference(page="index-rules", asset=rule.asset, start=start, end=end, focus=rule.venue)


def _build_missing(rule: IndexRule, subject: Subject, facts: ClaimFacts, why: str) -> Reading:
    unit = UNITS.get(subject.metric, Unit.TIME)
    view = _build_view(rule, subject, facts)
    return Reading(subject=_name(rule), unit=unit, value=None, why=why, view=view)
