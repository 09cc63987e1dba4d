"""Data: what is stored, and what could not be had."""

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
        html.H1("Data"),
        html.P("What is stored is not listed on this page yet; the command line prints it:", className="second"),
        html.Pre(html.Code("plumbline status")),
        html.P(
            [
                links.define("Kinds of candles", Anchor.CANDLES),
                " · ",
                links.define("States of a minute", Anchor.MINUTE),
                " · ",
                links.page("explorer", f"{view.asset} in the explorer"),
            ]
        ),
    ]


PAGE = Page(name="data", title="Data", show=show)
