"""Onset and bottom of a group's median price (docs/method.md, section 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deviation.minute.grid import Floats
from deviation.minute.order_statistics import sort_columns
from deviation.question import TOLERANCE
from deviation.summary import find_minimum

ONSET_FALL = 0.01
"""The fall within one minute that counts as the onset."""


@dataclass(frozen=True, slots=True)
class MarketPath:
    """Positions in the window; None where no minute qualifies.

    ``onset``: the first minute in which the median of all voting spot prices of the group fell by at least 1 % against
    the minute before; ``bottom``: the minute of its minimum.
    """

    onset: int | None
    bottom: int | None


def trace_path(votes: Sequence[Floats], size: int, minute_bars: int) -> MarketPath:
    """The path of a group's spot markets through a window.

    Args:
        votes: what each market voted, NaN where it did not, from ``minute_bars`` bars before the window to its end.
        size: the bars of the window.
        minute_bars: the bars of a minute, at least one.
    """
    medians = sort_columns(votes, minute_bars + size).medians.median
    falls = np.flatnonzero(medians[minute_bars:] / medians[:-minute_bars] - 1 <= -ONSET_FALL + TOLERANCE)
    return MarketPath(int(falls[0]) if falls.size else None, find_minimum(medians[minute_bars:]))
