"""The measurements of an event with what parts of the overview need beside them: the view, and links from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.state.links import IN_APP_ATTRIBUTES, ViewLinks
from dashboard.state.view import ViewState, format_number
from dashboard.text.sides import SIDE_NOUNS
from data.catalogue import Catalogue
from deviation.matrix import is_rankable
from deviation.measurement import Measurement

SAMPLE_TEXT = "Sample data: no conclusion can be drawn."
"""What stands in place of a finding."""


@dataclass(frozen=True, slots=True)
class EventContext:
    """The measurements of a view's event, one for each asset with candles, in the event's order."""

    measurements: Sequence[Measurement]
    view: ViewState
    catalogue: Catalogue

    @property
    def links(self) -> ViewLinks:
        """Links that keep the view."""
        return ViewLinks(self.view.to_query(self.catalogue))

    @property
    def has_ranks(self) -> bool:
        """Whether markets are ranked: not on the reconstruction, nor without a measurement."""
        return bool(self.measurements) and is_rankable(self.measurements)

    @property
    def is_illustration(self) -> bool:
        """Whether the measurements are of the reconstruction."""
        return bool(self.measurements) and not is_rankable(self.measurements)

    @property
    def focus_name(self) -> str:
        """The focus venue's name."""
        return self.catalogue.get_venue(self.view.focus).name

    @property
    def enter_text(self) -> str:
        """The threshold, such as "2%"."""
        return f"{format_number(self.view.enter_pct)}%"

    @property
    def side_noun(self) -> str:
        """What a deviation on the view's side is called."""
        return SIDE_NOUNS[self.view.side]

    def build_explorer_url(self, asset: str, venue: str) -> str:
        """The address of the explorer for an asset with a venue as focus."""
        explorer_view = replace(self.view, asset=asset, focus=venue)
        return ViewLinks(explorer_view.to_query(self.catalogue)).build_href("explorer")

    def build_explorer_link(self, content: Any, asset: str, venue: str, **attributes: Any) -> html.A:  # noqa: ANN401 - dash children
        """A link to the explorer for an asset with a venue as focus."""
        return html.A(content, href=self.build_explorer_url(asset, venue), **IN_APP_ATTRIBUTES, **attributes)

    def build_file_link(self, name: str, text: str, asset: str | None = None, venue: str | None = None) -> html.A:
        """A link to a file of the view, or of the view with another asset or focus venue (docs/exports.md)."""
        file_view = replace(self.view, asset=asset or self.view.asset, focus=venue or self.view.focus)
        query = urlencode(file_view.to_query(self.catalogue))
        return html.A(text, href=f"/export/{name}{'?' if query else ''}{query}", className="overview-file")


def build_focus_button(catalogue: Catalogue, venue: str, focus: str, icon: html.Img | None = None) -> html.Button:
    """A button with the name of a venue, which makes it the focus."""
    name = catalogue.get_venue(venue).name
    attributes: dict[str, Any] = {"data-focus": venue, "aria-pressed": str(venue == focus).lower()}
    content: list[Any] = [name] if icon is None else [icon, name]
    return html.Button(content, type="button", className="venue-name", title=f"Show {name}", **attributes)
