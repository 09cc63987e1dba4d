"""The Data page: what the store holds and lacks, and forms for collecting, importing and forgetting candles."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update, set_props

from dashboard.components.updates import Updates, apply_updates
from dashboard.exports.menu import build_download_menu
from dashboard.jobs.actions import StoredSource
from dashboard.jobs.read_only import READ_ONLY_TEXT
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.data.audit import build_audit
from dashboard.pages.data.collect_form import (
    build_form,
    build_form_updates,
    build_progress_updates,
    parse_form,
    start_collection,
)
from dashboard.pages.data.holdings import (
    build_follower_status,
    build_holdings_table,
    count_by_length,
    describe_store,
    list_forgettable_sources,
)
from dashboard.pages.data.incidents import build_incident_list, list_incidents
from dashboard.pages.data.revisions import build_revision_list
from dashboard.pages.data.series import build_coverage_updates
from dashboard.pages.data.upload import IMPORT_PATH, MAX_FILE_MB, build_import_routes
from dashboard.service.coverage import LEAD_TIME
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.quoting import quote_value
from dashboard.state.url import parse_query
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count
from data.errors import UsageError
from data.schema import Origin

REVISIONS_OUTPUT = ("data-changes", "children")


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The layout with its values."""
    return apply_updates([html.Div(_build_layout(context))], build_updates(context, view))


def build_updates(context: PageContext, view: ViewState) -> Updates:
    """The values for a view; what a reader has entered into the forms stays."""
    store_info, catalogue = context.measurements.store_info, context.catalogue
    links = ViewLinks(view.to_query(catalogue))
    holdings, runs = store_info.get_holdings(), store_info.store.runs.read_rows()
    incident_entries = list_incidents(
        store_info.get_outstanding(), store_info.store.rejected_pages.read_rows(), runs, catalogue, view.zone
    )
    window = view.start - LEAD_TIME, view.end
    scope_text = f"{view.asset} in this window and the 24 h before"
    length_sizes = {
        length: (number, store_info.store.measure_size(length)) for length, number in count_by_length(holdings).items()
    }
    return {
        **build_coverage_updates(context, view),
        ("data-files", "children"): build_download_menu("data", view.to_query(catalogue)),
        ("data-incidents", "children"): build_incident_list(incident_entries, view.zone),
        ("data-incidents-title", "children"): f"Missing data ({len(incident_entries):,})"
        if incident_entries
        else SECTION_TITLES[0],
        REVISIONS_OUTPUT: build_revision_list(
            store_info.get_revisions(*window, view.asset), scope_text, catalogue, view.zone
        ),
        ("data-audit", "children"): build_audit(
            store_info.get_audit(view.asset, *window, view.timeframe), catalogue, view.zone
        ),
        ("data-store", "children"): describe_store(store_info.store.uri, store_info.store.measure_size(), length_sizes),
        ("data-held", "children"): build_holdings_table(holdings, catalogue, view.zone),
        ("data-follower", "children"): build_follower_status(context.actions.find_follower(), runs, view.zone),
        ("data-terms", "children"): [
            links.build_definition_link("Real prices and the sample", MethodAnchor.CANDLES),
            " · ",
            links.build_definition_link("Minutes that count", MethodAnchor.MINUTE),
            " · ",
            links.build_page_link("explorer", f"{view.asset} in the explorer"),
        ],
        **(
            {}
            if context.actions.read_only
            else _build_action_updates(context, view, list_forgettable_sources(holdings))
        ),
    }


def _build_action_updates(
    context: PageContext, view: ViewState, forgettable_sources: Sequence[StoredSource]
) -> Updates:
    """The values of the forms, which a page that is read-only does not have."""
    return {
        ("data-forget-what", "data"): [
            {"value": _encode_source(entry), "label": _format_source(entry)} for entry in forgettable_sources
        ],
        ("data-forgetting", "className"): "data-forget" if forgettable_sources else "away",
        **build_form_updates(view, context.catalogue),
        **build_progress_updates(context.actions.read_progress(), context.catalogue),
    }


SECTION_TITLES = ("Missing data", "Revised data")


def register_callbacks(app: Dash, context: PageContext) -> None:
    """Callbacks for collecting, importing, forgetting, and for searching the whole store for changed candles."""
    _register_collect(app, context)
    app.server.register_blueprint(build_import_routes(context.actions))
    _register_forget(app, context)
    _register_revision_search(app, context)


