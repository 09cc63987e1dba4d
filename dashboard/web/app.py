"""The Dash app: pages in one shell, one request per change, and the whole state in the address."""

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update, set_props
from dash.development.base_component import Component
from flask import Flask, Response, request, send_file

from dashboard.components.caveats import METHOD_FILE, METHOD_URL
from dashboard.components.static_html import serialize
from dashboard.components.updates import Updates
from dashboard.exports.routes import build_export_routes, read_today
from dashboard.jobs.actions import PageActions
from dashboard.pages import not_found
from dashboard.pages.base import PageContext
from dashboard.pages.registry import PAGES, find_page
from dashboard.service.measurements import Measurements
from dashboard.service.turns import RETRY_AFTER_S, ServerBusy
from dashboard.sheet.renderer import Renderer
from dashboard.shell.collection_bar import build_collection_updates
from dashboard.shell.layout import build_shell
from dashboard.shell.router import QueryParameters, Router
from dashboard.shell.updates import list_shell_outputs
from dashboard.state.controls import CONTROLS
from dashboard.web.access import Access, guard_requests, refuse
from dashboard.web.answers.exchange import find_answers, leave_unstored, store_answers
from dashboard.web.answers.keys import AnswerKeys
from dashboard.web.answers.memory import AnswerMemory
from dashboard.web.document import INLINE_SCRIPTS, RENDERER_HOOKS, PlumblineDash
from dashboard.web.files.caching import compress_once
from dashboard.web.files.page_files import bundle_scripts, bundle_styles, read_plotly, serve_page_files
from dashboard.web.prerender import Prerendered, prerender
from dashboard.web.requests.addresses import guard_addresses
from dashboard.web.requests.callbacks import guard_callbacks
from dashboard.web.requests.limits import MAX_CALLBACK_BYTES
from dashboard.web.response_headers import build_policy, set_headers
from dashboard.web.system_theme import THEME_SCRIPT, read_system_theme
from data.catalogue import Catalogue
from data.errors import PlumblineError
from data.store import CandleStore

logger = logging.getLogger(__name__)

CATCH_ALL_ROUTE = "/<path:path>"
"""The endpoint of dash's route for every path, whether or not a page has it."""

INDEX_TEMPLATE = f"""<!DOCTYPE html>
<html lang="en" data-plotly="{read_plotly().address}">
<head><script>{THEME_SCRIPT}</script>{{%metas%}}<title>{{%title%}}</title>{{%favicon%}}{{%css%}}</head>
<body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer></body>
</html>"""
"""The document."""

LOOPBACK_ACCESS = Access()
"""Only the names of this machine, without an account."""

CONTROL_PROPERTIES = {
    **dict.fromkeys(CONTROLS, "value"),
    **dict.fromkeys(("visible-range", "picked", "collected"), "data"),
    **dict.fromkeys(("range", "reset"), "n_clicks"),
}
"""The property of each control that triggers the callback of the shell."""


