"""The panel of deviations: the focus venue against both groups, over what the others' own deviations were."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.axis import Scale, build_deviation_scale
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene, find_last_value
from dashboard.draw.theme import GROUP_DASHES, mix_colours
from dashboard.draw.traces import Trace, build_area_trace, build_hollow_trace, build_line_traces
from dashboard.text.numbers import format_signed_percent
from deviation.episodes import Direction
from deviation.minute.series import DeviationSeries
from deviation.question import TOLERANCE, Group
from deviation.report.wording import format_clock_time, format_threshold
from deviation.result import MarketRow
from deviation.summary import find_minimum, select_side, value_at

LINE_WIDTH_SHARES = (0.9, 0.65)
"""Width, as a share of the price line's, of the line against the own group and against the other one."""

MANY_THIN_MINUTES = 120
"""Thin minutes from which their hollow dots are drawn small."""


@dataclass(frozen=True, slots=True)
class ExtremeDeviation:
    """The largest deviation from one group, at a position in the window; ``value`` in per cent."""

    position: int
    value: float
    text: str


def fit_deviation_scale(scene: Scene, max_ticks: int = 6) -> Scale:
    """The axis for all that is drawn; never narrower than ``enter`` on both sides."""
    drawn_values = [*scene.band]
    if scene.focus is not None:
        drawn_values += [100 * scene.focus.series[group].d for group in Group]
    return build_deviation_scale(drawn_values, scene.measurement.question.parameters.enter, max_ticks)


def select_shaded_group(row: MarketRow) -> Group | None:
    """The group whose deviations are shaded: the own one where any minute is firm, else the other; else none."""
    for group in (row.market.group, row.market.group.other):
        if row.summaries[group].firm_min:
            return group
    return None


def build_deviation_traces(scene: Scene) -> list[Trace]:
    """Band, shading, and the lines against both groups; thin minutes hollow."""
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
    """The labels at the ends of both lines, each with its dash, where there is a line."""
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
    """Firm minutes beyond enter lightly down to the close; in order-proof ones, darkly, as far as is certain."""
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
    """The largest deviation from each group that was firm, beyond ``enter``; from thin minutes where none was."""
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
    """The largest deviation of a thin minute, on either side."""
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
