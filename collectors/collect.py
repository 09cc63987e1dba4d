"""The collection: venues side by side, each within its own limit, all writing to one store.

What was stored stays stored whenever the job ends, and the next run asks only for what is missing.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from collectors.check.findings import Finding, OnFinding
from collectors.http.access import DIRECT_ACCESS, Access
from collectors.plan import CoverageIndex, Span, add_fx_legs, floor_bar, list_requested_assets, merge_spans
from collectors.request import CollectionSummary, CollectRequest, MarketProgress, MarketResult, OnProgress
from collectors.store_writer import BatchWriter, CandleSink, Clock
from collectors.venues.row import VenueRow
from collectors.venues.table import VENUES, select_venues
from data.errors import UsageError
from data.schema import Outcome, Timeframe

PLACEBO_DAYS = 7
"""How many days before the window are collected with it, for comparison."""


def utc_now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def ignore_progress(progress: MarketProgress) -> None:
    """Takes progress and does nothing with it."""


def build_windows(request: CollectRequest, now: datetime) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The whole, finished minutes of the request, in UTC and in time order, and notes on what of it was cut off.

    Of candles of five minutes these are whole, finished bars. What is still running is never asked: its candle would
    change, and coverage would call it complete.

    Raises:
        UsageError: no bar of the window is over yet, or it holds none.
    """
    step, unit = (
        (Timeframe.M5, "spans of 5 minutes") if request.timeframe is Timeframe.M5 else (Timeframe.M1, "minutes")
    )
    requested = Span(request.start.astimezone(UTC), request.end.astimezone(UTC))
    floored = Span(floor_bar(requested.start, step), floor_bar(requested.end, step))
    window = Span(floored.start, min(floored.end, floor_bar(now.astimezone(UTC), step)))
    notes = []
    if floored != requested:
        edges = f"{floored.start:%Y-%m-%d %H:%MZ} to {floored.end:%Y-%m-%d %H:%MZ}"
        notes.append(f"edges rounded down to whole {unit}: {edges}")
    if floored.start == floored.end:
        message = f"window {requested.start:%Y-%m-%d %H:%MZ} to {requested.end:%Y-%m-%d %H:%MZ} holds no whole span of 5 minutes"
        raise UsageError(message)
    if window.end < floored.end:
        notes.append(f"minutes from {window.end:%Y-%m-%d %H:%MZ} on are not over yet; collect them later")
    if window.end <= window.start:
        message = f"no minute of the window from {floored.start:%Y-%m-%d %H:%MZ} on is over yet"
        raise UsageError(message)
    offsets = (timedelta(days=day) for day in range(PLACEBO_DAYS + 1)) if request.placebo else (timedelta(),)
    return merge_spans(Span(window.start - day, window.end - day) for day in offsets), tuple(notes)


async def collect_candles(
    sink: CandleSink,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT_ACCESS,
    now: Clock = utc_now,
    on_progress: OnProgress = ignore_progress,
) -> CollectionSummary:
    """Bring the candles of the request that are not stored yet into the store, with the coverage of all of them.

    ``venues`` is the table to choose from, ``access`` how they are reached, ``now`` the clock by which minutes are
    finished and answers are dated. ``on_progress`` is called in the event loop's own thread.

    Raises:
        UsageError: an unknown venue or host, a mirror that is no address, or a window that is not over in any minute.
        StoreBusy: other writers kept the store from taking a batch.
        StoreUnusable: the store cannot be read or written.
    """
    # Imported here because ccxt costs over half a second and 100 MB, and most commands never collect.
    from collectors.venue_collection import CollectionJob, VenueCollection  # noqa: PLC0415

    venue_rows = select_venues(request.venues, venues, derivatives=request.derivatives)
    windows, notes = build_windows(request, now())
    assets = add_fx_legs(request.assets)
    writer = BatchWriter(sink, now)
    coverage = await writer.read_coverage(
        list_requested_assets(assets, request.symbols), Span(windows[0].start, windows[-1].end)
    )
    job = CollectionJob(
        assets,
        request.symbols,
        windows,
        CoverageIndex(coverage.clear() if request.refetch else coverage, request.final_outcomes),
        CoverageIndex(coverage, (Outcome.NOT_LISTED,)),
        CoverageIndex(coverage, (Outcome.NOT_OFFERED,)),
        writer,
        access,
        now,
        on_progress,
        request.timeframe,
    )

    async def collect_rows(rows: list[VenueRow]) -> list[MarketResult]:
        """Rows of one venue share its limit, and each keeps its own count of it."""
        return [result for row in rows for result in await VenueCollection(row, job).run()]

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
    return CollectionSummary(tuple(result for task in tasks for result in task.result()), notes)


def _find_first_error(error_group: ExceptionGroup) -> Exception:
    """The error that ended the others, which is what the caller has to know."""
    error = error_group.exceptions[0]
    return _find_first_error(error) if isinstance(error, ExceptionGroup) else error


def run_collection(
    sink: CandleSink,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT_ACCESS,
    now: Clock = utc_now,
    on_progress: OnProgress = ignore_progress,
) -> CollectionSummary:
    """`collect_candles`, for callers that have no event loop. Ctrl-C ends it and loses nothing that was stored."""
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
    """Compare what the table assumes of the venues with what they send; `collectors.check.ohlcv`.

    Raises:
        UsageError: an unknown venue or host.
    """
    from collectors.check.ohlcv import check_venues  # noqa: PLC0415 - imports ccxt, as above

    return asyncio.run(check_venues(select_venues(ids, venues, derivatives=derivatives), now, on_finding, access))
