"""Data: what is stored, what could not be had, and ways to more: collecting, importing, forgetting."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
import polars as pl
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update, set_props

from dashboard.actions import Forgettable
from dashboard.anchors import Anchor
from dashboard.clock import Zone
from dashboard.data_changes import changes_list
from dashboard.data_collect import PROPS as PROGRESS_PROPS
from dashboard.data_collect import Form, Scope, form, form_panes, progress_panes, started
from dashboard.data_coverage import BEFORE
from dashboard.data_files import files_line
from dashboard.data_held import follower_lines, forgettable, held_table, lengths_held, store_line
from dashboard.data_incidents import incidents, incidents_list
from dashboard.data_shown import coverage_panes
from dashboard.data_upload import LINK, MOST_MB, MOST_SENT, import_routes
from dashboard.data_words import count
from dashboard.export_kinds import What
from dashboard.link import from_query
from dashboard.links import Links
from dashboard.pages.contract import Context, Control, Page
from dashboard.panes import Panes
from dashboard.view import ViewState
from data.catalogue import Catalogue
from data.schema import Origin, Timeframe

CHANGED = ("data-changes", "children")


def show(context: Context, view: ViewState) -> list[Any]:
    """The page with everything in its place."""
    bones = html.Div(_body(context))
    for (name, prop), value in values(context, view).items():
        setattr(bones[name], prop, value)
    return [bones]


def values(context: Context, view: ViewState) -> Panes:
    """What the parts hold for a view; the form keeps what was chosen in it."""
    books, catalogue = context.answers.books, context.catalogue
    links = Links(view.to_query(catalogue))
    holdings, runs = books.holdings(), books.ledger.runs()
    found = incidents(books.wanting(), books.ledger.bad_pages(), runs, catalogue, view.zone)
    window = view.start - BEFORE, view.end
    where = f"{view.asset} in this window and the 24 h before"
    lengths = {length: (number, books.ledger.size(length)) for length, number in lengths_held(holdings).items()}
    held = held_table(holdings, catalogue, view.zone)
    dropped = forgettable(holdings)
    return {
        **coverage_panes(context, view),
        ("data-map-files", "children"): files_line(What.COVERAGE, view.to_query(catalogue)),
        ("data-incidents", "children"): with_files(incidents_list(found, view.zone), What.INCIDENTS, bool(found)),
        ("data-incidents-title", "children"): f"What could not be had ({len(found):,})" if found else TITLES[0],
        CHANGED: changes(books.revisions(*window, view.asset), where, catalogue, view.zone),
        ("data-store", "children"): store_line(books.ledger.uri, books.ledger.size(), lengths),
        ("data-held", "children"): with_files(held, What.HELD, not holdings.is_empty()),
        ("data-follower", "children"): follower_lines(context.actions.follower(), runs, view.zone),
        ("data-terms", "children"): [
            links.define("Kinds of candles", Anchor.CANDLES),
            " · ",
            links.define("States of a minute", Anchor.MINUTE),
            " · ",
            links.page("explorer", f"{view.asset} in the explorer"),
        ],
        ("data-forget-what", "data"): [{"value": _name(one), "label": _label(one)} for one in dropped],
        ("data-forgetting", "className"): "data-forget" if dropped else "away",
        **form_panes(view, catalogue),
        **progress_panes(context.actions.progress(), catalogue),
    }


TITLES = ("What could not be had", "Candles that exchanges changed")


def changes(changed: pl.DataFrame, where: str, catalogue: Catalogue, zone: Zone) -> list[Any]:
    """The changed candles of what was looked through, and all of the store's as a file."""
    return with_files(changes_list(changed, where, catalogue, zone), What.REVISIONS, not changed.is_empty())


def with_files(parts: list[Any], what: What, some: bool) -> list[Any]:  # noqa: FBT001 - whether there is a row
    """A table and the links to it as a file, where it has a row."""
    return [*parts, files_line(what)] if some else parts


def register(app: Dash, context: Context) -> None:
    """What is done on the page: collecting, importing, forgetting, and looking through the whole store."""
    app.server.config["MAX_CONTENT_LENGTH"] = MOST_SENT  # whichever server it is
    _on_collect(app, context)
    app.server.register_blueprint(import_routes(context.actions))
    _on_forget(app, context)
    _on_look(app, context)


