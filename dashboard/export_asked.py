"""What a link to a file asks for, and how its maker turns a figure, rows or an answer into that file."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
import polars as pl

from dashboard.answers import Answer, Answers
from dashboard.export_kinds import MIMETYPES, What
from dashboard.manifest import manifest
from dashboard.overview_view import Overview
from dashboard.picture import file_name
from dashboard.picture_sizes import Size
from dashboard.render import FileFormat, Renderer
from dashboard.scene import Scene
from dashboard.view import ViewState
from data.catalogue import Catalogue
from data.errors import NothingUsable
from data.exporter import rows_as
from data.reconstruction import assumed_markets
from deviation.result import Measurement

ALL = "all"
"""What stands for the asset in the name of a file of several."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its name, what it is, and its bytes."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A link that makes sense, and what it takes to follow it; ``version`` is that of the store.

    ``size`` matters to pictures.
    """

    what: What
    file_format: str
    view: ViewState
    size: Size
    version: str
    answers: Answers
    renderer: Renderer

    @property
    def catalogue(self) -> Catalogue:
        """What is known of venues, assets and events."""
        return self.answers.catalogue

    @property
    def pictured(self) -> bool:
        """Whether a picture is asked for, not the rows behind it."""
        return self.file_format in list(FileFormat)

    def measured(self) -> tuple[Answer, Measurement]:
        """The answer to the view, of its one asset.

        Raises:
            NothingUsable: There is no candle of it in the window.
            StoreUnusable: The store cannot be read.
        """
        answer = self.answers.answer(self.view)
        if answer.measurement is None:
            raise self.nothing(self.view.asset)
        return answer, answer.measurement

    def scene(self) -> Scene:
        """The measurement of the view's one asset, as pictures draw it.

        Raises:
            NothingUsable: There is no candle of it in the window.
            StoreUnusable: The store cannot be read.
        """
        answer, measurement = self.measured()
        assumed = assumed_markets() if answer.illustrated else frozenset()
        return Scene(measurement, self.catalogue, self.view.theme, frozenset(), assumed)

    def overview(self) -> Overview:
        """The event as the view sees it; it has at least one measurement.

        Raises:
            NothingUsable: There is no candle of any of its assets in the window.
            StoreUnusable: The store cannot be read.
        """
        found = Overview(self.answers.event(self.view), self.view, self.catalogue)
        if not found.measurements:
            raise self.nothing_of_event()
        return found

    def lows(self) -> tuple[tuple[Measurement, ...], Measurement]:
        """The measurement of each asset of the event, at least one, and the one after which files are named.

        That is the view's own asset's, or where it has no candle, the first.

        Raises:
            NothingUsable: There is no candle of any of them in the window.
            StoreUnusable: The store cannot be read.
        """
        found = self.answers.lows(self.view)
        if not found:
            raise self.nothing_of_event()
        return found, next((one for one in found if one.question.asset == self.view.asset), found[0])

    def nothing(self, assets: str) -> NothingUsable:
        """The error that says of what there is no candle, and what to do."""
        view = self.view
        kind = "" if view.origin == "auto" else f"{view.origin} "
        return NothingUsable(
            f"there is no {kind}candle of {assets} from {view.start:%Y-%m-%dT%H:%MZ} "
            f"to {view.end:%Y-%m-%dT%H:%MZ}; collect or import some, or choose another asset or window"
        )

    def nothing_of_event(self) -> NothingUsable:
        """The same of every asset of the event."""
        return self.nothing(f"any asset of {self.view.event}")

    def file(self, content: bytes, measurement: Measurement, *, asset: str | None = None) -> Export:
        """The file of these bytes, named after the measurement; ``asset`` as in `dashboard.picture.file_name`."""
        second = self.view.against if self.what is What.COMPARE else None
        against = None if second is None else (second.start, second.end)
        named = partial(file_name, measurement, self.what.value, self.file_format, asset=asset, against=against)
        name = named(size=self.size, theme=self.view.theme) if self.pictured else named()
        return Export(name, MIMETYPES[self.file_format], content)

    def picture(
        self,
        figure: go.Figure,
        measurement: Measurement,
        *,
        asset: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Export:
        """The figure as a file with its manifest, to which ``more`` is added.

        Raises:
            BrowserMissing, BrowserBusy, BrowserFailed: It cannot be drawn, or not now.
        """
        link = urlencode(self.view.to_query(self.catalogue))
        said = manifest(measurement, store=self.version, link=link) | dict(more or {})
        return self.file(self.renderer.draw(figure, FileFormat(self.file_format), said), measurement, asset=asset)

    def of_event(
        self, rows: Callable[[Overview], pl.DataFrame], drawn: Callable[[Overview, Size], go.Figure]
    ) -> Export:
        """A chart of all assets of the event as one sheet, or the rows behind it.

        Raises:
            NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
        """
        overview = self.overview()
        first = overview.measurements[0]
        if not self.pictured:
            return self.rows(rows(overview), first, asset=ALL)
        more = {"asset": None, "assets": [one.question.asset for one in overview.measurements]}
        return self.picture(drawn(overview, self.size), first, asset=ALL, more=more)

    def rows(self, rows: pl.DataFrame, measurement: Measurement, *, asset: str | None = None) -> Export:
        """The rows as a file."""
        return self.file(rows_as(rows, self.file_format), measurement, asset=asset)

    def json(self, content: Mapping[str, Any], measurement: Measurement, *, asset: str | None = None) -> Export:
        """The content as a file."""
        return self.file(json.dumps(content, indent=2).encode(), measurement, asset=asset)
