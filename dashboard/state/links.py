"""Links between pages, which keep the view, and the anchors of the method page that definitions are linked to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from dash import html


class MethodAnchor(StrEnum):
    """The sections of the method page in its order; the value is the fragment of the address."""

    CANNOT_SHOW = "cannot-show"
    MINUTE = "minute"
    MONEY = "money"
    REFERENCE = "reference"
    FIRM = "firm"
    DEPTH = "depth"
    BELOW_MIN = "below-min"
    THRESHOLD = "threshold"
    JACKKNIFE = "jackknife"
    LAG = "lag"
    GAP = "gap"
    WICK = "wick"
    ORDER_PROOF = "order-proof"
    EPISODE = "episode"
    BASELINE = "baseline"
    RANK = "rank"
    ACROSS = "across"
    CHOICES = "choices"
    LOWS = "lows"
    FAIR_VALUE = "fair-value"
    MATRIX = "matrix"
    PLACEBO = "placebo"
    SENSITIVITY = "sensitivity"
    PATH = "path"
    WINDOWS = "windows"
    CANDLES = "candles"
    SOURCES = "sources"


OVERVIEW_PAGE = "overview"
METHOD_PAGE = "method"

IN_APP_ATTRIBUTES: dict[str, Any] = {"data-page": "true"}
"""Attributes of a link that ``assets/page.js`` follows without loading the app again."""


class ViewLinks:
    """Links to pages by their name, with the query of one view."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.search = f"?{urlencode(query)}" if query else ""

    def build_href(self, page: str, anchor: MethodAnchor | None = None) -> str:
        """The address of a page in this view.

        The overview is at the root; with a view it has a name, because a view at the root is an old link to the
        explorer.

        >>> ViewLinks({"asset": "DOGE"}).build_href("method", MethodAnchor.FIRM), ViewLinks({}).build_href("overview")
        ('/method?asset=DOGE#firm', '/')
        """
        path = "/" if page == OVERVIEW_PAGE and not self.search else f"/{page}"
        return f"{path}{self.search}" + (f"#{anchor}" if anchor else "")

    def build_page_link(self, page: str, text: str, **attributes: Any) -> html.A:  # noqa: ANN401 - properties of the component
        """A link to a page."""
        return html.A(text, href=self.build_href(page), **IN_APP_ATTRIBUTES, **attributes)

    def build_definition_link(self, text: str, anchor: MethodAnchor) -> html.A:
        """A link from a term to its definition on the method page."""
        return html.A(text, **self.build_definition_attributes(anchor))

    def build_definition_attributes(self, anchor: MethodAnchor) -> dict[str, Any]:
        """The attributes of such a link."""
        return {"href": self.build_href(METHOD_PAGE, anchor), "className": "defined", **IN_APP_ATTRIBUTES}
