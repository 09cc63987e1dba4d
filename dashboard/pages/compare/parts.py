"""The parts of the Compare page as markup: panels, the legend, and tables."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.charts.small_multiples.figure import PANEL_HEIGHT
from dashboard.charts.small_multiples.legend import LineSample
from dashboard.charts.small_multiples.panels import AssetPanel
from dashboard.charts.small_multiples.rows import GroupFacts, PanelRow
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.components.line_sample import build_circle_image, build_line_image
from dashboard.draw.theme import PALETTES
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import Theme, format_number
from dashboard.tables.venues import TableCell
from dashboard.text.numbers import EN_DASH, format_exchanges
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import Group, sort_groups

NO_FACTS = GroupFacts(TableCell(EN_DASH), TableCell(EN_DASH))
"""In a column of a group against which the market is not compared."""


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
    return html.Section(
        [
            html.Div(header, className="compare-head"),
            build_facts(row, format_number(asset_panel.view.enter_pct), links),
            build_graph(
                graph_id, f"{row.asset} on {row.venue} against the others, {asset_panel.view.timeframe.sequence}"
            ),
        ],
        className="compare-panel",
        **attributes,
    )


def build_facts(row: PanelRow, enter_text: str, links: ViewLinks) -> html.Div:
    """Largest discount and premium and their minutes against each group, with links to the definitions."""
    facts = [_build_fact(group, facts, enter_text, links) for group, facts in row.by_group.items()]
    if not row.market:
        facts = [html.P(f"No price of {row.asset} on {row.venue} is in this data for this window.")]
    largest_other = row.largest_other
    time_text = f" at {largest_other.detail}" if largest_other.detail else ""
    other_parts = (
        []
        if largest_other.text == EN_DASH
        else [html.P(f"Largest of the others: {largest_other.text}{time_text}", className="quiet")]
    )
    return html.Div([*facts, *other_parts], className="compare-facts")


def _build_fact(group: Group, facts: GroupFacts, enter_text: str, links: ViewLinks) -> html.P:
    extremes, minutes = facts.extremes, facts.minutes
    if extremes.text == EN_DASH:
        return html.P(f"{group.upper()}: {extremes.detail}")
    time_text = f" at {extremes.detail}" if extremes.detail else ""
    return html.P(
        [
            f"{group.upper()}: ",
            html.Strong(extremes.text),
            " ",
            links.build_definition_link("low / high", MethodAnchor.DEPTH),
            f"{time_text}; ",
            html.Strong(minutes.text),
            f" {minutes.detail} ",
            links.build_definition_link("min", MethodAnchor.BELOW_MIN),
            f" >{enter_text}% below | above",
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
    hollow_item = html.Li(
        [build_circle_image(PALETTES[theme].ink), f"a {bar.noun} with only one or two other exchanges"]
    )
    return html.Ul([*(_build_sample(sample) for sample in samples), hollow_item], className="compare-key")


def _build_sample(sample: LineSample) -> html.Li:
    return html.Li([build_line_image(sample.colour, sample.width, sample.dash), html.Span(sample.label)])


def build_table(sides: Sequence[tuple[str, Sequence[PanelRow]]], enter_text: str, links: ViewLinks) -> html.Div:
    """The numbers of the panels with any; ``sides`` are the names of windows ("" for a single one) with their rows."""
    sides = [(name, numbered) for name, rows in sides if (numbered := [row for row in rows if row.has_numbers])]
    if not sides:
        return html.Div(html.P("Nothing to compare.", className="quiet"))
    groups = sort_groups(group for _, rows in sides for row in rows for group in row.by_group)
    headers = [
        html.Th("Asset", scope="col"),
        html.Th("Exchange", scope="col"),
        *(
            html.Th([links.build_definition_link(text, anchor), f", {format_exchanges(group)}"], scope="col")
            for group in groups
            for text, anchor in (
                ("Low / high", MethodAnchor.DEPTH),
                (f"Minutes >{enter_text}% below | above", MethodAnchor.BELOW_MIN),
            )
        ),
        html.Th(
            [
                f"Largest of the others >{enter_text}%, against ",
                links.build_definition_link("its group", MethodAnchor.REFERENCE),
            ],
            scope="col",
        ),
    ]
    bodies = [
        html.Tbody([*_build_window_header(name, len(headers)), *(_build_row(row, groups) for row in rows)])
        for name, rows in sides
    ]
    content = html.Table([html.Thead(html.Tr(headers)), *bodies])
    return build_scroll_box(content, "Numbers of all panels")


def _build_window_header(name: str, columns: int) -> list[html.Tr]:
    """The name of a window above its rows; no row without a name."""
    return [html.Tr(html.Th(name, scope="rowgroup", colSpan=columns))] if name else []


def _build_row(row: PanelRow, groups: Sequence[Group]) -> html.Tr:
    cells = [
        cell
        for group in groups
        for facts in [row.by_group.get(group, NO_FACTS)]
        for cell in (facts.extremes, facts.minutes)
    ]
    venue: list[Any] = [row.venue, html.Small(row.market or "no price")]
    return html.Tr(
        [html.Th(row.asset, scope="row"), html.Td(venue), *(_build_cell(cell) for cell in (*cells, row.largest_other))]
    )


def _build_cell(cell: TableCell) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.detail)] if cell.detail else [cell.text]
    return html.Td(content, className="number")
