"""The registry of exports: page, formats and maker of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dashboard.exports.case.export import export_case
from dashboard.exports.evidence.index_rules import export_index
from dashboard.exports.evidence.sequence import export_sequence
from dashboard.exports.gaps import export_gaps
from dashboard.exports.history.export import export_history
from dashboard.exports.kinds import ExportKind
from dashboard.exports.lowest_minute import export_bounds
from dashboard.exports.market.export import export_market
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
from dashboard.exports.store import export_audit, export_coverage, export_holdings, export_incidents, export_revisions
from dashboard.exports.thresholds import export_thresholds
from dashboard.sheet.renderer import FileFormat
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from data.files.export import EXPORT_FORMATS as ROWS

PICTURE_AND_ROWS = (*(file_format.value for file_format in FileFormat), *ROWS)
"""Formats of a chart: the picture, and the rows behind it."""


class Section(StrEnum):
    """The parts of a menu of downloads, in their order; the value is the heading."""

    CHART = "Chart"
    CHART_DATA = "Chart data"
    TABLE = "Table"
    RESULTS = "All results"
    PRICES = "Price data"
    CASE = "Everything together"


@dataclass(frozen=True, slots=True)
class Export:
    """An export.

    ``make`` may raise NoUsableCandles, StoreUnusable and, for pictures, BrowserMissing, BrowserBusy and BrowserFailed.

    Attributes:
        kind: its name in links and file names.
        page: the name of the page that shows the same.
        formats: those that it can be downloaded in.
        make: makes the file.
        rows_section: the part of a menu that offers its rows.
        sizes: the shapes of its picture.
    """

    kind: ExportKind
    page: str
    formats: tuple[str, ...]
    make: Callable[[ExportRequest], ExportFile]
    rows_section: Section = Section.CHART_DATA
    sizes: tuple[SheetSize, ...] = FULL_SIZES

    def list_sections(self) -> dict[Section, tuple[str, ...]]:
        """The formats by the part of a menu that offers them, in the order of the parts."""
        sections = {
            Section.CHART: tuple(name for name in self.formats if name in list(FileFormat)),
            self.rows_section: tuple(name for name in self.formats if name in ROWS),
            Section.RESULTS: tuple(name for name in self.formats if name == "json"),
            Section.CASE: tuple(name for name in self.formats if name == "zip"),
        }
        return {section: sections[section] for section in Section if sections.get(section)}


_EXPORTS = (
    Export(
        ExportKind.COMPARISON,
        "explorer",
        PICTURE_AND_ROWS,
        lambda request: request.build_asset_file(build_deviation_rows, build_comparison_picture),
        sizes=tuple(SheetSize),
    ),
    Export(ExportKind.COMPARE, "compare", PICTURE_AND_ROWS, export_compare),
    Export(
        ExportKind.DEPTH,
        "overview",
        PICTURE_AND_ROWS,
        lambda request: request.build_event_file(build_depth_rows, build_depth_sheet),
    ),
    Export(
        ExportKind.VOLUME,
        "overview",
        PICTURE_AND_ROWS,
        lambda request: request.build_event_file(build_volume_rows, build_volume_sheet),
    ),
    Export(
        ExportKind.MATRIX,
        "overview",
        PICTURE_AND_ROWS,
        lambda request: request.build_event_file(build_matrix_rows, build_matrix_sheet),
    ),
    Export(
        ExportKind.THRESHOLDS,
        "explorer",
        PICTURE_AND_ROWS,
        export_thresholds,
    ),
    Export(ExportKind.BOUNDS, "explorer", PICTURE_AND_ROWS, export_bounds),
    Export(ExportKind.CANDLES, "explorer", ROWS, export_candles, Section.PRICES),
    Export(ExportKind.DEVIATION, "explorer", ROWS, export_deviations, Section.TABLE),
    Export(ExportKind.LOWS, "lows", (*ROWS, "json"), export_lows, Section.TABLE),
    Export(ExportKind.GAPS, "lows", PICTURE_AND_ROWS, export_gaps),
    Export(ExportKind.SEQUENCE, "sequence", (*PICTURE_AND_ROWS, "json"), export_sequence),
    Export(ExportKind.INDEX, "index-rules", (*PICTURE_AND_ROWS, "json"), export_index),
    Export(ExportKind.MARKET, "market", PICTURE_AND_ROWS, export_market),
    Export(ExportKind.HISTORY, "history", PICTURE_AND_ROWS, export_history),
    Export(ExportKind.MEASUREMENT, "explorer", ("json",), export_measurement),
    Export(ExportKind.CASE, "explorer", ("zip",), export_case),
    Export(ExportKind.COVERAGE, "data", ROWS, export_coverage, Section.TABLE),
    Export(ExportKind.INCIDENTS, "data", ROWS, export_incidents, Section.TABLE),
    Export(ExportKind.REVISIONS, "data", ROWS, export_revisions, Section.TABLE),
    Export(ExportKind.AUDIT, "data", ROWS, export_audit, Section.TABLE),
    Export(ExportKind.HOLDINGS, "data", ROWS, export_holdings, Section.TABLE),
)

EXPORTS = {export.kind: export for export in _EXPORTS}
"""Every export by its kind."""
