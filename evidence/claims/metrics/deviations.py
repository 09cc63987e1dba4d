"""How far one market was from the others, for how long, its ranks, and when it was first so far."""

from collections.abc import Sequence

import numpy as np

from deviation.question import TOLERANCE
from deviation.ranks import Verdict
from deviation.sensitivity import RankSensitivity, ValueRange
from deviation.window.side_summary import SideSummary
from deviation.wording import format_minutes, format_percent
from evidence.claims.metrics.market import MarketContext
from evidence.claims.reading import NEVER, Final, Reading, Unit


def read_deviation(context: MarketContext) -> Reading:
    """The largest deviation on the subject's side."""

    def read(side: SideSummary) -> Reading:
        ranges = context.ranges
        least, most = (None, None) if ranges is None else _get_ends(ranges.deviation)
        return Reading(
            subject=context.name,
            unit=Unit.PERCENT,
            value=side.deviation,
            why=None if context.is_firm_enough else context.firm_text,
            final=context.firm_final,
            least=least,
            most=most,
            jackknife=side.jackknife.deviation,
            lag=side.lag.deviation,
            whole=side.whole.deviation,
            details=context.firm_text,
            view=context.get_view(),
        )

    return context.build_side_reading(Unit.PERCENT, read)


def read_minutes(context: MarketContext) -> Reading:
    """Minutes at or beyond the threshold on the subject's side."""

    def read(side: SideSummary) -> Reading:
        ranges = context.ranges
        least, most = (None, None) if ranges is None else _get_ends(ranges.minutes)
        return Reading(
            subject=context.name,
            unit=Unit.MINUTES,
            value=side.minutes,
            why=None if context.is_firm_enough else context.firm_text,
            final=Final.EXACT if context.is_firm_enough else Final.LOWER_BOUND,
            least=least,
            most=most,
            jackknife=side.jackknife.minutes,
            lag=side.lag.minutes,
            whole=side.whole.minutes,
            details=context.firm_text,
            view=context.get_view(),
        )

    return context.build_side_reading(Unit.MINUTES, read)


def read_size_rank(context: MarketContext) -> Reading:
    """Whether its deviation was the largest of its group."""
    ranges = context.ranges
    return _read_rank(
        context,
        context.measurement.ranks[context.row.market][context.subject.side].largest,
        None if ranges is None else ranges.largest,
        "largest",
    )


def read_length_rank(context: MarketContext) -> Reading:
    """Whether it was beyond the threshold for the longest of its group."""
    ranges = context.ranges
    return _read_rank(
        context,
        context.measurement.ranks[context.row.market][context.subject.side].longest,
        None if ranges is None else ranges.longest,
        "longest",
    )


def read_first_beyond(context: MarketContext) -> Reading:
    """The first comparable minute in which it was at least so far from the others."""
    subject, summary = context.subject, context.summary
    if summary is None or not summary.firm_min:
        return context.build_side_reading(Unit.TIME, lambda _: context.build_missing_reading(Unit.TIME, ""))
    size = context.measurement.question.parameters.enter if subject.size is None else subject.size
    series = summary.series
    positions = np.flatnonzero(series.firm & (subject.side.sign * series.d >= size - TOLERANCE))
    return Reading(
        subject=context.name,
        unit=Unit.TIME,
        value=context.measurement.axis.time_at(int(positions[0])) if positions.size else NEVER,
        why=None if context.is_firm_enough else context.firm_text,
        final=Final.EXACT if context.is_firm_enough else Final.OPEN,
        details=context.firm_text,
        view=context.get_view(),
    )


def _read_rank(context: MarketContext, rank: Verdict, stability: RankSensitivity | None, word: str) -> Reading:
    if not rank.is_ranked:
        return context.build_missing_reading(Unit.WORD, rank.why or rank.word.value)
    side = context.row.own_summary.get_side(context.subject.side)
    doubts = list(_list_flips(context, stability))
    if rank.word.value == word:
        doubts += _list_weaknesses(side)
    size = f"{format_percent(side.size)} {context.subject.side} for {format_minutes(side.minutes)} minutes"
    return Reading(
        subject=context.name,
        unit=Unit.WORD,
        value=rank.word.value,
        least=None if context.ranges is None else _get_ends(context.ranges.deviation)[0],
        most=None if context.ranges is None else _get_ends(context.ranges.deviation)[1],
        jackknife=side.jackknife.deviation,
        lag=side.lag.deviation,
        whole=side.whole.deviation,
        doubts=tuple(doubts),
        details="; ".join(text for text in (size, context.firm_text, rank.why) if text),
        view=context.get_view(),
    )


def _list_flips(context: MarketContext, stability: RankSensitivity | None) -> Sequence[str]:
    """The settings that change the rank, and the rank that they give."""
    flips = () if stability is None else stability.flips
    rules = context.measurement.question.rules
    return [f"{flip.word.value} with {flip.setting.describe(rules)}" for flip in flips]


def _list_weaknesses(side: SideSummary) -> Sequence[str]:
    """Which stricter readings of the same minutes do not reach the threshold."""
    readings = {
        "whichever exchange is left out": side.jackknife.deviation,
        "allowing for a minute's lag": side.lag.deviation,
    }
    return [
        f"within {format_percent(side.enter)} {name}"
        for name, deviation in readings.items()
        if deviation is not None and abs(deviation) < side.enter - TOLERANCE
    ]


def _get_ends(values: ValueRange) -> tuple[float | None, float | None]:
    least, most = values.least, values.most
    return None if least is None else least.value, None if most is None else most.value
