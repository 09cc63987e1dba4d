"""The panel of deviations: the focus venue against both groups, over the range of the other venues' deviations."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.axis import Scale, build_deviation_scale
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene, find_last_value
from dashboard.draw.theme import GROUP_DASHES, mix_colours
from dashboard.draw.traces import Trace, build_area_trace, build_hollow_trace, build_line_traces
from dashboard.text.numbers import format_signed_percent
from deviation.minute.series import DeviationSeries
from deviation.question import TOLERANCE, Group
from deviation.result import MarketRow
from deviation.window.episodes import Direction
from deviation.window.summary import find_minimum, select_side, value_at
from deviation.wording import format_clock_time, format_threshold

LINE_WIDTH_SHARES = (0.9, 0.65)
"""Widths of the lines against the own group and the other one, as shares of the price line's width."""

MANY_THIN_MINUTES = 120
"""Number of thin minutes above which their hollow dots are small."""


@dataclass(frozen=True, slots=True)
class ExtremeDeviation:
    """The largest deviation from one group: its position in the window, its value in per cent, and its label."""

    position: int
    value: float
    text: str


def fit_deviation_scale(scene: Scene, max_ticks: int = 6) -> Scale:
    """An axis for everything that is drawn, and for the threshold ``enter`` on either side of zero."""
    drawn_values = [*scene.band]
    if scene.focus is not None:
        drawn_values += [100 * scene.focus.series[group].d for group in Group]
    return build_deviation_scale(drawn_values, scene.measurement.question.parameters.enter, max_ticks)


def select_shaded_group(row: MarketRow) -> Group | None:
    """The group whose deviations are shaded: the own one, or the other one, if it has firm minutes; else None."""
    for group in (row.market.group, row.market.group.other):
        if row.summaries[group].firm_min:
            return group
    return None


def build_deviation_traces(scene: Scene) -> list[Trace]:
    """The band of the others, the shading, and the lines against both groups with hollow dots in thin minutes."""
    measurement, row, colours = scene.measurement, scene.focus, scene.colours
    traces = [{**build_area_trace(measurement, *scene.band, colours.band, 0.55), "name": "the other venues"}]
    if row is None:
        return traces
    traces += _build_shading(scene, row)
    for group, width in reversed(list(zip(scene.groups, LINE_WIDTH_SHARES, strict=True))):
        series = row.series[group]
        firm_values = np.where(series.firm, 100 * series.d, np.nan)
        thin_values = np.where(series.thin, 100 * series.d, np.nan)
        name, stroke = f"against {group.upper()} venues", width * scene.focus_width
        traces += build_line_traces(
            measurement, firm_values, scene.focus_colour, name=name, width=stroke, dash=GROUP_DASHES[group]
        )
        if series.thin.any():
            size = 5.5 if np.count_nonzero(series.thin) <= MANY_THIN_MINUTES else 3.0
            colour = (
                scene.focus_colour if group is scene.groups[0] else mix_colours(scene.focus_colour, colours.paper, 0.35)
            )
            traces.append(
                build_hollow_trace(measurement, thin_values, colour, colours.paper, name=f"{name}, thin", size=size)
            )
    return traces


def build_deviation_end_labels(scene: Scene) -> list[EndLabel]:
    """The labels at the ends of the lines that have a value, each with its dash."""
    row = scene.focus
    if row is None:
        return []
    labels = []
    for group in scene.groups:
        value = find_last_value(100 * row.series[group].d)
        dash = GROUP_DASHES[group] if row.summaries[group].firm_min else HOLLOW_DASH
        if not np.isnan(value):
            labels.append(EndLabel(f"against {group.upper()}", value, scene.focus_colour, dash=dash))
    return labels


def _build_shading(scene: Scene, row: MarketRow) -> list[Trace]:
    """Firm minutes beyond ``enter``: light shading to the close, dark as far as is certain in any order of trades."""
    group = select_shaded_group(row)
    if group is None:
        return []
    series, measurement = row.series[group], scene.measurement
    enter = measurement.question.parameters.enter - TOLERANCE
    zero = np.zeros(series.d.size)
    is_beyond = series.firm & (np.abs(series.d) >= enter)
    is_certain = series.firm & (series.sure <= -enter)
    return [
        {
            **build_area_trace(
                measurement, zero, np.where(is_beyond, 100 * series.d, np.nan), scene.focus_colour, 0.22
            ),
            "name": f"firm minutes at least {format_threshold(enter)} off",
        },
        {
            **build_area_trace(
                measurement, zero, np.where(is_certain, 100 * series.sure, np.nan), scene.focus_colour, 0.42
            ),
            "name": "certain in whatever order the trades came",
        },
    ]


def find_extremes(scene: Scene) -> list[ExtremeDeviation]:
    """The largest firm deviation from each group if beyond ``enter``; without any firm minute, the largest thin one."""
    row, measurement = scene.focus, scene.measurement
    if row is None:
        return []
    enter = measurement.question.parameters.enter - TOLERANCE
    has_firm_minute = any(row.summaries[group].firm_min for group in Group)
    extremes = []
    for group in scene.groups:
        summary = row.summaries[group]
        is_above = select_side(summary) is Direction.ABOVE
        value, position = (summary.height, summary.height_at) if is_above else (summary.depth, summary.depth_at)
        if not has_firm_minute:
            value, position = _find_furthest_thin(row.series[group])
        if value is None or position is None or abs(value) < enter:
            continue
        extremes.append(
            ExtremeDeviation(
                position,
                100 * value,
                f"<b>{format_signed_percent(value, space=' ')}</b> {_describe_reference(scene, row, group, position)}",
            )
        )
    return extremes


def _find_furthest_thin(series: DeviationSeries) -> tuple[float | None, int | None]:
    """The largest deviation of a thin minute on either side, and its position; None without a thin minute."""
    position = find_minimum(np.where(series.thin, -np.abs(series.d), np.nan))
    return value_at(series.d, position), position


def _describe_reference(scene: Scene, row: MarketRow, group: Group, position: int) -> str:
    time = format_clock_time(scene.measurement.axis, position)
    if scene.measurement.question.underlying is not None:
        return f"against fair value ({group.upper()}), {time}"
    if row.series[group].firm[position]:
        return f"against {group.upper()} venues, {time}"
    names = [scene.catalogue.get_venue(venue).name for venue in scene.measurement.list_voters(row, group, position)]
    return f"against {' and '.join(names)} only, {time}"
