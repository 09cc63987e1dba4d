"""The days of a history for one exchange, beside the range of all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.state.view import GapKind, ViewState

Range = tuple[float, float]
"""The least and the most of some exchanges."""


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """One UTC day of an exchange, on the side of a view; sizes are fractions without a sign.

    Attributes:
        day: of UTC.
        assets: those with a price of it and of another exchange.
        share: of them, those on which it had the most extreme trade alone.
        gap_99: the 99th percentile over them of how far it lay beyond all others; None where that is defined of none.
        gap_most, gap_most_asset: the most, and the asset; None likewise.
        other_shares, other_gaps: the same of all other exchanges; None without one.
    """

    day: date
    assets: int
    share: float
    gap_99: float | None
    gap_most: float | None
    gap_most_asset: str | None
    other_shares: Range | None
    other_gaps: Range | None


def select_days(rows: pl.DataFrame, view: ViewState) -> tuple[HistoryDay, ...]:
    """The days on which the view's focus could be compared, on its side, in its quote and for its kind of gap.

    Args:
        rows: frame of `data.tables.history.HISTORY_ROW`.
        view: chooses among them.
    """
    prefix = "aligned" if view.gap is GapKind.ALIGNED else "gap"
    selected = rows.filter(
        pl.col("group") == view.group, pl.col("side") == view.side.value, pl.col("assets") > 0
    ).select(
        "day",
        "venue",
        "assets",
        share=pl.col("first") / pl.col("assets"),
        gap_99=pl.col(f"{prefix}_99").abs(),
        gap_most=pl.col(f"{prefix}_most").abs(),
        gap_most_asset=f"{prefix}_most_asset",
    )
    others: dict[date, list[tuple[float, float | None]]] = {}
    for day, share, gap in selected.filter(pl.col("venue") != view.focus).select("day", "share", "gap_99").iter_rows():
        others.setdefault(day, []).append((share, gap))
    own = selected.filter(pl.col("venue") == view.focus).sort("day").drop("venue")
    return tuple(
        HistoryDay(
            **row,
            other_shares=_find_range([share for share, _ in others.get(row["day"], [])]),
            other_gaps=_find_range([gap for _, gap in others.get(row["day"], []) if gap is not None]),
        )
        for row in own.iter_rows(named=True)
    )


def _find_range(values: Sequence[float]) -> Range | None:
    return (min(values), max(values)) if values else None
