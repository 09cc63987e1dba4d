"""The archive route: daily files of a venue, one at a time, each verified before it is read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, TypeVar

import polars as pl

from collectors.archives.download import ArchiveHost
from collectors.archives.formats import ARCHIVE_FORMATS
from collectors.archives.limited_file import DiskBudget
from collectors.archives.paths import (
    compute_file_span,
    find_unavailability,
    format_checksum_path,
    format_path,
    split_by_day,
)
from collectors.archives.table import check_reader, read_bars
from collectors.archives.unpack import unpack_file
from collectors.chunk import Chunk
from collectors.failures import CollectFailure, HistoryTooShort, NotPublished, Scope
from collectors.http.access import Access
from collectors.http.retry import call_with_retries
from collectors.page_validation import split_page_outcomes
from collectors.plan import SpanOutcome, get_bar_length, merge_outcomes
from collectors.store_writer import Clock
from collectors.venues.row import Archive, EmptyMinutes, FilePattern
from data.intervals import Span
from data.schema import Origin, Outcome, Timeframe
from data.trades.candles import CandlesWithLows, build_empty_bars, build_empty_lows

T = TypeVar("T")

MAX_CONCURRENT_FILES = 6
"""Files of one archive that are read at once; a whole market has hundreds."""

NO_BARS = CandlesWithLows(build_empty_bars(), build_empty_lows())


async def run_in_thread(work: Callable[[], T]) -> T:
    """The result of the work, done in a thread. A cancelled caller waits for the thread before it deletes its files."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def list_file_outcomes(
    candles: pl.DataFrame, spans: Sequence[Span], archive: Archive, timeframe: Timeframe
) -> list[SpanOutcome]:
    """Which spans a file completes.

    All where the archive omits bars without a trade, otherwise their parts from its first to its last candle.

    Raises:
        HistoryTooShort: the file has no candle.
    """
    if not len(candles):
        message = "a file without a candle"
        raise HistoryTooShort(message)
    if archive.empty_minutes is EmptyMinutes.OMITTED:
        return [SpanOutcome(span, Outcome.COMPLETE) for span in spans]
    first, last = candles["open_time"][0], candles["open_time"][-1]
    outcomes: list[SpanOutcome] = []
    for span in spans:
        start, end = (min(max(time, span.start), span.end) for time in (first, last + get_bar_length(timeframe)))
        outcomes += split_page_outcomes(start, end, span, timeframe)
    return outcomes


