"""Keyboard access to the points of a chart: a slider with a step for each point, which screen readers read out.

It covers its chart, ignores the pointer, and shows the focus of the keyboard. ``assets/points.js`` moves it.
"""

from typing import Any

from dash import dcc, html

from dashboard.components.accessibility import build_aria_label
from dashboard.draw.encoding import Figure


def build_point_slider(graph_id: str, label: str, *, opens_link: bool = False) -> html.Div:
    """The slider over a chart, a sibling of the graph within an element of class ``walked``.

    Args:
        graph_id: the id of the graph; the hover texts of its points are read out.
        label: what the points are.
        opens_link: Enter opens the address that the custom data of a point begins with.
    """
    keys_hint = "The arrow keys go from one to the next" + (", Enter opens it." if opens_link else ".")
    attributes: dict[str, Any] = {
        "data-walks": graph_id,
        "aria-label": f"{label}. {keys_hint}",
        "aria-valuemin": "0",
        "aria-valuenow": "0",
        "aria-valuetext": "none yet",
    }
    if opens_link:
        attributes["data-opens"] = "true"
    return html.Div(className="walk", role="slider", tabIndex=0, **attributes)


def build_walked_graph(graph_id: str, figure: Figure, *, points: str, label: str) -> html.Div:
    """A chart of fixed height with a slider over its points.

    Args:
        graph_id: the id of the graph.
        figure: whose layout has a height.
        points: what the points are, for the slider.
        label: the name of the chart for screen readers.
    """
    height = figure["layout"]["height"]
    graph = dcc.Graph(
        id=graph_id,
        figure=figure,
        responsive=True,
        config={"displayModeBar": False},
        style={"height": height},
    )
    return html.Div(
        [build_point_slider(graph_id, points), graph],
        className="walked",
        role="group",
        style={"minHeight": height},  # the graph has none until plotly is there
        **build_aria_label(label),
    )
