"""The panel of deviations: the focus venue against both groups, over what the others' own deviations were."""

from dataclasses import dataclass

import numpy as np

from dashboard.panels import Trace, area, hollow, line
from dashboard.scales import Scale, deviation_scale
from dashboard.scene import EndLabel, Scene, last_value
from dashboard.style import DASHES, MINUS, mix
from deviation.against import Series
from deviation.episodes import Direction
from deviation.headline import clock, percent, side
from deviation.question import TOLERANCE, Group
from deviation.result import Row
from deviation.summary import first_least, value_at

LINES = (0.9, 0.65)
"""Width, as a share of the price line's, of the line against the own group and against the other one."""

MANY = 120
"""Thin minutes from which their hollow dots are drawn small."""


HOLLOW = "hollow"
"""Stands for a dash where a line has thin minutes only, which are drawn as hollow dots."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest deviation from one group, at a position in the window; ``value`` in per cent."""

    position: int
    value: float
    text: str


def scale_of_deviations(scene: Scene, most: int = 6) -> Scale:
    """The axis for all that is drawn; never narrower than ``enter`` on both sides."""
    drawn = [*scene.band]
    if scene.focus is not None:
        drawn += [100 * scene.focus.series[group].d for group in Group]
    return deviation_scale(drawn, scene.measurement.question.parameters.enter, most)


def shaded_group(row: Row) -> Group | None:
    """The group whose deviations are shaded: the own one where any minute is firm, else the other; else none."""
    for group in (row.market.group, row.market.group.other):
        if row.against[group].firm_min:
            return group
    return None


def deviation_traces(scene: Scene) -> list[Trace]:
    """Band, shading, and the lines against both groups; thin minutes hollow."""
    measurement, row, colours = scene.measurement, scene.focus, scene.colours
    traces = [{**area(measurement, *scene.band, colours.band, 0.55), "name": "the other venues"}]
    if row is None:
        return traces
    traces += _shading(scene, row)
    for group, width in reversed(list(zip(scene.groups, LINES, strict=True))):
        series = row.series[group]
        firm = np.where(series.firm, 100 * series.d, np.nan)
        thin = np.where(series.thin, 100 * series.d, np.nan)
        name, stroke = f"against {group.upper()} venues", width * scene.boldness
        traces += line(measurement, firm, scene.focus_colour, name=name, width=stroke, dash=DASHES[group])
        if series.thin.any():
            size = 5.5 if np.count_nonzero(series.thin) <= MANY else 3.0
            colour = scene.focus_colour if group is scene.groups[0] else mix(scene.focus_colour, colours.paper, 0.35)
            traces.append(hollow(measurement, thin, colour, colours.paper, name=f"{name}, thin", size=size))
    return traces


def deviation_ends(scene: Scene) -> list[EndLabel]:
    """The labels at the ends of both lines, each with its dash, where there is a line."""
    row = scene.focus
    if row is None:
        return []
    labels = []
    for group in scene.groups:
        value = last_value(100 * row.series[group].d)
        drawn = DASHES[group] if row.against[group].firm_min else HOLLOW
        if not np.isnan(value):
            labels.append(EndLabel(f"against {group.upper()}", value, scene.focus_colour, dash=drawn))
    return labels


def _shading(scene: Scene, row: Row) -> list[Trace]:
    """Firm minutes beyond enter lightly down to the close; in order-proof ones, darkly, as far as is certain."""
    group = shaded_group(row)
    if group is None:
        return []
    series, measurement = row.series[group], scene.measurement
    enter = measurement.question.parameters.enter - TOLERANCE
    zero = np.zeros(series.d.size)
    beyond = series.firm & (np.abs(series.d) >= enter)
    sure = series.firm & (series.sure <= -enter)
    return [
        {
            **area(measurement, zero, np.where(beyond, 100 * series.d, np.nan), scene.focus_colour, 0.22),
            "name": f"firm minutes at least {100 * enter:g} % off",
        },
        {
            **area(measurement, zero, np.where(sure, 100 * series.sure, np.nan), scene.focus_colour, 0.42),
            "name": "certain in whatever order the trades came",
        },
    ]


def extremes_of(scene: Scene) -> list[Extreme]:
    """The largest deviation from each group that was firm, beyond ``enter``; from thin minutes where none was."""
    row, measurement = scene.focus, scene.measurement
    if row is None:
        return []
    enter = measurement.question.parameters.enter - TOLERANCE
    firm = any(row.against[group].firm_min for group in Group)
    found = []
    for group in scene.groups:
        summary = row.against[group]
        above = side(summary) is Direction.ABOVE
        value, position = (summary.height, summary.height_at) if above else (summary.depth, summary.depth_at)
        if not firm:
            value, position = _furthest_thin(row.series[group])
        if value is None or position is None or abs(value) < enter:
            continue
        found.append(
            Extreme(position, 100 * value, f"<b>{signed_percent(value)}</b> {_against(scene, row, group, position)}")
        )
    return found


def _furthest_thin(series: Series) -> tuple[float | None, int | None]:
    """The largest deviation of a thin minute, on either side."""
    position = first_least(np.where(series.thin, -np.abs(series.d), np.nan))
    return value_at(series.d, position), position


def signed_percent(fraction: float) -> str:
    """A fraction in per cent with its sign, as in the headline; what rounds to nothing has none."""
    size = percent(abs(fraction))
    return size if size == percent(0.0) else f"{MINUS if fraction < 0 else '+'}{size}"


def _against(scene: Scene, row: Row, group: Group, position: int) -> str:
    time = clock(scene.measurement, position)
    if scene.measurement.question.underlying is not None:
        return f"against fair value ({group.upper()}), {time}"
    if row.series[group].firm[position]:
        return f"against {group.upper()} venues, {time}"
    names = [scene.catalogue.venue(venue).name for venue in scene.measurement.voters_at(row, group, position)]
    return f"against {' and '.join(names)} only, {time}"
