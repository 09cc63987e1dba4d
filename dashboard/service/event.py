"""What every part of the overview needs: the event's measurements, the view, and links from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.state.links import IN_APP_ATTRIBUTES, ViewLinks
from dashboard.state.view import ViewState, format_number
from data.catalogue import Catalogue
from deviation.matrix import is_rankable
from deviation.result import Measurement


@dataclass(frozen=True, slots=True)
class EventContext:
    """One event as a view sees it; ``measurements`` holds an asset each, in the event's order."""

    measurements: Sequence[Measurement]
    view: ViewState
    catalogue: Catalogue

    @property
    def links(self) -> ViewLinks:
        """Links that keep the view as it is."""
        return ViewLinks(self.view.to_query(self.catalogue))

    @property
    def has_ranks(self) -> bool:
        """Whether ranks and what follows from them are given: not on the reconstruction, nor without a candle."""
        return bool(self.measurements) and is_rankable(self.measurements)

    @property
    def is_illustration(self) -> bool:
        """Whether everything rests on the reconstruction."""
        return bool(self.measurements) and not is_rankable(self.measurements)

    @property
    def focus_name(self) -> str:
        """The focus venue's name."""
        return self.catalogue.get_venue(self.view.focus).name

    @property
    def focus_family(self) -> frozenset[str]:
        """The focus venue and its relatives: where it has no candle, theirs are told in its place."""
        return self.catalogue.list_relatives(self.view.focus)

    @property
    def enter_text(self) -> str:
        """The threshold, such as "2 %"."""
        return f"{format_number(self.view.enter_pct)} %"

    def build_explorer_url(self, asset: str, venue: str) -> str:
        """The address of the explorer with an asset, and a venue as its focus."""
        explorer_view = replace(self.view, asset=asset, focus=venue)
        return ViewLinks(explorer_view.to_query(self.catalogue)).build_href("explorer")

    def build_explorer_link(self, content: Any, asset: str, venue: str, **attributes: Any) -> html.A:  # noqa: ANN401 - dash children
        """A link to it."""
        return html.A(content, href=self.build_explorer_url(asset, venue), **IN_APP_ATTRIBUTES, **attributes)

    def build_file_link(self, name: str, text: str, asset: str | None = None, venue: str | None = None) -> html.A:
        """A link to a file of the view, or of the same view of another asset and focus venue (docs/exports.md)."""
        file_view = replace(self.view, asset=asset or self.view.asset, focus=venue or self.view.focus)
        query = urlencode(file_view.to_query(self.catalogue))
        return html.A(text, href=f"/export/{name}{'?' if query else ''}{query}", className="overview-file")


def build_focus_button(catalogue: Catalogue, venue: str, focus: str, icon: html.Img | None = None) -> html.Button:
    """The name of a venue, which makes it the focus."""
    name = catalogue.get_venue(venue).name
    attributes: dict[str, Any] = {"data-focus": venue, "aria-pressed": str(venue == focus).lower()}
    content: list[Any] = [name] if icon is None else [icon, name]
    return html.Button(content, type="button", className="venue-name", title=f"Make {name} the focus", **attributes)
