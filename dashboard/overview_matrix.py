"""The fairness matrix as a heat map that can be read, copied and followed: a cell for each venue and asset."""

from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.export_kinds import What
from dashboard.export_menu import export_menu
from dashboard.formats import exchanges
from dashboard.matrix_cells import STEPS_PCT, Board, boards, hatched, numbers, outlined, paint, rank_words, step
from dashboard.overview_view import Overview, focus_button
from dashboard.style import Theme
from deviation.matrix import Cell
from deviation.ranks import Rank, Word

NAMES_PX, CELL_PX = 118, (94, 150)
"""Width of the names, and the least and the most that a cell takes."""


def matrices(overview: Overview) -> html.Section:
    """A table for each quote group with a spot market, and what tints and hatching mean."""
    tables = [_table(overview, board) for board in boards(overview)]
    files = export_menu(What.MATRIX, overview.view.to_query(overview.catalogue))
    title = [overview.links.define("Every exchange under the same test", Anchor.MATRIX)]
    return html.Section(
        [
            html.Div(
                [html.H2(title), files],
                className="block-head",
            ),
            html.P(_told(overview), className="quiet"),
            *tables,
            *([] if tables else [html.P("No spot market here.", className="overview-none")]),
            _legend(overview),
        ],
        className="overview-part",
    )


def _told(overview: Overview) -> list[Any]:
    """What a cell holds, each word leading to its definition."""
    links = overview.links
    rank: list[Any] = [", and the ", links.define("rank", Anchor.RANK), "."]
    return [
        "In each cell: the ",
        links.define("deepest close", Anchor.DEPTH),
        f" against the others of the group, the minutes at least {overview.enter} ",
        links.define("below", Anchor.BELOW_MIN),
        " of the ",
        links.define("firm", Anchor.FIRM),
        " ones",
        *(rank if overview.ranked else [". An illustration: no ranks."]),
    ]


def _table(overview: Overview, board: Board) -> html.Div:
    group, assets, focus = exchanges(board.group), board.assets, overview.view.focus
    head = html.Tr([html.Th(group, scope="col"), *(html.Th(asset, scope="col") for asset in assets)])
    rows = []
    for venue in board.venues:
        name = html.Th(focus_button(overview.catalogue, venue, focus), scope="row")
        line = [_cell(overview, board.cells[venue, asset]) for asset in assets]
        rows.append(html.Tr([name, *line], className="focus" if venue == focus else ""))
    label: dict[str, Any] = {"aria-label": f"Depth and minutes among {group}"}
    # Few assets must not make cells as wide as the page, nor many on a telephone as narrow as a word.
    least, most = (f"{NAMES_PX + cell * len(assets)}px" for cell in CELL_PX)
    room = {"minWidth": least, "maxWidth": most}
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="overview-matrix", style=room)
    return html.Div(table, className="wide", tabIndex=0, role="region", **label)


def _cell(overview: Overview, cell: Cell) -> html.Td:
    row = cell.row
    if row is None:
        return html.Td(Word.NO_DATA.value, className="empty")
    own, name = row.own, overview.catalogue.venue(cell.venue).name
    unranked = hatched(overview, cell)
    depth, minutes = numbers(own)
    words = rank_words(overview, cell.rank, row)
    lines = [html.B(depth), html.Span(minutes), html.Em(words)]
    looks = {"unranked": unranked, "deepest": outlined(overview, cell)}
    full = _full(overview, cell.rank)
    told: dict[str, Any] = {
        "aria-label": f"{name}, {cell.asset}: {depth}, {minutes} at least {overview.enter} below; {full}"
    }
    return html.Td(
        overview.to_explorer(lines, cell.asset, cell.venue, title=full, **told),
        className=" ".join(name for name, holds in looks.items() if holds),
        style={} if unranked else tint(own.depth, overview.view.theme),
    )


def _full(overview: Overview, rank: Rank) -> str:
    if overview.illustrated:
        return "illustration"
    if rank.why is not None:
        return f"{Word.NOT_RANKED}: {rank.why}"
    return f"depth: {rank.deepest}, time: {rank.longest}"


def tint(depth: float | None, theme: Theme) -> dict[str, str]:
    """Background and text of a cell, by its depth; text keeps the contrast of small print on every tint.

    >>> tint(-0.01, Theme.LIGHT)["backgroundColor"], tint(None, Theme.LIGHT)["backgroundColor"]
    ('#ffffff', '#ffffff')
    """
    return _style(step(depth), theme)


def _style(reached: int, theme: Theme) -> dict[str, str]:
    background, text = paint(reached, theme)
    return {"backgroundColor": background, "color": text}


def _legend(overview: Overview) -> html.P:
    theme = overview.view.theme
    labels = [f"less than {STEPS_PCT[0]} %", *(f"{pct} %" for pct in STEPS_PCT)]
    swatches = [html.Span(label, className="swatch", style=_style(i, theme)) for i, label in enumerate(labels)]
    ranked = [html.Span("not ranked", className="swatch unranked")] if overview.ranked else []
    rest = [*ranked, html.Span(Word.NO_DATA.value, className="swatch empty")]
    note = " A ranked cell without a word is neither deepest nor longest." if overview.ranked else ""
    return html.P(["Below by at least ", *swatches, *rest, note], className="overview-legend")
