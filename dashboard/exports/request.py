"""What a link to a file asks for, and how its maker turns a figure, rows or an answer into that file."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.comparison.sheet import build_file_name
from dashboard.draw.scene import Scene
from dashboard.exports.kinds import MIMETYPES, ExportKind
from dashboard.service.event import EventContext
from dashboard.service.measurements import Measurements, ViewResult
from dashboard.sheet.manifest import build_manifest
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.errors import NoUsableCandles
from data.files.export import encode_rows
from data.reconstruction.candles import list_assumed_markets
from deviation.result import Measurement

ALL_ASSETS = "all"
"""What stands for the asset in the name of a file of several."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file: its name, what it is, and its bytes."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """A link that makes sense, and what it takes to follow it; ``version`` is that of the store.

    ``size`` matters to pictures.
    """

    kind: ExportKind
    file_format: str
    view: ViewState
    size: SheetSize
    version: str
    measurements: Measurements
    renderer: Renderer

    @property
    def catalogue(self) -> Catalogue:
        """What is known of venues, assets and events."""
        return self.measurements.catalogue

    @property
    def is_picture(self) -> bool:
        """Whether a picture is asked for, not the rows behind it."""
        return self.file_format in list(FileFormat)

    def measure_view(self) -> tuple[ViewResult, Measurement]:
        """The answer to the view, of its one asset.

        Raises:
            NothingUsable: There is no candle of it in the window.
            StoreUnusable: The store cannot be read.
        """
        result = self.measurements.measure_view(self.view)
        if result.measurement is None:
            raise self.build_no_candle_error(self.view.asset)
        return result, result.measurement

    def build_scene(self) -> Scene:
        """The measurement of the view's one asset, as pictures draw it.

        Raises:
            NothingUsable: There is no candle of it in the window.
            StoreUnusable: The store cannot be read.
        """
        result, measurement = self.measure_view()
        assumed = list_assumed_markets() if result.is_illustration else frozenset()
        return Scene(measurement, self.catalogue, self.view.theme, frozenset(), assumed)

    def build_overview(self) -> EventContext:
        """The event as the view sees it; it has at least one measurement.

        Raises:
            NothingUsable: There is no candle of any of its assets in the window.
            StoreUnusable: The store cannot be read.
        """
        overview = EventContext(self.measurements.measure_event(self.view), self.view, self.catalogue)
        if not overview.measurements:
            raise self.build_empty_event_error()
        return overview

    def measure_lows(self) -> tuple[tuple[Measurement, ...], Measurement]:
        """The measurement of each asset of the event, at least one, and the one after which files are named.

        That is the view's own asset's, or where it has no candle, the first.

        Raises:
            NothingUsable: There is no candle of any of them in the window.
            StoreUnusable: The store cannot be read.
        """
        measurements = self.measurements.list_measurements(self.view)
        if not measurements:
            raise self.build_empty_event_error()
        return measurements, next(
            (measurement for measurement in measurements if measurement.question.asset == self.view.asset),
            measurements[0],
        )

    def build_no_candle_error(self, assets: str) -> NoUsableCandles:
        """The error that says of what there is no candle, and what to do."""
        view = self.view
        kind = "" if view.origin == "auto" else f"{view.origin} "
        return NoUsableCandles(
            f"there is no {kind}candle of {assets} from {view.start:%Y-%m-%dT%H:%MZ} "
            f"to {view.end:%Y-%m-%dT%H:%MZ}; collect or import some, or choose another asset or window"
        )

    def build_empty_event_error(self) -> NoUsableCandles:
        """The same of every asset of the event."""
        return self.build_no_candle_error(f"any asset of {self.view.event}")

    def build_file(self, content: bytes, measurement: Measurement, *, asset: str | None = None) -> ExportFile:
        """The file of these bytes, named after the measurement; ``asset`` as `build_file_name` takes it."""
        second_window = self.view.second_window if self.kind is ExportKind.COMPARE else None
        window_edges = None if second_window is None else (second_window.start, second_window.end)
        build_name = partial(
            build_file_name, measurement, self.kind.value, self.file_format, asset=asset, second_window=window_edges
        )
        name = build_name(size=self.size, theme=self.view.theme) if self.is_picture else build_name()
        return ExportFile(name, MIMETYPES[self.file_format], content)

    def build_picture_file(
        self,
        figure: go.Figure,
        measurement: Measurement,
        *,
        asset: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> ExportFile:
        """The figure as a file with its manifest, to which ``extra`` is added.

        Raises:
            BrowserMissing, BrowserBusy, BrowserFailed: It cannot be drawn, or not now.
        """
        link = urlencode(self.view.to_query(self.catalogue))
        manifest = build_manifest(measurement, store=self.version, link=link) | dict(extra or {})
        return self.build_file(
            self.renderer.draw(figure, FileFormat(self.file_format), manifest), measurement, asset=asset
        )

    def export_event(
        self,
        build_rows: Callable[[EventContext], pl.DataFrame],
        build_sheet: Callable[[EventContext, SheetSize], go.Figure],
    ) -> ExportFile:
        """A chart of all assets of the event as one sheet, or the rows behind it.

        Raises:
            NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
        """
        overview = self.build_overview()
        named_after = overview.measurements[0]
        if not self.is_picture:
            return self.build_rows_file(build_rows(overview), named_after, asset=ALL_ASSETS)
        extra = {"asset": None, "assets": [measurement.question.asset for measurement in overview.measurements]}
        return self.build_picture_file(build_sheet(overview, self.size), named_after, asset=ALL_ASSETS, extra=extra)

    def build_rows_file(self, rows: pl.DataFrame, measurement: Measurement, *, asset: str | None = None) -> ExportFile:
        """The rows as a file."""
        return self.build_file(encode_rows(rows, self.file_format), measurement, asset=asset)

    def build_json_file(
        self, content: Mapping[str, Any], measurement: Measurement, *, asset: str | None = None
    ) -> ExportFile:
        """The content as a file."""
        return self.build_file(json.dumps(content, indent=2).encode(), measurement, asset=asset)
