"""The collection: venues side by side, each within its own limit, all writing to one store.

What was stored stays stored whenever the job ends, and the next run asks only for what is missing.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from collectors.mirror import mirror_base
from collectors.plan import Span, assets_asked, floor_minute, with_fx_legs
from collectors.request import CollectRequest, OnProgress, Progress, Summary
from collectors.sink import CandleSink, Clock, Keeper
from collectors.venues import VENUES, VenueRow, venues_named
from data.errors import UsageError


def utc_now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def tell_nobody(progress: Progress) -> None:
    """Takes progress and does nothing with it."""


def window_of(request: CollectRequest, now: datetime) -> tuple[Span, tuple[str, ...]]:
    """The whole, finished minutes of the request, in UTC, and notes on what of it was cut off.

    The minute that is still running is never asked: its candle would change, and coverage would call it complete.

    Raises:
        UsageError: no minute of the window is over yet.
    """
    asked = Span(request.start.astimezone(UTC), request.end.astimezone(UTC))
    whole = Span(floor_minute(asked.start), floor_minute(asked.end))
    window = Span(whole.start, min(whole.end, floor_minute(now)))
    notes = []
    if whole != asked:
        edges = f"{whole.start:%Y-%m-%d %H:%MZ} to {whole.end:%Y-%m-%d %H:%MZ}"
        notes.append(f"edges rounded down to whole minutes: {edges}")
    if window.end < whole.end:
        notes.append(f"minutes from {window.end:%Y-%m-%d %H:%MZ} on are not over yet; collect them later")
    if window.minutes < 1:
        message = f"no minute of the window from {whole.start:%Y-%m-%d %H:%MZ} on is over yet"
        raise UsageError(message)
    return window, tuple(notes)


async def collect(
    sink: CandleSink,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    mirror: str | None = None,
    now: Clock = utc_now,
    on_progress: OnProgress = tell_nobody,
) -> Summary:
    """Bring the candles of the request that are not stored yet into the store, with the coverage of all of them.

    ``venues`` is the table to choose from, ``mirror`` the address that stands before every host, ``now`` the clock by
    which minutes are finished and answers are dated. ``on_progress`` is called in the event loop's own thread.

    Raises:
        UsageError: an unknown venue, a mirror that is no address, or a window that is not over in any minute.
        StoreBusy: other writers kept the store from taking a batch.
    """
    # Imported here because ccxt costs over half a second and 100 MB, and most commands never collect.
    from collectors.venue_run import Job, VenueRun  # noqa: PLC0415

    chosen = venues_named(request.venues, venues)
    base = None if mirror is None else mirror_base(mirror)
    window, notes = window_of(request, now())
    assets = with_fx_legs(request.assets)
    keeper = Keeper(sink, now)
    stored = await keeper.coverage(assets_asked(assets, request.symbols), window)
    job = Job(assets, request.symbols, window, stored, keeper, base, now, on_progress)
    try:
        async with asyncio.TaskGroup() as group:
            runs = [group.create_task(VenueRun(venue, job).run()) for venue in chosen]
    except ExceptionGroup as failed:
        # One venue's error has ended the others; the first is what the caller has to know.
        raise failed.exceptions[0] from failed
    return Summary(tuple(result for run in runs for result in run.result()), notes)


def run_collection(
    sink: CandleSink,
    request: CollectRequest,
    *,
    venues: Iterable[VenueRow] = VENUES,
    mirror: str | None = None,
    now: Clock = utc_now,
    on_progress: OnProgress = tell_nobody,
) -> Summary:
    """`collect`, for callers that have no event loop. Ctrl-C ends it and loses nothing that was stored."""
    return asyncio.run(collect(sink, request, venues=venues, mirror=mirror, now=now, on_progress=on_progress))
