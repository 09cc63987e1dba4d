"""The gaps of one exchange on every asset of a scan, and their counts by size.

A gap is shown as a lead: how far the exchange's extreme trade lies beyond that of every other exchange. Where another
exchange has the extreme, the lead is negative: minus how far that one lies beyond. Unlike the gap itself, which is
+4000% where another exchange printed a fortieth, both have the same unit, and neither exceeds 100% below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from dashboard.state.view import GapKind, PeerChoice, ViewState
from deviation.question import TOLERANCE
from deviation.side import Side

BIN_EDGES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Edges between bins of the size of a lead; a size at an edge belongs to the bin above it, the last bin is open."""


@dataclass(frozen=True, slots=True)
class AssetGap:
    """The gap of one asset.

    Attributes:
        asset: its ticker.
        gap: as in the scan: a fraction, on the side's own sign where the exchange has the extreme.
        lead: the same as a lead, see above.
        rival: the exchange that it is measured against, where the scan names it.
    """

    asset: str
    gap: float
    lead: float
    rival: str | None = None

    @property
    def is_lead(self) -> bool:
        """Whether the exchange has the extreme alone."""
        return self.lead > TOLERANCE

    @property
    def is_tie(self) -> bool:
        """Whether another exchange has the same extreme."""
        return abs(self.lead) <= TOLERANCE


@dataclass(frozen=True, slots=True)
class GapBin:
    """The assets whose lead has a size within ``[least, most)``; ``most`` is None for the open last bin.

    ``is_lead`` tells on which side: whether the exchange has the extreme, or another one.
    """

    is_lead: bool
    least: float
    most: float | None
    assets: tuple[str, ...]


def select_gaps(rows: pl.DataFrame, view: ViewState) -> tuple[AssetGap, ...]:
    """The gaps of the view's focus, side, quote group, peers and kind; the largest lead first.

    Args:
        rows: frame of `data.tables.scans.SCAN_ROW`.
        view: chooses among them.
    """
    own_rows = rows.filter(days_before=0, venue=view.focus, group=view.group, side=view.side.value)
    column, rival = choose_columns(view)
    selected = own_rows.filter(pl.col(column).is_not_null()).select("asset", gap=column, rival=rival)
    gaps = [
        AssetGap(asset, gap, compute_lead(gap, view.side), rival_venue)
        for asset, gap, rival_venue in selected.iter_rows()
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.lead, gap.asset)))


def choose_columns(view: ViewState) -> tuple[str, pl.Expr]:
    """The column of `data.tables.scans.SCAN_ROW` with the gaps of a view, and who they are measured against."""
    unnamed = pl.lit(None, dtype=pl.String)
    if view.gap is GapKind.ALIGNED:
        return "aligned_five" if view.peers is PeerChoice.FIVE else "aligned", unnamed
    return ("gap_five", unnamed) if view.peers is PeerChoice.FIVE else ("gap", pl.col("second_venue"))


def compute_lead(gap: float, side: Side) -> float:
    """A gap as a lead.

    >>> compute_lead(-0.25, Side.BELOW), compute_lead(3.0, Side.BELOW), compute_lead(0.5, Side.ABOVE)
    (0.25, -0.75, 0.5)
    """
    size = side.sign * gap
    return size if size >= 0 else size / (1 + gap)


def count_bins(gaps: Sequence[AssetGap]) -> tuple[GapBin, ...]:
    """The gaps by bin, from the largest lead of another exchange to the largest of the exchange itself."""
    bounds = [*pairwise(BIN_EDGES), (BIN_EDGES[-1], None)]
    own = [_fill_bin(gaps, least, most, is_lead=True) for least, most in bounds]
    others = [_fill_bin(gaps, least, most, is_lead=False) for least, most in reversed(bounds)]
    return (*others, *own)


def _fill_bin(gaps: Sequence[AssetGap], least: float, most: float | None, *, is_lead: bool) -> GapBin:
    """The gaps of a bin; a tie counts as no lead."""
    assets = tuple(
        gap.asset
        for gap in gaps
        if gap.is_lead == is_lead and abs(gap.lead) >= least and (most is None or abs(gap.lead) < most)
    )
    return GapBin(is_lead, least, most, assets)
