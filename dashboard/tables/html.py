"""The tables as markup: plain HTML tables, so that a screen reader, a printer and a copy to a sheet get them whole."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.tables.lows import LowsRow
from dashboard.tables.venues import TableCell, VenueBlock, VenueTableRow
from data.schema import Timeframe
from deviation.question import Group

VENUE_COLUMNS: tuple[tuple[str, MethodAnchor | None, str], ...] = (
    ("Exchange", None, "A click makes it the focus."),
    ("Deepest close", MethodAnchor.DEPTH, "The lowest firm close against the others, and its time."),
    (
        "\N{GREATER-THAN OR EQUAL TO} {enter} below",
        MethodAnchor.BELOW_MIN,
        "Firm minutes at least that far below, of all firm minutes.",
    ),
    (
        "Order-proof",
        MethodAnchor.ORDER_PROOF,
        "What lay as far below as a whole, in whatever order its trades came; in minutes.",
    ),
    ("Lowest trade", MethodAnchor.LOWS, "In dollars, and its time."),
    ("Rank", MethodAnchor.RANK, "Within the group: deepest needs a lead of 2 points, longest one of 3 minutes."),
)
"""Name, definition and a short explanation of each column of the venue tables."""

LOWS_COLUMNS: tuple[tuple[str, MethodAnchor | None], ...] = (
    ("Asset", None),
    *((name, MethodAnchor.LOWS) for name in ("Focus", "Lowest", "Second lowest", "Focus to lowest other")),
    *((name, MethodAnchor.LOWS) for name in ("USDT low", "USD low", "USDT to USD")),
    ("Gap to next close", MethodAnchor.GAP),
    ("Low against USDT", MethodAnchor.WICK),
    ("Low against USD", MethodAnchor.WICK),
)
"""Name and definition of each column of the table of lows."""


def build_venue_tables(blocks: Sequence[VenueBlock], enter_text: str, links: ViewLinks) -> list[html.Section]:
    """A table for each block; ``enter_text`` is the threshold in per cent."""
    return [_build_venue_table(block, enter_text, links) for block in blocks]


def _build_venue_table(block: VenueBlock, enter_text: str, links: ViewLinks) -> html.Section:
    has_ranks = any(line.rank is not None for line in block.rows)
    columns = VENUE_COLUMNS if has_ranks else VENUE_COLUMNS[:-1]
    headers = [
        html.Th(link_to_definition(name.format(enter=enter_text), anchor, links), scope="col", title=explanation)
        for name, anchor, explanation in columns
    ]
    return html.Section(
        [
            html.Div([html.H2(block.title), html.P(block.note)], className="block-head"),
            html.Table(
                [html.Thead(html.Tr(headers)), html.Tbody([_build_venue_row(line, has_ranks) for line in block.rows])]
            ),
        ],
        className="venues ranked" if has_ranks else "venues",
    )


def _build_venue_row(line: VenueTableRow, has_ranks: bool) -> html.Tr:  # noqa: FBT001 - a property of the table
    attributes: dict[str, Any] = {"data-focus": line.venue, "aria-pressed": str(line.is_focus).lower()}
    title = f"Make {line.name} the focus"
    button = html.Button(line.name, type="button", className="venue-name", title=title, **attributes)
    cells = [
        html.Th([button, html.Small(line.market_label)], scope="row"),
        _build_cell(line.deepest, "number"),
        _build_cell(line.minutes_below, "number"),
        html.Td(line.order_proof, className="number"),
        _build_cell(line.lowest_trade, "number"),
    ]
    if has_ranks:
        cells.append(html.Td() if line.rank is None else _build_cell(line.rank, "rank"))
    classes = {"focus": line.is_focus, "guest": line.is_guest, "unranked": line.is_unranked}
    return html.Tr(cells, className=" ".join(name for name, applies in classes.items() if applies))


def build_lows_table(lines: Sequence[LowsRow], links: ViewLinks, bar: Timeframe) -> html.Div:
    """The table of lows, wide: it scrolls in its own box where the screen is narrow."""
    header_groups = (("", 1), (f"Lowest trades, of whatever {bar.noun}", 7), (f"In one and the same {bar.noun}", 3))
    headers = [
        html.Tr([html.Th(name, colSpan=width, scope="colgroup") for name, width in header_groups]),
        html.Tr([html.Th(link_to_definition(name, anchor, links), scope="col") for name, anchor in LOWS_COLUMNS]),
    ]
    table = html.Table([html.Thead(headers), html.Tbody([_build_lows_row(line) for line in lines])])
    aria: dict[str, Any] = {"aria-label": "Table of lows"}
    return html.Div(table, className="wide", tabIndex=0, role="region", **aria)


def link_to_definition(text: str, anchor: MethodAnchor | None, links: ViewLinks) -> str | html.A:
    """A label, which leads to its definition where it has one."""
    return text if anchor is None else links.build_definition_link(text, anchor)


def _build_lows_row(line: LowsRow) -> html.Tr:
    texts = (line.gap_to_second, line.usdt_low, line.usd_low, line.usdt_usd_gap, line.gap_depth)
    bounds = (line.bounds[Group.USDT], line.bounds[Group.USD])
    return html.Tr(
        [
            html.Th(line.asset, scope="row"),
            *(_build_cell(cell, "number") for cell in (line.focus, line.lowest, line.second_lowest)),
            *(html.Td(text, className="number") for text in (*texts, *bounds)),
        ]
    )


def _build_cell(cell: TableCell, class_name: str) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.detail)] if cell.detail else [cell.text]
    return html.Td(content, className=class_name)
