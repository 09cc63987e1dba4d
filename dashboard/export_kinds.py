"""What can be had as a file, in which formats, and what each is called: one entry per export in each table."""

from enum import StrEnum

PICTURE_AND_ROWS = ("png", "svg", "csv", "parquet")
"""Formats of everything that is drawn: the picture, and the rows behind it."""


class What(StrEnum):
    """What can be had as a file; the value is its name in links and file names."""

    COMPARISON = "comparison"
    COMPARE = "compare"
    DEPTH = "depth"
    CANDLES = "candles"
    DEVIATION = "deviation"
    LOWS = "lows"
    MEASUREMENT = "measurement"


FORMATS = {
    What.COMPARISON: PICTURE_AND_ROWS,
    What.COMPARE: PICTURE_AND_ROWS,
    What.DEPTH: PICTURE_AND_ROWS,
    What.CANDLES: ("csv", "parquet"),
    What.DEVIATION: ("csv", "parquet"),
    What.LOWS: ("csv", "parquet", "json"),
    What.MEASUREMENT: ("json",),
}
"""The formats of each; the comparison's rows are those of the deviation, from which the picture is drawn."""

NAMES = {
    What.COMPARISON: "picture",
    What.COMPARE: "panels of all assets",
    What.DEPTH: "depth against duration",
    What.CANDLES: "candles",
    What.DEVIATION: "deviation of every bar",
    What.LOWS: "lows of all assets",
    What.MEASUREMENT: "whole answer",
}
"""What a menu calls each."""

MIMETYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
