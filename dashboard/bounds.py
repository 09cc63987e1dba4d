"""The minute of the lowest trade, seen closely: everyone's range, and what is certain in any order of trades.

Inside a bar nobody knows which trade came first. Between which bounds a venue's lowest trade stood against the others
follows from their ranges alone (docs/method.md, section 4).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from dash import html

from dashboard.formats import price
from dashboard.scales import price_scale
from dashboard.scene import Scene
from dashboard.style import TEMPLATES, mix
from dashboard.wire import Figure
from data.schema import quote_of
from deviation.headline import clock, percent, price_text
from deviation.lows import exact_trade
from deviation.question import TOLERANCE, Group
from deviation.result import Row

ROW = 21
"""Height of a venue's line in pixels."""

AROUND = {"l": 128, "r": 16, "t": 8, "b": 34, "pad": 0, "autoexpand": False}
"""Margins of the chart: names on the left, prices below."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A market in one bar, in dollars: the range in which its price stood, and its close."""

    row: Row
    low: float
    high: float
    close: float


def positions(scene: Scene) -> tuple[int, ...]:
    """The bars worth a close look: of the focus venue's lowest trade, and of the trade that was surely deepest."""
    row = scene.focus
    if row is None:
        return ()
    return tuple(dict.fromkeys(at for at in (row.low_at, row.own.wick_at) if at is not None))


def reaches(scene: Scene, position: int) -> tuple[Reach, ...]:
    """The focus venue with its own candle, then every voting peer with its range, own group first, lowest first."""
    row, measurement = scene.focus, scene.measurement
    if row is None:
        return ()
    low, high = float(row.minutes.low[position]), float(row.minutes.high[position])
    own = Reach(row, low, high, float(row.minutes.price[position]))
    family = measurement.question.rules.family
    peers = [
        _reach(other, position)
        for other in measurement.rows
        if other.spot
        and family(other.market.venue) != family(row.market.venue)
        and bool(other.minutes.voting[position])
    ]
    known = [peer for peer in peers if not np.isnan([peer.low, peer.high]).any()]
    return (own, *sorted(known, key=lambda peer: (peer.row.market.group is not row.market.group, peer.low)))


def _reach(row: Row, position: int) -> Reach:
    """A peer in one bar; its range is worked out for that bar alone, not for the whole window."""
    at = row.minutes.span.start + position
    bar = row.minutes.cut(slice(at, at + 1))
    return Reach(row, float(bar.range_low[0]), float(bar.range_high[0]), float(bar.price[0]))


def sentences(scene: Scene, position: int, trades: pl.DataFrame) -> list[str]:
    """What the bar's candles say of its lowest trade, in words; ``trades`` is a frame of `data.schema.LOW_TRADE`."""
    row = scene.focus
    if row is None:
        return []
    low = float(row.minutes.low[position])
    bounds = [
        f"{words} {_others(scene, row, group)}" for group in scene.groups if (words := _bounds(row, group, position))
    ]
    said = [
        f"{scene.name(row)}'s lowest trade, {price_text(low)}, stood {' and '.join(bounds)}, "
        f"whatever the order within the {scene.measurement.question.timeframe.one}."
        if bounds
        else f"{scene.name(row)}'s lowest trade was {price_text(low)}; fewer than three others had a range then, "
        "so there are no bounds."
    ]
    said += _certain(scene, row, position)
    trade = exact_trade(scene.measurement, row, trades) if position == row.low_at else None
    if trade is not None:
        asset, quote = scene.measurement.question.asset, quote_of(row.market.symbol)
        said.append(
            f"The trade itself: {price_text(trade.price)} {quote} at {trade.clock} UTC, {trade.amount:,.6g} {asset}, "
            f"number {trade.trade_id}."
        )
    return said


def _others(scene: Scene, row: Row, group: Group) -> str:
    exchanges = f"{group.upper()} exchanges"
    if scene.measurement.question.underlying:
        return f"fair value by {exchanges}"
    return f"other {exchanges}" if group is row.market.group else exchanges


def _bounds(row: Row, group: Group, position: int) -> str:
    series = row.series[group]
    shallow, deep = float(series.wick_shallow[position]), float(series.wick_deep[position])
    return "" if np.isnan([shallow, deep]).any() else bounds_words(shallow, deep)


