"""The bar of the lowest trade on the page: every market's range, and bounds that hold in any order of trades.

Candles do not give the order of trades within a bar. The bounds of a venue's lowest trade against the others follow
from the ranges of prices alone (docs/method.md, section 4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from dash import html

from dashboard.draw.axis import Scale, build_price_scale
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATES, mix_colours
from dashboard.text.numbers import format_optional_price
from data.schema import parse_quote
from deviation.question import TOLERANCE, Group
from deviation.report.lows import find_exact_trade
from deviation.result import MarketRow
from deviation.wording import format_amount, format_clock_time, format_percent, format_price

ROW_HEIGHT = 21
"""Height of a venue's row in pixels."""

CHART_MARGIN = {"l": 128, "r": 16, "t": 8, "b": 34, "pad": 0, "autoexpand": False}
"""Margins of the chart, with space for names on the left and prices below."""


@dataclass(frozen=True, slots=True)
class PriceRange:
    """A market in one bar: the range of its price, and its close, in dollars."""

    row: MarketRow
    low: float
    high: float
    close: float


def list_bar_positions(scene: Scene) -> tuple[int, ...]:
    """Positions of the bars shown: of the focus venue's lowest trade, and of the one with the deepest certain bound."""
    row = scene.focus
    if row is None:
        return ()
    return tuple(dict.fromkeys(position for position in (row.low_at, row.own_summary.wick_at) if position is not None))


def list_price_ranges(scene: Scene, position: int) -> tuple[PriceRange, ...]:
    """The focus venue, then every voting peer with a range: own group first, in order of their lows."""
    row, measurement = scene.focus, scene.measurement
    if row is None:
        return ()
    low, high = float(row.minutes.low[position]), float(row.minutes.high[position])
    focus_range = PriceRange(row, low, high, float(row.minutes.price[position]))
    family = measurement.question.rules.family_of
    peers = [
        _build_peer_range(other, position)
        for other in measurement.rows
        if other.is_spot
        and family(other.market.venue) != family(row.market.venue)
        and bool(other.minutes.voting[position])
    ]
    known_peers = [peer for peer in peers if not np.isnan([peer.low, peer.high]).any()]
    return (
        focus_range,
        *sorted(known_peers, key=lambda peer: (peer.row.market.group is not row.market.group, peer.low)),
    )


def _build_peer_range(row: MarketRow, position: int) -> PriceRange:
    """A peer in one bar; its range is computed for that bar alone, not for the whole window."""
    index = row.minutes.span.start + position
    bar = row.minutes.with_span(slice(index, index + 1))
    return PriceRange(row, float(bar.range_low[0]), float(bar.range_high[0]), float(bar.price[0]))


def write_sentences(scene: Scene, position: int, trades: pl.DataFrame) -> list[str]:
    """Sentences on a bar: bounds of the lowest trade, what is certain for the whole bar, and the exact trade if known.

    Args:
        scene: the scene, whose focus venue the sentences are about.
        position: the bar.
        trades: frame of `data.schema.LOW_TRADE`.
    """
    row = scene.focus
    if row is None:
        return []
    low = float(row.minutes.low[position])
    bound_texts = [
        f"{text} {_describe_others(scene, row, group)}"
        for group in scene.groups
        if (text := _describe_bounds(row, group, position))
    ]
    texts = [
        f"{scene.format_name(row)}'s lowest trade, {format_price(low)}, stood {' and '.join(bound_texts)}, "
        f"whatever the order within the {scene.measurement.question.timeframe.noun}."
        if bound_texts
        else f"{scene.format_name(row)}'s lowest trade was {format_price(low)}; fewer than three others had a range "
        "then, so there are no bounds."
    ]
    texts += _describe_certainty(scene, row, position)
    trade = find_exact_trade(scene.measurement, row, trades) if position == row.low_at else None
    if trade is not None:
        asset, quote = scene.measurement.question.asset, parse_quote(row.market.symbol)
        texts.append(
            f"The trade itself: {format_price(trade.price)} {quote} at {trade.time_text} UTC, "
            f"{format_amount(trade.amount)} {asset}, number {trade.trade_id}."
        )
    return texts


def _describe_others(scene: Scene, row: MarketRow, group: Group) -> str:
    exchanges = f"{group.upper()} exchanges"
    if scene.measurement.question.underlying:
        return f"fair value by {exchanges}"
    return f"other {exchanges}" if group is row.market.group else exchanges


def _describe_bounds(row: MarketRow, group: Group, position: int) -> str:
    series = row.series[group]
    shallow, deep = float(series.wick_shallow[position]), float(series.wick_deep[position])
    return "" if np.isnan([shallow, deep]).any() else describe_bounds(shallow, deep)


def describe_bounds(shallow: float, deep: float) -> str:
    """Two bounds as a phrase, the shallow one first.

    >>> describe_bounds(-0.4, -0.59), describe_bounds(0.01, -0.02), describe_bounds(-0.4, -0.4001)
    ('between 40 % and 59 % below', 'between 1.0 % above and 2.0 % below', '40 % below')
    """
    mild, severe = (format_percent(abs(value)) for value in (shallow, deep))
    sides = tuple("below" if value < 0 else "above" for value in (shallow, deep))
    if sides[0] != sides[1]:
        return f"between {mild} {sides[0]} and {severe} {sides[1]}"
    return f"{mild} {sides[0]}" if mild == severe else f"between {mild} and {severe} {sides[0]}"


