"""Which answers without a candle show that nobody traded.

A venue that has forgotten a window answers like one on which nobody traded. So an answer without a candle makes bars
quiet only between two candles of the same series that the venue gave, whenever it gave them; else they are missing.
"""

import polars as pl

from data.schema import Outcome

SERIES_COLUMNS = ("venue", "symbol", "price", "timeframe")
"""The columns that identify a series of candles in coverage."""

IS_UNPROVEN = pl.col("outcome") == Outcome.NO_EVIDENCE.value
"""Coverage of answers without a candle and without a candle on one of their sides."""


def build_proof_filter() -> pl.Expr:
    """A filter for coverage that shows that a market was open: a venue's answers with a candle at both edges."""
    return (pl.col("outcome") == Outcome.COMPLETE.value) & pl.col("origin").str.starts_with("collected:")


def complete_absences(coverage: pl.DataFrame, open_ranges: pl.DataFrame) -> pl.DataFrame:
    """The coverage with ``no-evidence`` spans turned into ``complete`` ones where the market is known to be open.

    Args:
        coverage: rows with `SERIES_COLUMNS`, ``start``, ``end``, ``outcome``, and any others of `data.schema.COVERAGE`.
        open_ranges: `SERIES_COLUMNS`, and ``open_start`` and ``open_end``: the first start and the last end of the
            proofs of each series.

    Returns:
        The same columns; a span that extends beyond the range is cut at its ends.
    """
    absences = coverage.filter(IS_UNPROVEN).join(open_ranges, on=SERIES_COLUMNS, how="left", maintain_order="left")
    # Without a range the whole span lies before its start.
    open_start, open_end = pl.col("open_start").fill_null(pl.col("end")), pl.col("open_end").fill_null(pl.col("end"))
    first_edge, last_edge = open_start.clip("start", "end"), open_end.clip("start", "end")
    parts = (
        absences.with_columns(end=first_edge),
        absences.with_columns(start=first_edge, end=last_edge, outcome=pl.lit(Outcome.COMPLETE.value)),
        absences.with_columns(start=last_edge),
    )
    cut_rows = [part.filter(pl.col("start") < pl.col("end")).select(coverage.columns) for part in parts]
    return pl.concat([coverage.filter(~IS_UNPROVEN), *cut_rows])