def bounds_words(shallow: float, deep: float) -> str:
    """Two bounds as a phrase, the mild one first.

    >>> bounds_words(-0.4, -0.59), bounds_words(0.01, -0.02), bounds_words(-0.4, -0.4001)
    ('between 40 % and 59 % below', 'between 1.0 % above and 2.0 % below', '40 % below')
    """
    mild, harsh = (percent(abs(value)) for value in (shallow, deep))
    sides = tuple("below" if value < 0 else "above" for value in (shallow, deep))
    if sides[0] != sides[1]:
        return f"between {mild} {sides[0]} and {harsh} {sides[1]}"
    return f"{mild} {sides[0]}" if mild == harsh else f"between {mild} and {harsh} {sides[0]}"


def _certain(scene: Scene, row: Row, position: int) -> list[str]:
    """What holds for the bar as a whole, whichever way its trades came."""
    enter, one = scene.measurement.question.parameters.enter, scene.measurement.question.timeframe.one
    known = {group: sure for group in scene.groups if not np.isnan(sure := float(row.series[group].sure[position]))}
    below = {group: -sure for group, sure in known.items() if sure <= -enter + TOLERANCE}
    if below:
        words = " and ".join(f"{percent(depth)} below {group.upper()} exchanges" for group, depth in below.items())
        return [f"It stayed at least {words} for the whole {one}: certain in any order."]
    return [f"That it strayed for the whole {one} is not certain."] if known else []


def bounds_figure(scene: Scene, position: int) -> Figure:
    """A bar from low to high per market, with a tick at its close."""
    found, colours = reaches(scene, position), scene.colours
    ends = np.array([value for reach in found for value in (reach.low, reach.high) if value > 0])
    scale = price_scale([ends], 5)
    places = list(range(len(found)))
    shades = [
        scene.focus_colour if reach.row is scene.focus else colours.groups[reach.row.market.group] for reach in found
    ]
    names = [f"<b>{scene.name(r.row)}</b>" if r.row is scene.focus else scene.name(r.row) for r in found]
    return {
        "data": [
            _segment(place, reach, shade, scene) for place, reach, shade in zip(places, found, shades, strict=True)
        ],
        "layout": {
            "template": {"layout": TEMPLATES[scene.theme].layout.to_plotly_json()},
            "height": bounds_height(scene, position),
            "autosize": True,
            "margin": AROUND,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "dragmode": False,
            "xaxis": {
                "type": "log" if scale.log else "linear",
                "range": scale.range,
                "tickmode": "array",
                "tickvals": list(scale.ticks),
                "ticktext": list(scale.text),
                "showgrid": True,
                "ticks": "",
                "fixedrange": True,
            },
            "yaxis": {
                "range": [len(found) - 0.4, -0.6],
                "tickmode": "array",
                "tickvals": places,
                "ticktext": names,
                "ticks": "",
                "fixedrange": True,
            },
        },
    }


def bounds_height(scene: Scene, position: int) -> int:
    """Pixels of the chart."""
    return AROUND["t"] + AROUND["b"] + ROW * max(len(reaches(scene, position)), 2)


def _segment(place: int, reach: Reach, colour: str, scene: Scene) -> dict[str, Any]:
    focus = reach.row is scene.focus
    text = f"{scene.name(reach.row)}: {price(reach.low)} to {price(reach.high)}, close {price(reach.close)}"
    width = 7 if focus else 5
    return {
        "type": "scatter",
        "x": [reach.low, reach.close, reach.high],
        "y": [place] * 3,
        "mode": "lines+markers",
        "line": {"color": mix(colour, scene.colours.paper, 0.35), "width": width},
        "marker": {
            "symbol": "line-ns",
            "size": [0, 12, 0],
            "color": colour,
            "line": {"width": [0, 3, 0], "color": colour},
        },
        "name": scene.name(reach.row),
        "hovertemplate": f"{text}<extra></extra>",
    }


def bounds_table(scene: Scene, position: int) -> html.Table:
    """The numbers of the chart."""
    head = [html.Th(name, scope="col") for name in ("Exchange", "Low", "High", "Close")]
    body = [
        html.Tr(
            [
                html.Th([scene.name(reach.row), html.Small(reach.row.market.symbol)], scope="row"),
                *(html.Td(price(value), className="number") for value in (reach.low, reach.high, reach.close)),
            ],
            className="focus" if reach.row is scene.focus else "",
        )
        for reach in reaches(scene, position)
    ]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)])


def heading(scene: Scene, position: int) -> str:
    """What the bar is to the focus venue."""
    row = scene.focus
    lowest = row is not None and position == row.low_at
    what = "of the lowest trade" if lowest else "in which the lowest trade was surely deepest"
    return f"The {scene.measurement.question.timeframe.one} {what}: {clock(scene.measurement, position)} UTC"
