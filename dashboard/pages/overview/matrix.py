"""The fairness matrix as a table with tinted cells: one for each venue and asset, each a link to the explorer."""

from typing import Any

from dash import html

from dashboard.charts.matrix.cells import (
    NO_SPOT_TEXT,
    SIZE_STEPS_PCT,
    GroupMatrix,
    build_group_matrices,
    compute_step,
    describe_rank,
    format_numbers,
    is_hatched,
    is_outlined,
    select_cell_colours,
)
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.service.event import SAMPLE_TEXT, EventContext, build_focus_button
from dashboard.state.links import MethodAnchor
from dashboard.state.view import Theme
from dashboard.text.numbers import format_exchanges
from deviation.matrix import MatrixCell
from deviation.ranks import Rank, RankWord

VENUE_WIDTH_PX, CELL_WIDTHS_PX = 118, (94, 150)
"""Width of the column of names, and least and largest width of a cell."""


def build_matrices(overview: EventContext) -> html.Section:
    """A table for each quote group with a spot market, and the legend."""
    tables = [_build_table(overview, matrix) for matrix in build_group_matrices(overview) if matrix.has_numbers]
    title = [overview.links.build_definition_link("All exchanges, all assets", MethodAnchor.MATRIX)]
    return html.Section(
        [
            html.Div(html.H2(title), className="block-head"),
            html.P(_build_explanation(overview), className="quiet"),
            *tables,
            *([] if tables else [html.P(NO_SPOT_TEXT, className="overview-none")]),
            _build_legend(overview),
        ],
        className="overview-part",
    )


def _build_explanation(overview: EventContext) -> list[Any]:
    """What a cell shows, with links to the definitions."""
    links, side = overview.links, overview.view.side
    return [
        "In each cell: the ",
        links.build_definition_link(f"largest {overview.side_noun}", MethodAnchor.DEPTH),
        " against the others quoting in the same currency, the ",
        links.build_definition_link(f"minutes more than {overview.enter_text} {side}", MethodAnchor.BELOW_MIN),
        " of the ",
        links.build_definition_link("comparable", MethodAnchor.FIRM),
        " ones",
        *(
            [", and the ", links.build_definition_link("rank", MethodAnchor.RANK), "."]
            if overview.has_ranks
            else [f". {SAMPLE_TEXT}"]
        ),
    ]


def _build_table(overview: EventContext, matrix: GroupMatrix) -> html.Div:
    group_name, assets, focus = format_exchanges(matrix.group), matrix.assets, overview.view.focus
    header = html.Tr([html.Th(group_name, scope="col"), *(html.Th(asset, scope="col") for asset in assets)])
    rows = []
    for venue in matrix.venues:
        name = html.Th(build_focus_button(overview.catalogue, venue, focus), scope="row")
        row_cells = [_build_cell(overview, matrix.cells[venue, asset]) for asset in assets]
        rows.append(html.Tr([name, *row_cells], className="focus" if venue == focus else ""))
    # Cells stay readable with few assets on a wide screen and with many on a phone.
    min_width, max_width = (f"{VENUE_WIDTH_PX + cell * len(assets)}px" for cell in CELL_WIDTHS_PX)
    style = {"minWidth": min_width, "maxWidth": max_width}
    table = html.Table([html.Thead(header), html.Tbody(rows)], className="overview-matrix", style=style)
    return build_scroll_box(table, f"Largest {overview.side_noun} and minutes among {group_name}")


def _build_cell(overview: EventContext, cell: MatrixCell) -> html.Td:
    row = cell.row
    if row is None:
        return html.Td(RankWord.NO_DATA.value, className="empty")
    summary, name, side = row.own_summary, overview.catalogue.get_venue(cell.venue).name, overview.view.side
    is_unranked = is_hatched(overview, cell)
    deviation, minutes = format_numbers(summary, side)
    rank_text = describe_rank(overview, cell.rank, row)
    lines = [html.B(deviation), *([html.Span(minutes)] if minutes else []), html.Em(rank_text)]
    classes = {"unranked": is_unranked, "first": is_outlined(overview, cell)}
    rank_detail = _describe_rank(overview, cell.rank)
    label = f"{name}, {cell.asset}: {deviation}, {minutes} more than {overview.enter_text} {side}; {rank_detail}"
    return html.Td(
        overview.build_explorer_link(lines, cell.asset, cell.venue, title=rank_detail, **build_aria_label(label)),
        className=" ".join(name for name, applies in classes.items() if applies),
        style={} if is_unranked else build_tint(summary.get_side(side).deviation, overview.view.theme),
    )


def _describe_rank(overview: EventContext, rank: Rank) -> str:
    """Both ranks with what stands against a first place."""
    if overview.is_illustration:
        return "sample data"
    size, length = rank[overview.view.side].largest, rank[overview.view.side].longest
    reasons = dict.fromkeys(verdict.why for verdict in (size, length) if verdict.why)
    words = size.word.value if not size.is_ranked else f"size: {size.word}, length: {length.word}"
    return f"{words}{' (' if reasons else ''}{'; '.join(reasons)}{')' if reasons else ''}"


def build_tint(deviation: float | None, theme: Theme) -> dict[str, str]:
    """The colours of a cell by its deviation; the text has enough contrast for small print on every tint.

    >>> build_tint(-0.01, Theme.LIGHT)["backgroundColor"], build_tint(None, Theme.LIGHT)["backgroundColor"]
    ('#ffffff', '#ffffff')
    """
    return _build_style(compute_step(deviation), theme)


def _build_style(step_index: int, theme: Theme) -> dict[str, str]:
    background, text = select_cell_colours(step_index, theme)
    return {"backgroundColor": background, "color": text}


def _build_legend(overview: EventContext) -> html.P:
    theme = overview.view.theme
    labels = [f"less than {SIZE_STEPS_PCT[0]}%", *(f"{pct}%" for pct in SIZE_STEPS_PCT)]
    swatches = [html.Span(label, className="swatch", style=_build_style(i, theme)) for i, label in enumerate(labels)]
    unranked_swatch = [html.Span("not ranked", className="swatch unranked")] if overview.has_ranks else []
    other_swatches = [*unranked_swatch, html.Span(RankWord.NO_DATA.value, className="swatch empty")]
    intro = f"{overview.view.side.capitalize()} by at least "
    return html.P([intro, *swatches, *other_swatches], className="overview-legend")
