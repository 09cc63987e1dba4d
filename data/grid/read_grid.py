"""Reads a grid of candles span by span, each bar once."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

import polars as pl

from data.delta.deduplicate import build_market_filter, pick_best
from data.grid.builder import GRID_COLUMNS, GridBuilder
from data.grid.candle_grid import CandleGrid, TextRuns
from data.grid.runs import find_text_runs, select_runs
from data.schema import CANDLE_DEFAULTS, FETCHED_CANDLE, Evidence, Origin, Timeframe

MAX_SPAN = timedelta(days=40)
"""The longest span that is read at once; a longer one is read month by month, so that rows never fill the memory."""

KIND_COLUMNS = pl.col("price", "origin")
"""What decides whether a row is measured. Compared row by row, as a filter, it would take a tenth of the read."""


RowReader = Callable[[datetime, datetime, Collection[pl.Expr], Collection[pl.Expr]], pl.DataFrame]
"""Reads rows of `data.schema.FETCHED_CANDLE` of one timeframe: those of a span (start, end) for which further
conditions hold, and of them some columns. Every call reads from the same rows."""


def read_grid(
    read: RowReader,
    start: datetime,
    end: datetime,
    evidence: Evidence,
    timeframe: Timeframe,
    *,
    first_seen: bool = False,
) -> CandleGrid:
    """The trade candles of ``[start, end)``, one per market and bar; see `data.delta.deduplicate.pick_best` for which.

    The columns that decide between several candles of a bar are read only for markets that have several.

    Args:
        read: reads the rows.
        start: aware.
        end: aware.
        evidence: real candles or those of the reconstruction.
        timeframe: the length of the candles.
        first_seen: of the better origin the candle that was fetched first.
    """
    builder = GridBuilder(start, end, timeframe)
    for span in _split_by_month(start, end):
        _add_span(builder, read, span, evidence, first_seen=first_seen)
    return builder.build()


def _add_span(
    builder: GridBuilder, read: RowReader, span: tuple[datetime, datetime], evidence: Evidence, *, first_seen: bool
) -> None:
    """Put the candles of a span into the grid, each bar once; the rows are freed before the next span is read."""
    rows, origins = _select_kind(read(*span, (*GRID_COLUMNS, KIND_COLUMNS), ()), evidence)
    repeated = builder.add(rows, origins)
    if repeated:
        is_repeated = build_market_filter(pl.DataFrame(repeated, ("venue", "symbol"), orient="row"))
        stored = read(*span, (pl.col(*FETCHED_CANDLE),), (is_repeated,))
        chosen = pick_best(_select_kind(stored, evidence)[0], first_seen=first_seen)
        unique = pl.concat([rows.filter(~is_repeated), chosen.select(*GRID_COLUMNS, KIND_COLUMNS)])
        builder.add(unique, find_text_runs(unique["origin"]), are_unique=True)


def _select_kind(rows: pl.DataFrame, evidence: Evidence) -> tuple[pl.DataFrame, TextRuns]:
    """The trade candles of one kind of evidence, and the runs of their origins."""
    trades, _ = select_runs(rows, "price", lambda price: price == CANDLE_DEFAULTS["price"])
    is_reconstruction = evidence is Evidence.RECONSTRUCTION
    return select_runs(trades, "origin", lambda origin: (origin == Origin.RECONSTRUCTION) is is_reconstruction)


def _split_by_month(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The whole span, or its calendar months (UTC) where it is long."""
    if end - start <= MAX_SPAN:
        yield start, end
        return
    while start < end:
        month = start.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        next_month = (month + timedelta(days=32)).replace(day=1)
        yield start, min(next_month, end)
        start = next_month
