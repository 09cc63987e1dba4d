"""Reads a grid of candles span by span, each bar once."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from data.delta.deduplicate import build_market_filter, pick_best
from data.grid.builder import GRID_COLUMNS, GridBuilder
from data.grid.candle_grid import CandleGrid, TextRuns
from data.grid.runs import find_text_runs, select_runs
from data.schema import CANDLE_DEFAULTS, FETCHED_CANDLE, Evidence, Origin, Timeframe

MAX_SPAN = timedelta(days=40)
"""The longest span that is read at once; a longer one is read month by month, so that rows never fill the memory."""

KIND_COLUMNS = ("price", "origin")
"""What decides whether a row is measured. Compared row by row, as a filter, it would take a tenth of the read."""


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """The rows of a span, of `data.schema.FETCHED_CANDLE` and one timeframe.

    ``constants`` are columns of text that are known to have one value in all rows, and this value. ``read`` gives
    columns of the rows for which some conditions hold; every call reads from the same rows.
    """

    constants: Mapping[str, str]
    read: Callable[[Collection[pl.Expr], Collection[pl.Expr]], pl.DataFrame]


def read_grid(
    open_span: Callable[[datetime, datetime], StoredSpan],
    start: datetime,
    end: datetime,
    evidence: Evidence,
    timeframe: Timeframe,
    *,
    first_seen: bool = False,
) -> CandleGrid:
    """The trade candles of ``[start, end)``, one per market and bar; see `data.delta.deduplicate.pick_best` for which.

    The columns that decide between several candles of a bar are read only for markets that have several, and price and
    origin only where they are not known.

    Args:
        open_span: gives the rows of a span (start, end), at one version of the store.
        start: aware.
        end: aware.
        evidence: real candles or those of the reconstruction.
        timeframe: the length of the candles.
        first_seen: of the better origin the candle that was fetched first.
    """
    builder = GridBuilder(start, end, timeframe)
    for span_start, span_end in _split_by_month(start, end):
        _add_span(builder, open_span(span_start, span_end), evidence, first_seen=first_seen)
    return builder.build()


def _add_span(builder: GridBuilder, span: StoredSpan, evidence: Evidence, *, first_seen: bool) -> None:
    """Put the candles of a span into the grid, each bar once; the rows are freed before the next span is read."""
    unknown = [pl.col(name) for name in KIND_COLUMNS if name not in span.constants]
    columns = (*GRID_COLUMNS, *unknown)
    rows, origins = _select_kind(span.read(columns, ()), span.constants, evidence)
    repeated = builder.add(rows, origins)
    if repeated:
        is_repeated = build_market_filter(pl.DataFrame(repeated, ("venue", "symbol"), orient="row"))
        stored = span.read((pl.col(*FETCHED_CANDLE),), (is_repeated,))
        chosen = pick_best(_select_kind(stored, {}, evidence)[0], first_seen=first_seen)
        unique = pl.concat([rows.filter(~is_repeated), chosen.select(*columns)])
        builder.add(unique, _find_runs(unique, "origin", span.constants), are_unique=True)


def _select_kind(rows: pl.DataFrame, constants: Mapping[str, str], evidence: Evidence) -> tuple[pl.DataFrame, TextRuns]:
    """The trade candles of one kind of evidence, and the runs of their origins."""
    prices = _find_runs(rows, "price", constants)
    trades, _ = select_runs(rows, prices, lambda price: price == CANDLE_DEFAULTS["price"])
    origins = _find_runs(trades, "origin", constants)
    is_reconstruction = evidence is Evidence.RECONSTRUCTION
    return select_runs(trades, origins, lambda origin: (origin == Origin.RECONSTRUCTION) is is_reconstruction)


def _find_runs(rows: pl.DataFrame, name: str, constants: Mapping[str, str]) -> TextRuns:
    """The runs of a column of text, which is not there if it is known to have one value."""
    return TextRuns([constants[name]], np.array([len(rows)])) if name in constants else find_text_runs(rows[name])


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
