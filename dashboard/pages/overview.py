"""The overview: the event in one look, from the finding on each asset to every exchange under the same test."""

from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard.answers import Answer
from dashboard.ask import in_order
from dashboard.checks import Checks
from dashboard.formats import span, window_label
from dashboard.limits import limits
from dashboard.link import from_query
from dashboard.links import Links
from dashboard.overview_cards import cards
from dashboard.overview_charts import SIZES, depth_chart, volume_chart
from dashboard.overview_matrix import matrices
from dashboard.overview_points import points
from dashboard.overview_reading import reading, verdict
from dashboard.overview_view import Overview
from dashboard.overview_volume import ILLUSTRATED, busiest, volume_sentence
from dashboard.pages.contract import Context, Control, Page
from dashboard.view import ViewState
from data.catalogue import Catalogue
from deviation.answer import CHOSEN_BY_HAND

HEADING = "How far did one exchange's price stray from everyone else's?"

GRAPHS = tuple(f"overview-{name}-{form}" for name in ("depth", "volume") for form in SIZES)
"""The ids of the charts."""


def show(context: Context, view: ViewState) -> list[Any]:
    """The page; what takes longer stands in it if it is known, and is asked for by the page itself if not."""
    overview = Overview(context.answers.event(view), view, context.catalogue)
    if not overview.measurements:
        return _nothing(overview)
    checks = context.answers.known_checks(view) if overview.ranked else None
    found = points(overview.measurements, overview.catalogue, overview.family, view.zone)
    waiting = overview.ranked and checks is None
    sentence = volume_sentence(busiest(overview.measurements)) if overview.ranked else ILLUSTRATED
    return [
        html.H1(HEADING),
        html.P(_summary(overview), className="second", id="overview-summary"),
        html.P(_asked(view, overview.catalogue), className="quiet"),
        html.Div(
            cards(overview, None if checks is None else checks.sensitivities),
            id="overview-cards",
            className="overview-cards",
        ),
        html.Div([depth_chart(overview, found), matrices(overview)], className="overview-pair"),
        html.Div(
            [volume_chart(overview, found, sentence), _reading(overview, checks)],
            className="overview-pair",
        ),
        limits(overview.links, view.bar),
        *([dcc.Store(id="overview-asked", data=view.to_query(overview.catalogue))] if waiting else []),
    ]


def checked(context: Context, query: dict[str, str]) -> tuple[list[Any], list[Any]]:
    """Cards and reading aid with all that takes longer.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    view, _ = from_query(query, context.catalogue)
    checks = context.answers.checks(view)
    overview = Overview(context.answers.event(view), view, context.catalogue)
    return cards(overview, checks.sensitivities), reading(overview, checks.placebo)


def answer(context: Context, view: ViewState) -> Answer:
    """What the notices speak of: every asset of the event, each for the focus venue that was asked for."""
    measured = {one.question.asset: one for one in context.answers.event(view)}
    assets = dict.fromkeys((*context.catalogue.event(view.event).assets, *measured))
    shown = tuple(Answer(replace(view, asset=asset), measured.get(asset)) for asset in assets)
    venues = {row.market.venue for one in measured.values() for row in one.rows}
    present = in_order(context.catalogue, venues | (view.out - {view.focus})) if measured else ()
    return Answer(view, next(iter(measured.values()), None), present, shown=shown)


def register(app: Dash, context: Context) -> None:
    """The second request, for what takes longer; and a click on a point, which leads to the explorer."""

    @app.callback(
        Output("overview-cards", "children"), Output("overview-reading", "children"), Input("overview-asked", "data")
    )
    def filled(query: dict[str, str]) -> tuple[list[Any], list[Any]]:
        return checked(context, query)

    clientside: Any = app.clientside_callback  # dash leaves it untyped
    for graph in GRAPHS:
        clientside(
            ClientsideFunction("plumblineOverview", "follow"), Input(graph, "clickData"), prevent_initial_call=True
        )


def _summary(overview: Overview) -> str:
    title = overview.catalogue.event(overview.view.event).title
    if overview.illustrated:
        return f"{title}: an illustration from published figures. It supports no statement about any exchange."
    return f"{title}: {verdict(overview)}"


def _asked(view: ViewState, catalogue: Catalogue) -> str:
    name = view.window(catalogue)
    window = CHOSEN_BY_HAND if name is None else f"window {window_label(name, catalogue)}"
    return f"{span(view.start, view.end, view.zone)}, {window}; every exchange against the others, {view.bar.in_turn}."


def _reading(overview: Overview, checks: Checks | None) -> html.Section:
    placebo = None if checks is None else checks.placebo
    return html.Section(reading(overview, placebo), id="overview-reading", className="overview-part")


def _nothing(overview: Overview) -> list[Any]:
    """What to do where there is no candle at all."""
    event, links = overview.catalogue.event(overview.view.event), overview.links
    return [
        html.H1(HEADING),
        html.P(f"{event.title}: no candle of its assets in this window.", className="second", id="overview-summary"),
        html.Dl(
            [
                html.Dt("Collect"),
                html.Dd(["The button above does, or ", html.Code(f"plumbline collect --event {event.id}"), "."]),
                html.Dt("Import"),
                html.Dd([html.Code("plumbline import FILE..."), " takes CSV and Parquet files."]),
                html.Dt("Look elsewhere"),
                html.Dd(["Choose another window or event. ", links.page("data", "Which candles are stored")]),
            ],
            className="ways-on",
        ),
        limits(Links(overview.view.to_query(overview.catalogue)), overview.view.bar),
    ]


PAGE = Page(
    name="overview",
    title="Overview",
    show=show,
    register=register,
    answer=answer,
    controls=frozenset({Control.WINDOW, Control.FOCUS, Control.SETTINGS, Control.CLOCK}),
    measures=True,
    seen_first=True,
)
