"""The panel of prices: the focus venue in bold over the lines of all others, coloured by group."""

from collections.abc import Sequence

import numpy as np

from dashboard.draw.axis import Scale, build_price_scale
from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import EndLabel, Scene, find_last_value
from dashboard.draw.theme import mix_colours
from dashboard.draw.traces import (
    BUCKET_COUNT,
    Trace,
    build_area_trace,
    build_hollow_trace,
    build_line_traces,
    build_wick_trace,
)
from deviation.minute.grid import Floats
from deviation.minute.states import State
from deviation.question import Group, sort_groups
from deviation.result import MarketRow

MAX_NAMED_VENUES = 2
"""Number of lines per group up to which each is named at its end; above it one label gives their number."""

MIN_BAND_WIDTH = 0.005
"""Width of the benchmark, as a share of its price, from which it is drawn as a band; else it would be a line."""


def fit_price_scale(scene: Scene, max_ticks: int = 7) -> Scale:
    """An axis for the closes of all drawn lines."""
    return build_price_scale(list_drawn_prices(scene), max_ticks)


def draws_band(scene: Scene) -> bool:
    """Whether the benchmark of the focus row is an interval wide enough to be seen in any bar."""
    return _build_benchmark_band(scene) is not None


def list_fair_values(scene: Scene) -> list[tuple[Group, Floats]]:
    """The fair value of an asset with an underlying, per bar, for each group that has any; else empty."""
    row = scene.focus
    if scene.measurement.question.underlying is None or row is None:
        return []
    unit = choose_price_unit(scene)
    return [
        (group, unit.convert(row, series.reference))
        for group, series in row.series.items()
        if not np.isnan(series.reference).all()
    ]


def list_drawn_prices(scene: Scene) -> list[Floats]:
    """The values of every line of the panel: a value per bar, NaN for none."""
    unit, focus = choose_price_unit(scene), scene.highlighted_row
    rows = [*scene.other_rows, *_list_secondary_rows(scene), *([] if focus is None else [focus])]
    return [unit.convert(row, row.minutes.vote) for row in rows] + [values for _, values in list_fair_values(scene)]


def build_price_traces(scene: Scene, max_wicks: int = BUCKET_COUNT) -> list[Trace]:
    """All traces of the panel, from bottom to top: benchmark, other venues, fair values, the focus venue.

    Args:
        scene: The measurement to draw.
        max_wicks: Maximum number of wicks; above it bars share one.
    """
    measurement, colours, unit = scene.measurement, scene.colours, choose_price_unit(scene)
    traces = _build_band_traces(scene)
    for row, name in zip(scene.other_rows, name_rows(scene, scene.other_rows), strict=True):
        colour, dash = colours.group_colours[row.market.group], scene.select_dash(row.market)
        prices = unit.convert(row, row.minutes.vote)
        traces += build_line_traces(measurement, prices, colour, name=name, width=1.3, dash=dash)
        traces += _build_small_traces(scene, row, name, colour, 3.5)
    for group, values in list_fair_values(scene):
        name = f"Fair value by {group.upper()} exchanges"
        traces += build_line_traces(
            measurement, values, colours.group_colours[group], name=name, width=1.8, dash="dash"
        )
    for row in _list_secondary_rows(scene):
        pale_colour = mix_colours(scene.focus_colour, colours.paper, 0.35)
        prices = unit.convert(row, row.minutes.vote)
        traces += build_line_traces(measurement, prices, pale_colour, name=row.market.symbol, width=1.2)
    return traces + _build_focus_traces(scene, max_wicks)


def _list_secondary_rows(scene: Scene) -> list[MarketRow]:
    """The focus venue's other markets; none where it is hidden."""
    if scene.highlighted_row is None:
        return []
    return [row for row in scene.measurement.select_rows(scene.measurement.focus) if row is not scene.focus]


def _build_benchmark_band(scene: Scene) -> tuple[Floats, Floats] | None:
    """Both ends of the focus row's benchmark where they lie apart, as where an even number of others disagree.

    None where they nowhere do.
    """
    row = scene.highlighted_row
    if row is None or scene.measurement.question.underlying is not None:
        return None
    series, unit = row.series[row.market.group], choose_price_unit(scene)
    is_wide = series.reference_high / series.reference_low - 1 >= MIN_BAND_WIDTH
    if not is_wide.any():
        return None
    low, high = (
        np.where(is_wide, unit.convert(row, end), np.nan) for end in (series.reference_low, series.reference_high)
    )
    return None if np.isnan(low).all() else (low, high)