def create_app(
    store: CandleStore,
    catalogue: Catalogue,
    actions: PageActions,
    access: Access = LOOPBACK_ACCESS,
    public_url: str | None = None,
) -> PlumblineDash:
    """The app over a store.

    Args:
        store: has the candles.
        catalogue: of events, assets and venues.
        actions: does the work that takes longer than a request.
        access: what a request needs to be answered.
        public_url: what links that leave the page begin with; None for the address of the request.
    """
    server, memory = Flask("plumbline"), AnswerMemory()
    store_answers(server, memory)
    app = PlumblineDash(
        name="plumbline",
        server=server,  # type: ignore[arg-type]  # dash takes a server, other than it says
        title="Plumbline",
        update_title="",
        include_assets_files=False,
        external_scripts=[bundle_scripts().address],
        external_stylesheets=[bundle_styles().address],
        index_string=INDEX_TEMPLATE,
        compress=True,
        enable_mcp=False,  # else a variable of the environment could add a route that runs callbacks
        suppress_callback_exceptions=True,
        on_error=report_error,
        hooks=RENDERER_HOOKS,
    )
    app.public_url = public_url
    server.after_request(compress_once())
    serve_page_files(server, (read_plotly(), bundle_scripts(), bundle_styles()))
    server.after_request(set_not_found_status)
    server.after_request(vary_by_cookie)
    server.config["MAX_CONTENT_LENGTH"] = MAX_CALLBACK_BYTES
    guard_requests(server, access)
    guard_addresses(server)
    guard_callbacks(app)
    server.after_request(set_headers(build_policy((*INLINE_SCRIPTS, app.renderer))))
    app.layout = shell_layout = build_shell(catalogue, read_only=actions.read_only)
    measurements = Measurements(store, catalogue)
    find_answers(server, memory, AnswerKeys(measurements, actions, read_today).name_request)
    server.register_blueprint(build_export_routes(measurements, Renderer(), public_url=public_url))
    server.register_error_handler(ServerBusy, ask_to_retry)
    context = PageContext(measurements, actions)
    router = Router(context, leave_unstored)
    app.prerender = partial(prerender_address, shell_layout, router)
    _register_view(app, router)
    _register_picture(app, router)
    _register_collection(app, router)
    _register_clientside(app)
    for page in PAGES:
        if page.register_callbacks is not None:
            page.register_callbacks(app, context)
    if METHOD_FILE.is_file():
        server.add_url_rule(METHOD_URL, "method", send_method_document)
    return app


def report_error(error: Exception) -> None:
    """Show an error of a callback as a notice, and leave the page as it was."""
    leave_unstored()
    if isinstance(error, PlumblineError):
        text = f"This could not be done: {error}"
    else:
        logger.error("A callback failed", exc_info=error)
        text = f"Something failed here ({type(error).__name__}). The page is as it was before."
    set_props("failure", {"children": html.P(text, className="notice alert")})


def prerender_address(shell_layout: Component, router: Router, path: str, search: str) -> Prerendered:
    """The prerendered page of an address; empty after an error, which the app itself will show.

    Raises:
        ServerBusy: The window is long, and too much other work waits.
    """
    try:
        return prerender(shell_layout, router.open(path, search, read_system_theme()))
    except ServerBusy:
        raise
    except Exception:
        logger.exception("Pre-rendering a page failed")
        leave_unstored()
        return Prerendered("")


def ask_to_retry(error: ServerBusy) -> Response:
    """The refusal of a page for now; a browser opens it again by itself."""
    text = str(error)
    response = refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"{text[:1].upper()}{text[1:]}.")
    response.headers["Retry-After"] = response.headers["Refresh"] = str(RETRY_AFTER_S)
    return response


def set_not_found_status(response: Response) -> Response:
    """Set the status 404 on a document whose address no page has."""
    is_document = response.status_code == HTTPStatus.OK and request.endpoint == CATCH_ALL_ROUTE
    if is_document and find_page(request.path, request.args) is not_found.PAGE:
        response.status_code = HTTPStatus.NOT_FOUND
    return response


def vary_by_cookie(response: Response) -> Response:
    """Tell shared caches that a document depends on the cookie of `dashboard.web.system_theme`."""
    if response.mimetype == "text/html":
        response.vary.add("Cookie")
    return response


def send_method_document() -> Response:
    """The document of the method as plain text."""
    return send_file(METHOD_FILE, mimetype="text/plain; charset=utf-8")


def list_used_controls(
    triggered_ids: Iterable[str], values: dict[str, Any], range_texts: tuple[str, str]
) -> list[tuple[str, Any]]:
    """The used controls with their values; the typed range has its two texts as its value."""
    control_names = dict.fromkeys("range" if name.startswith("range-") else name for name in triggered_ids)
    return [(name, range_texts if name == "range" else values[name]) for name in control_names]


