"""The panel of prices: the focus venue in bold over the lines of all others, coloured by group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.draw.axis import Scale, build_price_scale
from dashboard.draw.scene import EndLabel, Scene, extract_voting_prices, find_last_value
from dashboard.draw.theme import mix_colours
from dashboard.draw.traces import BUCKET_COUNT, Trace, build_hollow_trace, build_line_traces, build_wick_trace
from deviation.minute.grid import Floats
from deviation.minute.states import State
from deviation.question import Group
from deviation.result import MarketRow
from deviation.wording import format_clock_time, format_price

MAX_NAMED_VENUES = 2
"""Number of lines per group up to which each is named at its end; above it one label gives their number."""


@dataclass(frozen=True, slots=True)
class LowestTrade:
    """The lowest trade of a market: its position in the window, its price, and its label."""

    position: int
    price: float
    text: str
    colour: str


def fit_price_scale(scene: Scene, max_ticks: int = 7) -> Scale:
    """An axis for the closes of all drawn lines."""
    rows = [*scene.other_rows, *([scene.highlighted_row] if scene.highlighted_row else [])]
    closes = [extract_voting_prices(row) for row in rows] + [price for _, price in scene.secondary_prices]
    return build_price_scale([*closes, *(values for _, values in list_fair_values(scene))], max_ticks)


def list_fair_values(scene: Scene) -> list[tuple[Group, Floats]]:
    """The fair value of an asset with an underlying, per bar, for each group that has any; else empty."""
    if scene.measurement.question.underlying is None or scene.focus is None:
        return []
    series = scene.focus.series
    return [(group, series[group].reference) for group in Group if not np.isnan(series[group].reference).all()]


def list_drawn_prices(scene: Scene) -> list[Floats]:
    """The values of every line of the panel: a value per bar, NaN for none."""
    lines = [extract_voting_prices(row) for row in scene.other_rows] + [price for _, price in scene.secondary_prices]
    lines += [values for _, values in list_fair_values(scene)]
    return lines if scene.highlighted_row is None else [*lines, extract_voting_prices(scene.highlighted_row)]


def build_price_traces(scene: Scene, max_wicks: int = BUCKET_COUNT) -> list[Trace]:
    """All traces of the panel, from bottom to top: other venues, fair values, the focus venue.

    Args:
        scene: The measurement to draw.
        max_wicks: Maximum number of wicks; above it bars share one.
    """
    measurement, colours = scene.measurement, scene.colours
    traces: list[Trace] = []
    for row in scene.other_rows:
        colour = colours.group_colours[row.market.group]
        dash, name = scene.select_dash(row.market), scene.format_name(row)
        traces += build_line_traces(measurement, extract_voting_prices(row), colour, name=name, width=1.3, dash=dash)
        traces += _build_small_traces(scene, row, colour, 3.5)
    for group, values in list_fair_values(scene):
        name = f"Fair value by {group.upper()} exchanges"
        traces += build_line_traces(
            measurement, values, colours.group_colours[group], name=name, width=1.8, dash="dash"
        )
    for symbol, price in scene.secondary_prices:
        pale_colour = mix_colours(scene.focus_colour, colours.paper, 0.35)
        traces += build_line_traces(measurement, price, pale_colour, name=symbol, width=1.2)
    return traces + _build_focus_traces(scene, max_wicks)


def _build_focus_traces(scene: Scene, max_wicks: int) -> list[Trace]:
    row, measurement = scene.highlighted_row, scene.measurement
    if row is None:
        return []
    pale_colour = mix_colours(scene.focus_colour, scene.colours.paper, 0.6)
    dash = (
        "dash" if scene.is_illustration and (row.market.venue, row.market.symbol) in scene.assumed_markets else "solid"
    )
    name, colour, width = scene.format_name(row), scene.focus_colour, scene.focus_width
    return [
        {
            **build_wick_trace(
                measurement, row.minutes.low, row.minutes.high, pale_colour, width=1.4, max_wicks=max_wicks
            ),
            "name": f"{name} low to high",
        },
        *build_line_traces(measurement, extract_voting_prices(row), colour, name=name, width=width, dash=dash),
        *_build_small_traces(scene, row, colour, 5),
    ]


def _build_small_traces(scene: Scene, row: MarketRow, colour: str, size: float) -> list[Trace]:
    """Hollow dots at the closes of minutes whose volume is too small to vote; none without such minutes."""
    prices = np.where(row.minutes.states == State.SMALL, row.minutes.price, np.nan)
    if np.isnan(prices).all():
        return []
    name = f"{scene.format_name(row)}, small"
    return [build_hollow_trace(scene.measurement, prices, colour, scene.colours.paper, name=name, size=size)]


def build_price_end_labels(scene: Scene, *, with_dashes: bool = False) -> list[EndLabel]:
    """The labels at the ends of the lines that have a value; those of a group are joined above `MAX_NAMED_VENUES`.

    Args:
        scene: The measurement to draw.
        with_dashes: Whether labels of groups and fair values have a sample of their dash, for print without colour.
    """
    labels = []
    for group in Group:
        for spot in (True, False):
            rows = [row for row in scene.other_rows if row.market.group is group and row.is_spot is spot]
            labels += _build_group_labels(scene, group, rows, with_dashes=with_dashes)
    labels += [
        EndLabel(
            f"fair value, {group.upper()}",
            find_last_value(values),
            scene.colours.group_colours[group],
            dash="dash" if with_dashes else "",
        )
        for group, values in list_fair_values(scene)
    ]
    labels += [EndLabel(symbol, find_last_value(price), scene.focus_colour) for symbol, price in scene.secondary_prices]
    if scene.highlighted_row is not None:
        labels.append(
            EndLabel(
                scene.format_name(scene.highlighted_row),
                find_last_value(extract_voting_prices(scene.highlighted_row)),
                scene.focus_colour,
                is_bold=True,
            )
        )
    return [label for label in labels if not np.isnan(label.value)]


def _build_group_labels(scene: Scene, group: Group, rows: Sequence[MarketRow], *, with_dashes: bool) -> list[EndLabel]:
    colour = scene.colours.group_colours[group]
    end_values = [(row, find_last_value(extract_voting_prices(row))) for row in rows]
    end_values = [(row, value) for row, value in end_values if not np.isnan(value)]
    # On the reconstruction the lines of a group differ in dash: assumed markets are dashed.
    dash = (
        scene.select_dash(end_values[0][0].market) if end_values and with_dashes and not scene.is_illustration else ""
    )
    if len(end_values) <= MAX_NAMED_VENUES:
        return [EndLabel(scene.format_name(row), value, colour, dash=dash) for row, value in end_values]
    kind = "venues" if end_values[0][0].is_spot else "perpetuals"
    middle = float(np.median([value for _, value in end_values]))
    return [EndLabel(f"{len(end_values)} {group.upper()} {kind}", middle, colour, dash=dash)]


def find_off_scale_trades(scene: Scene, scale: Scale) -> list[LowestTrade]:
    """Trades below the axis: the focus venue's lowest, and the lowest of the others if it is lower still."""
    rows = [] if scene.highlighted_row is None or scene.highlighted_row.low is None else [scene.highlighted_row]
    focus_low = rows[0].low if rows else None
    other_rows = sorted((row for row in scene.other_rows if row.low is not None), key=lambda row: row.low or 0.0)
    rows += [row for row in other_rows[:1] if focus_low is None or (row.low or 0.0) < focus_low]
    return [trade for row in rows if (trade := _build_lowest_trade(scene, row)) is not None and trade.price < scale.low]


def find_clear_low(scene: Scene) -> LowestTrade | None:
    """The focus venue's lowest trade if it is below its lowest close by at least ``enter``; else None."""
    trade = None if scene.highlighted_row is None else _build_lowest_trade(scene, scene.highlighted_row)
    if scene.highlighted_row is None or trade is None:
        return None
    closes = extract_voting_prices(scene.highlighted_row)
    price_share = 1 - scene.measurement.question.parameters.enter
    return trade if np.isnan(closes).all() or trade.price < price_share * np.nanmin(closes) else None


def _build_lowest_trade(scene: Scene, row: MarketRow) -> LowestTrade | None:
    if row.low is None or row.low_at is None:
        return None
    is_focus = row is scene.highlighted_row
    name = "lowest trade" if is_focus else scene.format_name(row)
    text = f"{name} <b>{format_price(row.low)}</b> at {format_clock_time(scene.measurement.axis, row.low_at)}"
    return LowestTrade(row.low_at, row.low, text, scene.select_colour(row))