def _build_band_traces(scene: Scene) -> list[Trace]:
    band = _build_benchmark_band(scene)
    if band is None:
        return []
    colour = scene.colours.group_colours[scene.focus.market.group if scene.focus else ""]
    return [{**build_area_trace(scene.measurement, *band, colour, 0.3), "name": "benchmark"}]


def _build_focus_traces(scene: Scene, max_wicks: int) -> list[Trace]:
    row, measurement, unit = scene.highlighted_row, scene.measurement, choose_price_unit(scene)
    if row is None:
        return []
    pale_colour = mix_colours(scene.focus_colour, scene.colours.paper, 0.6)
    dash = (
        "dash" if scene.is_illustration and (row.market.venue, row.market.symbol) in scene.assumed_markets else "solid"
    )
    name, colour, width = scene.format_name(row), scene.focus_colour, scene.focus_width
    low, high, vote = (unit.convert(row, values) for values in (row.minutes.low, row.minutes.high, row.minutes.vote))
    return [
        {
            **build_wick_trace(measurement, low, high, pale_colour, width=1.4, max_wicks=max_wicks),
            "name": f"{name} low to high",
        },
        *build_line_traces(measurement, vote, colour, name=name, width=width, dash=dash),
        *_build_small_traces(scene, row, name, colour, 5),
    ]


def _build_small_traces(scene: Scene, row: MarketRow, name: str, colour: str, size: float) -> list[Trace]:
    """Hollow dots at the closes of minutes below the volume threshold; none without such minutes."""
    is_small = row.minutes.states == State.SMALL
    prices = np.where(is_small, choose_price_unit(scene).convert(row, row.minutes.close), np.nan)
    if np.isnan(prices).all():
        return []
    name = f"{name}, below the volume threshold"
    return [build_hollow_trace(scene.measurement, prices, colour, scene.colours.paper, name=name, size=size)]


def build_price_end_labels(scene: Scene, *, with_dashes: bool = False) -> list[EndLabel]:
    """The labels at the ends of the lines that have a value; those of a group are joined above `MAX_NAMED_VENUES`.

    Args:
        scene: The measurement to draw.
        with_dashes: Whether labels of groups and fair values have a sample of their dash, for print without colour.
    """
    labels, unit, focus = [], choose_price_unit(scene), scene.highlighted_row
    names = dict(zip((row.market for row in scene.other_rows), name_rows(scene, scene.other_rows), strict=True))
    for group in sort_groups(row.market.group for row in scene.other_rows):
        for is_spot in (True, False):
            rows = [row for row in scene.other_rows if row.market.group == group and row.is_spot is is_spot]
            end_values = [
                (names[row.market], row, find_last_value(unit.convert(row, row.minutes.vote))) for row in rows
            ]
            known = [(name, row, value) for name, row, value in end_values if not np.isnan(value)]
            labels += _build_group_labels(scene, group, known, with_dashes=with_dashes)
    labels += [
        EndLabel(
            f"fair value, {group.upper()}",
            find_last_value(values),
            scene.colours.group_colours[group],
            dash="dash" if with_dashes else "",
        )
        for group, values in list_fair_values(scene)
    ]
    labels += [
        EndLabel(row.market.symbol, find_last_value(unit.convert(row, row.minutes.vote)), scene.focus_colour)
        for row in _list_secondary_rows(scene)
    ]
    if focus is not None:
        value = find_last_value(unit.convert(focus, focus.minutes.vote))
        labels.append(EndLabel(scene.format_name(focus), value, scene.focus_colour, is_bold=True))
    return [label for label in labels if not np.isnan(label.value)]


def _build_group_labels(
    scene: Scene, group: Group, end_values: Sequence[tuple[str, MarketRow, float]], *, with_dashes: bool
) -> list[EndLabel]:
    colour = scene.colours.group_colours[group]
    # On the reconstruction the lines of a group differ in dash: assumed markets are dashed.
    has_dash = bool(end_values) and with_dashes and not scene.is_illustration
    dash = scene.select_dash(end_values[0][1].market) if has_dash else ""
    if len(end_values) <= MAX_NAMED_VENUES:
        return [EndLabel(name, value, colour, dash=dash) for name, _, value in end_values]
    kind = "exchanges" if end_values[0][1].is_spot else "perpetuals"
    middle = float(np.median([value for *_, value in end_values]))
    return [EndLabel(f"{len(end_values)} {group.upper()} {kind}", middle, colour, dash=dash)]
