"""The web app: pages in one shell, one request per change, and its whole state in the address."""

import logging
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update, set_props
from dash.development.base_component import Component
from flask import Response, request, send_file

from dashboard.actions import Actions
from dashboard.answers import Answers, Store
from dashboard.collection import PROPS as COLLECTION_PROPS
from dashboard.controls import CONTROLS
from dashboard.exports import export_routes
from dashboard.first_sight import Sight, first_sight
from dashboard.frame import PROPS as FRAME_PROPS
from dashboard.head_start import HOOKS, HeadStart
from dashboard.keeping import keep_assets
from dashboard.layout import shell
from dashboard.limits import DOCUMENT, LINK
from dashboard.pages import lost
from dashboard.pages.contract import Context
from dashboard.pages.index import PAGES, page_at
from dashboard.panes import Panes
from dashboard.render import Renderer
from dashboard.site import Query, Site
from dashboard.written import outgoing
from data.catalogue import Catalogue
from data.errors import PlumblineError

log = logging.getLogger(__name__)

ANY_PATH = "/<path:path>"
"""The name of dash's route that answers every path, whether or not a page has it."""

INDEX = """<!DOCTYPE html>
<html lang="en">
<head><script>
window.ownTrim = String.prototype.trim;
window.colour = () => {
  const dark = new URLSearchParams(window.location.search).get("theme") === "dark";
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
};
window.colour();
</script>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""
"""The page before anything is known of it but its colours; why it keeps ``trim`` stands in ``assets/page.js``."""

SENT_BY = {
    **dict.fromkeys(CONTROLS, "value"),
    **dict.fromkeys(("dragged", "picked", "collected"), "data"),
    "range": "n_clicks",
}
"""The property in which each control tells that it was used."""


SHOWN = (*FRAME_PROPS, ("content", "children"))
"""What the shell's callback declares; the parts of a page, which are not always there, come as side updates."""


def create_app(store: Store, catalogue: Catalogue, actions: Actions) -> Dash:
    """The app over a store; ``actions`` does what takes longer than a request."""
    app = HeadStart(
        name="plumbline",
        title="Plumbline",
        update_title="",
        assets_folder=str(files("dashboard") / "assets"),
        index_string=INDEX,
        compress=True,
        suppress_callback_exceptions=True,
        on_error=failed,
        hooks=HOOKS,
    )
    app.server.after_request(keep_assets)
    app.server.after_request(told_of_lost_paths)
    app.layout = laid_out = shell(catalogue)
    answers = Answers(store, catalogue)
    app.server.register_blueprint(export_routes(answers, Renderer()))
    context = Context(answers, actions)
    site = Site(context)
    app.sight = partial(seen, laid_out, site)
    _on_view(app, site)
    _on_picture(app, site)
    _on_collect(app, site)
    _in_browser(app)
    for page in PAGES:
        if page.register is not None:
            page.register(app, context)
    if DOCUMENT.is_file():
        app.server.add_url_rule(LINK, "method", method_document)
    return app


def failed(error: Exception) -> None:
    """Say what went wrong where the reader looks, and leave the page as it was."""
    if isinstance(error, PlumblineError):
        text = f"This could not be done: {error}"
    else:
        log.error("A callback failed", exc_info=error)
        text = f"Something failed here ({type(error).__name__}). The page is as it was before."
    set_props("failure", {"children": html.P(text, className="notice alert")})


def seen(laid_out: Component, site: Site, path: str, search: str) -> Sight:
    """The first sight of an address; an empty one where it fails, as the app will then say."""
    try:
        return first_sight(laid_out, site.opened(path, search))
    except Exception:
        log.exception("A first sight failed")
        return Sight("", [])


def told_of_lost_paths(response: Response) -> Response:
    """Send the page that says so with the status 404 where no page has the address."""
    if request.endpoint == ANY_PATH and page_at(request.path, request.args) is lost.PAGE:
        response.status_code = HTTPStatus.NOT_FOUND
    return response


def method_document() -> Response:
    """The definitions, as the text that they are."""
    return send_file(DOCUMENT, mimetype="text/plain; charset=utf-8")


def outputs(props: Iterable[tuple[str, str]]) -> list[Output]:
    """The outputs of a callback that answers with panes."""
    return [Output(name, prop) for name, prop in props]


