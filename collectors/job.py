"""The collection: venues side by side, each within its own limit, all writing to one store.

What was stored stays stored whenever the job ends, and the next run asks only for what is missing.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from collectors.access import DIRECT, Access
from collectors.findings import Finding, OnFinding
from collectors.plan import Answered, Span, assets_asked, floor_bar, joined, with_fx_legs
from collectors.request import CollectRequest, MarketResult, OnProgress, Progress, Summary
from collectors.sink import CandleSink, Clock, Keeper
from collectors.venues import VENUES, VenueRow, venues_named
from data.errors import UsageError
from data.schema import Outcome, Timeframe

PLACEBO_DAYS = 7
"""How many days before the window are collected with it, for comparison."""


def utc_now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def tell_nobody(progress: Progress) -> None:
    """Takes progress and does nothing with it."""


def windows_of(request: CollectRequest, now: datetime) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The whole, finished minutes of the request, in UTC and in time order, and notes on what of it was cut off.

    Of candles of five minutes these are whole, finished bars. What is still running is never asked: its candle would
    change, and coverage would call it complete.

    Raises:
        UsageError: no bar of the window is over yet, or it holds none.
    """
    step, bars = (
        (Timeframe.M5, "spans of 5 minutes") if request.timeframe is Timeframe.M5 else (Timeframe.M1, "minutes")
    )
    asked = Span(request.start.astimezone(UTC), request.end.astimezone(UTC))
    whole = Span(floor_bar(asked.start, step), floor_bar(asked.end, step))
    window = Span(whole.start, min(whole.end, floor_bar(now.astimezone(UTC), step)))
    notes = []
    if whole != asked:
        edges = f"{whole.start:%Y-%m-%d %H:%MZ} to {whole.end:%Y-%m-%d %H:%MZ}"
        notes.append(f"edges rounded down to whole {bars}: {edges}")
    if whole.start == whole.end:
        message = (
            f"window {asked.start:%Y-%m-%d %H:%MZ} to {asked.end:%Y-%m-%d %H:%MZ} holds no whole span of 5 minutes"
        )
        raise UsageError(message)
    if window.end < whole.end:
        notes.append(f"minutes from {window.end:%Y-%m-%d %H:%MZ} on are not over yet; collect them later")
    if window.end <= window.start:
        message = f"no minute of the window from {whole.start:%Y-%m-%d %H:%MZ} on is over yet"
        raise UsageError(message)
    days = (timedelta(days=day) for day in range(PLACEBO_DAYS + 1)) if request.placebo else (timedelta(),)
    return joined(Span(window.start - day, window.end - day) for day in days), tuple(notes)


async def collect(
    sink: CandleSink,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT,
    now: Clock = utc_now,
    on_progress: OnProgress = tell_nobody,
) -> Summary:
    """Bring the candles of the request that are not stored yet into the store, with the coverage of all of them.

    ``venues`` is the table to choose from, ``access`` how they are reached, ``now`` the clock by which minutes are
    finished and answers are dated. ``on_progress`` is called in the event loop's own thread.

    Raises:
        UsageError: an unknown venue or host, a mirror that is no address, or a window that is not over in any minute.
        StoreBusy: other writers kept the store from taking a batch.
        StoreUnusable: the store cannot be read or written.
    """
    # Imported here because ccxt costs over half a second and 100 MB, and most commands never collect.
    from collectors.venue_run import Job, VenueRun  # noqa: PLC0415

    chosen = venues_named(request.venues, venues, derivatives=request.derivatives)
    windows, notes = windows_of(request, now())
    assets = with_fx_legs(request.assets)
    keeper = Keeper(sink, now)
    known = await keeper.coverage(assets_asked(assets, request.symbols), Span(windows[0].start, windows[-1].end))
    job = Job(
        assets,
        request.symbols,
        windows,
        Answered(known.clear() if request.refetch else known, request.settled),
        Answered(known, (Outcome.NOT_LISTED,)),
        Answered(known, (Outcome.NOT_OFFERED,)),
        keeper,
        access,
        now,
        on_progress,
        request.timeframe,
    )

    async def one_by_one(rows: list[VenueRow]) -> list[MarketResult]:
        """Rows of one venue share its limit, and each keeps its own count of it."""
        return [result for row in rows for result in await VenueRun(row, job).run()]

    by_venue: dict[str, list[VenueRow]] = {}
    for row in chosen:
        by_venue.setdefault(row.id, []).append(row)
    try:
        async with asyncio.TaskGroup() as group:
            runs = [group.create_task(one_by_one(rows)) for rows in by_venue.values()]
    except ExceptionGroup as failed:
        raise _first_of(failed) from failed
    finally:
        await keeper.close()
    return Summary(tuple(result for run in runs for result in run.result()), notes)


def _first_of(failed: ExceptionGroup) -> Exception:
    """The error that ended the others, which is what the caller has to know."""
    error = failed.exceptions[0]
    return _first_of(error) if isinstance(error, ExceptionGroup) else error


def run_collection(
    sink: CandleSink,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT,
    now: Clock = utc_now,
    on_progress: OnProgress = tell_nobody,
) -> Summary:
    """`collect`, for callers that have no event loop. Ctrl-C ends it and loses nothing that was stored."""
    return asyncio.run(collect(sink, request, venues=venues, access=access, now=now, on_progress=on_progress))


def run_check(
    ids: Iterable[str],
    on_finding: OnFinding,
    *,
    derivatives: bool = False,
    venues: Iterable[VenueRow] = VENUES,
    access: Access = DIRECT,
    now: Clock = utc_now,
) -> list[Finding]:
    """Compare what the table assumes of the venues with what they send; `collectors.check`.

    Raises:
        UsageError: an unknown venue or host.
    """
    from collectors.check import check  # noqa: PLC0415 - imports ccxt, as above

    return asyncio.run(check(venues_named(ids, venues, derivatives=derivatives), now, on_finding, access))
