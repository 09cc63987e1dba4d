"""Reads candles from files that are measured without being stored."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.delta.deduplicate import deduplicate_bars
from data.files.import_file import read_candle_file
from data.files.layouts.options import ReadOptions
from data.files.open_file import DEFAULT_OPTIONS
from data.grid.candle_grid import CandleGrid
from data.grid.read_grid import StoredSpan, read_grid
from data.intervals import merge_span_rows
from data.schema import (
    CANDLE,
    LOW_TRADE,
    SOURCE,
    SPAN,
    TIME,
    Evidence,
    Timeframe,
    parse_base,
)
from data.tables.candles import build_price_filter, build_trade_filter
from data.tables.coverage import build_evidence_filter
from data.tables.lowest_trades import BAR_KEY


class FileSource:
    """A `data.reader.CandleReader` of files; of two files with the same bar the one given later wins.

    Args:
        paths: files of candles or trades.
        venue: for files without such a column; see `data.files.import_file.read_candle_file`.
        symbol: likewise.
        complete: see `data.files.import_file.read_candle_file`.
        new_venues: ids of venues that the catalogue does not know.
        options: what else the caller says about each file.

    Raises:
        FileRefused: a file or one of its rows is invalid.
        UsageError: a new id is malformed.
    """

    def __init__(
        self,
        paths: Iterable[Path | str],
        *,
        venue: str | None = None,
        symbol: str | None = None,
        complete: bool = False,
        new_venues: Iterable[str] = (),
        options: ReadOptions = DEFAULT_OPTIONS,
    ) -> None:
        names = load_catalogue().venue_names.declare(new_venues)
        imported_files = [
            read_candle_file(path, venue=venue, symbol=symbol, complete=complete, names=names, options=options)
            for path in paths
        ]
        # The order of the files takes the place of the time of fetching, so that the later file wins.
        fetch_columns = [
            (
                pl.from_epoch(pl.lit(order), "ms").cast(TIME).alias("fetched_at"),
                pl.lit(file.report.file).alias("source"),
            )
            for order, file in enumerate(imported_files)
        ]
        files = list(zip(imported_files, fetch_columns, strict=True))
        self._candles = pl.concat([file.candles.with_columns(columns) for file, columns in files])
        self._lows = pl.concat([file.lows.with_columns(columns).select(*LOW_TRADE) for file, columns in files])
        self._covered_spans = pl.concat(
            [
                file.covered_spans.with_columns(origin=pl.lit(file.candles["origin"][0], pl.String))
                for file in imported_files
            ]
        )

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles of ``[start, end)``; see `data.reader.CandleReader`."""
        selected = self._select(assets, start, end, build_trade_filter(timeframe), build_evidence_filter(origin))

        def read_columns(column_names: Collection[str], extra_conditions: Collection[pl.Expr]) -> pl.DataFrame:
            return selected.filter(*extra_conditions).select(column_names)

        return deduplicate_bars(read_columns, columns, in_order=in_order, timeframe=timeframe)

    def hold_versions(self) -> AbstractContextManager[None]:
        """Nothing to hold: the files were read when this was made."""
        return nullcontext()

    def read_grid(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> CandleGrid:
        """Trade candles of ``[start, end)`` as matrices; see `data.reader.CandleReader`."""
        is_of_length = pl.col("timeframe") == timeframe.value

        def open_span(span_start: datetime, span_end: datetime) -> StoredSpan:
            rows = self._select(assets, span_start, span_end, is_of_length)
            return StoredSpan({}, lambda columns, conditions: rows.filter(*conditions).select(*columns))

        return read_grid(open_span, start, end, origin, timeframe)

    def read_derived_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        price: str,
        *,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Candles of a price that a venue computes, of ``[start, end)``; see `data.reader.CandleReader`."""
        evidence = build_evidence_filter(Evidence.REAL)
        selected = self._select(assets, start, end, build_price_filter(timeframe, price), evidence)

        def read_columns(column_names: Collection[str], extra_conditions: Collection[pl.Expr]) -> pl.DataFrame:
            return selected.filter(*extra_conditions).select(column_names)

        return deduplicate_bars(read_columns, tuple(CANDLE), timeframe=timeframe)

    def _select(self, assets: Collection[str], start: datetime, end: datetime, *conditions: pl.Expr) -> pl.DataFrame:
        """The rows of the assets in a span for which the conditions hold."""
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        return self._candles.filter(_build_asset_filter(self._candles, assets), is_in_window, *conditions)

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Complete spans that overlap ``[start, end)``, unclipped; see `data.reader.CandleReader`."""
        is_overlapping = (pl.col("start") < end, pl.col("end") > start, pl.col("timeframe") == timeframe.value)
        is_asked = (_build_asset_filter(self._covered_spans, assets), build_evidence_filter(origin))
        spans = self._covered_spans.filter(*is_asked, *is_overlapping).select(*SPAN)
        return merge_span_rows(spans)

    def read_low_trades(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The lowest trades of bars of ``[start, end)`` that were built from trades; see `data.reader.CandleReader`."""
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        is_asked = (_build_asset_filter(self._lows, assets), pl.col("timeframe") == timeframe.value)
        latest = self._lows.filter(*is_asked, is_in_window).unique(BAR_KEY, keep="last", maintain_order=True)
        return latest.sort("venue", "symbol", "open_time")

    def read_sources(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The files of the candles of ``[start, end)``, without times; see `data.reader.CandleReader`."""
        is_asked = (_build_asset_filter(self._candles, assets), build_evidence_filter(origin))
        is_in_window = pl.col("open_time").is_between(start, end, closed="left")
        rows = self._candles.filter(*is_asked, build_trade_filter(timeframe), is_in_window)
        counts = rows.group_by("venue", "origin", "source").agg(pl.len().cast(pl.Int64).alias("rows"))
        times = (pl.lit(None, TIME).alias(name) for name in ("first_fetched", "last_fetched"))
        return counts.with_columns(*times).select(*SOURCE).sort("venue", "origin", "source")


def _build_asset_filter(rows: pl.DataFrame, assets: Collection[str]) -> pl.Expr:
    symbols = [symbol for symbol in rows["symbol"].unique() if parse_base(symbol) in assets]
    return pl.col("symbol").is_in(symbols)
