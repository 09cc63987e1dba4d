"""The web app: one page, one request per change, and its whole state in the address."""

import logging
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update, set_props
from flask import Response, send_file

from dashboard.actions import Actions
from dashboard.answers import Answers, Store
from dashboard.callbacks import Page, Query
from dashboard.collection import PROPS as COLLECTION_PROPS
from dashboard.controls import CONTROLS
from dashboard.layout import shell
from dashboard.limits import DOCUMENT, LINK
from dashboard.panes import PROPS, Panes
from data.catalogue import Catalogue
from data.errors import PlumblineError

log = logging.getLogger(__name__)

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""

SENT_BY = {
    **dict.fromkeys(CONTROLS, "value"),
    **dict.fromkeys(("dragged", "picked", "collected"), "data"),
    "range": "n_clicks",
}
"""The property in which each control tells that it was used."""


def create_app(store: Store, catalogue: Catalogue, actions: Actions) -> Dash:
    """The app over a store; ``actions`` does what takes longer than a request."""
    app = Dash(
        name="plumbline",
        title="Plumbline",
        update_title="",
        assets_folder=str(files("dashboard") / "assets"),
        index_string=INDEX,
        compress=True,
        suppress_callback_exceptions=True,
        on_error=failed,
    )
    app.layout = shell()
    shown = Page(Answers(store, catalogue), actions)
    _on_load(app, shown)
    _on_change(app, shown)
    _on_picture(app, shown)
    _on_collect(app, shown)
    _in_browser(app)
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


def _on_load(app: Dash, shown: Page) -> None:
    @app.callback(Output("content", "children"), Input("address", "search"), prevent_initial_call=True)
    def opened(search: str | None) -> html.Div:
        return shown.opened(search)

    @app.callback(Output("lows", "children"), Input("lows-view", "data"))
    def lows(query: Query) -> Any:  # noqa: ANN401 - whatever dash takes as children
        return shown.lows(query)


def _on_change(app: Dash, shown: Page) -> None:
    @app.callback(
        outputs(PROPS),
        {
            "values": {name: Input(name, prop) for name, prop in SENT_BY.items()},
            "submitted": [Input("range-from", "n_submit"), Input("range-to", "n_submit")],
            "typed": [State("range-from", "value"), State("range-to", "value")],
            "query": State("view", "data"),
        },
        prevent_initial_call=True,
    )
    def changed(values: dict[str, Any], submitted: list[int], typed: tuple[str, str], query: Query) -> list[Any]:  # noqa: ARG001 - a trigger
        triggered = [name.rsplit(".", 1)[0] for name in ctx.triggered_prop_ids]
        return in_order(shown.changed(used(triggered, values, typed), query), PROPS)


def _on_picture(app: Dash, shown: Page) -> None:
    @app.callback(
        Output("picture-figure", "data"),
        Input("picture", "n_clicks"),
        State("view", "data"),
        running=[(Output("picture", "loading"), True, False)],
        prevent_initial_call=True,
    )
    def drawn(_: int, query: Query) -> dict[str, Any] | None:
        return shown.picture(query)


def _on_collect(app: Dash, shown: Page) -> None:
    @app.callback(
        [*outputs(COLLECTION_PROPS), Output("collected", "data")],
        Input("collect", "n_clicks"),
        Input("cancel", "n_clicks"),
        Input("ticker", "n_intervals"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    def collected(started: int, cancelled: int, ticks: int, query: Query) -> list[Any]:
        values, ended = shown.collected(str(ctx.triggered_id), query)
        # Any new value makes the page read the store again.
        return [*in_order(values, COLLECTION_PROPS), [started, cancelled, ticks] if ended else no_update]


def _in_browser(app: Dash) -> None:
    """What needs no server: the address, the colours, what was dragged over, and the file of the picture."""
    here = "plumbline"
    register: Any = app.clientside_callback  # dash leaves it untyped
    register(
        ClientsideFunction(here, "address"),
        Output("provider", "forceColorScheme"),
        Output("copy", "value"),
        Output("failure", "children"),
        Input("view", "data"),
    )
    register(
        ClientsideFunction(here, "dragged"),
        Output("dragged", "data"),
        Input("graph", "relayoutData"),
        prevent_initial_call=True,
    )
    register(ClientsideFunction(here, "download"), Input("picture-figure", "data"), prevent_initial_call=True)