def in_order(values: Panes, props: Iterable[tuple[str, str]]) -> list[Any]:
    """Panes in the order of the outputs; what they do not speak of stays."""
    return [values.get(key, no_update) for key in props]


def used(triggered: Iterable[str], values: dict[str, Any], typed: tuple[str, str]) -> list[tuple[str, Any]]:
    """Which controls were used and what they say, the typed range by its two texts."""
    names = dict.fromkeys("range" if name.startswith("range-") else name for name in triggered)
    return [(name, typed if name == "range" else values[name]) for name in names]


def answered(values: Panes) -> list[Any]:
    """The declared outputs of the shell's callback; everything else in the values is sent beside them."""
    plain = {key: outgoing(value) for key, value in values.items()}
    for (name, prop), value in plain.items():
        if (name, prop) not in SHOWN:
            set_props(name, {prop: value})
    return in_order(plain, SHOWN)


def _on_view(app: Dash, site: Site) -> None:
    """One callback for every way in which what is shown can change, so that each is one request."""

    @app.callback(
        outputs(SHOWN),
        {
            "place": Input("place", "data"),
            "values": {name: Input(name, prop) for name, prop in SENT_BY.items()},
            "submitted": [Input("range-from", "n_submit"), Input("range-to", "n_submit")],
            "typed": [State("range-from", "value"), State("range-to", "value")],
            "query": State("view", "data"),
            "page": State("page", "data"),
        },
        prevent_initial_call=True,
    )
    def shown(
        place: dict[str, str],
        values: dict[str, Any],
        submitted: list[int],  # noqa: ARG001 - a trigger
        typed: tuple[str, str],
        query: Query | None,
        page: dict[str, str] | None,
    ) -> list[Any]:
        triggered = [name.rsplit(".", 1)[0] for name in ctx.triggered_prop_ids]
        if "place" in triggered or query is None or page is None:
            return answered(site.opened(place["path"], place["search"]))
        return answered(site.changed(used(triggered, values, typed), query, page["name"]))


def _on_picture(app: Dash, site: Site) -> None:
    @app.callback(
        Output("picture-figure", "data"),
        Input("picture", "n_clicks"),
        State("view", "data"),
        running=[(Output("picture", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def drawn(_: int, query: Query) -> dict[str, Any] | None:
        return site.picture(query)


def _on_collect(app: Dash, site: Site) -> None:
    @app.callback(
        [*outputs(COLLECTION_PROPS), Output("collected", "data")],
        Input("collect", "n_clicks"),
        Input("cancel", "n_clicks"),
        Input("ticker", "n_intervals"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    def collected(started: int, cancelled: int, ticks: int, query: Query) -> list[Any]:
        values, ended = site.collected(str(ctx.triggered_id), query)
        # Any new value makes the page read the store again.
        return [*in_order(values, COLLECTION_PROPS), [started, cancelled, ticks] if ended else no_update]


def _in_browser(app: Dash) -> None:
    """What needs no server: the address, the colours, what was dragged over, and the file of the picture."""
    here = "plumbline"
    register: Any = app.clientside_callback  # dash leaves it untyped
    register(ClientsideFunction(here, "arrived"), Output("place", "data"), Input("address", "href"))
    register(
        ClientsideFunction(here, "address"),
        Output("provider", "forceColorScheme"),
        Output("copy", "value"),
        Output("failure", "children"),
        Input("page", "data"),
        Input("view", "data"),
        prevent_initial_call=True,
    )
    register(
        ClientsideFunction(here, "dragged"),
        Output("dragged", "data"),
        Input("graph", "relayoutData"),
        prevent_initial_call=True,
    )
    register(
        ClientsideFunction("plumblineMoment", "pointed"),
        # A callback without an output would not be called when the page is shown.
        Output("minute-shown", "data"),
        Input("minute-data", "data"),
        Input("graph", "hoverData"),
        Input("graph", "clickData"),
    )
    # A callback without an output would not be called when the page is shown.
    register(ClientsideFunction(here, "later"), Output("later-shown", "data"), Input("later", "data"))
    register(ClientsideFunction(here, "download"), Input("picture-figure", "data"), prevent_initial_call=True)
