"""The registry of exports: formats, label and maker of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from dashboard.exports.gaps import export_gaps
from dashboard.exports.kinds import ExportKind
from dashboard.exports.lowest_minute import export_bounds
from dashboard.exports.matrix import build_matrix_rows, build_matrix_sheet
from dashboard.exports.measurement import (
    build_comparison_picture,
    build_deviation_rows,
    export_candles,
    export_deviations,
    export_lows,
    export_measurement,
)
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.scatter import build_depth_rows, build_depth_sheet, build_volume_rows, build_volume_sheet
from dashboard.exports.small_multiples import export_compare
from dashboard.exports.store import export_coverage, export_holdings, export_incidents, export_revisions
from dashboard.exports.thresholds import export_thresholds
from dashboard.sheet.renderer import FileFormat
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from data.files.export import EXPORT_FORMATS as ROWS

PICTURE_AND_ROWS = (*(file_format.value for file_format in FileFormat), *ROWS)
"""Formats of a chart: the picture, and the rows behind it."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export: the formats it can be downloaded in, its label in menus, and the function that makes the file.

    ``sizes`` are the shapes of its picture.

    ``make`` may raise NoUsableCandles, StoreUnusable and, for pictures, BrowserMissing, BrowserBusy and BrowserFailed.
    """

    kind: ExportKind
    formats: tuple[str, ...]
    label: str
    make: Callable[[ExportRequest], ExportFile]
    sizes: tuple[SheetSize, ...] = FULL_SIZES


_EXPORTS = (
    Export(
        ExportKind.COMPARISON,
        PICTURE_AND_ROWS,
        "picture",
        lambda request: request.build_asset_file(
            build_deviation_rows, partial(build_comparison_picture, imprint=request.imprint)
        ),
        sizes=tuple(SheetSize),
    ),
    Export(ExportKind.COMPARE, PICTURE_AND_ROWS, "panels of all assets", export_compare),
    Export(
        ExportKind.DEPTH,
        PICTURE_AND_ROWS,
        "depth against duration",
        lambda request: request.build_event_file(build_depth_rows, build_depth_sheet),
    ),
    Export(
        ExportKind.VOLUME,
        PICTURE_AND_ROWS,
        "reported volume against depth",
        lambda request: request.build_event_file(build_volume_rows, build_volume_sheet),
    ),
    Export(
        ExportKind.MATRIX,
        PICTURE_AND_ROWS,
        "every exchange under the same test",
        lambda request: request.build_event_file(build_matrix_rows, build_matrix_sheet),
    ),
    Export(
        ExportKind.THRESHOLDS,
        PICTURE_AND_ROWS,
        "minutes by size of the deviation",
        export_thresholds,
    ),
    Export(ExportKind.BOUNDS, PICTURE_AND_ROWS, "minute of the lowest trade", export_bounds),
    Export(ExportKind.CANDLES, ROWS, "candles", export_candles),
    Export(ExportKind.DEVIATION, ROWS, "deviation of every bar", export_deviations),
    Export(ExportKind.LOWS, (*ROWS, "json"), "lows of all assets", export_lows),
    Export(ExportKind.GAPS, PICTURE_AND_ROWS, "how all gaps are spread", export_gaps),
    Export(ExportKind.MEASUREMENT, ("json",), "whole answer", export_measurement),
    Export(ExportKind.COVERAGE, ROWS, "what was had", export_coverage),
    Export(ExportKind.INCIDENTS, ROWS, "what could not be had", export_incidents),
    Export(ExportKind.REVISIONS, ROWS, "candles that exchanges changed", export_revisions),
    Export(ExportKind.HOLDINGS, ROWS, "what the store holds", export_holdings),
)

EXPORTS = {export.kind: export for export in _EXPORTS}
"""Every export by its kind."""
