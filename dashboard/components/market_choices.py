"""Links that choose what the Market and the History page show: side, kind of gap, quote. They work without scripts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.state.links import ViewLinks
from dashboard.state.view import GapKind, ViewState
from data.catalogue import Catalogue
from deviation.question import Group
from deviation.side import Side

SIDE_LABELS = {Side.BELOW: "Lows", Side.ABOVE: "Highs"}

Choices = list[tuple[str, list[tuple[str, ViewState]]]]
"""The name of each choice, with the text and the view of each option."""


def list_common_choices(view: ViewState, groups: Sequence[Group], anytime: str) -> Choices:
    """Side, kind of gap, and quote if there are several; ``anytime`` names the gap that is of no common minute."""
    gap_labels = {GapKind.UNALIGNED: anytime, GapKind.ALIGNED: "Same minute"}
    choices: Choices = [
        ("Side", [(text, replace(view, side=side, is_side_chosen=False)) for side, text in SIDE_LABELS.items()]),
        ("Gap", [(text, replace(view, gap=gap)) for gap, text in gap_labels.items()]),
    ]
    if len(groups) > 1:
        choices.append(("Quote", [(group.upper(), replace(view, group=group)) for group in groups]))
    return choices


def build_choice_links(page: str, choices: Choices, view: ViewState, catalogue: Catalogue) -> html.Div:
    """A row of links to a page for each choice."""
    switches = [_build_switch(page, name, options, view, catalogue) for name, options in choices]
    return html.Div(switches, className="market-switches")


def _build_switch(
    page: str, name: str, options: Sequence[tuple[str, ViewState]], view: ViewState, catalogue: Catalogue
) -> html.Div:
    """The name of a choice, and a link for each option; that of the view is marked as current."""
    own_query = view.to_query(catalogue)
    links: list[Any] = []
    for text, option in options:
        query = option.to_query(catalogue)
        current = {"aria-current": "true"} if query == own_query else {}
        links.append(ViewLinks(query).build_page_link(page, text, **current))
    nav = html.Nav(links, className="side-switch", **build_aria_label(name))
    return html.Div([html.Span(name, className="quiet"), nav], className="market-switch")
