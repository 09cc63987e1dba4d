"""Names beside the largest leads of the ranked strip, in pixels of the strip's own side.

Ranked by lead, the dots fall back towards the line of 0. The names of the dots within a row, as high as a line of text,
stand right of the last of them. So none covers a dot or another name, however wide the strip is, and each stands beside
its dot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_NAMED = 0.02
"""Assets with a smaller lead have no name."""

DOT_RADIUS = 4.0
"""Pixels from the middle of a dot to what it covers, with some space."""


@dataclass(frozen=True, slots=True)
class NameRow:
    """The names of a row.

    Attributes:
        ranks: the assets, 0 for the first.
        last_rank: that of the last dot that reaches into the row, named or not.
        depth: the middle of the row in pixels from the line of 0.
    """

    ranks: range
    last_rank: int
    depth: float


def arrange_names(
    leads: Sequence[float], depths: Sequence[float], end: float, line_height: float
) -> tuple[NameRow, ...]:
    """The rows of names, that of the largest leads first.

    Args:
        leads: of all assets as fractions, the largest first.
        depths: pixels of their dots from the line of 0, positive on the exchange's own side.
        end: pixels from that line at which the last row ends.
        line_height: height of a row in pixels.
    """
    named = sum(lead >= LEAST_NAMED for lead in leads)
    rows: list[NameRow] = []
    first, row_end = 0, end
    while first < named and row_end >= line_height:
        row_end = min(row_end, depths[first] + line_height / 2)
        row_start = row_end - line_height
        last = first
        while last < named and depths[last] >= row_start:
            last += 1
        if last > first:
            reaching = sum(depth > row_start - DOT_RADIUS for depth in depths)
            rows.append(NameRow(range(first, last), reaching - 1, row_end - line_height / 2))
        first, row_end = last, row_start
    return tuple(rows)
