"""The bar of an extreme trade on the page: the range and close of every market, as a chart and as a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.charts.lowest_minute.ranges import PriceRange
from dashboard.components.static_html import StaticElement, build_element
from dashboard.draw.axis import Scale, build_price_scale
from dashboard.draw.encoding import Figure
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.theme import TEMPLATE_LAYOUTS, mix_colours
from dashboard.text.numbers import format_optional_price

ROW_HEIGHT = 21
"""Height of a venue's row in pixels."""

CHART_MARGIN = {"l": 128, "r": 16, "t": 8, "b": 34, "pad": 0, "autoexpand": False}
"""Margins of the chart, with space for names on the left and prices below."""


def build_bounds_figure(scene: Scene, price_ranges: Sequence[PriceRange]) -> Figure:
    """A bar from low to high per market of `list_drawn_ranges`, with a tick at its close."""
    scale, colours = build_range_scale(price_ranges), scene.colours
    indices = list(range(len(price_ranges)))
    bar_colours = [
        scene.focus_colour if price_range.row is scene.focus else colours.group_colours[price_range.row.market.group]
        for price_range in price_ranges
    ]
    names = name_rows(scene, [price_range.row for price_range in price_ranges])
    return {
        "data": [
            _build_range_trace(index, price_range, name, colour, scene)
            for index, price_range, name, colour in zip(indices, price_ranges, names, bar_colours, strict=True)
        ],
        "layout": {
            "template": {"layout": TEMPLATE_LAYOUTS[scene.theme]},
            "height": compute_bounds_height(price_ranges),
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
                "ticktext": [
                    f"<b>{name}</b>" if price_range.row is scene.focus else name
                    for name, price_range in zip(names, price_ranges, strict=True)
                ],
                "ticks": "",
                "fixedrange": True,
            },
        },
    }


def build_range_scale(price_ranges: Sequence[PriceRange]) -> Scale:
    """The scale of prices that holds every range."""
    prices = [value for price_range in price_ranges for value in price_range.drawn if value > 0]
    return build_price_scale([np.array(prices)], 5)


def compute_bounds_height(price_ranges: Sequence[PriceRange]) -> int:
    """Height of the chart in pixels."""
    return CHART_MARGIN["t"] + CHART_MARGIN["b"] + ROW_HEIGHT * max(len(price_ranges), 2)


def _build_range_trace(index: int, price_range: PriceRange, name: str, colour: str, scene: Scene) -> dict[str, Any]:
    is_focus = price_range.row is scene.focus
    low, high, close = map(format_optional_price, (price_range.low, price_range.high, price_range.close))
    text = f"{name}: {low} to {high} {price_range.row.market.quote}, close {close}"
    width = 7 if is_focus else 5
    return {
        "type": "scatter",
        "x": list(price_range.drawn),
        "y": [index] * 3,
        "mode": "lines+markers",
        "line": {"color": mix_colours(colour, scene.colours.paper, 0.35), "width": width},
        "marker": {
            "symbol": "line-ns",
            "size": [0, 12, 0],
            "color": colour,
            "line": {"width": [0, 3, 0], "color": colour},
        },
        "name": name,
        "hovertemplate": f"{text}<extra></extra>",
    }


def build_bounds_table(scene: Scene, price_ranges: Sequence[PriceRange]) -> StaticElement:
    """The numbers of the chart as a table, as printed in each market's quote."""
    header = (build_element("th", name, scope="col") for name in ("Exchange", "Low", "High", "Close"))
    body = (
        build_element(
            "tr",
            build_element(
                "th",
                scene.format_name(price_range.row),
                build_element("small", price_range.row.market.symbol),
                scope="row",
            ),
            *(
                build_element("td", format_optional_price(value), className="number")
                for value in (price_range.low, price_range.high, price_range.close)
            ),
            className="focus" if price_range.row is scene.focus else "",
        )
        for price_range in price_ranges
    )
    return build_element("table", build_element("thead", build_element("tr", *header)), build_element("tbody", *body))
