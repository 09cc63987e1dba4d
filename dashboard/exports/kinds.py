"""What can be had as a file, in which formats, and what each is called: one entry per export in each table."""

from enum import StrEnum

from data.files.export import EXPORT_FORMATS as ROWS

PICTURE_AND_ROWS = ("png", "svg", *ROWS)
"""Formats of everything that is drawn: the picture, and the rows behind it."""


class ExportKind(StrEnum):
    """What can be had as a file; the value is its name in links and file names."""

    COMPARISON = "comparison"
    COMPARE = "compare"
    DEPTH = "depth"
    VOLUME = "volume"
    MATRIX = "matrix"
    THRESHOLDS = "thresholds"
    BOUNDS = "bounds"
    CANDLES = "candles"
    DEVIATION = "deviation"
    LOWS = "lows"
    GAPS = "gaps"
    MEASUREMENT = "measurement"
    COVERAGE = "coverage"
    INCIDENTS = "incidents"
    REVISIONS = "revisions"
    HOLDINGS = "held"


STORE_KINDS = (ExportKind.COVERAGE, ExportKind.INCIDENTS, ExportKind.REVISIONS, ExportKind.HOLDINGS)
"""What the data page tells; all but the first is of the whole store, whatever the view is."""

KIND_FORMATS = {
    ExportKind.COMPARISON: PICTURE_AND_ROWS,
    ExportKind.COMPARE: PICTURE_AND_ROWS,
    ExportKind.DEPTH: PICTURE_AND_ROWS,
    ExportKind.VOLUME: PICTURE_AND_ROWS,
    ExportKind.MATRIX: PICTURE_AND_ROWS,
    ExportKind.THRESHOLDS: PICTURE_AND_ROWS,
    ExportKind.BOUNDS: PICTURE_AND_ROWS,
    ExportKind.CANDLES: ROWS,
    ExportKind.DEVIATION: ROWS,
    ExportKind.LOWS: (*ROWS, "json"),
    ExportKind.GAPS: PICTURE_AND_ROWS,
    ExportKind.MEASUREMENT: ("json",),
    **dict.fromkeys(STORE_KINDS, ROWS),
}
"""The formats of each; the comparison's rows are those of the deviation, from which the picture is drawn."""

KIND_LABELS = {
    ExportKind.COMPARISON: "picture",
    ExportKind.COMPARE: "panels of all assets",
    ExportKind.DEPTH: "depth against duration",
    ExportKind.VOLUME: "reported volume against depth",
    ExportKind.MATRIX: "every exchange under the same test",
    ExportKind.THRESHOLDS: "how long at which depth",
    ExportKind.BOUNDS: "minute of the lowest trade",
    ExportKind.CANDLES: "candles",
    ExportKind.DEVIATION: "deviation of every bar",
    ExportKind.LOWS: "lows of all assets",
    ExportKind.GAPS: "how all gaps are spread",
    ExportKind.MEASUREMENT: "whole answer",
    ExportKind.COVERAGE: "what was had",
    ExportKind.INCIDENTS: "what could not be had",
    ExportKind.REVISIONS: "candles that exchanges changed",
    ExportKind.HOLDINGS: "what the store holds",
}
"""What a menu calls each."""

MIMETYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
