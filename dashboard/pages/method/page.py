"""The Method page: the definition of every number with the settings of the view, the limits of candles first."""

from typing import Any

from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.pages.base import Page, PageContext
from dashboard.pages.method.definitions import Definition, build_definitions
from dashboard.pages.method.parts import DefinitionParameters
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_span
from data.catalogue import Catalogue
from deviation.question import QuoteHandling
from deviation.report.choices import CHOSEN_BY_HAND
from deviation.wording import join_names

LEAD = (
    "Plumbline compares each exchange's price, {in_turn}, with the other exchanges, and measures how far below or "
    "above it was, and for how long. These are the definitions, with the settings of "
)


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The settings of the view, the table of contents, and the definitions."""
    catalogue = context.catalogue
    definitions = build_definitions(DefinitionParameters(view, catalogue))
    links = ViewLinks(view.to_query(catalogue))
    return [
        html.H1("What the numbers mean"),
        html.P(
            [
                LEAD.format(in_turn=view.timeframe.sequence),
                links.build_page_link("explorer", "the view you came from"),
                ".",
            ],
            className="second",
        ),
        html.Div(
            [
                html.Div(
                    [html.H2("Settings of this view"), _build_settings_table(view, catalogue, links)],
                    className="settings",
                ),
                html.Nav(
                    html.Ol([html.Li(_build_contents_link(definition)) for definition in definitions]),
                    className="contents",
                    **build_aria_label("Contents"),
                ),
                html.Div([_build_definition(definition) for definition in definitions], className="definitions"),
            ],
            className="method",
        ),
    ]


def _build_contents_link(definition: Definition) -> html.A:
    return html.A(definition.title, href=f"#{definition.anchor}")


def _build_definition(definition: Definition) -> html.Section:
    class_name = "cannot" if definition.anchor is MethodAnchor.CANNOT_SHOW else ""
    return html.Section(
        [html.H2(definition.title), *definition.content], id=definition.anchor.value, className=class_name, tabIndex=-1
    )


def _build_settings_table(view: ViewState, catalogue: Catalogue, links: ViewLinks) -> html.Table:
    """The settings of the view, each labelled with a link to its definition."""
    parameters = DefinitionParameters(view, catalogue)
    quote_text = "taken as $1" if view.quote is QuoteHandling.AS_IS else "at their market price"
    excluded_text = (
        join_names([catalogue.get_venue(venue).name for venue in sorted(view.excluded)]) if view.excluded else "none"
    )
    window_text = view.find_window_label(catalogue) or CHOSEN_BY_HAND
    settings = [
        ("Window", MethodAnchor.WINDOWS, f"{window_text}: {format_span(view.start, view.end, view.zone)}"),
        ("Interval", MethodAnchor.MINUTE, view.timeframe.length),
        ("Exchange", MethodAnchor.RANK, parameters.focus_name),
        ("Benchmark", MethodAnchor.REFERENCE, view.reference.label),
        ("Dollar stablecoins", MethodAnchor.MONEY, quote_text),
        (f"Minimum volume per {view.timeframe.noun}", MethodAnchor.MINUTE, parameters.min_vote_text),
        ("Deviation threshold", MethodAnchor.BELOW_MIN, parameters.enter_text),
        (
            "Ends when back within",
            MethodAnchor.EPISODE,
            f"{parameters.exit_text} for {parameters.confirm_minutes} minutes",
        ),
        ("Excluded exchanges", MethodAnchor.CHOICES, excluded_text),
    ]
    rows = [
        html.Tr([html.Th(links.build_definition_link(label, anchor), scope="row"), html.Td(text)])
        for label, anchor, text in settings
    ]
    return html.Table(html.Tbody(rows), className="moment")


PAGE = Page(name="method", title="Method", build_content=build_content, has_charts=False)
