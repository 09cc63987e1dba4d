"""Links within the app: they carry the view along, and the browser follows them without loading the app again."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.anchors import Anchor

OVERVIEW = "overview"
METHOD = "method"

IN_APP: dict[str, Any] = {"data-page": "true"}
"""What marks a link that ``assets/page.js`` follows by itself."""


class Links:
    """Links from a view, given by its query, to pages by their name."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.search = f"?{urlencode(query)}" if query else ""

    def href(self, page: str, anchor: Anchor | None = None) -> str:
        """The address of a page in this view.

        The overview is at the root; with a view it has a name, because a view at the root is an old link to the
        explorer.

        >>> Links({"asset": "DOGE"}).href("method", Anchor.FIRM), Links({}).href("overview")
        ('/method?asset=DOGE#firm', '/')
        """
        path = "/" if page == OVERVIEW and not self.search else f"/{page}"
        return f"{path}{self.search}" + (f"#{anchor}" if anchor else "")

    def page(self, page: str, text: str, **marks: Any) -> html.A:  # noqa: ANN401 - properties of the component
        """A link to a page."""
        return html.A(text, href=self.href(page), **IN_APP, **marks)

    def define(self, text: str, anchor: Anchor) -> html.A:
        """A word that leads to its definition."""
        marks: dict[str, Any] = {"className": "defined", **IN_APP}
        return html.A(text, href=self.href(METHOD, anchor), **marks)
