"""The panel of prices: who traded where, with the focus venue bold and everyone else in two quiet families."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.panels import BUCKETS, Trace, hollow, line, whiskers
from dashboard.scales import Scale, price_scale, short_price
from dashboard.scene import EndLabel, Scene, last_value, voting_price
from dashboard.style import mix
from deviation.grid import Floats
from deviation.headline import clock
from deviation.minutes import State
from deviation.question import Group
from deviation.result import Row

NAMED_VENUES = 2
"""Up to so many venues of a family are named at the end of their lines; more are counted."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A market's lowest trade, at a position in the window, with its text; an arrow where the axis ends above it."""

    position: int
    price: float
    text: str
    colour: str


def scale_of_prices(scene: Scene, most: int = 7) -> Scale:
    """The axis for the closes of every line that is drawn."""
    rows = [*scene.others, *([scene.bold] if scene.bold else [])]
    closes = [voting_price(row) for row in rows] + [price for _, price in scene.companions]
    return price_scale([*closes, *(values for _, values in fair_values(scene))], most)


def fair_values(scene: Scene) -> list[tuple[Group, Floats]]:
    """What the underlying elsewhere says the asset is worth, per group that says anything."""
    if scene.measurement.question.underlying is None or scene.focus is None:
        return []
    series = scene.focus.series
    return [(group, series[group].reference) for group in Group if not np.isnan(series[group].reference).all()]


def drawn_prices(scene: Scene) -> list[Floats]:
    """The values of every line of the panel, a value per bar."""
    lines = [voting_price(row) for row in scene.others] + [price for _, price in scene.companions]
    lines += [values for _, values in fair_values(scene)]
    return lines if scene.bold is None else [*lines, voting_price(scene.bold)]


def price_traces(scene: Scene, wicks: int = BUCKETS) -> list[Trace]:
    """Everyone else first, then fair values, then the focus venue: other quotes, wicks, its own closes on top.

    ``wicks`` is how many have room beside each other.
    """
    measurement, colours = scene.measurement, scene.colours
    traces: list[Trace] = []
    for row in scene.others:
        colour = colours.groups[row.market.group]
        dash, name = scene.dash(row.market), scene.name(row)
        traces += line(measurement, voting_price(row), colour, name=name, width=1.3, dash=dash)
        traces += _small(scene, row, colour, 3.5)
    for group, values in fair_values(scene):
        name = f"Fair value by {group.upper()} exchanges"
        traces += line(measurement, values, colours.groups[group], name=name, width=1.8, dash="dash")
    for symbol, price in scene.companions:
        pale = mix(scene.focus_colour, colours.paper, 0.35)
        traces += line(measurement, price, pale, name=symbol, width=1.2)
    return traces + _bold(scene, wicks)


def _bold(scene: Scene, wicks: int) -> list[Trace]:
    row, measurement = scene.bold, scene.measurement
    if row is None:
        return []
    pale = mix(scene.focus_colour, scene.colours.paper, 0.6)
    dash = "dash" if scene.illustration and (row.market.venue, row.market.symbol) in scene.assumed else "solid"
    name, colour, width = scene.name(row), scene.focus_colour, scene.boldness
    return [
        {
            **whiskers(measurement, row.minutes.low, row.minutes.high, pale, width=1.4, most=wicks),
            "name": f"{name} low to high",
        },
        *line(measurement, voting_price(row), colour, name=name, width=width, dash=dash),
        *_small(scene, row, colour, 5),
    ]


def _small(scene: Scene, row: Row, colour: str, size: float) -> list[Trace]:
    """Closes of minutes that were traded below the least vote, hollow."""
    prices = np.where(row.minutes.state == State.SMALL, row.minutes.price, np.nan)
    if np.isnan(prices).all():
        return []
    name = f"{scene.name(row)}, small"
    return [hollow(scene.measurement, prices, colour, scene.colours.paper, name=name, size=size)]


def price_ends(scene: Scene, *, sampled: bool = False) -> list[EndLabel]:
    """The labels at the ends of the lines: families together, the focus venue and its other quotes by name.

    ``sampled``: quiet lines' labels carry their dash, for grey print.
    """
    labels = []
    for group in Group:
        for spot in (True, False):
            rows = [row for row in scene.others if row.market.group is group and row.spot is spot]
            labels += _family(scene, group, rows, sampled=sampled)
    labels += [
        EndLabel(
            f"fair value, {group.upper()}",
            last_value(values),
            scene.colours.groups[group],
            dash="dash" if sampled else "",
        )
        for group, values in fair_values(scene)
    ]
    labels += [EndLabel(symbol, last_value(price), scene.focus_colour) for symbol, price in scene.companions]
    if scene.bold is not None:
        labels.append(
            EndLabel(scene.name(scene.bold), last_value(voting_price(scene.bold)), scene.focus_colour, bold=True)
        )
    return [label for label in labels if not np.isnan(label.value)]


def _family(scene: Scene, group: Group, rows: Sequence[Row], *, sampled: bool) -> list[EndLabel]:
    colour = scene.colours.groups[group]
    ends = [(row, last_value(voting_price(row))) for row in rows]
    ends = [(row, value) for row, value in ends if not np.isnan(value)]
    # On the reconstruction, dashes tell assumed markets from published ones within a family.
    dash = scene.dash(ends[0][0].market) if ends and sampled and not scene.illustration else ""
    if len(ends) <= NAMED_VENUES:
        return [EndLabel(scene.name(row), value, colour, dash=dash) for row, value in ends]
    kind = "venues" if ends[0][0].spot else "perpetuals"
    middle = float(np.median([value for _, value in ends]))
    return [EndLabel(f"{len(ends)} {group.upper()} {kind}", middle, colour, dash=dash)]


def off_scale(scene: Scene, scale: Scale) -> list[Trade]:
    """The focus venue's lowest trade, and the lowest of all if another venue's, where the axis does not reach them."""
    rows = [] if scene.bold is None or scene.bold.low is None else [scene.bold]
    own = rows[0].low if rows else None
    others = sorted((row for row in scene.others if row.low is not None), key=lambda row: row.low or 0.0)
    rows += [row for row in others[:1] if own is None or (row.low or 0.0) < own]
    return [trade for row in rows if (trade := _lowest(scene, row)) is not None and trade.price < scale.low]


def clear_low(scene: Scene) -> Trade | None:
    """The focus venue's lowest trade where it is worth a label: clearly under its lowest close."""
    trade = None if scene.bold is None else _lowest(scene, scene.bold)
    if scene.bold is None or trade is None:
        return None
    closes = voting_price(scene.bold)
    clear = 1 - scene.measurement.question.parameters.enter
    return trade if np.isnan(closes).all() or trade.price < clear * np.nanmin(closes) else None


def _lowest(scene: Scene, row: Row) -> Trade | None:
    if row.low is None or row.low_at is None:
        return None
    focus = row is scene.bold
    name = "lowest trade" if focus else scene.name(row)
    colour = scene.focus_colour if focus else scene.colours.groups[row.market.group]
    text = f"{name} <b>{short_price(row.low)}</b> at {clock(scene.measurement, row.low_at)}"
    return Trade(row.low_at, row.low, text, colour)
