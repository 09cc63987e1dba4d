"""Gaps between an exchange's extreme trade or close and the next exchange's, and their counts by size."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dashboard.tables.lows_table import EXTREME_WORDS
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.question import TOLERANCE
from deviation.report.lows import measure_extreme_trade, summarize_lows
from deviation.side import Side

BIN_EDGES_PCT = (1, 2, 5, 10, 20, 50)
"""Edges between bins in per cent; a gap at an edge belongs to the bin above it, the last bin is open."""

NO_GAP_TEXT = "no gap: prices from too few exchanges are loaded"
"""Text in a histogram without bars."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of one market of an asset: a fraction, negative below and positive above; ``at`` is its position."""

    asset: str
    is_focus: bool
    value: float
    at: int


@dataclass(frozen=True, slots=True)
class Bin:
    """The gaps between two edges: their number, the number of the focus venue, and the assets of the latter."""

    label: str
    count: int
    focus_count: int
    focus_assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of one side, of all assets; both within a quote group, as printed.

    Attributes:
        side: below for lows, above for highs.
        unaligned: of the group's extreme trade from the extreme trade of the next exchange, whenever each was.
        aligned: of a market's close from the furthest other close, in the comparable bar where that is largest; none of
            a market that was never the furthest.
    """

    side: Side
    unaligned: tuple[Gap, ...]
    aligned: tuple[Gap, ...]

    def list_panels(self, bar: Timeframe) -> tuple[tuple[str, tuple[Gap, ...]], ...]:
        """Title and gaps of both histograms, from top to bottom."""
        superlative = EXTREME_WORDS[self.side][0]
        return (
            (f"{superlative.capitalize()} trade to second {superlative}, any time", self.unaligned),
            (f"{superlative.capitalize()} close to the next, same {bar.noun}", self.aligned),
        )


def measure_gaps(measurements: Sequence[Measurement], side: Side = Side.BELOW) -> Gaps:
    """The gaps of every spot market with a trade."""
    unaligned: list[Gap] = []
    aligned: list[Gap] = []
    for measurement in measurements:
        asset = measurement.question.asset
        for sides in summarize_lows(measurement).groups.values():
            for row in sides[side].rows:
                is_focus = row.market.venue == measurement.focus
                trade = measure_extreme_trade(measurement, row, sides[side])
                if trade is not None and trade.gap_to_second is not None:
                    unaligned.append(Gap(asset, is_focus, trade.gap_to_second, trade.extreme.at))
                following = row.own_summary.get_side(side).next
                if following.deviation is not None and following.at is not None:
                    aligned.append(Gap(asset, is_focus, following.deviation, following.at))
    return Gaps(side, tuple(unaligned), tuple(aligned))


def count_bins(gaps: Sequence[Gap]) -> tuple[Bin, ...]:
    """The gaps by bin of their size, from the smallest to the largest."""
    edges = np.array(BIN_EDGES_PCT) / 100
    indices = np.searchsorted(edges, [abs(gap.value) + TOLERANCE for gap in gaps], side="right")
    gaps_by_bin = [
        [gap for gap, index in zip(gaps, indices, strict=True) if index == bin_index]
        for bin_index in range(edges.size + 1)
    ]
    return tuple(
        Bin(
            label,
            len(bin_gaps),
            sum(gap.is_focus for gap in bin_gaps),
            tuple(sorted({gap.asset for gap in bin_gaps if gap.is_focus})),
        )
        for label, bin_gaps in zip(list_bin_labels(), gaps_by_bin, strict=True)
    )


def list_bin_ticks() -> tuple[str, ...]:
    """The labels of the bins on an axis in per cent.

    >>> list_bin_ticks()[0], list_bin_ticks()[1], list_bin_ticks()[-1]
    ('<1', '1-2', '≥50')
    """
    inner = [f"{low}-{high}" for low, high in pairwise(BIN_EDGES_PCT)]
    return (f"<{BIN_EDGES_PCT[0]}", *inner, f"\N{GREATER-THAN OR EQUAL TO}{BIN_EDGES_PCT[-1]}")


def list_bin_labels() -> tuple[str, ...]:
    """The labels of the bins, from the smallest to the largest.

    >>> list_bin_labels()[0], list_bin_labels()[1], list_bin_labels()[-1]
    ('under 1%', '1-2%', '50% or more')
    """
    inner = [f"{low}-{high}%" for low, high in pairwise(BIN_EDGES_PCT)]
    return (f"under {BIN_EDGES_PCT[0]}%", *inner, f"{BIN_EDGES_PCT[-1]}% or more")
