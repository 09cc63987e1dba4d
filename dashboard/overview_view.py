"""What every part of the overview needs: the event's measurements, the view, and links from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.links import IN_APP, Links
from dashboard.view import ViewState, number_text
from data.catalogue import Catalogue
from deviation.matrix import rankable
from deviation.result import Measurement


@dataclass(frozen=True, slots=True)
class Overview:
    """One event as a view sees it; ``measurements`` holds an asset each, in the event's order."""

    measurements: Sequence[Measurement]
    view: ViewState
    catalogue: Catalogue

    @property
    def links(self) -> Links:
        """Links that keep the view as it is."""
        return Links(self.view.to_query(self.catalogue))

    @property
    def ranked(self) -> bool:
        """Whether ranks and what follows from them are given: not on the reconstruction, nor without a candle."""
        return bool(self.measurements) and rankable(self.measurements)

    @property
    def illustrated(self) -> bool:
        """Whether everything rests on the reconstruction."""
        return bool(self.measurements) and not rankable(self.measurements)

    @property
    def focus(self) -> str:
        """The focus venue's name."""
        return self.catalogue.venue(self.view.focus).name

    @property
    def family(self) -> frozenset[str]:
        """The focus venue and its relatives: where it has no candle, theirs are told in its place."""
        return self.catalogue.relatives(self.view.focus)

    @property
    def enter(self) -> str:
        """The threshold, such as "2 %"."""
        return f"{number_text(self.view.enter_pct)} %"

    def explorer(self, asset: str, venue: str) -> str:
        """The address of the explorer with an asset, and a venue as its focus."""
        there = replace(self.view, asset=asset, focus=venue)
        return Links(there.to_query(self.catalogue)).href("explorer")

    def to_explorer(self, content: Any, asset: str, venue: str, **marks: Any) -> html.A:  # noqa: ANN401 - dash children
        """A link to it."""
        return html.A(content, href=self.explorer(asset, venue), **IN_APP, **marks)

    def file(self, name: str, text: str, asset: str | None = None, venue: str | None = None) -> html.A:
        """A link to a file of the view, or of the same view of another asset and focus venue (docs/exports.md)."""
        there = replace(self.view, asset=asset or self.view.asset, focus=venue or self.view.focus)
        query = urlencode(there.to_query(self.catalogue))
        return html.A(text, href=f"/export/{name}{'?' if query else ''}{query}", className="overview-file")


def focus_button(catalogue: Catalogue, venue: str, focus: str, sign: html.Img | None = None) -> html.Button:
    """The name of a venue, which makes it the focus."""
    name = catalogue.venue(venue).name
    marks: dict[str, Any] = {"data-focus": venue, "aria-pressed": str(venue == focus).lower()}
    content: list[Any] = [name] if sign is None else [sign, name]
    return html.Button(content, type="button", className="venue-name", title=f"Make {name} the focus", **marks)
