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
    SEQUENCE = "sequence"
    INDEX = "index"
    MEASUREMENT = "measurement"
    COVERAGE = "coverage"
    INCIDENTS = "incidents"
    REVISIONS = "revisions"
    AUDIT = "audit"
    HOLDINGS = "held"
    MARKET = "market"
    HISTORY = "history"
    CASE = "case"

    @property
    def label(self) -> str:
        """What it shows, in menus and in the metadata of its rows.

        >>> ExportKind.LOWS.label
        'Lowest and highest trades'
        """
        return LABELS[self]


LABELS = {
    ExportKind.COMPARISON: "Prices and deviations",
    ExportKind.COMPARE: "All assets side by side",
    ExportKind.DEPTH: "Size and duration",
    ExportKind.VOLUME: "Reported volume and size",
    ExportKind.MATRIX: "All exchanges, all assets",
    ExportKind.THRESHOLDS: "Minutes by size",
    ExportKind.BOUNDS: "Minute of the lowest trade",
    ExportKind.CANDLES: "Prices as stored",
    ExportKind.DEVIATION: "Every minute of every market",
    ExportKind.LOWS: "Lowest and highest trades",
    ExportKind.GAPS: "Distribution of gaps",
    ExportKind.SEQUENCE: "Order of falls",
    ExportKind.INDEX: "Index by rule",
    ExportKind.MEASUREMENT: "This asset and window",
    ExportKind.COVERAGE: "Data coverage",
    ExportKind.INCIDENTS: "Missing data, whole store",
    ExportKind.REVISIONS: "Revised data, whole store",
    ExportKind.AUDIT: "Differences between sources",
    ExportKind.HOLDINGS: "Stored data, whole store",
    ExportKind.MARKET: "Gaps of all assets",
    ExportKind.HISTORY: "Gaps day by day",
    ExportKind.CASE: "Case file",
}
"""The label of each export."""
