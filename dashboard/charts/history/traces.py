"""Lines, dots and bands of both panels. Days that are not stored are gaps of the lines, never bridged."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from dashboard.charts.history.chart import HistoryChart
from dashboard.charts.history.days import HistoryDay, Range
from dashboard.charts.market.scale import compute_position
from dashboard.draw.theme import PALETTES
from dashboard.draw.traces import Trace
from dashboard.text.clock import format_day
from deviation.wording import format_percent

ONE_DAY = timedelta(days=1)

MANY_DAYS = 120
"""From so many days on lines are thinner."""


def build_share_traces(chart: HistoryChart) -> list[Trace]:
    """The range of the others, then the line of the exchange, in per cent of assets."""
    texts = [
        f"{_name_day(day.day)}: {chart.focus_name} {chart.superlative} on {format_percent(day.share)} "
        f"of {day.assets:,} assets"
        for day in chart.days
    ]
    return [
        _build_band(chart, [day.other_shares for day in chart.days], lambda share: 100 * share),
        _build_line(chart, [round(100 * day.share, 2) for day in chart.days], texts),
    ]


def build_gap_traces(chart: HistoryChart, dot_size: float) -> list[Trace]:
    """The range of the others, a dot per day with a gap, and the line of percentiles, at positions of the scale."""
    known = [day.gap_99 for day in chart.days]
    texts = [
        "" if gap is None else f"{_name_day(day.day)}: {chart.focus_name} within {format_percent(gap)} on 99% of assets"
        for day, gap in zip(chart.days, known, strict=True)
    ]
    return [
        _build_band(chart, [day.other_gaps for day in chart.days], compute_position),
        _build_most_dots(chart, dot_size),
        _build_line(chart, [None if gap is None else round(compute_position(gap), 4) for gap in known], texts),
    ]


def _build_line(chart: HistoryChart, values: Sequence[float | None], texts: Sequence[str]) -> Trace:
    """A value per day; before a day that does not follow the one before it the line ends."""
    days: list[date] = []
    drawn: list[float | None] = []
    hovered: list[str] = []
    for day, value, text in zip(chart.days, values, texts, strict=True):
        if days and day.day - days[-1] > ONE_DAY:
            days.append(days[-1] + ONE_DAY)
            drawn.append(None)
            hovered.append("")
        days.append(day.day)
        drawn.append(value)
        hovered.append(text)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [day.isoformat() for day in days],
        "y": drawn,
        "line": {"width": 2 if len(chart.days) < MANY_DAYS else 1.3, "color": chart.colour},
        "customdata": hovered,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _build_band(chart: HistoryChart, ranges: Sequence[Range | None], place: Callable[[float], float]) -> Trace:
    """A filled outline around each run of days with a range; ``place`` gives positions of values."""
    x: list[str | None] = []
    y: list[float | None] = []
    for run in _split_runs(chart.days, ranges):
        if x:
            x.append(None)
            y.append(None)
        days = [day.isoformat() for day, _ in run]
        x += [*days, *reversed(days)]
        y += [round(place(most), 4) for _, (_, most) in run]
        y += [round(place(least), 4) for _, (least, _) in reversed(run)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": PALETTES[chart.view.theme].band,
        "hoverinfo": "skip",
    }


def _split_runs(days: Sequence[HistoryDay], ranges: Sequence[Range | None]) -> list[list[tuple[date, Range]]]:
    """The days that have a range, split where one does not follow the other."""
    known = [(day.day, edges) for day, edges in zip(days, ranges, strict=True) if edges is not None]
    breaks = [n for n, ((before, _), (after, _)) in enumerate(pairwise(known), start=1) if after - before > ONE_DAY]
    return [known[start:end] for start, end in pairwise([0, *breaks, len(known)]) if start < end]


def _build_most_dots(chart: HistoryChart, size: float) -> dict[str, Any]:
    """The largest gap of each day that has one."""
    gaps = [(day, day.gap_most) for day in chart.days if day.gap_most]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [day.day.isoformat() for day, _ in gaps],
        "y": [round(compute_position(gap), 4) for _, gap in gaps],
        "cliponaxis": False,
        "marker": {"size": size, "color": chart.colour, "line": {"width": 0}},
        "customdata": [
            f"{_name_day(day.day)}: {day.gap_most_asset} on {chart.focus_name} {format_percent(gap)} "
            f"{chart.view.side} all others"
            for day, gap in gaps
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _name_day(day: date) -> str:
    return f"{format_day(day)} {day.year}"
