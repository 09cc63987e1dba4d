"""The parts of the Compare page as markup: panels, the key of the lines, tables, and links to files."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from dashboard.anchors import Anchor
from dashboard.compare_figure import HEIGHT
from dashboard.compare_key import Sample
from dashboard.compare_panels import Panel
from dashboard.compare_rows import AT_LEAST, Line
from dashboard.formats import exchanges
from dashboard.links import Links
from dashboard.style import DASH, NARROW, Theme, palette
from dashboard.venue_lines import Cell
from dashboard.view import number_text
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import Group

LENGTHS = {"solid": "", "dash": "7 5", "dot": "1.5 3"}
"""Dashes of the key as lengths in pixels, as plotly draws them."""


def panel(one: Panel, line: Line, graph_id: str, catalogue: Catalogue, *, drawn: bool) -> html.Section:
    """A panel: what was found in words, and its chart; a click anywhere on it opens the asset in the explorer.

    ``drawn``: there is a line to draw.
    """
    links = Links(one.view.to_query(catalogue))
    marks: dict[str, Any] = {"data-opens": links.href("explorer")}
    head = html.H3(links.page("explorer", one.asset))
    if not drawn:
        empty = html.P(one.empty, className="compare-none")
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
    told = [_fact(group, *line.by_group[group], enter, links) for group in Group]
    other, at = line.other, f" at {line.other.below}" if line.other.below else ""
    others = [] if other.text == DASH else [html.P(f"Deepest other: {other.text}{at}", className="quiet")]
    return html.Div([*told, *others], className="compare-facts")


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
            links.define("min", Anchor.BELOW_MIN),
            f" {AT_LEAST}{NARROW}{enter}{NARROW}% below",
        ]
    )


def graph(graph_id: str, label: str) -> html.Div:
    """The place of a chart; the browser draws it from the store of figures, on the scale that is chosen."""
    said: dict[str, Any] = {"aria-label": f"{label}. The table holds the numbers."}
    drawn = dcc.Graph(id=graph_id, responsive=True, config={"displayModeBar": False}, style={"height": HEIGHT})
    # As high as the chart from the first, which comes later: nothing below may jump.
    return html.Div(drawn, role="img", style={"minHeight": HEIGHT}, **said)


def key(kinds: Sequence[Sample], theme: Theme, bar: Timeframe) -> html.Ul:
    """Every kind of line with its colour and its dash, and what else is drawn."""
    hollow = html.Li([_circle(palette(theme).ink), f"a {bar.one} in which only one or two voted"])
    return html.Ul([*(_sample(kind) for kind in kinds), hollow], className="compare-key")


def _sample(kind: Sample) -> html.Li:
    stroke = f"stroke='{kind.colour}' stroke-width='{kind.width}' stroke-dasharray='{LENGTHS[kind.dash]}'"
    return html.Li([_image(f"<path d='M0 4H34' fill='none' {stroke}/>"), html.Span(kind.named)])


def _circle(colour: str) -> html.Img:
    return _image(f"<circle cx='17' cy='4' r='2.5' fill='none' stroke='{colour}' stroke-width='1.2'/>")


def _image(drawn: str) -> html.Img:
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' width='34' height='8'>{drawn}</svg>"
    return html.Img(src=f"data:image/svg+xml,{quote(picture)}", alt="", width=34, height=8)


def table(sides: Sequence[tuple[str, Sequence[Line]]], enter: str, links: Links) -> html.Div:
    """The numbers of all panels; ``sides`` are windows by their name, "" for a lone one, with the lines of panels."""
    head = [
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
        html.Th(
            [f"Deepest other {AT_LEAST} {enter} % below ", links.define("its group", Anchor.REFERENCE)], scope="col"
        ),
    ]
    bodies = [html.Tbody([*_window(name, len(head)), *(_row(line) for line in told)]) for name, told in sides]
    label: dict[str, Any] = {"aria-label": "Numbers of all panels"}
    inner = html.Table([html.Thead(html.Tr(head)), *bodies])
    return html.Div(inner, className="wide", tabIndex=0, role="region", **label)


def _window(name: str, columns: int) -> list[html.Tr]:
    """The name of a window above its rows; none where there is but one."""
    return [html.Tr(html.Th(name, scope="rowgroup", colSpan=columns))] if name else []


def _row(line: Line) -> html.Tr:
    cells = [*(cell for group in Group for cell in line.by_group[group]), line.other]
    return html.Tr(
        [
            html.Th(line.asset, scope="row"),
            html.Td(line.venue or "no candle"),
            *(_cell(cell) for cell in cells),
        ]
    )


def _cell(cell: Cell) -> html.Td:
    content: list[Any] = [cell.text, html.Small(cell.below)] if cell.below else [cell.text]
    return html.Td(content, className="number")
