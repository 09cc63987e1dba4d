"""The words that the method page defines, each under an anchor of its own."""

from enum import StrEnum


class MethodAnchor(StrEnum):
    """The sections of the method page, in its order; the value is the anchor in its address."""

    CANNOT_SHOW = "cannot-show"
    MINUTE = "minute"
    MONEY = "money"
    REFERENCE = "reference"
    FIRM = "firm"
    DEPTH = "depth"
    BELOW_MIN = "below-min"
    THRESHOLD = "threshold"
    GAP = "gap"
    WICK = "wick"
    ORDER_PROOF = "order-proof"
    EPISODE = "episode"
    BASELINE = "baseline"
    RANK = "rank"
    LOWS = "lows"
    FAIR_VALUE = "fair-value"
    MATRIX = "matrix"
    PLACEBO = "placebo"
    SENSITIVITY = "sensitivity"
    PATH = "path"
    WINDOWS = "windows"
    CANDLES = "candles"
    SOURCES = "sources"
