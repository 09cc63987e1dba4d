"""The parts of the Compare page as markup: panels, the legend, and tables."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from dashboard.charts.small_multiples.figure import PANEL_HEIGHT
from dashboard.charts.small_multiples.legend import LineSample
from dashboard.charts.small_multiples.panels import AssetPanel
from dashboard.charts.small_multiples.rows import AT_LEAST_SIGN, PanelRow
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.draw.theme import PALETTES
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import Theme, format_number
from dashboard.tables.venues import TableCell
from dashboard.text.numbers import EN_DASH, NO_BREAK_SPACE, format_exchanges
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import Group

DASH_LENGTHS = {"solid": "", "dash": "7 5", "dot": "1.5 3"}
"""Dashes of lines in the legend, as lengths in pixels, as plotly draws them."""


def build_panel(
    asset_panel: AssetPanel, row: PanelRow, graph_id: str, catalogue: Catalogue, *, has_lines: bool
) -> html.Section:
    """A panel with facts and a chart; a click on it opens the asset in the explorer.

    Without lines to draw (``has_lines``) it is a note instead.
    """
    links = ViewLinks(asset_panel.view.to_query(catalogue))
    attributes: dict[str, Any] = {"data-opens": links.build_href("explorer")}
    header = html.H3(links.build_page_link("explorer", asset_panel.asset))
    if not has_lines:
        empty_note = html.P(asset_panel.empty_text, className="compare-none")
        return html.Section([header, empty_note], className="compare-panel", **attributes)
    replacement_note = (
        ""
        if asset_panel.replaced_focus is None
        else f"{catalogue.get_venue(asset_panel.replaced_focus).name} has no candle: {row.venue}"
    )
    return html.Section(
        [
            html.Div([header, html.Span(replacement_note, className="compare-instead")], className="compare-head"),
            build_facts(row, format_number(asset_panel.view.enter_pct), links),
            build_graph(
                graph_id, f"{row.asset} on {row.venue} against the others, {asset_panel.view.timeframe.sequence}"
            ),
        ],
        className="compare-panel",
        **attributes,
    )


def build_facts(row: PanelRow, enter_text: str, links: ViewLinks) -> html.Div:
    """Deepest close and minutes below against either group, with links to the definitions."""
    group_facts = [_build_fact(group, *row.by_group[group], enter_text, links) for group in Group]
    deepest_other = row.deepest_other
    time_text = f" at {deepest_other.detail}" if deepest_other.detail else ""
    other_parts = (
        []
        if deepest_other.text == EN_DASH
        else [html.P(f"Deepest other: {deepest_other.text}{time_text}", className="quiet")]
    )
    return html.Div([*group_facts, *other_parts], className="compare-facts")


def _build_fact(group: Group, deepest: TableCell, below: TableCell, enter_text: str, links: ViewLinks) -> html.P:
    if deepest.text == EN_DASH:
        return html.P(f"{group.upper()}: nobody to compare with")
    time_text = f" at {deepest.detail}" if deepest.detail else ""
    return html.P(
        [
            f"{group.upper()}: ",
            html.Strong(deepest.text),
            " ",
            links.build_definition_link("deepest close", MethodAnchor.DEPTH),
            f"{time_text}; ",
            html.Strong(below.text),
            " ",
            links.build_definition_link("min", MethodAnchor.BELOW_MIN),
            f" {AT_LEAST_SIGN}{NO_BREAK_SPACE}{enter_text}{NO_BREAK_SPACE}% below",
        ]
    )


def build_graph(graph_id: str, label: str) -> html.Div:
    """An empty chart; the browser draws it on the selected scale, from the ``dcc.Store`` of figures."""
    chart = dcc.Graph(id=graph_id, responsive=True, config={"displayModeBar": False}, style={"height": PANEL_HEIGHT})
    # As high as the chart that comes later, so that nothing below it moves.
    return html.Div(
        chart,
        role="img",
        style={"minHeight": PANEL_HEIGHT},
        **build_aria_label(f"{label}. The table holds the numbers."),
    )


def build_legend(samples: Sequence[LineSample], theme: Theme, bar: Timeframe) -> html.Ul:
    """A sample of every kind of line, and of the hollow marks."""
    hollow_item = html.Li([_build_circle_image(PALETTES[theme].ink), f"a {bar.noun} in which only one or two voted"])
    return html.Ul([*(_build_sample(sample) for sample in samples), hollow_item], className="compare-key")


def _build_sample(sample: LineSample) -> html.Li:
    stroke = f"stroke='{sample.colour}' stroke-width='{sample.width}' stroke-dasharray='{DASH_LENGTHS[sample.dash]}'"
    return html.Li([_build_image(f"<path d='M0 4H34' fill='none' {stroke}/>"), html.Span(sample.label)])


def _build_circle_image(colour: str) -> html.Img:
    return _build_image(f"<circle cx='17' cy='4' r='2.5' fill='none' stroke='{colour}' stroke-width='1.2'/>")


def _build_image(shape: str) -> html.Img:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='34' height='8'>{shape}</svg>"
    return html.Img(src=f"data:image/svg+xml,{quote(svg)}", alt="", width=34, height=8)


def build_table(sides: Sequence[tuple[str, Sequence[PanelRow]]], enter_text: str, links: ViewLinks) -> html.Div:
    """The numbers of all panels; ``sides`` are the names of windows ("" for a single one) with their rows."""
    headers = [
        html.Th("Asset", scope="col"),
        html.Th("Exchange", scope="col"),
        *(
            html.Th([links.build_definition_link(text, anchor), f", {format_exchanges(group)}"], scope="col")
            for group in Group
            for text, anchor in (
                ("Deepest close", MethodAnchor.DEPTH),
                (f"Minutes {AT_LEAST_SIGN} {enter_text} % below", MethodAnchor.BELOW_MIN),
            )
        ),
        html.Th(
            [
                f"Deepest other {AT_LEAST_SIGN} {enter_text} % below ",
                links.build_definition_link("its group", MethodAnchor.REFERENCE),
            ],
            scope="col",
        ),
    ]
    bodies = [
        html.Tbody([*_build_window_header(name, len(headers)), *(_build_row(row) for row in rows)])
        for name, rows in sides
    ]
    content = html.Table([html.Thead(html.Tr(headers)), *bodies])
    return build_scroll_box(content, "Numbers of all panels")


def _build_window_header(name: str, columns: int) -> list[html.Tr]:
    """The name of a window above its rows; no row without a name."""
    return [html.Tr(html.Th(name, scope="rowgroup", colSpan=columns))] if name else []


def _build_row(row: PanelRow) -> html.Tr:
    cells = [*(cell for group in Group for cell in row.by_group[group]), row.deepest_other]
    return html.Tr(
        [
            html.Th(row.asset, scope="row"),
            html.Td(row.venue or "no candle"),
            *(_build_cell(cell) for cell in cells),
        ]
    )


def _build_cell(cell: TableCell) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.detail)] if cell.detail else [cell.text]
    return html.Td(content, className="number")
