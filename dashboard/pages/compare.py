"""Compare: all assets and exchanges side by side."""

from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.links import Links
from dashboard.pages.contract import Context, Page
from dashboard.view import ViewState


def show(context: Context, view: ViewState) -> list[Any]:
    """What is not here yet, and where the same is told."""
    links = Links(view.to_query(context.catalogue))
    return [
        html.H1("Compare"),
        html.P("All assets side by side are not on this page yet; the command line prints them:", className="second"),
        html.Pre(html.Code(f"plumbline measure --event {view.event}")),
        html.P(
            [
                links.define("How the matrix is made", Anchor.MATRIX),
                " · ",
                links.page("lows", "Lows of all assets"),
                " · ",
                links.page("explorer", f"{view.asset} in the explorer"),
            ]
        ),
    ]


PAGE = Page(name="compare", title="Compare", show=show)