def send_updates(updates: Updates, outputs: Sequence[tuple[str, str]]) -> list[Any]:
    """The values in the order of a callback's outputs; the others, of parts of a page, are set beside them."""
    serialized = {key: serialize(value) for key, value in updates.items()}
    for (name, property_name), value in serialized.items():
        if (name, property_name) not in outputs:
            set_props(name, {property_name: value})
    return [serialized.get(key, no_update) for key in outputs]


def _register_view(app: Dash, router: Router) -> None:
    """One callback for every change of the view, so that each change is one request."""
    outputs = (*list_shell_outputs(router.catalogue), ("content", "children"))

    @app.callback(
        [Output(name, prop) for name, prop in outputs],
        {
            "place": Input("place", "data"),
            "values": {name: Input(name, prop) for name, prop in CONTROL_PROPERTIES.items()},
            "submitted": [Input("range-from", "n_submit"), Input("range-to", "n_submit")],
            "typed": [State("range-from", "value"), State("range-to", "value")],
            "query": State("view", "data"),
            "page": State("page", "data"),
        },
        prevent_initial_call=True,
    )
    def update_view(
        place: dict[str, str],
        values: dict[str, Any],
        submitted: list[int],  # noqa: ARG001 - a trigger
        typed: tuple[str, str],
        query: QueryParameters | None,
        page: dict[str, str] | None,
    ) -> list[Any]:
        triggered = [name.rsplit(".", 1)[0] for name in ctx.triggered_prop_ids]
        if "place" in triggered or query is None or page is None:
            return send_updates(router.open(place["path"], place["search"], read_system_theme()), outputs)
        updates = router.apply(list_used_controls(triggered, values, typed), query, page["name"], read_system_theme())
        return send_updates(updates, outputs)


def _register_picture(app: Dash, router: Router) -> None:
    @app.callback(
        Output("picture-figure", "data"),
        Input("picture", "n_clicks"),
        State("view", "data"),
        running=[(Output("picture", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def draw_picture(_: int, query: QueryParameters) -> dict[str, Any] | None:
        return router.build_picture(query)


def _register_collection(app: Dash, router: Router) -> None:
    outputs = tuple(build_collection_updates(None))

    @app.callback(
        [*(Output(name, prop) for name, prop in outputs), Output("collected", "data")],
        Input("collect", "n_clicks"),
        Input("cancel", "n_clicks"),
        Input("ticker", "n_intervals"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    def update_collection(collect_clicks: int, cancel_clicks: int, ticks: int, query: QueryParameters) -> list[Any]:
        updates, has_ended = router.update_collection(str(ctx.triggered_id), query)
        # Any value that differs from the last one makes the page read the store again.
        collected = [collect_clicks, cancel_clicks, ticks] if has_ended else no_update
        return [*(updates[key] for key in outputs), collected]


def _register_clientside(app: Dash) -> None:
    """Callbacks in the browser: the address, the colours, a zoomed chart, and the download of the picture."""
    namespace = "plumbline"
    clientside_callback: Any = app.clientside_callback  # dash leaves it untyped
    clientside_callback(ClientsideFunction(namespace, "arrived"), Output("place", "data"), Input("address", "href"))
    clientside_callback(
        ClientsideFunction(namespace, "address"),
        Output("provider", "forceColorScheme"),
        Output("copy", "value"),
        Output("failure", "children"),
        Input("page", "data"),
        Input("view", "data"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("plumblineZoom", "zoomed"), Input("graph", "relayoutData"), prevent_initial_call=True
    )
    clientside_callback(
        ClientsideFunction("plumblineMoment", "pointed"),
        # A callback without an output would not be called for components that are added later.
        Output("minute-shown", "data"),
        Input("minute-data", "data"),
        Input("graph", "hoverData"),
        Input("graph", "clickData"),
    )
    # A callback without an output would not be called for components that are added later.
    clientside_callback(ClientsideFunction(namespace, "later"), Output("later-shown", "data"), Input("later", "data"))
    clientside_callback(
        ClientsideFunction(namespace, "download"), Input("picture-figure", "data"), prevent_initial_call=True
    )
