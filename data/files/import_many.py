"""Imports files into the store, each by itself, so that a refused file does not stop the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.delta.upsert import WriteReport
from data.errors import FileRefused
from data.files.check_stamps import move_to_open, refuse_closing_stamps
from data.files.contradictions import refuse_contradictions
from data.files.import_file import read_candle_file
from data.files.layouts.options import ReadOptions
from data.files.open_file import DEFAULT_OPTIONS
from data.files.report import ImportReport
from data.files.stamps import Stamps
from data.schema import COVERAGE, COVERAGE_DEFAULTS, LOW_TRADE, TIME, Origin, Outcome
from data.store import CandleStore
from data.tables.comparison import compare_with_stored


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The report on a file, and how many of its candles were new, the same or revised in the store.

    ``collected_differences`` of its candles have other values than collected ones of the same bars, which rank above
    them. ``moved`` tells whether its times were the ends of bars and were moved to their starts.
    """

    report: ImportReport
    write_report: WriteReport
    collected_differences: int = 0
    moved: bool = False

    def format_lines(self) -> list[str]:
        """Both reports as lines of text."""
        written = self.write_report
        counts = f"{written.new:,} new, {written.same:,} already there, {written.revised:,} revised"
        differences = (
            [f"  other values than collected candles, which are used instead: {self.collected_differences:,}"]
            if self.collected_differences
            else []
        )
        moved = ["  times are the ends of bars: each was moved back by one"] if self.moved else []
        return [*self.report.format_lines(), *moved, f"  stored: {counts}", *differences]


def import_files(
    store: CandleStore,
    paths: Iterable[Path | str],
    *,
    now: datetime,
    venue: str | None = None,
    symbol: str | None = None,
    complete: bool = False,
    new_venues: Iterable[str] = (),
    replace: bool = False,
    stamps: Stamps | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> tuple[list[StoredFile], list[FileRefused]]:
    """Read, check and store files of candles; the source of a row is the name of its file.

    Args:
        store: the store to write to.
        paths: CSV or Parquet files.
        now: aware; becomes ``fetched_at`` of the rows.
        venue: see `data.files.import_file.read_candle_file`.
        symbol: see there.
        complete: see there; the spans are stored as complete coverage.
        new_venues: ids of venues that neither the catalogue nor the store knows yet.
        replace: take a file that contradicts one imported earlier, also one of ``paths``; its values count from then
            on. Otherwise such a file is refused.
        stamps: what the times of the files mark; None: the starts of bars, and a file is refused where other exchanges
            of the store show that they are the ends.
        options: see `data.files.import_file.read_candle_file`.

    Returns:
        What was stored, and the refusals: of a refused file nothing is stored.

    Raises:
        UsageError: the given venue is unknown, or the given symbol or a new id malformed.
        StoreBusy: other writers went ahead every time.
        StoreUnusable: the store cannot be read or written.
    """
    names = load_catalogue().venue_names.add_stored(store.candles.read_venues()).declare(new_venues)
    stored: list[StoredFile] = []
    refusals: list[FileRefused] = []
    for path in paths:
        try:
            imported = read_candle_file(
                path, venue=venue, symbol=symbol, complete=complete, names=names, options=options
            )
            if stamps is None:
                refuse_closing_stamps(Path(path), imported, store)
            elif stamps is Stamps.CLOSE:
                imported = move_to_open(imported)
            comparison = compare_with_stored(store.candles, imported.candles)
            if not replace:
                refuse_contradictions(Path(path), comparison.contradictions)
        except FileRefused as refusal:
            refusals.append(refusal)
            continue
        report = imported.report
        # Candles before coverage: if the process ends in between, absent minutes count as missing, not as quiet.
        write_report = store.write_candles(imported.candles, source=report.file, fetched_at=now)
        fetched = {"source": pl.lit(report.file), "fetched_at": pl.lit(now.astimezone(UTC)).cast(TIME)}
        store.lowest_trades.write(imported.lows.with_columns(**fetched).select(*LOW_TRADE))
        origin = Origin.RECONSTRUCTION if report.reconstruction else Origin.IMPORTED
        store.coverage.write(
            build_complete_coverage(imported.covered_spans, origin=origin, source=report.file, asked_at=now)
        )
        is_moved = stamps is Stamps.CLOSE and imported.lows.is_empty()
        stored.append(StoredFile(report, write_report, comparison.collected_differences, is_moved))
    return stored, refusals


def build_complete_coverage(spans: pl.DataFrame, *, origin: Origin, source: str, asked_at: datetime) -> pl.DataFrame:
    """Rows of `data.schema.COVERAGE`, outcome complete, for spans of `data.files.import_file.COVERED_SPAN`."""
    return spans.with_columns(
        outcome=pl.lit(Outcome.COMPLETE.value),
        message=pl.lit(""),
        asked_at=pl.lit(asked_at).cast(TIME),
        origin=pl.lit(origin.value),
        source=pl.lit(source),
        price=pl.lit(COVERAGE_DEFAULTS["price"]),
    ).select(*COVERAGE)
