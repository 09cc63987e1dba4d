"""The page for an address that no page has: it says so, and where to go."""

from typing import Any

from dash import html

from dashboard.links import Links
from dashboard.pages.contract import Context, Page
from dashboard.view import ViewState


def show(context: Context, view: ViewState) -> list[Any]:
    """One sentence and the way back."""
    links = Links(view.to_query(context.catalogue))
    return [
        html.H1("There is no such page"),
        html.P("The address may be mistyped. All pages are named above.", className="second"),
        html.P(
            [links.page("overview", "Overview"), " · ", links.page("explorer", f"{view.asset} in the explorer")],
            className="ways",
        ),
    ]


PAGE = Page(name="lost", title="No such page", show=show)
