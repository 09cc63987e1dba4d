"""The table of extreme trades as a plain HTML table."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.components.definition import link_to_definition
from dashboard.components.static_html import StaticElement, build_element
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.tables.lows import ROUND_MARK, LowsRow, PriceCell
from data.schema import Timeframe
from deviation.side import Side

ROUND_NOTE = f"{ROUND_MARK.capitalize()}: a resting order's level, not an estimate."
"""Stands below a table with a round price."""

EXTREME_WORDS = {Side.BELOW: ("lowest", "low"), Side.ABOVE: ("highest", "high")}
"""How a trade of each side is called: its superlative, and its noun."""

DEVIATION_WORDS = {Side.BELOW: "discount", Side.ABOVE: "premium"}
"""What a deviation to each side is called."""


def build_lows_table(
    rows: Sequence[LowsRow], links: ViewLinks, bar: Timeframe, side: Side, focus_name: str
) -> html.Div:
    """The table in a box of its own, which scrolls where the screen is narrow, with its notes below it."""
    superlative, noun = EXTREME_WORDS[side]
    groups = (
        ("", 2),
        (f"{superlative.capitalize()} trade, any time in the window", 6),
        (f"Same {bar.noun} as {focus_name}'s {noun}", 2),
    )
    columns = (
        ("Asset", None),
        ("Quote", MethodAnchor.MONEY),
        (focus_name, MethodAnchor.LOWS),
        (superlative.capitalize(), MethodAnchor.LOWS),
        (f"Second {superlative}", MethodAnchor.LOWS),
        (f"{focus_name} to second {superlative}", MethodAnchor.LOWS),
        (f"USDT {noun} to USD {noun}", MethodAnchor.LOWS),
        (f"Traded in the {bar.noun} of the {noun}", MethodAnchor.LOWS),
        (f"Close to {superlative} other close", MethodAnchor.GAP),
        (f"{DEVIATION_WORDS[side].capitalize()} at the {noun}: min to max", MethodAnchor.WICK),
    )
    headers = [
        build_element("tr", *(build_element("th", name, colSpan=width, scope="colgroup") for name, width in groups)),
        build_element(
            "tr",
            *(build_element("th", link_to_definition(name, anchor, links), scope="col") for name, anchor in columns),
        ),
    ]
    table: Any = build_element(
        "table", build_element("thead", *headers), build_element("tbody", *(_build_row(row) for row in rows))
    )
    parts: list[Any] = [
        html.Div(table, className="wide", tabIndex=0, role="region", **build_aria_label(f"Table of {noun}s"))
    ]
    if any(ROUND_MARK in cell.detail for row in rows for cell in (row.focus, row.first, row.second)):
        parts.append(html.P(ROUND_NOTE, className="quiet"))
    return html.Div(parts)


def _build_row(row: LowsRow) -> StaticElement:
    prices = (_build_cell(cell) for cell in (row.focus, row.first, row.second))
    texts = (row.gap_to_second, row.usdt_usd_gap, row.volume, row.next, row.bounds)
    return build_element(
        "tr",
        build_element("th", row.asset, scope="row"),
        build_element("td", row.group),
        *prices,
        *(build_element("td", text, className="number") for text in texts),
    )


def _build_cell(cell: PriceCell) -> StaticElement:
    details = [build_element("small", cell.detail)] if cell.detail else []
    return build_element("td", cell.text, *details, className="number")