def look_again(why: object) -> None:
    """Let the shell read the store anew and show the page with what it holds now; any new value does."""
    set_props("collected", {"data": why})


def _on_collect(app: Dash, context: Context) -> None:
    @app.callback(
        [Output(name, prop) for name, prop in PROGRESS_PROPS],
        Input("data-collect", "n_clicks"),
        Input("data-cancel", "n_clicks"),
        Input("data-ticker", "n_intervals"),
        State("view", "data"),
        State("data-scope", "value"),
        State("data-before", "checked"),
        State("data-further", "value"),
        State("data-venues", "value"),
        State("data-bars", "value"),
        prevent_initial_call=True,
    )
    def collected(
        clicks: int | None,
        cancels: int | None,
        ticks: int | None,
        query: dict[str, str],
        scope: str,
        before: bool,  # noqa: FBT001 - as the browser sends it
        further: Sequence[str] | None,
        venues: Sequence[str] | None,
        bars: str,
    ) -> list[Any]:
        view, _ = from_query(query, context.catalogue)
        if ctx.triggered_id == "data-collect":
            chosen = Form(Scope(scope), before, tuple(further or ()), tuple(venues or ()), Timeframe(bars))
            progress = started(context.actions, chosen, view)
        else:
            if ctx.triggered_id == "data-cancel":
                context.actions.cancel()
            progress = context.actions.progress()
        if ctx.triggered_id != "data-collect" and progress is not None and not progress.running:
            look_again([clicks, cancels, ticks])
        panes = progress_panes(progress, context.catalogue)
        return [panes[prop] for prop in PROGRESS_PROPS]


def _on_forget(app: Dash, context: Context) -> None:
    @app.callback(
        Output("data-forget-sure", "className"),
        Output("data-forget-question", "children"),
        Input("data-forget", "n_clicks"),
        Input("data-forget-keep", "n_clicks"),
        State("data-forget-what", "value"),
        prevent_initial_call=True,
    )
    def asked(forgets: int | None, keeps: int | None, name: str | None) -> tuple[str, str]:  # noqa: ARG001 - triggers
        if ctx.triggered_id == "data-forget-keep" or not name:
            return "away", ""
        one = _named(name)
        what = "the sample" if one.origin is Origin.RECONSTRUCTION else f"all that came from {one.source}"
        return "notice alert data-sure", f"Drop {what} from the store? It can be brought back only from its source."

    @app.callback(
        Output("data-forgot", "children"),
        Output("data-forget-sure", "className", allow_duplicate=True),
        Output("data-forget-what", "value"),
        Input("data-forget-drop", "n_clicks"),
        State("data-forget-what", "value"),
        prevent_initial_call=True,
    )
    def forgot(clicks: int | None, name: str | None) -> tuple[Any, ...]:
        if not clicks or not name:
            return no_update, no_update, no_update
        one = _named(name)
        rows = context.actions.forget(one)
        look_again([name, rows, clicks])
        said = f"{one.source}: {count(rows, 'row')} dropped." if rows else f"{one.source}: it was not in the store."
        return html.P(said, className="notice", role="status"), "away", None


