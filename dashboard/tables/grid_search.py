"""The search above a grid, which the browser does without a request."""

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.components.accessibility import build_aria_label


def build_search_head(grid_id: str, title: str, placeholder: str) -> html.Div:
    """The title of a grid with its search."""
    search = dmc.TextInput(
        id=f"{grid_id}-search", placeholder=placeholder, size="xs", w=220, **build_aria_label("Search")
    )
    return html.Div([html.H2(title), search, dcc.Store(id=f"{grid_id}-searched")], className="block-head")


def register_grid_search(app: Dash, grid_id: str) -> None:
    """Let the grid show only the rows with the typed text."""
    clientside_callback: Any = app.clientside_callback  # dash leaves it untyped
    clientside_callback(
        ClientsideFunction("plumblineGrid", "search"),
        # A callback without an output would not be called for components that are added later.
        Output(f"{grid_id}-searched", "data"),
        Input(f"{grid_id}-search", "value"),
        State(grid_id, "id"),
        prevent_initial_call=True,
    )
