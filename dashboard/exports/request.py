"""A request for a file: what to show, and how to turn rows, figures and JSON into the file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
import polars as pl

from dashboard.draw.scene import Scene
from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import (
    METADATA_FORMAT,
    METADATA_MIMETYPE,
    add_choices,
    build_csv_metadata,
    build_rows_manifest,
    encode_metadata,
)
from dashboard.service.event import EventContext
from dashboard.service.measurements import Measurements
from dashboard.sheet.file_name import ALL_ASSETS, build_file_name, build_market_stem
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.errors import NoUsableCandles
from data.files.export import METADATA_SUFFIX, encode_rows
from data.reconstruction.candles import list_assumed_markets
from deviation.measurement import Measurement
from deviation.side import Side
from evidence.proof.manifest import build_manifest, shorten_hash

MIMETYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "zip": "application/zip",
    METADATA_FORMAT: METADATA_MIMETYPE,
}
"""MIME type of each file format."""

SIDED_KINDS = frozenset(
    {ExportKind.DEPTH, ExportKind.VOLUME, ExportKind.MATRIX, ExportKind.THRESHOLDS, ExportKind.BOUNDS, ExportKind.GAPS}
)
"""The exports whose picture shows the side of the view alone."""


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
        imprint: the link to the page that shows the same, and the day of a picture.
        measurements: measures views.
        renderer: draws pictures.
    """

    kind: ExportKind
    file_format: str
    view: ViewState
    size: SheetSize
    imprint: Imprint
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
        name = self._build_name(measurement, self.file_format, asset)
        return ExportFile(name, MIMETYPES[self.file_format], content)

    def _build_name(
        self, measurement: Measurement, file_format: str, asset: str | None, *, with_choices: bool = True
    ) -> str:
        second_window = self.view.second_window if self.kind is ExportKind.COMPARE else None
        build_name = partial(
            build_file_name,
            measurement,
            self.kind.value,
            file_format,
            asset=asset,
            with_choices=with_choices,
            second_window=None if second_window is None else (second_window.start, second_window.end),
        )
        if not self.is_picture:
            return build_name()
        side = self.view.side if self.kind in SIDED_KINDS else Side.BELOW
        return build_name(size=self.size, theme=self.view.theme, side=side)

    def write_query(self) -> str:
        """The query of the page that shows the same."""
        return urlencode(self.view.to_query(self.catalogue))

    def build_picture_file(
        self,
        measurements: Sequence[Measurement],
        build_sheet: Callable[[Imprint], go.Figure],
        *,
        named_after: Measurement | None = None,
        asset: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> ExportFile:
        """A sheet of measurements as a file with its manifest.

        Args:
            measurements: those shown, at least one.
            build_sheet: builds the figure with the imprint, which has the manifest's hash.
            named_after: the one that gives the file its name; None for the first.
            asset: replaces the asset in the name.
            extra: further entries of the manifest.

        Raises:
            StoreUnusable: The store cannot be read.
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        """
        side = {"side": self.view.side.value} if self.kind in SIDED_KINDS else {}
        manifest = build_manifest(
            self.kind.value,
            measurements,
            self.measurements.describe_inputs(measurements),
            first_seen=self.measurements.first_seen,
            extra={
                "link": self.write_query(),
                "size": self.size.value,
                "theme": self.view.theme.value,
                **side,
                **(extra or {}),
            },
        )
        figure = build_sheet(replace(self.imprint, manifest_hash=shorten_hash(manifest)))
        content = self.renderer.draw(figure, FileFormat(self.file_format), manifest)
        return self.build_file(content, named_after or measurements[0], asset=asset)

    def build_market_file(
        self,
        rows: pl.DataFrame,
        build_sheet: Callable[[Imprint], go.Figure],
        span: str,
        extra: Mapping[str, Any],
        *,
        is_scan: bool = False,
    ) -> ExportFile:
        """Saved rows about all assets, which no question is behind, or a sheet of them with their hash in its manifest.

        Args:
            rows: of the table, and those that the picture is of.
            build_sheet: builds the figure with the imprint, which has the manifest's hash.
            span: what of time the file is of, in its name.
            extra: further entries of the manifest.
            is_scan: whether it is of a scan, which the view may name, and whose picture follows its choice of peers.

        Raises:
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        """
        size = self.size if self.is_picture else None
        stem = build_market_stem(self.view, self.kind.value, span, size, is_scan=is_scan)
        if not self.is_picture:
            return self.build_table_file(rows, stem)
        style = {"size": self.size.value, "theme": self.view.theme.value}
        manifest = build_rows_manifest(self.kind, rows, (), None, link=self.write_query(), extra={**style, **extra})
        figure = build_sheet(replace(self.imprint, manifest_hash=shorten_hash(manifest)))
        content = self.renderer.draw(figure, FileFormat(self.file_format), manifest)
        return ExportFile(f"{stem}.{self.file_format}", MIMETYPES[self.file_format], content)

    def build_asset_file(
        self,
        build_rows: Callable[[Scene], pl.DataFrame],
        build_sheet: Callable[[Scene, SheetSize, Imprint], go.Figure],
    ) -> ExportFile:
        """A chart of the view's asset as a sheet, or the rows behind it.

        Raises:
            NoUsableCandles: The asset has no candle in the window.
            StoreUnusable: The store cannot be read.
            BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
        """
        scene = self.build_scene()
        if self.is_picture:
            return self.build_picture_file([scene.measurement], partial(build_sheet, scene, self.size))
        return self.build_rows_file(build_rows(scene), scene.measurement)

    def build_event_file(
        self,
        build_rows: Callable[[EventContext], pl.DataFrame],
        build_sheet: Callable[[EventContext, SheetSize, Imprint], go.Figure],
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
            return self.build_rows_file(
                build_rows(overview), named_after, asset=ALL_ASSETS, measurements=overview.measurements
            )
        return self.build_picture_file(
            overview.measurements, partial(build_sheet, overview, self.size), asset=ALL_ASSETS
        )

    def build_rows_file(
        self,
        rows: pl.DataFrame,
        measurement: Measurement,
        *,
        asset: str | None = None,
        measurements: Sequence[Measurement] = (),
        with_choices: bool = True,
    ) -> ExportFile:
        """The rows as a file, with a column for the choices behind them; or the metadata of that file.

        Args:
            rows: what the file holds.
            measurement: the one that the file is named after.
            asset: replaces the asset in the name.
            measurements: all that the rows are of; none if they are of ``measurement`` alone.
            with_choices: whether the choices bear on the rows.
        """
        csv_name = self._build_name(measurement, "csv", asset, with_choices=with_choices)
        measured_rows = add_choices(rows, measurement) if with_choices else rows
        return self._encode_rows(measured_rows, csv_name, measurements or [measurement])

    def _encode_rows(self, rows: pl.DataFrame, csv_name: str, measurements: Sequence[Measurement] = ()) -> ExportFile:
        manifest = build_rows_manifest(
            self.kind,
            rows,
            measurements,
            self.measurements.describe_inputs(measurements) if measurements else None,
            first_seen=self.measurements.first_seen,
            link=self.write_query(),
        )
        metadata = encode_metadata(
            build_csv_metadata(
                self.kind,
                rows,
                csv_name,
                measurements=measurements,
                link=self.imprint.link,
                manifest=manifest,
            )
        )
        mimetype = MIMETYPES[self.file_format]
        if self.file_format == METADATA_FORMAT:
            return ExportFile(f"{csv_name}{METADATA_SUFFIX}", mimetype, metadata.encode())
        content = encode_rows(rows, self.file_format, metadata)
        return ExportFile(f"{csv_name.removesuffix('csv')}{self.file_format}", mimetype, content)

    def build_json_file(
        self, content: Mapping[str, Any], measurement: Measurement, *, asset: str | None = None
    ) -> ExportFile:
        """The content as a JSON file named after the measurement."""
        return self.build_file(json.dumps(content, indent=2).encode(), measurement, asset=asset)

    def build_table_file(self, rows: pl.DataFrame, stem: str | None = None) -> ExportFile:
        """The rows as a file, or its metadata; ``stem`` is its name without the ending, else that of the export."""
        return self._encode_rows(rows, f"{stem or f'plumbline_{self.kind}'}.csv")
