"""What can be had as a file, in which formats, and what each is called: one entry per export in each table."""

from enum import StrEnum

from data.exporter import FORMATS as ROWS

PICTURE_AND_ROWS = ("png", "svg", *ROWS)
"""Formats of everything that is drawn: the picture, and the rows behind it."""


class What(StrEnum):
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
    HELD = "held"


OF_THE_STORE = (What.COVERAGE, What.INCIDENTS, What.REVISIONS, What.HELD)
"""What the data page tells; all but the first is of the whole store, whatever the view is."""

FORMATS = {
    What.COMPARISON: PICTURE_AND_ROWS,
    What.COMPARE: PICTURE_AND_ROWS,
    What.DEPTH: PICTURE_AND_ROWS,
    What.VOLUME: PICTURE_AND_ROWS,
    What.MATRIX: PICTURE_AND_ROWS,
    What.THRESHOLDS: PICTURE_AND_ROWS,
    What.BOUNDS: PICTURE_AND_ROWS,
    What.CANDLES: ROWS,
    What.DEVIATION: ROWS,
    What.LOWS: (*ROWS, "json"),
    What.GAPS: PICTURE_AND_ROWS,
    What.MEASUREMENT: ("json",),
    **dict.fromkeys(OF_THE_STORE, ROWS),
}
"""The formats of each; the comparison's rows are those of the deviation, from which the picture is drawn."""

NAMES = {
    What.COMPARISON: "picture",
    What.COMPARE: "panels of all assets",
    What.DEPTH: "depth against duration",
    What.VOLUME: "reported volume against depth",
    What.MATRIX: "every exchange under the same test",
    What.THRESHOLDS: "how long at which depth",
    What.BOUNDS: "minute of the lowest trade",
    What.CANDLES: "candles",
    What.DEVIATION: "deviation of every bar",
    What.LOWS: "lows of all assets",
    What.GAPS: "how all gaps are spread",
    What.MEASUREMENT: "whole answer",
    What.COVERAGE: "what was had",
    What.INCIDENTS: "what could not be had",
    What.REVISIONS: "candles that exchanges changed",
    What.HELD: "what the store holds",
}
"""What a menu calls each."""

MIMETYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
