"""A request for a file: what to show, and how to turn rows, figures and JSON into the file."""

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
from dashboard.exports.kinds import ExportKind
from dashboard.service.event import EventContext
from dashboard.service.measurements import Measurements
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.manifest import build_manifest
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.errors import NoUsableCandles
from data.files.export import encode_rows
from data.reconstruction.candles import list_assumed_markets
from deviation.measurement import Measurement

ALL_ASSETS = "all"
"""Stands for the asset in the name of a file about several."""

MIMETYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
"""MIME type of each file format."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to download."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """A valid link to a file, and the services that make it.

    Attributes:
        kind: the export.
        file_format: one of the export's formats.
        view: asset, event, window, focus venue and settings.
        size: shape of a picture; other formats ignore it.
        imprint: link and day of a picture's source line.
        version: version of the store, for the manifest of a picture.
        measurements: measures views.
        renderer: draws pictures.
    """

    kind: ExportKind
    file_format: str
    view: ViewState
    size: SheetSize
    imprint: Imprint
    version: str
    measurements: Measurements
    renderer: Renderer

    @property
    def catalogue(self) -> Catalogue:
        """Names of venues, assets and events."""
        return self.measurements.catalogue

    @property
    def is_picture(self) -> bool:
        """Whether the format is that of a picture."""
        return self.file_format in list(FileFormat)

    def measure_asset(self) -> Measurement:
        """The measurement of the view's asset.

        Raises:
            NoUsableCandles: The asset has no candle in the window.
            StoreUnusable: The store cannot be read.
        """
        measurement = self.measurements.measure_view(self.view).measurement
        if measurement is None:
            raise self.build_no_candle_error(self.view.asset)
        return measurement

    def build_scene(self) -> Scene:
        """The scene of the view's asset.

        Raises:
            NoUsableCandles: The asset has no candle in the window.
            StoreUnusable: The store cannot be read.
        """
        measurement = self.measure_asset()
        assumed = list_assumed_markets(measurement.question.origin)
        return Scene(measurement, self.catalogue, self.view.theme, frozenset(), assumed, self.view.zone)

    def measure_event(self) -> EventContext:
        """The event of the view, with at least one measurement.

        Raises:
            NoUsableCandles: No asset of the event has a candle in the window.
            StoreUnusable: The store cannot be read.
        """
        overview = EventContext(self.measurements.measure_event(self.view), self.view, self.catalogue)
        if not overview.measurements:
            raise self.build_empty_event_error()
        return overview

    def measure_assets(self) -> tuple[tuple[Measurement, ...], Measurement]:
        """The measurements of all assets of the event, at least one, and the one that gives the file its name.

        The latter is that of the view's asset, or the first if that asset has no candle.

        Raises:
            NoUsableCandles: No asset of the event has a candle in the window.
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
        """The error to raise if there is no candle of these assets."""
        view = self.view
        kind = "" if view.origin == "auto" else f"{view.origin} "
        return NoUsableCandles(
            f"there is no {kind}candle of {assets} from {view.start:%Y-%m-%dT%H:%MZ} "
            f"to {view.end:%Y-%m-%dT%H:%MZ}; collect or import some, or choose another asset or window"
        )

    def build_empty_event_error(self) -> NoUsableCandles:
        """The error to raise if no asset of the event has a candle."""
        return self.build_no_candle_error(f"any asset of {self.view.event}")

    def build_file(self, content: bytes, measurement: Measurement, *, asset: str | None = None) -> ExportFile:
        """A file with a name built by `build_file_name` from the measurement; ``asset`` replaces its asset."""
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
        """The figure as a file with a manifest; ``extra`` adds or replaces entries of the manifest.

        Raises:
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        """
        link = urlencode(self.view.to_query(self.catalogue))
        manifest = build_manifest(measurement, store=self.version, link=link) | dict(extra or {})
        return self.build_file(
            self.renderer.draw(figure, FileFormat(self.file_format), manifest), measurement, asset=asset
        )

    def build_asset_file(
        self, build_rows: Callable[[Scene], pl.DataFrame], build_sheet: Callable[[Scene, SheetSize], go.Figure]
    ) -> ExportFile:
        """A chart of the view's asset as a sheet, or the rows behind it.

        Raises:
            NoUsableCandles: The asset has no candle in the window.
            StoreUnusable: The store cannot be read.
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        """
        scene = self.build_scene()
        if self.is_picture:
            return self.build_picture_file(build_sheet(scene, self.size), scene.measurement)
        return self.build_rows_file(build_rows(scene), scene.measurement)

    def build_event_file(
        self,
        build_rows: Callable[[EventContext], pl.DataFrame],
        build_sheet: Callable[[EventContext, SheetSize], go.Figure],
    ) -> ExportFile:
        """A chart of all assets of the event as a sheet, or the rows behind it.

        Raises:
            NoUsableCandles: No asset of the event has a candle in the window.
            StoreUnusable: The store cannot be read.
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        """
        overview = self.measure_event()
        named_after = overview.measurements[0]
        if not self.is_picture:
            return self.build_rows_file(build_rows(overview), named_after, asset=ALL_ASSETS)
        extra = {"asset": None, "assets": [measurement.question.asset for measurement in overview.measurements]}
        return self.build_picture_file(build_sheet(overview, self.size), named_after, asset=ALL_ASSETS, extra=extra)

    def build_rows_file(self, rows: pl.DataFrame, measurement: Measurement, *, asset: str | None = None) -> ExportFile:
        """The rows as a file named after the measurement."""
        return self.build_file(encode_rows(rows, self.file_format), measurement, asset=asset)

    def build_json_file(
        self, content: Mapping[str, Any], measurement: Measurement, *, asset: str | None = None
    ) -> ExportFile:
        """The content as a JSON file named after the measurement."""
        return self.build_file(json.dumps(content, indent=2).encode(), measurement, asset=asset)

    def build_table_file(self, rows: pl.DataFrame, stem: str | None = None) -> ExportFile:
        """The rows as a file; ``stem`` is its name without the ending, by default that of the export."""
        name = f"{stem or f'plumbline_{self.kind}'}.{self.file_format}"
        return ExportFile(name, MIMETYPES[self.file_format], encode_rows(rows, self.file_format))
