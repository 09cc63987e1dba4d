"""The page's tables as plain HTML tables, which screen readers, printers and spreadsheets take as they are."""

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
    """A section with a table for each block; ``enter_text`` is the threshold in per cent."""
    return [_build_venue_table(block, enter_text, links) for block in blocks]


def _build_venue_table(block: VenueBlock, enter_text: str, links: ViewLinks) -> html.Section:
    has_ranks = any(row.rank is not None for row in block.rows)
    columns = VENUE_COLUMNS if has_ranks else VENUE_COLUMNS[:-1]
    headers = [
        html.Th(link_to_definition(name.format(enter=enter_text), anchor, links), scope="col", title=explanation)
        for name, anchor, explanation in columns
    ]
    return html.Section(
        [
            html.Div([html.H2(block.title), html.P(block.note)], className="block-head"),
            html.Table(
                [html.Thead(html.Tr(headers)), html.Tbody([_build_venue_row(row, has_ranks) for row in block.rows])]
            ),
        ],
        className="venues ranked" if has_ranks else "venues",
    )


def _build_venue_row(row: VenueTableRow, has_ranks: bool) -> html.Tr:  # noqa: FBT001 - a property of the table
    attributes: dict[str, Any] = {"data-focus": row.venue, "aria-pressed": str(row.is_focus).lower()}
    title = f"Make {row.name} the focus"
    button = html.Button(row.name, type="button", className="venue-name", title=title, **attributes)
    cells = [
        html.Th([button, html.Small(row.market_label)], scope="row"),
        _build_cell(row.deepest, "number"),
        _build_cell(row.minutes_below, "number"),
        html.Td(row.order_proof, className="number"),
        _build_cell(row.lowest_trade, "number"),
    ]
    if has_ranks:
        cells.append(html.Td() if row.rank is None else _build_cell(row.rank, "rank"))
    classes = {"focus": row.is_focus, "guest": row.is_guest, "unranked": row.is_unranked}
    return html.Tr(cells, className=" ".join(name for name, applies in classes.items() if applies))


def build_lows_table(rows: Sequence[LowsRow], links: ViewLinks, bar: Timeframe) -> html.Div:
    """The table of lows in a box of its own, which scrolls where the screen is narrow."""
    header_groups = (("", 1), (f"Lowest trades, of whatever {bar.noun}", 7), (f"In one and the same {bar.noun}", 3))
    headers = [
        html.Tr([html.Th(name, colSpan=width, scope="colgroup") for name, width in header_groups]),
        html.Tr([html.Th(link_to_definition(name, anchor, links), scope="col") for name, anchor in LOWS_COLUMNS]),
    ]
    table = html.Table([html.Thead(headers), html.Tbody([_build_lows_row(row) for row in rows])])
    aria: dict[str, Any] = {"aria-label": "Table of lows"}
    return html.Div(table, className="wide", tabIndex=0, role="region", **aria)


def link_to_definition(text: str, anchor: MethodAnchor | None, links: ViewLinks) -> str | html.A:
    """A label, as a link to its definition where it has one."""
    return text if anchor is None else links.build_definition_link(text, anchor)


def _build_lows_row(row: LowsRow) -> html.Tr:
    texts = (row.gap_to_second, row.usdt_low, row.usd_low, row.usdt_usd_gap, row.gap_depth)
    bounds = (row.bounds[Group.USDT], row.bounds[Group.USD])
    return html.Tr(
        [
            html.Th(row.asset, scope="row"),
            *(_build_cell(cell, "number") for cell in (row.focus, row.lowest, row.second_lowest)),
            *(html.Td(text, className="number") for text in (*texts, *bounds)),
        ]
    )


def _build_cell(cell: TableCell, class_name: str) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.detail)] if cell.detail else [cell.text]
    return html.Td(content, className=class_name)
