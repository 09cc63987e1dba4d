"""The way of the keyboard along the points of a chart: a slider of which each step is a point, told in words.

It lies over its chart, lets the pointer through, and shows where the keyboard is. ``assets/points.js`` moves it.
"""

from typing import Any

from dash import html


def point_walk(graph: str, label: str, *, opens: bool = False) -> html.Div:
    """The slider over a chart, to stand beside the graph in a box of class ``walked``.

    Args:
        graph: the id of the chart, whose points tell themselves by their hover template.
        label: what the points are.
        opens: whether a point leads somewhere, by the address that its custom data begins with.
    """
    keys = "The arrow keys go from one to the next" + (", Enter opens it." if opens else ".")
    marks: dict[str, Any] = {
        "data-walks": graph,
        "aria-label": f"{label}. {keys}",
        "aria-valuemin": "0",
        "aria-valuenow": "0",
        "aria-valuetext": "none yet",
    }
    if opens:
        marks["data-opens"] = "true"
    return html.Div(className="walk", role="slider", tabIndex=0, **marks)
