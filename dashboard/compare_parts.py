"""The parts of the Compare page as markup: panels, the key of the lines, tables, and links to files."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from dash import dcc, html

from dashboard.anchors import Anchor
from dashboard.compare_figure import HEIGHT
from dashboard.compare_panels import Panel, look
from dashboard.compare_rows import AT_LEAST, Line
from dashboard.formats import exchanges
from dashboard.links import Links
from dashboard.picture_sizes import Size
from dashboard.style import DASH, Theme
from dashboard.venue_lines import Cell
from dashboard.view import number_text
from data.catalogue import Catalogue
from deviation.question import Group

SAMPLES = {"solid": "", "dot": "1.5 3", "dash": "7 5", "longdash": "12 5", "dashdot": "7 4 1.5 4"}
"""Dashes of the key as lengths in pixels, as plotly draws them; the longest one is what is left."""


def panel(one: Panel, line: Line, graph_id: str, catalogue: Catalogue) -> html.Section:
    """A panel: what was found in words, and its chart; a click anywhere on it opens the asset in the explorer."""
    links = Links(one.view.to_query(catalogue))
    marks: dict[str, Any] = {"data-opens": links.href("explorer")}
    head = html.H3(links.page("explorer", one.asset))
    if one.measurement is None:
        empty = html.P("No candle in this window.", className="compare-none")
        return html.Section([head, empty], className="compare-panel", **marks)
    instead = "" if one.replaced is None else f"{catalogue.venue(one.replaced).name} has no candle: {line.venue}"
    return html.Section(
        [
            html.Div([head, html.Span(instead, className="compare-instead")], className="compare-head"),
            facts(line, number_text(one.view.enter_pct), links),
            graph(graph_id, f"{line.asset} on {line.venue} against the others, {one.view.bar.in_turn}"),
        ],
        className="compare-panel",
        **marks,
    )


def facts(line: Line, enter: str, links: Links) -> html.Div:
    """The deepest close and the minutes below, against either group, each word leading to its definition."""
    return html.Div([_fact(group, *line.by_group[group], enter, links) for group in Group], className="compare-facts")


def _fact(group: Group, deepest: Cell, below: Cell, enter: str, links: Links) -> html.P:
    if deepest.text == DASH:
        return html.P(f"{group.upper()}: nobody to compare with")
    at = f" at {deepest.below}" if deepest.below else ""
    return html.P(
        [
            f"{group.upper()}: ",
            html.Strong(deepest.text),
            " ",
            links.define("deepest close", Anchor.DEPTH),
            f"{at}; ",
            html.Strong(below.text),
            " ",
            links.define("minutes", Anchor.BELOW_MIN),
            f" {AT_LEAST} {enter} % below",
        ]
    )


def graph(graph_id: str, label: str) -> html.Div:
    """The place of a chart; the browser draws it from the store of figures, on the scale that is chosen."""
    said: dict[str, Any] = {"aria-label": f"{label}. The table holds the numbers."}
    drawn = dcc.Graph(id=graph_id, responsive=True, config={"displayModeBar": False}, style={"height": HEIGHT})
    return html.Div(drawn, role="img", **said)


def key(venues: Sequence[str], catalogue: Catalogue, theme: Theme) -> html.Ul:
    """Every thin line with its colour and its dash."""
    return html.Ul([_sample(venue, catalogue, theme) for venue in venues], className="compare-key")


def _sample(venue: str, catalogue: Catalogue, theme: Theme) -> html.Li:
    colour, dash = look(catalogue, venue, theme)
    lengths = SAMPLES.get(dash, "12 4 1.5 4")
    picture = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='34' height='8'><path d='M0 4H34' fill='none' "
        f"stroke='{colour}' stroke-width='2' stroke-dasharray='{lengths}'/></svg>"
    )
    source = f"data:image/svg+xml,{quote(picture)}"
    return html.Li([html.Img(src=source, alt="", width=34, height=8), catalogue.venue(venue).name])


def table(sides: Sequence[tuple[str, Sequence[Line]]], enter: str, links: Links) -> html.Div:
    """The numbers of all panels; ``sides`` are windows by their name, each with the lines of its panels."""
    head = [
        html.Th("Window", scope="col"),
        html.Th("Asset", scope="col"),
        html.Th("Exchange", scope="col"),
        *(
            html.Th([links.define(text, anchor), f", {exchanges(group)}"], scope="col")
            for group in Group
            for text, anchor in (
                ("Deepest close", Anchor.DEPTH),
                (f"Minutes {AT_LEAST} {enter} % below", Anchor.BELOW_MIN),
            )
        ),
    ]
    rows = [_row(name, line) for name, lines in sides for line in lines]
    label: dict[str, Any] = {"aria-label": "Numbers of all panels"}
    inner = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])
    return html.Div(inner, className="wide", tabIndex=0, role="region", **label)


def _row(window: str, line: Line) -> html.Tr:
    cells = [cell for group in Group for cell in line.by_group[group]]
    return html.Tr(
        [
            html.Td(window),
            html.Th(line.asset, scope="row"),
            html.Td(line.venue or "no candle"),
            *(_cell(cell) for cell in cells),
        ]
    )


def _cell(cell: Cell) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.below)] if cell.below else [cell.text]
    return html.Td(content, className="number")


def files(query: dict[str, str]) -> html.P:
    """The same as files: pictures in each shape, and the rows behind them."""
    pictures = [(f"{size.capitalize()} PNG", "png", {} if size is Size.WIDE else {"size": size.value}) for size in Size]
    kinds = [*pictures, ("SVG", "svg", {}), ("CSV", "csv", {}), ("Parquet", "parquet", {})]
    parts: list[Any] = ["Download: "]
    for text, ending, more in kinds:
        search = urlencode({**query, **more})
        href = f"/export/compare.{ending}{f'?{search}' if search else ''}"
        parts += [html.A(text, href=href, download=""), " · "]
    return html.P(parts[:-1], className="quiet compare-files")