def _describe_certainty(scene: Scene, row: MarketRow, position: int) -> list[str]:
    """A sentence on the deviation that is certain in any order of trades; none without a series that defines it."""
    enter, bar_name = scene.measurement.question.parameters.enter, scene.measurement.question.timeframe.noun
    certain_by_group = {
        group: certain for group in scene.groups if not np.isnan(certain := float(row.series[group].sure[position]))
    }
    below = {group: -certain for group, certain in certain_by_group.items() if certain <= -enter + TOLERANCE}
    if below:
        text = " and ".join(
            f"{format_percent(depth)} below {group.upper()} exchanges" for group, depth in below.items()
        )
        return [f"It stayed at least {text} for the whole {bar_name}: certain in any order."]
    return [f"That it strayed for the whole {bar_name} is not certain."] if certain_by_group else []


def build_bounds_figure(scene: Scene, position: int) -> Figure:
    """A bar from low to high per market, with a tick at its close."""
    price_ranges, colours = list_price_ranges(scene, position), scene.colours
    scale = build_range_scale(price_ranges)
    indices = list(range(len(price_ranges)))
    bar_colours = [
        scene.focus_colour if price_range.row is scene.focus else colours.group_colours[price_range.row.market.group]
        for price_range in price_ranges
    ]
    names = [
        f"<b>{scene.format_name(r.row)}</b>" if r.row is scene.focus else scene.format_name(r.row) for r in price_ranges
    ]
    return {
        "data": [
            _build_range_trace(index, price_range, colour, scene)
            for index, price_range, colour in zip(indices, price_ranges, bar_colours, strict=True)
        ],
        "layout": {
            "template": {"layout": TEMPLATES[scene.theme].layout.to_plotly_json()},
            "height": compute_bounds_height(scene, position),
            "autosize": True,
            "margin": CHART_MARGIN,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.ink}},
            "dragmode": False,
            "xaxis": {
                "type": "log" if scale.log else "linear",
                "range": scale.range,
                "tickmode": "array",
                "tickvals": list(scale.ticks),
                "ticktext": list(scale.tick_texts),
                "showgrid": True,
                "ticks": "",
                "fixedrange": True,
            },
            "yaxis": {
                "range": [len(price_ranges) - 0.4, -0.6],
                "tickmode": "array",
                "tickvals": indices,
                "ticktext": names,
                "ticks": "",
                "fixedrange": True,
            },
        },
    }


def build_range_scale(price_ranges: Sequence[PriceRange]) -> Scale:
    """The scale of prices that holds every range."""
    prices = [value for price_range in price_ranges for value in (price_range.low, price_range.high) if value > 0]
    return build_price_scale([np.array(prices)], 5)


def compute_bounds_height(scene: Scene, position: int) -> int:
    """Height of the chart in pixels."""
    return CHART_MARGIN["t"] + CHART_MARGIN["b"] + ROW_HEIGHT * max(len(list_price_ranges(scene, position)), 2)


def _build_range_trace(index: int, price_range: PriceRange, colour: str, scene: Scene) -> dict[str, Any]:
    is_focus = price_range.row is scene.focus
    low, high, close = map(format_optional_price, (price_range.low, price_range.high, price_range.close))
    text = f"{scene.format_name(price_range.row)}: {low} to {high}, close {close}"
    width = 7 if is_focus else 5
    return {
        "type": "scatter",
        "x": [price_range.low, price_range.close, price_range.high],
        "y": [index] * 3,
        "mode": "lines+markers",
        "line": {"color": mix_colours(colour, scene.colours.paper, 0.35), "width": width},
        "marker": {
            "symbol": "line-ns",
            "size": [0, 12, 0],
            "color": colour,
            "line": {"width": [0, 3, 0], "color": colour},
        },
        "name": scene.format_name(price_range.row),
        "hovertemplate": f"{text}<extra></extra>",
    }


def build_bounds_table(scene: Scene, position: int) -> html.Table:
    """The numbers of the chart as a table."""
    header = [html.Th(name, scope="col") for name in ("Exchange", "Low", "High", "Close")]
    body = [
        html.Tr(
            [
                html.Th([scene.format_name(price_range.row), html.Small(price_range.row.market.symbol)], scope="row"),
                *(
                    html.Td(format_optional_price(value), className="number")
                    for value in (price_range.low, price_range.high, price_range.close)
                ),
            ],
            className="focus" if price_range.row is scene.focus else "",
        )
        for price_range in list_price_ranges(scene, position)
    ]
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(body)])


def write_heading(scene: Scene, position: int) -> str:
    """The heading of a bar: why it is shown, and its time."""
    row = scene.focus
    is_lowest = row is not None and position == row.low_at
    description = "of the lowest trade" if is_lowest else "in which the lowest trade was surely deepest"
    bar_name, time_text = scene.measurement.question.timeframe.noun, format_clock_time(scene.measurement.axis, position)
    return f"The {bar_name} {description}: {time_text} UTC"
