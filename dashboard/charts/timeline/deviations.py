"""The panel of deviations: the focus venue against each group, over the range of the other venues' deviations."""

import numpy as np

from dashboard.charts.timeline.deviation_marks import (
    build_span_traces,
    clip_span,
    describe_others,
    find_trade_span,
    select_shaded_group,
)
from dashboard.draw.axis import Scale, build_deviation_scale
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene, find_last_value
from dashboard.draw.theme import GROUP_DASHES, mix_colours
from dashboard.draw.traces import Trace, build_area_trace, build_hollow_trace, build_line_traces
from deviation.minute.grid import Floats
from deviation.minute.series import DeviationSeries
from deviation.question import TOLERANCE, Group
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_threshold

LINE_WIDTH_SHARES = (0.9, 0.65, 0.5)
"""Widths of the lines against the own group and the others, as shares of the price line's width."""

MANY_THIN_MINUTES = 120
"""Number of thin minutes above which their hollow dots are small."""


def list_drawn_series(row: MarketRow) -> list[tuple[Group, DeviationSeries]]:
    """The series that have a line, the own group first: those with a value in any minute."""
    return [(group, series) for group, series in row.series.items() if series.observed.any()]


def fit_deviation_scale(scene: Scene, max_ticks: int = 6) -> Scale:
    """An axis for everything that is drawn, and for the threshold ``enter`` on either side of zero."""
    lines = _list_drawn_values(scene)
    span = find_trade_span(scene)
    drawn = lines if span is None else [*lines, np.array([clip_span(scene, span, lines)])]
    return build_deviation_scale(drawn, scene.measurement.question.parameters.enter, max_ticks)


def _list_drawn_values(scene: Scene) -> list[Floats]:
    row = scene.focus
    return [*scene.band, *([] if row is None else [100 * series.d for _, series in list_drawn_series(row)])]


def build_deviation_traces(scene: Scene) -> list[Trace]:
    """The band of the others, the shading, the lines with hollow dots in thin minutes, and the trades beyond closes."""
    measurement, row, colours = scene.measurement, scene.focus, scene.colours
    traces = [{**build_area_trace(measurement, *scene.band, colours.band, 0.55), "name": "the other exchanges"}]
    if row is None:
        return traces
    traces += _build_shading(scene, row)
    drawn = list(zip(list_drawn_series(row), LINE_WIDTH_SHARES, strict=False))
    for (group, series), width in reversed(drawn):
        firm_values = np.where(series.firm, 100 * series.d, np.nan)
        thin_values = np.where(series.thin, 100 * series.d, np.nan)
        name, stroke = f"against {group.upper()} exchanges", width * scene.focus_width
        traces += build_line_traces(
            measurement, firm_values, scene.focus_colour, name=name, width=stroke, dash=GROUP_DASHES[group]
        )
        if series.thin.any():
            size = 5.5 if np.count_nonzero(series.thin) <= MANY_THIN_MINUTES else 3.0
            is_first = group == drawn[0][0][0]
            colour = scene.focus_colour if is_first else mix_colours(scene.focus_colour, colours.paper, 0.35)
            thin_name = f"{name}, fewer than three"
            traces.append(
                build_hollow_trace(measurement, thin_values, colour, colours.paper, name=thin_name, size=size)
            )
    span = find_trade_span(scene)
    return traces if span is None else traces + build_span_traces(scene, span)


def build_deviation_end_labels(scene: Scene) -> list[EndLabel]:
    """The labels at the ends of the lines that have a value, each with its dash."""
    row = scene.focus
    if row is None:
        return []
    labels = []
    for group, series in list_drawn_series(row)[: len(LINE_WIDTH_SHARES)]:
        dash = GROUP_DASHES[group] if row.summaries[group].firm_min else HOLLOW_DASH
        text = f"vs {describe_others(row, group)}"
        labels.append(EndLabel(text, find_last_value(100 * series.d), scene.focus_colour, dash=dash))
    return labels


def _build_shading(scene: Scene, row: MarketRow) -> list[Trace]:
    """Firm minutes beyond ``enter``: light shading to the close, dark as far as held for the whole minute."""
    group = select_shaded_group(row)
    if group is None:
        return []
    series, measurement = row.series[group], scene.measurement
    enter = measurement.question.parameters.enter - TOLERANCE
    zero = np.zeros(series.d.size)
    is_beyond = series.firm & (np.abs(series.d) >= enter)
    whole = np.full(series.d.size, np.nan)
    for side in Side:
        values = series.measure_side(side).whole
        np.copyto(whole, 100 * values, where=series.firm & (side.sign * values >= enter))
    return [
        {
            **build_area_trace(
                measurement, zero, np.where(is_beyond, 100 * series.d, np.nan), scene.focus_colour, 0.22
            ),
            "name": f"at least {format_threshold(enter)} off",
        },
        {
            **build_area_trace(measurement, zero, whole, scene.focus_colour, 0.42),
            "name": "for the entire minute",
        },
    ]


def has_shading(scene: Scene) -> tuple[bool, bool]:
    """Whether any minute has the light shading, and the dark one."""
    group = None if scene.focus is None else select_shaded_group(scene.focus)
    if scene.focus is None or group is None:
        return False, False
    sides = [scene.focus.summaries[group].get_side(side) for side in Side]
    return any(side.minutes for side in sides), any(side.robust_minutes.whole for side in sides)
