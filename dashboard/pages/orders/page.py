"""The Orders page: a person's own order log beside the deviation of an exchange."""

from typing import Any
from urllib.parse import urlencode

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard.components.caveats import build_limits
from dashboard.components.updates import Updates, apply_updates
from dashboard.pages.base import VIEW_CONTROLS, Page, PageContext
from dashboard.pages.data.upload import MAX_FILE_MB
from dashboard.pages.orders.losses import build_losses_layout
from dashboard.pages.orders.losses_route import build_losses_routes
from dashboard.pages.orders.routes import LOG_PATH, build_log_routes
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from evidence.orders.read_log import LOG_SUFFIXES

INTRODUCTION = (
    "Drop the log of your own orders: which were refused, with which code, minute by minute under the deviation of the "
    "exchange. The log stays in this browser tab until you close or reload it. The server reads it to answer, and "
    "keeps nothing of it."
)

DROP_HINT = (
    f"{', '.join(LOG_SUFFIXES)}; up to {MAX_FILE_MB} MB. Order histories of Binance, Bybit and OKX, tables, JSON lines "
    "and plain log lines are recognised."
)


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The layout with its values."""
    links = ViewLinks(view.to_query(context.catalogue))
    layout = html.Div([*_build_layout(), build_limits(links, view.timeframe)])
    return apply_updates([layout], build_updates(context, view))


def build_updates(context: PageContext, view: ViewState) -> Updates:
    """The query of the view, by which the browser asks again for what it shows of its log."""
    return {("orders-view", "data"): urlencode(view.to_query(context.catalogue))}


def register_callbacks(app: Dash, context: PageContext) -> None:
    """The route that reads a log, and what the browser does where the view changes."""
    app.server.register_blueprint(build_log_routes(context))
    app.server.register_blueprint(build_losses_routes(context))
    clientside_callback: Any = app.clientside_callback  # dash leaves it untyped
    clientside_callback(
        ClientsideFunction("plumblineOrders", "show"),
        # A callback without an output would not be called for components that are added later.
        Output("orders-shown", "data"),
        Input("orders-view", "data"),
    )
    clientside_callback(
        ClientsideFunction("plumblineLosses", "show"), Output("losses-shown", "data"), Input("orders-view", "data")
    )


def _build_layout() -> list[Any]:
    attributes: dict[str, Any] = {"data-most": MAX_FILE_MB, "data-link": LOG_PATH}
    return [
        html.Div([dcc.Store(id="orders-view"), dcc.Store(id="orders-shown")]),
        html.H1("Your orders beside the chart"),
        html.P(
            INTRODUCTION,
            className="second",
        ),
        html.Label(
            dcc.Upload(
                [html.Strong("Drop a log here"), f" or choose one: {DROP_HINT}"],
                id="orders-upload",
                className="data-drop",
                className_active="data-drop data-drop-active",
                style={},
                style_active={},
            ),
            id="orders-drop",
            className="orders-drop",
            **attributes,
        ),
        html.P(id="orders-status", className="quiet", role="status"),
        html.Div(id="orders-form", className="orders-form"),
        html.Div(id="orders-cards", className="orders-cards"),
        *build_losses_layout(),
    ]


PAGE = Page(
    name="orders",
    title="Orders",
    build_content=build_content,
    build_updates=build_updates,
    register_callbacks=register_callbacks,
    controls=VIEW_CONTROLS,
    is_measured=True,
    is_about_asset=True,
)
