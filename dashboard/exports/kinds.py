"""The names of the exports."""

from enum import StrEnum


class ExportKind(StrEnum):
    """An export; the value is its name in links and file names. `dashboard.exports.registry` says how each is made."""

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
