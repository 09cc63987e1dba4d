"""The plan of a scan: which assets, the minutes that measuring them needs, what the store lacks, and its cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.questions import build_question
from cli import clock
from cli.collect_request import add_underlyings
from cli.session import Session
from collectors.collect import build_windows
from collectors.http.access import Access
from collectors.plan import QUOTES, add_fx_legs, list_requested_assets
from collectors.request import CollectRequest
from collectors.universe.estimate import CollectionEstimate, estimate_collection
from collectors.universe.listings import run_listings
from collectors.universe.plan import MarketUniverse, build_scan_request, build_universe, order_routes_by_cost
from collectors.venues.row import VenueRow
from collectors.venues.table import select_venues
from data.catalogue import DEFAULT_FOCUS, Catalogue, Event
from data.errors import NoUsableCandles, UsageError
from data.intervals import Span
from deviation.placebo import PLACEBO_DAYS, shift_question


@dataclass(frozen=True, slots=True)
class ScanWindow:
    """The window of a scan, the event that it belongs to (None: none), and the exchange that is compared."""

    start: datetime
    end: datetime
    event: str | None
    focus: str


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """What a scan collects first; ``notes`` say what was cut off the window."""

    universe: MarketUniverse
    request: CollectRequest
    window: Span
    estimate: CollectionEstimate
    venue_rows: tuple[VenueRow, ...]
    notes: tuple[str, ...]


def find_focus(catalogue: Catalogue, event: str | None, focus: str | None) -> str:
    """The id of the exchange that is compared: the given one, else that of the event, else the default one."""
    if focus is not None:
        return focus
    return DEFAULT_FOCUS if event is None else catalogue.get_event(event).default_focus


def list_scan_quotes(event: Event | None) -> tuple[str, ...]:
    """The quotes in which coins are compared: dollars and the two stablecoins, and those of the event."""
    return tuple(dict.fromkeys([*QUOTES, *(() if event is None else event.quotes)]))


def select_scan_venues(
    catalogue: Catalogue, focus: str, ids: Sequence[str], table: Sequence[VenueRow]
) -> tuple[VenueRow, ...]:
    """The rows of the exchanges that are asked, all by default, each with its cheapest route first.

    Raises:
        UsageError: an unknown exchange, or the focus is not among them.
    """
    rows = select_venues(ids, table)
    if focus not in {row.id for row in rows}:
        name = catalogue.get_venue(focus).name
        message = (
            f"the scan compares {name} with the others, and {name} is not among the exchanges that are collected: "
            f"add {focus} to --venues, or name another with --focus"
        )
        raise UsageError(message)
    return tuple(map(order_routes_by_cost, rows))


def find_required_span(catalogue: Catalogue, assets: Sequence[str], window: ScanWindow, *, placebo: bool) -> Span:
    """The minutes that measuring the assets needs: the day before the window, calm span and carries included.

    With ``placebo`` also those of the same window on each of the 7 days before.
    """
    days = (0, PLACEBO_DAYS) if placebo else (0,)
    spans = [
        shift_question(question, day).required_span
        for asset in assets
        for question in [build_question(catalogue, asset, window.start, window.end, event=window.event)]
        for day in days
    ]
    return Span(min(start for start, _ in spans), max(end for _, end in spans))


def plan_scan(
    session: Session, window: ScanWindow, venue_rows: tuple[VenueRow, ...], access: Access, *, placebo: bool
) -> ScanPlan:
    """Ask the exchanges for their markets, and plan what the store lacks of them.

    Raises:
        NoUsableCandles: the focus did not list its markets, or shares no asset with two others.
        UsageError: no minute of the window is final yet.
    """
    catalogue = session.catalogue
    quotes = list_scan_quotes(None if window.event is None else catalogue.get_event(window.event))
    listings = run_listings(session.store, venue_rows, quotes, access=access, now=clock.now)
    universe = build_universe(listings, window.focus, quotes, catalogue.map_families())
    _check_universe(universe, catalogue)
    assets, ratio_markets = add_underlyings(catalogue, [asset.asset for asset in universe.assets])
    span = find_required_span(catalogue, assets, window, placebo=placebo)
    request = build_scan_request(universe, span, quotes=quotes, also=assets, symbols=ratio_markets)
    (final_window, *_), notes = build_windows(request, clock.now(), max(row.final_after_s for row in venue_rows))
    requested_assets = list_requested_assets(add_fx_legs(request.assets), request.all_symbols)
    coverage = session.store.coverage.read_rows(requested_assets, *final_window)
    coverage = session.store.coverage.complete_absences(coverage)
    estimate = estimate_collection(request, final_window, listings, coverage, clock.now())
    return ScanPlan(universe, request, final_window, estimate, venue_rows, notes)


def _check_universe(universe: MarketUniverse, catalogue: Catalogue) -> None:
    if universe.assets:
        return
    name = catalogue.get_venue(universe.focus).name
    focus_failure = next(listing.failure for listing in universe.listings if listing.venue.id == universe.focus)
    if focus_failure is not None:
        message = (
            f"nothing to scan: {name} did not list its markets ({focus_failure.outcome}: {focus_failure}); "
            "check the connection, try --proxy, --host or --mirror, or name another exchange with --focus"
        )
        raise NoUsableCandles(message)
    message = (
        f"nothing to scan: no coin of {name} is listed on at least two of the other "
        f"{len(universe.listings) - 1} exchanges; name more with --venues"
    )
    raise NoUsableCandles(message)
