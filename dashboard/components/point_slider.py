"""The way of the keyboard along the points of a chart: a slider of which each step is a point, told in words.

It lies over its chart, lets the pointer through, and shows where the keyboard is. ``assets/points.js`` moves it.
"""

from typing import Any

from dash import html


def build_point_slider(graph_id: str, label: str, *, opens_link: bool = False) -> html.Div:
    """The slider over a chart, to stand beside the graph in a box of class ``walked``.

    Args:
        graph_id: the id of the chart, whose points tell themselves by their hover template.
        label: what the points are.
        opens_link: whether a point leads somewhere, by the address that its custom data begins with.
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
