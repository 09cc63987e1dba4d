"""What the panel of deviations points out: the largest deviations, and trades that stood beyond all closes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.draw.price_unit import format_unit_suffix
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_trade_side
from dashboard.draw.traces import Trace, compute_epoch_ms
from dashboard.text.numbers import format_signed_percent
from deviation.minute.grid import Floats
from deviation.question import Group
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.extremes import find_maximum, value_at
from deviation.window.side_summary import TradeBounds
from deviation.window.summary import DeviationSummary
from deviation.wording import format_clock_time, format_percent, format_price, join_names

MAX_TRADE_STRETCH, MAX_CALM_TRADE_PCT = 1.6, 1000.0
"""How far the axis goes for a trade beyond all closes: times the furthest close, or in per cent where none strayed."""


@dataclass(frozen=True, slots=True)
class ExtremeDeviation:
    """The largest deviation from groups that agree: its position in the window, its value in per cent, its label."""

    groups: tuple[Group, ...]
    position: int
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class TradeSpan:
    """Where a trade beyond all closes stood against the shaded group: its bounds in per cent, and its label.

    ``least`` is the nearer bound. The axis need not reach to either of them.
    """

    side: Side
    position: int
    least: float
    most: float
    text: str


def describe_others(row: MarketRow, group: Group) -> str:
    """The exchanges that a row is compared with, in a label."""
    if row.fair_value is not None:
        return f"fair value, {group.upper()}"
    return f"{'other ' if group == row.market.group and row.is_spot else ''}{group.upper()} exchanges"


def select_shaded_group(row: MarketRow) -> Group | None:
    """The group whose deviations are shaded: the first with firm minutes, the own one first; else None."""
    return next((group for group, summary in row.summaries.items() if summary.firm_min), None)


def find_extremes(scene: Scene) -> list[ExtremeDeviation]:
    """The largest firm deviation from each group if beyond ``enter``, from the own group on both sides.

    Without any firm minute, the largest thin one from each group.
    """
    row = scene.focus
    if row is None:
        return []
    if not any(summary.firm_min for summary in row.summaries.values()):
        return [extreme for group in row.series if (extreme := _find_thin_extreme(scene, row, group)) is not None]
    groups_by_point: dict[tuple[int, str], dict[Group, float]] = {}
    for group, summary in row.summaries.items():
        for side in _list_marked_sides(summary, is_own=group == row.market.group):
            numbers = summary.get_side(side)
            if numbers.at is not None and numbers.deviation is not None:
                point = numbers.at, format_signed_percent(numbers.deviation)
                groups_by_point.setdefault(point, {})[group] = numbers.deviation
    return [
        ExtremeDeviation(
            tuple(deviations),
            position,
            100 * next(iter(deviations.values())),
            f"<b>{percent}</b> {_describe_references(scene, row, tuple(deviations), position)}",
        )
        for (position, percent), deviations in groups_by_point.items()
    ]


def _list_marked_sides(summary: DeviationSummary, *, is_own: bool) -> list[Side]:
    sides = (summary.larger_side, summary.larger_side.other) if is_own else (summary.larger_side,)
    return [side for side in sides if summary.parameters.reaches_enter(summary.get_side(side).size)]


def _find_thin_extreme(scene: Scene, row: MarketRow, group: Group) -> ExtremeDeviation | None:
    """The largest deviation of a thin minute on either side; None below ``enter`` or without such a minute."""
    series = row.series[group]
    position = find_maximum(np.where(series.thin, np.abs(series.d), np.nan))
    value = value_at(series.d, position)
    if position is None or value is None or not scene.measurement.question.parameters.reaches_enter(abs(value)):
        return None
    reference = _describe_reference(scene, row, group, position)
    return ExtremeDeviation((group,), position, 100 * value, f"<b>{format_signed_percent(value)}</b> {reference}")


def _describe_references(scene: Scene, row: MarketRow, groups: tuple[Group, ...], position: int) -> str:
    """What a row is compared with at a point that is the same against several groups."""
    if len(groups) == 1:
        return _describe_reference(scene, row, groups[0], position)
    others = (
        "fair value" if row.fair_value is not None else join_names([describe_others(row, group) for group in groups])
    )
    return f"vs {others}, {format_clock_time(scene.measurement.axis, position, scene.zone.tzinfo)}"


def _describe_reference(scene: Scene, row: MarketRow, group: Group, position: int) -> str:
    time = format_clock_time(scene.measurement.axis, position, scene.zone.tzinfo)
    if row.fair_value is not None or row.series[group].firm[position]:
        return f"vs {describe_others(row, group)}, {time}"
    names = [scene.catalogue.get_venue(venue).name for venue in list_voting_venues(row, group, position)]
    return f"vs {join_names(names)} only, {time}"


def list_voting_venues(row: MarketRow, group: Group, position: int) -> list[str]:
    """The venues whose closes a row is compared with in a bar."""
    series = row.series[group]
    return [
        market.venue
        for family in series.peers.families
        for market, votes in family.split_by_member()
        if not np.isnan(votes[series.lag_bars + position])
    ]


def find_trade_span(scene: Scene) -> TradeSpan | None:
    """The trade furthest from the others, where even its nearer bound lies beyond all closes and ``enter``; or None."""
    row = scene.focus
    group = None if row is None else select_shaded_group(row)
    if row is None or group is None:
        return None
    summary, side = row.summaries[group], choose_trade_side(scene.measurement)
    numbers = summary.get_side(side)
    return _build_span(scene, row, side, numbers.trade, max(numbers.size, summary.parameters.enter))


def _build_span(scene: Scene, row: MarketRow, side: Side, bounds: TradeBounds, size: float) -> TradeSpan | None:
    at, least, most = bounds.at, bounds.least, bounds.most
    if at is None or least is None or most is None or side.sign * least <= size:
        return None
    price = float((row.minutes.low if side is Side.BELOW else row.minutes.high)[at])
    extreme, noun = row.get_extreme(side), "lowest trade" if side is Side.BELOW else "highest trade"
    subject = noun if extreme is not None and extreme.at == at else "trade at"
    text = (
        f"{subject} <b>{format_price(price)}{format_unit_suffix(scene, row)}</b>, at least "
        f"{format_percent(abs(least))} {side}, {format_clock_time(scene.measurement.axis, at, scene.zone.tzinfo)}"
    )
    return TradeSpan(side, at, 100 * least, 100 * most, text)


def clip_span(scene: Scene, span: TradeSpan, closes: Sequence[Floats]) -> float:
    """How far the axis must reach for a trade, in per cent; ``closes`` are the lines on it."""
    signed = [span.side.sign * values for values in closes if not np.isnan(values).all()]
    furthest = max((float(np.nanmax(values)) for values in signed), default=0.0)
    has_strayed = furthest >= 100 * scene.measurement.question.parameters.enter
    limit = MAX_TRADE_STRETCH * furthest if has_strayed else MAX_CALM_TRADE_PCT
    return span.side.sign * min(abs(span.most), limit)


def build_span_traces(scene: Scene, span: TradeSpan) -> list[Trace]:
    """A thin line from zero to the nearer bound of a trade, and a thick one between its bounds."""
    x = compute_epoch_ms(scene.measurement, np.full(2, span.position, np.float64))
    return [
        {
            "x": x,
            "y": np.array(ends, np.float32),
            "mode": "lines",
            "line": {"color": scene.focus_colour, "width": width},
            "opacity": 0.7,
            "hoverinfo": "skip",
            "name": "possible range of the trade",
        }
        for ends, width in (((0.0, span.least), 1.2), ((span.least, span.most), 4.0))
    ]
