"""The history of the whole market: for each day and exchange how its lowest and highest trades lay to the others'."""

import json
from collections.abc import Mapping
from datetime import date

import polars as pl

from data.delta.table import StoreTable
from data.schema import TIME
from data.tables.scans import Universe

HISTORY_ROW: dict[str, pl.DataType] = {
    "day": pl.Date(),
    "group": pl.String(),
    "venue": pl.String(),
    "side": pl.String(),
    "assets": pl.Int64(),
    "first": pl.Int64(),
    "tied": pl.Int64(),
    "even_share": pl.Float64(),
    "gap_99": pl.Float64(),
    "gap_most": pl.Float64(),
    "gap_most_asset": pl.String(),
    "aligned_n": pl.Int64(),
    "aligned_99": pl.Float64(),
    "aligned_most": pl.Float64(),
    "aligned_most_asset": pl.String(),
    "reach_mean": pl.Float64(),
    "reach_80": pl.Int64(),
    "incomplete": pl.Int64(),
    "sure_most": pl.Float64(),
    "sure_most_asset": pl.String(),
    "universe": pl.String(),
    "choices": pl.String(),
    "focus": pl.String(),
    "asset_count": pl.Int64(),
    "made_at": TIME,
    "version": pl.String(),
}
"""One exchange on one UTC day within one quote, on one side (below: lowest trades), over all assets; fractions.

- ``assets``: those of which it and another family had a price; ``first`` of them where its trade was the most extreme
  alone, ``tied`` where others had the same. ``even_share``: the sum of 1/N, N families having a price: what ``first``
  would be if chance alone chose among them.
- ``gap_99``, ``gap_most``: how far its trade lay beyond the second-most extreme one, 0 where it was not the first: the
  99th percentile over ``assets`` (linear between two of them) and the most, negative below; null without an asset.
  ``gap_most_asset``: the first by name of the assets with the most; null where that is 0.
- ``aligned_n`` and the other three: the same for how far its close lay beyond the furthest other close in the minute of
  its trade, over the assets in which that is defined.
- ``reach_mean``, ``reach_80``: the mean way from the day's first open to that trade, over ``assets``, and in how many
  it was 80% or more; null without an asset.
- ``incomplete``: the assets, counted or not, on which it may have been further than counted, or whose gap is not known:
  of a market of it, or of all that it could be compared with, minutes or all prices are not in the data. The largest
  gap is final on its far side only where there is none.
- ``sure_most``, ``sure_most_asset``: as ``gap_most`` over the assets of which no minute of another family is missing,
  so that minutes that are missing could only make the gap larger; null where there is none.
- ``universe``, ``choices``: where the list of assets is from, a word of `data.tables.scans.Universe`, and what was
  chosen by hand (JSON text).
- ``focus``, ``asset_count``: the exchange whose assets were looked at, and how many were measured on that day.
- ``made_at``, ``version``: when, and of the program.
"""

HISTORY_DEFAULTS = dict.fromkeys(("incomplete", "sure_most", "sure_most_asset", "universe", "choices"))
"""Columns that histories of earlier versions lack: null there, as nothing is known of them."""

NO_CHOICES = "{}"
"""``choices`` where nothing was chosen by hand."""

HISTORY_ORDER = ("day", "group", "venue", "side")


class HistoryTable:
    """The Delta table of `HISTORY_ROW` at a URI; a day that is measured again is appended again."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, HISTORY_ROW, defaults=HISTORY_DEFAULTS)

    def save(self, rows: pl.DataFrame) -> None:
        """Add whole days; readers see them at once or not at all.

        Raises:
            ValueError: the frame has other columns or dtypes.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        if dict(rows.schema) != HISTORY_ROW:
            message = f"these are no rows of a history: {dict(rows.schema)} instead of {HISTORY_ROW}"
            raise ValueError(message)
        if not rows.is_empty():
            self.table.append(rows)

    def read(
        self,
        first: date,
        last: date,
        focus: str,
        *,
        choices: Mapping[str, object] | None = None,
        universe: Universe | None = None,
    ) -> pl.DataFrame:
        """The rows from one day to another, both included, of the assets of an exchange; each day as measured once.

        As for scans (`data.tables.scans.order_scans`), a day of all listed coins goes before one of a list of some
        exchanges, this before one of what the store had, and among these the later one before earlier ones.

        Args:
            first: the first day.
            last: the last one.
            focus: id of the exchange.
            choices: only what was measured with these; None for any.
            universe: only what was measured of such a list of assets; None for any.

        Raises:
            StoreUnusable: the place cannot be read.
        """
        is_asked = pl.col("day").is_between(first, last) & (pl.col("focus") == focus)
        if choices is not None:
            is_asked &= pl.col("choices") == json.dumps(choices)
        if universe is not None:
            is_asked &= pl.col("universe") == universe.value
        rows = self.table.read(lambda stored: stored.filter(is_asked).select(*HISTORY_ROW))
        is_listed = (pl.col("universe") == Universe.LISTED.value).fill_null(value=False)
        is_of_all = is_listed & (pl.col("choices") == NO_CHOICES)
        for rank in (is_listed.cast(pl.Int8) + is_of_all.cast(pl.Int8), pl.col("made_at")):
            rows = rows.filter(rank == rank.max().over("day"))
        return rows.sort(HISTORY_ORDER)

    def list_days(self, focus: str) -> set[date]:
        """The days that were measured for an exchange."""
        days = self.table.read(lambda stored: stored.filter(pl.col("focus") == focus).select(pl.col("day").unique()))
        return set(days["day"])

    def list_days_like(self, focus: str, universe: Universe, choices: Mapping[str, object]) -> set[date]:
        """The days that were measured for an exchange with such choices, and of such a list of assets."""
        is_asked = (
            (pl.col("focus") == focus)
            & (pl.col("choices") == json.dumps(choices))
            & (pl.col("universe") == universe.value)
        )
        return set(self.table.read(lambda stored: stored.filter(is_asked).select(pl.col("day").unique()))["day"])

    def read_version(self) -> str:
        """A text that changes with every day that is saved: a key for cached results."""
        return self.table.read_version()
