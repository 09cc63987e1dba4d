"""Imports files into the store, each by itself, so that a refused file does not stop the others."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.delta.upsert import WriteReport
from data.errors import FileRefused
from data.files.bundles.bundle import BUNDLE_VENUE, find_bundle
from data.files.check_stamps import move_to_open, refuse_closing_stamps
from data.files.contradictions import refuse_contradictions
from data.files.formats.raw_table import build_refusal
from data.files.formats.unpack import Content
from data.files.import_file import ImportedFile, read_candle_file
from data.files.layouts.options import ReadOptions
from data.files.open_file import DEFAULT_OPTIONS
from data.files.report import ImportReport
from data.files.rows.count_days import refuse_many_days
from data.files.stamps import Stamps
from data.identity.venue_names import VenueNames
from data.schema import COVERAGE, COVERAGE_DEFAULTS, LOW_TRADE, TIME, Origin, Outcome, Timeframe
from data.store import CandleStore
from data.tables.comparison import compare_with_stored
from data.text.quoting import cut_text, escape_hidden_signs


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
    assets: Collection[str] = (),
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
        assets: the assets to take from zip files of many markets, which are read member by member; only for such.

    Returns:
        What was stored, and the refusals: of a refused file, or member of a zip file of many, nothing is stored.

    Raises:
        UsageError: the given venue is unknown, or the given symbol or a new id malformed.
        StoreBusy: other writers went ahead every time.
        StoreUnusable: the store cannot be read or written.
    """
    names = load_catalogue().venue_names.add_stored(store.candles.read_venues()).declare(new_venues)
    importer = _Importer(
        store=store,
        now=now,
        names=names,
        options=dataclasses.replace(options, now=now),
        complete=complete,
        replace=replace,
        stamps=stamps,
    )
    results = [result for path in paths for result in importer.import_path(Path(path), venue, symbol, assets)]
    stored = [result for result in results if isinstance(result, StoredFile)]
    return stored, [result for result in results if isinstance(result, FileRefused)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Importer:
    """Imports files into a store in one way; see `import_files`."""

    store: CandleStore
    now: datetime
    names: VenueNames
    options: ReadOptions
    complete: bool
    replace: bool
    stamps: Stamps | None

    def import_path(
        self, path: Path, venue: str | None, symbol: str | None, assets: Collection[str]
    ) -> Iterator[StoredFile | FileRefused]:
        """What was stored of a file or of each member of a bundle, and what was refused."""
        try:
            bundle = find_bundle(path)
            if bundle is None:
                if assets:
                    raise build_refusal(path, "is no zip of many markets; import it without --assets")
                yield self._import_file(path, venue, symbol, None)
                return
            self._check_bundle_market(path, venue, symbol)
            listing = bundle.list_members(assets, self.options.timeframe or Timeframe.M1)
        except FileRefused as refusal:
            yield refusal
            return
        for member in listing.members:
            try:
                content = bundle.read(member, self.options.limits)
                yield self._import_file(path, BUNDLE_VENUE, member.symbol, content)
            except FileRefused as refusal:
                yield FileRefused(f"{cut_text(escape_hidden_signs(member.name))} in {refusal}")
        yield from bundle.list_refusals(listing)

    def _import_file(self, path: Path, venue: str | None, symbol: str | None, content: Content | None) -> StoredFile:
        """Store a file, or a part of it.

        Raises:
            FileRefused: it is invalid, or contradicts others; nothing of it was stored.
        """
        imported = read_candle_file(
            path,
            venue=venue,
            symbol=symbol,
            complete=self.complete,
            names=self.names,
            options=self.options,
            content=content,
        )
        refuse_many_days(path, imported.candles, self.options.limits)
        if self.stamps is None:
            refuse_closing_stamps(path, imported, self.store)
        elif self.stamps is Stamps.CLOSE:
            imported = move_to_open(imported)
        comparison = compare_with_stored(self.store.candles, imported.candles)
        if not self.replace:
            refuse_contradictions(path, comparison.contradictions)
        is_moved = self.stamps is Stamps.CLOSE and imported.lows.is_empty()
        return StoredFile(imported.report, self._store(imported), comparison.collected_differences, is_moved)

    def _store(self, imported: ImportedFile) -> WriteReport:
        report = imported.report
        fetched = {"source": pl.lit(report.file), "fetched_at": pl.lit(self.now.astimezone(UTC)).cast(TIME)}
        origin = Origin.RECONSTRUCTION if report.reconstruction else Origin.IMPORTED
        coverage = build_complete_coverage(imported.covered_spans, origin=origin, source=report.file, asked_at=self.now)
        with self.store.write_as_one():
            # Candles before coverage: if the process ends in between, absent minutes count as missing, not as quiet.
            write_report = self.store.write_candles(imported.candles, source=report.file, fetched_at=self.now)
            self.store.lowest_trades.write(imported.lows.with_columns(**fetched).select(*LOW_TRADE))
            self.store.coverage.write(coverage)
        return write_report

    def _check_bundle_market(self, path: Path, venue: str | None, symbol: str | None) -> None:
        """Check what the caller says about a bundle. Raises FileRefused if it is of another venue, or of one market."""
        if venue is not None and self.names.resolve(venue) != BUNDLE_VENUE:
            raise build_refusal(path, f"is a zip of many markets, named as {BUNDLE_VENUE} names them")
        if symbol is not None:
            raise build_refusal(path, "is a zip of many markets; import it with --assets instead of --symbol")


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