class ArchiveReader:
    """Reads an archive of one venue; an async context manager.

    ``origin`` is that of the candles, ``own_hosts`` are all hosts of the venue. ``fatal_failure`` is the failure after
    which no file is requested any more; None before.
    """

    def __init__(
        self,
        archive: Archive,
        access: Access,
        now: Clock,
        origin: Origin = Origin.ARCHIVE,
        own_hosts: Collection[str] = (),
    ) -> None:
        self.fatal_failure: CollectFailure | None = None
        self._origin = origin
        self._archive = archive
        self._host = ArchiveHost(archive.host, access, now, own_hosts)
        self._budget = DiskBudget()
        self._now = now
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_FILES)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._host.close()

    async def read(self, symbol: str, timeframe: Timeframe, missing: Sequence[Span]) -> AsyncIterator[Chunk]:
        """The candles of the missing spans, which are in time order; a chunk for each file.

        A failure is the outcome of its spans, and never raised.
        """
        market_failure: CollectFailure | None = None
        skipped: list[SpanOutcome] = []
        for day, spans in split_by_day(self._archive, missing).items():
            async with self._slots:
                answer, failure = await self._try_day(symbol, timeframe, day, spans, market_failure)
            if failure is not None and failure.scope > Scope.PAGE:
                market_failure = failure
            if not isinstance(answer, Chunk):
                skipped += answer
                continue
            if skipped:
                yield self._build_chunk(NO_BARS, merge_outcomes(skipped), self._host.source)
                skipped = []
            yield answer
        if skipped:
            yield self._build_chunk(NO_BARS, merge_outcomes(skipped), self._host.source)

    async def _try_day(
        self,
        symbol: str,
        timeframe: Timeframe,
        day: date,
        spans: Sequence[Span],
        market_failure: CollectFailure | None,
    ) -> tuple[Chunk | list[SpanOutcome], CollectFailure | None]:
        """The chunk of a day's file, and why it has no candles; its outcomes alone where the file is not requested.

        That is so after a failure that ended the archive or the market, and where the file cannot exist.
        """
        skip_failure = market_failure or self.fatal_failure or find_unavailability(self._archive, day, self._now())
        if skip_failure is not None:
            return _fail_spans(spans, skip_failure), skip_failure
        chunk, failure = await self._read_day(symbol, timeframe, day, spans)
        if failure is not None and failure.scope is Scope.VENUE:
            self.fatal_failure = failure
        return chunk, failure

    async def _read_day(
        self, symbol: str, timeframe: Timeframe, day: date, spans: Sequence[Span]
    ) -> tuple[Chunk, CollectFailure | None]:
        """The chunk of a day's file, from the first place that has it, and why it has no candles; None where it has."""
        failures: list[CollectFailure] = []
        for file in self._archive.files:
            if day < file.from_day:
                continue
            chunk, failure = await self._read_file(file, symbol, timeframe, day, spans)
            if not isinstance(failure, HistoryTooShort):
                return chunk, failure
            failures.append(failure)
        is_expected = any(isinstance(failure, NotPublished) for failure in failures)
        failure = (NotPublished if is_expected else HistoryTooShort)("; ".join(dict.fromkeys(map(str, failures))))
        return self._build_chunk(NO_BARS, _fail_spans(spans, failure), self._host.source), failure

    async def _read_file(
        self, file: FilePattern, symbol: str, timeframe: Timeframe, day: date, spans: Sequence[Span]
    ) -> tuple[Chunk, CollectFailure | None]:
        """The chunk of one file, and why it has no candles; None where it has."""
        archive = self._archive
        path = format_path(file, symbol, timeframe, day)
        source = f"{self._host.source}/{path.rpartition('/')[2]}"
        with self._open_folder() as folder:
            table_path = folder / "table"
            try:
                sha256 = await call_with_retries(self._download, file, path, table_path, timeframe)
                source = f"{source} sha256:{sha256}"
                span = compute_file_span(archive, day)
                bars = await run_in_thread(
                    partial(read_bars, table_path, file.layout, archive.volume_unit, symbol, timeframe, span)
                )
                outcomes = list_file_outcomes(bars.candles, spans, archive, timeframe)
            except CollectFailure as failure:
                return self._build_chunk(NO_BARS, _fail_spans(spans, failure), source), failure
        is_in_spans = pl.any_horizontal(
            pl.col("open_time").is_between(span.start, span.end, closed="left") for span in spans
        )
        return self._build_chunk(
            CandlesWithLows(*(frame.filter(is_in_spans) for frame in bars)), outcomes, source
        ), None

    @contextmanager
    def _open_folder(self) -> Iterator[Path]:
        """A temporary folder; its files leave disk and budget at the end."""
        with TemporaryDirectory(prefix="plumbline-") as name:
            try:
                yield Path(name)
            finally:
                self._budget.remove(Path(name))

    async def _download(self, file: FilePattern, path: str, table_path: Path, timeframe: Timeframe) -> str:
        """Download and verify the file, and unpack it to ``table_path``; returns its SHA-256."""
        archive_format = ARCHIVE_FORMATS[file.layout]
        check_reader(archive_format)
        packed_path = table_path.with_name("packed")
        checksum_path = format_checksum_path(file, path)
        sha256 = await self._host.download_file(
            path, packed_path, checksum_path, archive_format.packed_limit, self._budget
        )
        limit = archive_format.find_unpacked_limit(timeframe)
        name = path.rpartition("/")[2]
        await run_in_thread(
            partial(unpack_file, packed_path, name, archive_format.member, table_path, limit, self._budget)
        )
        packed_path.unlink()
        self._budget.remove(packed_path)
        return sha256

    def _build_chunk(self, bars: CandlesWithLows, outcomes: list[SpanOutcome], source: str) -> Chunk:
        return Chunk(bars.candles, outcomes, self._origin, source, lows=bars.lows)


def _fail_spans(spans: Sequence[Span], failure: CollectFailure) -> list[SpanOutcome]:
    return [SpanOutcome(span, failure.outcome, str(failure)) for span in spans]
