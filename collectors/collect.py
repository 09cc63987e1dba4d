"""A collection: venues are read concurrently, each within its own rate limit, and all write to one store.

What was stored stays stored however a collection ends, and the next one requests only what is missing.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from collectors.check.findings import Finding, OnFinding
from collectors.http.access import DIRECT_ACCESS, Access
from collectors.http.clock import describe_offsets
from collectors.plan import CoverageIndex, add_fx_legs, floor_bar, list_requested_assets
from collectors.request import CollectionSummary, CollectRequest, MarketProgress, MarketResult, OnProgress
from collectors.store_writer import BatchWriter, Clock
from collectors.venues.row import FINAL_AFTER_S, VenueRow
from collectors.venues.table import VENUES, select_venues
from data.errors import UsageError
from data.intervals import Span, merge_spans
from data.schema import Outcome, Timeframe
from data.store import CandleStore

PLACEBO_DAYS = 7
"""Number of days before the window on which a request with ``placebo`` collects the same hours."""


def utc_now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def ignore_progress(progress: MarketProgress) -> None:
    """Discard progress."""


def build_windows(
    request: CollectRequest, now: datetime, final_after_s: int = FINAL_AFTER_S
) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The windows of a request in UTC and in time order, and notes on what was cut off the request.

    Their edges are rounded down to minutes, or to bars where candles span five minutes. A bar that ended less than
    ``final_after_s`` ago is never requested: its candle may still change, and coverage would call it complete.

    Raises:
        UsageError: the window holds no bar, or no final one.
    """
    step, unit = (
        (Timeframe.M5, "spans of 5 minutes") if request.timeframe is Timeframe.M5 else (Timeframe.M1, "minutes")
    )
    requested = Span(request.start.astimezone(UTC), request.end.astimezone(UTC))
    floored = Span(floor_bar(requested.start, step), floor_bar(requested.end, step))
    final_end = floor_bar(now.astimezone(UTC) - timedelta(seconds=final_after_s), step)
    window = Span(floored.start, min(floored.end, final_end))
    notes = []
    if floored != requested:
        edges = f"{floored.start:%Y-%m-%d %H:%MZ} to {floored.end:%Y-%m-%d %H:%MZ}"
        notes.append(f"edges rounded down to whole {unit}: {edges}")
    if floored.start == floored.end:
        edges = f"{requested.start:%Y-%m-%d %H:%MZ} to {requested.end:%Y-%m-%d %H:%MZ}"
        message = f"window {edges} holds no whole span of 5 minutes"
        raise UsageError(message)
    if window.end < floored.end:
        notes.append(f"minutes from {window.end:%Y-%m-%d %H:%MZ} on are not final yet; collect them later")
    if window.end <= window.start:
        message = f"no minute of the window from {floored.start:%Y-%m-%d %H:%MZ} on is final yet"
        raise UsageError(message)
    offsets = (timedelta(days=day) for day in range(PLACEBO_DAYS + 1)) if request.placebo else (timedelta(),)
    return merge_spans(Span(window.start - day, window.end - day) for day in offsets), tuple(notes)


async def collect_candles(
    sink: CandleStore,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT_ACCESS,
    now: Clock = utc_now,
    on_progress: OnProgress = ignore_progress,
) -> CollectionSummary:
    """Store the candles of the request that are missing, and the coverage of every span that was requested.

    Args:
        sink: the store.
        request: assets, window, venues and kinds of markets.
        venues: the rows of the venue table to choose from.
        access: how hosts are reached.
        now: the clock that dates responses and, corrected by that of each venue, decides which candles are final.
        on_progress: called in the thread of the event loop.

    Raises:
        UsageError: an unknown venue or host, or a window without a final minute.
        StoreBusy: other writers kept the store from taking a batch.
        StoreUnusable: the store cannot be read or written.
    """
    # Imported here because ccxt costs over half a second and 100 MB, and most commands never collect.
    from collectors.venue_collection import CollectionJob, VenueCollection  # noqa: PLC0415

    venue_rows = select_venues(
        request.venues, venues, derivatives=request.derivatives, personal_archives=request.personal_archives
    )
    windows, notes = build_windows(request, now(), max(row.final_after_s for row in venue_rows))
    assets = add_fx_legs(request.assets)
    writer = BatchWriter(sink, now)
    coverage = await writer.read_coverage(
        list_requested_assets(assets, request.all_symbols), Span(windows[0].start, windows[-1].end)
    )
    asked = coverage.clear() if request.refetch or request.all_routes else coverage
    job = CollectionJob(
        assets,
        request.list_symbols,
        windows,
        CoverageIndex(asked, request.final_outcomes),
        CoverageIndex(asked, (Outcome.NOT_LISTED,)),
        CoverageIndex(coverage, (Outcome.NOT_OFFERED,)),
        writer,
        access,
        now,
        on_progress,
        request.timeframe,
        request.all_routes,
        request.quotes,
    )

    clock_offsets: list[tuple[str, timedelta | None]] = []

    async def collect_rows(rows: list[VenueRow]) -> list[MarketResult]:
        """One row after the other, as rows of a venue share its rate limit and each client counts its own requests."""
        results: list[MarketResult] = []
        for row in rows:
            collection = VenueCollection(row, job)
            results += await collection.run()
            clock_offsets.append((row.id, collection.clock_offset))
        return results

    rows_by_venue: dict[str, list[VenueRow]] = {}
    for row in venue_rows:
        rows_by_venue.setdefault(row.id, []).append(row)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(collect_rows(rows)) for rows in rows_by_venue.values()]
    except ExceptionGroup as error_group:
        raise _find_first_error(error_group) from error_group
    finally:
        await writer.close()
    clock_note = describe_offsets(clock_offsets)
    results = tuple(result for task in tasks for result in task.result())
    return CollectionSummary(results, (*notes, clock_note) if clock_note else notes)


def _find_first_error(error_group: ExceptionGroup) -> Exception:
    """The first error of a group and the groups in it: the one that cancelled the other tasks."""
    error = error_group.exceptions[0]
    return _find_first_error(error) if isinstance(error, ExceptionGroup) else error


def run_collection(
    sink: CandleStore,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT_ACCESS,
    now: Clock = utc_now,
    on_progress: OnProgress = ignore_progress,
) -> CollectionSummary:
    """`collect_candles` for callers without an event loop. Ctrl-C ends it; what was stored stays."""
    return asyncio.run(collect_candles(sink, request, venues=venues, access=access, now=now, on_progress=on_progress))


def run_check(
    ids: Iterable[str],
    on_finding: OnFinding,
    *,
    derivatives: bool = False,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT_ACCESS,
    now: Clock = utc_now,
) -> list[Finding]:
    """Compare what the venue table assumes with what the venues send; see `collectors.check.ohlcv`.

    Raises:
        UsageError: an unknown venue or host.
    """
    from collectors.check.ohlcv import check_venues  # noqa: PLC0415 - imports ccxt, as above

    return asyncio.run(check_venues(select_venues(ids, venues, derivatives=derivatives), now, on_finding, access))
