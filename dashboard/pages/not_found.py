"""The page for an address that no page has."""

from typing import Any

from dash import html

from dashboard.pages.base import Page, PageContext
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """A sentence, and links to the overview and the explorer."""
    links = ViewLinks(view.to_query(context.catalogue))
    return [
        html.H1("There is no such page"),
        html.P("The address may be mistyped. All pages are named above.", className="second"),
        html.P(
            [
                links.build_page_link("overview", "Overview"),
                " · ",
                links.build_page_link("explorer", f"{view.asset} in the explorer"),
            ],
            className="ways",
        ),
    ]


PAGE = Page(name="lost", title="No such page", build_content=build_content)
