"""The input of a case: candles with origin, source and time of fetching, spans, requests, revisions, lowest trades."""

from dataclasses import dataclass

import polars as pl

from data.schema import CANDLE, COVERAGE, LOW_TRADE, REVISION, SPAN, TIME, build_empty_frame
from data.store import CandleStore
from data.tables.coverage import build_evidence_filter
from evidence.proof.canonical import VALUES
from evidence.proof.inputs import InputRead

CASE_CANDLE: dict[str, pl.DataType] = {**CANDLE, "source": pl.String(), "fetched_at": TIME}
"""A candle of a case: the one that was measured, where it came from, and when it was first fetched with its values."""

CASE_SPAN: dict[str, pl.DataType] = {**SPAN, "timeframe": pl.String()}
"""A span in which a bar without a candle is quiet, cut to what was read."""


@dataclass(frozen=True, slots=True)
class CaseInput:
    """What a measurement was made from, and what the store knows of it.

    Attributes:
        candles: of `CASE_CANDLE`; exactly those that the manifest hashes.
        spans: of `CASE_SPAN`.
        coverage: of `data.schema.COVERAGE`: requests for these markets, which say why bars are missing.
        revisions: of `data.schema.REVISION`.
        low_trades: of `data.schema.LOW_TRADE`.
    """

    candles: pl.DataFrame
    spans: pl.DataFrame
    coverage: pl.DataFrame
    revisions: pl.DataFrame
    low_trades: pl.DataFrame


def read_case_input(store: CandleStore, read: InputRead) -> CaseInput:
    """The input of a read.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    span = read.start, read.end
    with store.hold_versions():
        lows = store.read_low_trades(read.assets, *span, timeframe=read.timeframe)
        spans = store.read_covered_spans(read.assets, *span, origin=read.origin, timeframe=read.timeframe)
        return CaseInput(
            candles=_read_candles(store, read),
            spans=pl.concat([build_empty_frame(SPAN), spans]).with_columns(timeframe=pl.lit(read.timeframe.value)),
            coverage=_select_coverage(store.coverage.read_rows(read.assets, *span), read),
            revisions=pl.concat([build_empty_frame(REVISION), store.candles.read_revisions(*span, read.assets)]),
            low_trades=pl.concat([build_empty_frame(LOW_TRADE), lows]),
        )


def _read_candles(store: CandleStore, read: InputRead) -> pl.DataFrame:
    """The candles that a measurement reads, each with the first row that has its values."""
    span = read.start, read.end
    chosen = store.read_candles(read.assets, *span, origin=read.origin, timeframe=read.timeframe)
    keys = ["venue", "symbol", "open_time", "origin", *VALUES]
    stored = store.candles.read_all_rows(
        read.assets, *span, build_evidence_filter(read.origin), timeframe=read.timeframe
    )
    first = stored.sort("fetched_at", "source").unique(keys, keep="first", maintain_order=True)
    found = chosen.join(first.select(*keys, "source", "fetched_at"), on=keys, how="left", nulls_equal=True)
    return found.select(*CASE_CANDLE).sort("venue", "symbol", "open_time")


def _select_coverage(coverage: pl.DataFrame, read: InputRead) -> pl.DataFrame:
    is_of_read = (build_evidence_filter(read.origin), pl.col("timeframe") == read.timeframe.value)
    return coverage.filter(*is_of_read).select(*COVERAGE)
