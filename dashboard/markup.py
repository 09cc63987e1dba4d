"""The tables as markup: plain HTML tables, so that a screen reader, a printer and a copy to a sheet get them whole."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.links import Links
from dashboard.lows_lines import LowsLine
from dashboard.venue_lines import Block, Cell, VenueLine
from data.schema import Timeframe
from deviation.question import Group

VENUE_COLUMNS: tuple[tuple[str, Anchor | None, str], ...] = (
    ("Exchange", None, "A click makes it the focus."),
    ("Deepest close", Anchor.DEPTH, "The lowest firm close against the others, and its time."),
    (
        "\N{GREATER-THAN OR EQUAL TO} {enter} below",
        Anchor.BELOW_MIN,
        "Firm minutes at least that far below, of all firm minutes.",
    ),
    (
        "Order-proof",
        Anchor.ORDER_PROOF,
        "What lay as far below as a whole, in whatever order its trades came; in minutes.",
    ),
    ("Lowest trade", Anchor.LOWS, "In dollars, and its time."),
    ("Rank", Anchor.RANK, "Within the group: deepest needs a lead of 2 points, longest one of 3 minutes."),
)
"""Name, definition and a short explanation of each column of the venue tables."""

LOWS_COLUMNS: tuple[tuple[str, Anchor | None], ...] = (
    ("Asset", None),
    *((name, Anchor.LOWS) for name in ("Focus", "Lowest", "Second lowest", "Focus to lowest other")),
    *((name, Anchor.LOWS) for name in ("USDT low", "USD low", "USDT to USD")),
    ("Gap to next close", Anchor.GAP),
    ("Low against USDT", Anchor.WICK),
    ("Low against USD", Anchor.WICK),
)
"""Name and definition of each column of the table of lows."""


def venue_tables(blocks: Sequence[Block], enter: str, links: Links) -> list[html.Section]:
    """A table for each block; ``enter`` is the threshold in per cent."""
    return [_venue_table(block, enter, links) for block in blocks]


def _venue_table(block: Block, enter: str, links: Links) -> html.Section:
    ranked = any(line.rank is not None for line in block.lines)
    columns = VENUE_COLUMNS if ranked else VENUE_COLUMNS[:-1]
    head = [
        html.Th(named(name.format(enter=enter), anchor, links), scope="col", title=told)
        for name, anchor, told in columns
    ]
    return html.Section(
        [
            html.Div([html.H2(block.title), html.P(block.note)], className="block-head"),
            html.Table([html.Thead(html.Tr(head)), html.Tbody([_venue_row(line, ranked) for line in block.lines])]),
        ],
        className="venues ranked" if ranked else "venues",
    )


def _venue_row(line: VenueLine, ranked: bool) -> html.Tr:  # noqa: FBT001 - a property of the table
    marks: dict[str, Any] = {"data-focus": line.venue, "aria-pressed": str(line.focus).lower()}
    title = f"Make {line.name} the focus"
    button = html.Button(line.name, type="button", className="venue-name", title=title, **marks)
    cells = [
        html.Th([button, html.Small(line.label)], scope="row"),
        _cell(line.deepest, "number"),
        _cell(line.below, "number"),
        html.Td(line.sure, className="number"),
        _cell(line.lowest, "number"),
    ]
    if ranked:
        cells.append(html.Td() if line.rank is None else _cell(line.rank, "rank"))
    kinds = {"focus": line.focus, "guest": line.guest, "unranked": line.unranked}
    return html.Tr(cells, className=" ".join(name for name, holds in kinds.items() if holds))


def lows_table(lines: Sequence[LowsLine], links: Links, bar: Timeframe) -> html.Div:
    """The table of lows, wide: it scrolls in its own box where the screen is narrow."""
    groups = (("", 1), (f"Lowest trades, of whatever {bar.one}", 7), (f"In one and the same {bar.one}", 3))
    head = [
        html.Tr([html.Th(name, colSpan=width, scope="colgroup") for name, width in groups]),
        html.Tr([html.Th(named(name, anchor, links), scope="col") for name, anchor in LOWS_COLUMNS]),
    ]
    table = html.Table([html.Thead(head), html.Tbody([_lows_row(line) for line in lines])])
    label: dict[str, Any] = {"aria-label": "Table of lows"}
    return html.Div(table, className="wide", tabIndex=0, role="region", **label)


def named(text: str, anchor: Anchor | None, links: Links) -> str | html.A:
    """A label, which leads to its definition where it has one."""
    return text if anchor is None else links.define(text, anchor)


def _lows_row(line: LowsLine) -> html.Tr:
    texts = (line.gap_to_second, line.usdt_low, line.usd_low, line.usdt_usd_gap, line.gap_depth)
    bounds = (line.bounds[Group.USDT], line.bounds[Group.USD])
    return html.Tr(
        [
            html.Th(line.asset, scope="row"),
            *(_cell(cell, "number") for cell in (line.focus, line.lowest, line.second)),
            *(html.Td(text, className="number") for text in (*texts, *bounds)),
        ]
    )


def _cell(cell: Cell, kind: str) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.below)] if cell.below else [cell.text]
    return html.Td(content, className=kind)