def refresh_page(trigger_value: object) -> None:
    """Make the shell read the store and build the page again; any value that differs from the last one does."""
    set_props("collected", {"data": trigger_value})


def _register_collect(app: Dash, context: PageContext) -> None:
    outputs = tuple(build_progress_updates(None, context.catalogue))

    @app.callback(
        [Output(name, prop) for name, prop in outputs],
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
    def update_collection(
        collect_clicks: int | None,
        cancel_clicks: int | None,
        ticks: int | None,
        query: dict[str, str],
        scope: str,
        include_before: bool,  # noqa: FBT001 - as the browser sends it
        further_assets: Sequence[str] | None,
        venues: Sequence[str] | None,
        bars: str,
    ) -> list[Any]:
        view, _ = parse_query(query, context.catalogue)
        if ctx.triggered_id == "data-collect":
            collect_form = parse_form(scope, further_assets or (), venues or (), bars, include_before=include_before)
            progress = start_collection(context.actions, collect_form, view)
        else:
            if ctx.triggered_id == "data-cancel":
                context.actions.cancel_collection()
            progress = context.actions.read_progress()
        if ctx.triggered_id != "data-collect" and progress is not None and not progress.running:
            refresh_page([collect_clicks, cancel_clicks, ticks])
        updates = build_progress_updates(progress, context.catalogue)
        return [updates[key] for key in outputs]


def _register_forget(app: Dash, context: PageContext) -> None:
    @app.callback(
        Output("data-forget-sure", "className"),
        Output("data-forget-question", "children"),
        Input("data-forget", "n_clicks"),
        Input("data-forget-keep", "n_clicks"),
        State("data-forget-what", "value"),
        prevent_initial_call=True,
    )
    def confirm_forget(
        forget_clicks: int | None,  # noqa: ARG001 - a trigger
        keep_clicks: int | None,  # noqa: ARG001 - a trigger
        encoded_source: str | None,
    ) -> tuple[str, str]:
        if ctx.triggered_id == "data-forget-keep" or not encoded_source:
            return "away", ""
        entry = _decode_source(encoded_source)
        content_text = "the sample" if entry.origin is Origin.RECONSTRUCTION else f"all that came from {entry.source}"
        return (
            "notice alert data-sure",
            f"Remove {content_text} from the store? It can be brought back only from its source.",
        )

    @app.callback(
        Output("data-forgot", "children"),
        Output("data-forget-sure", "className", allow_duplicate=True),
        Output("data-forget-what", "value"),
        Input("data-forget-drop", "n_clicks"),
        State("data-forget-what", "value"),
        prevent_initial_call=True,
    )
    def forget_source(clicks: int | None, encoded_source: str | None) -> tuple[Any, ...]:
        if not clicks or not encoded_source:
            return no_update, no_update, no_update
        entry = _decode_source(encoded_source)
        row_count = context.actions.forget_source(entry)
        refresh_page([encoded_source, row_count, clicks])
        message = (
            f"{entry.source}: {format_count(row_count, 'row')} removed."
            if row_count
            else f"{entry.source}: it was not in the store."
        )
        return html.P(message, className="notice", role="status"), "away", None


def _register_revision_search(app: Dash, context: PageContext) -> None:
    @app.callback(
        Output(*REVISIONS_OUTPUT),
        Input("data-look", "n_clicks"),
        State("view", "data"),
        running=[(Output("data-look", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def list_all_revisions(clicks: int, query: dict[str, str]) -> list[Any]:  # noqa: ARG001 - a trigger
        view, _ = parse_query(query, context.catalogue)
        return build_revision_list(
            context.measurements.store_info.get_revisions(), "the whole store", context.catalogue, view.zone
        )


def _encode_source(entry: StoredSource) -> str:
    return f"{entry.origin.value}:{entry.source}"


def _decode_source(encoded_source: str) -> StoredSource:
    """The source of a choice.

    Raises:
        UsageError: It is none that the page offers.
    """
    for origin in Origin:
        if encoded_source.startswith(f"{origin.value}:"):
            return StoredSource(encoded_source.removeprefix(f"{origin.value}:"), origin)
    message = f"{quote_value(encoded_source)} is no source of prices"
    raise UsageError(message)


def _format_source(entry: StoredSource) -> str:
    return f"{entry.source} (sample, not real)" if entry.origin is Origin.RECONSTRUCTION else entry.source


def _build_layout(context: PageContext) -> list[Any]:
    return [
        html.Div([html.H1("Data"), html.Div(id="data-files", className="taken")], className="block-head"),
        html.P(id="data-said", className="second"),
        html.P(id="data-terms", className="quiet terms"),
        html.Div(id="data-lengths"),
        html.Section(
            [
                html.Div([html.H2("Data coverage by hour"), html.Div(id="data-map-key")], className="block-head"),
                html.P(id="data-told", className="data-told", role="status"),
                html.Div(id="data-map"),
                html.P(id="data-never", className="quiet"),
                html.Details([html.Summary("As a table, every market"), html.Div(id="data-numbers")]),
            ],
            id="data-covered",
            className="data-section",
        ),
        _build_ways(context),
        html.Section(
            [html.H2(SECTION_TITLES[0], id="data-incidents-title"), html.Div(id="data-incidents")],
            className="data-section",
        ),
        html.Section(
            [
                html.Div(
                    [
                        html.H2(SECTION_TITLES[1]),
                        dmc.Button("Search all data", id="data-look", size="xs", **BUTTON_OPTIONS),
                    ],
                    className="block-head data-head",
                ),
                html.Div(id="data-changes"),
            ],
            className="data-section",
        ),
        html.Section(
            [html.H2("The same minute from two sources"), html.Div(id="data-audit")], className="data-section"
        ),
        html.Section([html.H2("Live updates"), html.Div(id="data-follower")], className="data-section"),
        html.Section(
            [
                html.H2("Stored data"),
                html.P(id="data-store"),
                html.Div(id="data-held"),
                *([] if context.actions.read_only else _build_forget_form()),
            ],
            className="data-section",
        ),
    ]


def _build_ways(context: PageContext) -> html.Div:
    """The forms by which candles come into the store; a sentence where the page is read-only."""
    if context.actions.read_only:
        return html.Div(html.P(f"{READ_ONLY_TEXT}.", className="notice"), className="data-section")
    return html.Div(
        [
            html.Section([html.H2("Collect now"), build_form(context.actions, context.catalogue)]),
            html.Section([html.H2("Import files"), *_build_import_form()]),
        ],
        className="data-ways data-section",
    )


BUTTON_OPTIONS: dict[str, Any] = {"variant": "default", "className": "plain"}


def _build_import_form() -> list[Any]:
    attributes: dict[str, Any] = {"data-most": MAX_FILE_MB, "data-link": IMPORT_PATH}
    return [
        html.Label(_build_drop_zone(), id="data-drop", **attributes),
        html.P(
            "You see what a file holds before anything is stored. If one row is invalid, nothing is imported. "
            "The file's name is kept as the source.",
            className="quiet",
        ),
        html.P(id="data-waiting", className="quiet", role="status"),
        html.Progress(id="data-sent", className="away", max="1"),
        html.Div(id="data-imported"),
    ]


def _build_drop_zone() -> dcc.Upload:
    """The area to drop files on; ``assets/data.js`` sends them."""
    return dcc.Upload(
        [html.Strong("Drop files here"), f" or choose them: CSV, JSON, Parquet, Feather, zip; {MAX_FILE_MB} MB each"],
        id="data-upload",
        multiple=True,
        className="data-drop",
        className_active="data-drop data-drop-active",
        style={},
        style_active={},
    )


def _build_forget_form() -> list[Any]:
    return [
        html.Div(
            [
                dmc.Select(
                    id="data-forget-what",
                    label="Remove an imported file or the sample",
                    placeholder="choose",
                    data=[],
                    size="xs",
                ),
                dmc.Button("Remove", id="data-forget", size="xs", **BUTTON_OPTIONS),
            ],
            id="data-forgetting",
            className="away",
        ),
        html.Div(
            [
                html.P(id="data-forget-question"),
                dmc.Button("Remove", id="data-forget-drop", size="xs", className="primary"),
                dmc.Button("Cancel", id="data-forget-keep", size="xs", **BUTTON_OPTIONS),
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
    build_content=build_content,
    build_updates=build_updates,
    register_callbacks=register_callbacks,
    controls=frozenset({Control.ASSET, Control.WINDOW, Control.CLOCK}),
    shows_collection=True,
    is_live=True,
)