def _on_look(app: Dash, context: Context) -> None:
    @app.callback(
        Output(*CHANGED),
        Input("data-look", "n_clicks"),
        State("view", "data"),
        running=[(Output("data-look", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def looked(clicks: int, query: dict[str, str]) -> list[Any]:  # noqa: ARG001 - a trigger
        view, _ = from_query(query, context.catalogue)
        return changes(context.answers.books.revisions(), "the whole store", context.catalogue, view.zone)


def _name(one: Forgettable) -> str:
    return f"{one.origin.value}:{one.source}"


def _named(name: str) -> Forgettable:
    origin, _, source = name.partition(":")
    return Forgettable(source, Origin(origin))


def _label(one: Forgettable) -> str:
    return f"{one.source} (sample, no evidence)" if one.origin is Origin.RECONSTRUCTION else one.source


def _body(context: Context) -> list[Any]:
    return [
        html.H1("Data"),
        html.P(id="data-said", className="second"),
        html.P(id="data-terms", className="quiet terms"),
        html.Div(id="data-lengths"),
        html.Section(
            [
                html.Div([html.H2("What was had, hour by hour"), html.Div(id="data-map-key")], className="block-head"),
                html.P(id="data-told", className="data-told", role="status"),
                html.Div(id="data-map"),
                html.P(id="data-never", className="quiet"),
                html.Div(id="data-map-files"),
                html.Details([html.Summary("As a table, every market"), html.Div(id="data-numbers")]),
            ],
            id="data-covered",
            className="data-section",
        ),
        html.Div(
            [
                html.Section([html.H2("Collect now"), form(context.actions, context.catalogue)]),
                html.Section([html.H2("Import files"), *_import()]),
            ],
            className="data-ways data-section",
        ),
        html.Section(
            [html.H2(TITLES[0], id="data-incidents-title"), html.Div(id="data-incidents")], className="data-section"
        ),
        html.Section(
            [
                html.Div(
                    [
                        html.H2(TITLES[1]),
                        dmc.Button("Look through the whole store", id="data-look", size="xs", **BUTTON),
                    ],
                    className="block-head data-head",
                ),
                html.Div(id="data-changes"),
            ],
            className="data-section",
        ),
        html.Section([html.H2("Follower"), html.Div(id="data-follower")], className="data-section"),
        html.Section(
            [html.H2("What the store holds"), html.P(id="data-store"), html.Div(id="data-held"), *_forget()],
            className="data-section",
        ),
    ]


BUTTON: dict[str, Any] = {"variant": "default", "className": "plain"}


def _import() -> list[Any]:
    drop: dict[str, Any] = {"data-most": MOST_MB, "data-link": LINK}
    return [
        html.Label(_dropping(), id="data-drop", **drop),
        html.P(id="data-waiting", className="away", role="status"),
        html.Progress(id="data-sent", className="away", max="1"),
        html.Details(
            [
                html.Summary("A file of one market, without columns for exchange and symbol"),
                html.Div(
                    [
                        dmc.TextInput(id="data-venue", label="Exchange (ccxt id)", placeholder="kraken", size="xs"),
                        dmc.TextInput(id="data-symbol", label="Symbol", placeholder="ATOM/USD", size="xs"),
                    ],
                    className="data-fields",
                ),
            ]
        ),
        dmc.Checkbox(
            id="data-complete",
            label="Complete: minutes that a file lacks are quiet, not missing",
            checked=False,
            size="xs",
        ),
        html.P("A file is taken whole or not at all, and keeps its name as its source.", className="quiet"),
        html.Div(id="data-imported"),
    ]


def _dropping() -> dcc.Upload:
    """The place where files are dropped; ``assets/data.js`` takes them from there and sends them."""
    return dcc.Upload(
        [html.Strong("Drop files here"), f" or choose them: CSV or Parquet, up to {MOST_MB} MB each"],
        id="data-upload",
        multiple=True,
        className="data-drop",
        className_active="data-drop data-drop-active",
        style={},
        style_active={},
    )


def _forget() -> list[Any]:
    return [
        html.Div(
            [
                dmc.Select(
                    id="data-forget-what", label="Forget a file or the sample", placeholder="choose", data=[], size="xs"
                ),
                dmc.Button("Forget", id="data-forget", size="xs", **BUTTON),
            ],
            id="data-forgetting",
            className="away",
        ),
        html.Div(
            [
                html.P(id="data-forget-question"),
                dmc.Button("Drop it", id="data-forget-drop", size="xs", className="primary"),
                dmc.Button("Keep it", id="data-forget-keep", size="xs", **BUTTON),
            ],
            id="data-forget-sure",
            className="away",
            role="alert",
        ),
        html.Div(id="data-forgot"),
    ]


PAGE = Page(
    name="data",
    title="Data",
    show=show,
    change=values,
    register=register,
    controls=frozenset({Control.ASSET, Control.WINDOW, Control.CLOCK}),
    collects=True,
)
