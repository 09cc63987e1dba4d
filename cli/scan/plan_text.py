"""The plan of a scan in words, as a table, and as JSON: what is scanned, what is lost, and what collecting it costs."""

from collections import Counter
from collections.abc import Iterator
from math import ceil
from typing import Any

from rich.table import Table

from cli.scan.plan import ScanPlan
from cli.tables.console import build_table
from cli.tables.scan import format_left_out
from collectors.universe.plan import MarketUniverse
from collectors.universe.venue_markets import VenueMarkets
from dashboard.text.numbers import format_count, format_megabytes
from dashboard.text.store import format_outcome
from data.catalogue import Catalogue
from data.times import format_time

MAX_SCALED = 8
"""Scaled tickers that are named; there are some twenty."""

MINUTES_PER_HOUR = 60


def format_universe(universe: MarketUniverse, catalogue: Catalogue) -> list[str]:
    """What is scanned, which markets stand for many units of a coin, and what is lost to delisting and failures."""
    name = catalogue.get_venue(universe.focus).name
    market_count = sum(len(asset.markets) for asset in universe.assets)
    others = format_count(len(universe.listings) - 1, "other exchange")
    coins = format_count(len(universe.assets), "coin")
    lines = [f"{coins} of {name} on at least two of {others}: {format_count(market_count, 'market')}."]
    lines += [*format_left_out(universe.left_out), *_list_scaled(universe, catalogue)]
    lines += _list_delisted(universe, catalogue)
    return lines + [line for listing in universe.listings for line in _list_failures(listing, catalogue)]


def _list_scaled(universe: MarketUniverse, catalogue: Catalogue) -> Iterator[str]:
    """The markets whose prices are divided, the first of them by name."""
    scaled = universe.list_scaled()
    if not scaled:
        return
    examples = [
        f"{market.symbol} on {catalogue.get_venue(market.venue).name} (divided by {market.scale:,.0f})"
        for market in scaled[:MAX_SCALED]
    ]
    more = f", and {len(scaled) - MAX_SCALED} more" if len(scaled) > MAX_SCALED else ""
    yield f"Quoted by the thousand or more: {', '.join(examples)}{more}."


def _list_delisted(universe: MarketUniverse, catalogue: Catalogue) -> Iterator[str]:
    """How many delisted markets are looked for in archives, and at which exchanges they cannot be known."""
    counts = Counter(market.venue for market in universe.list_delisted())
    if counts:
        places = ", ".join(
            f"{catalogue.get_venue(venue).name} ({format_count(count, 'market')})" for venue, count in counts.items()
        )
        yield f"Delisted since, but requested: {places}; nothing says before whether they traded in the window."
    unknown = [catalogue.get_venue(listing.venue.id).name for listing in universe.listings if listing.archived is None]
    if unknown:
        yield f"Not in the scan: coins that {', '.join(unknown)} delisted since: no list of former markets is public."


def _list_failures(listing: VenueMarkets, catalogue: Catalogue) -> Iterator[str]:
    """What a venue or its archive did not list, and what that means."""
    name = catalogue.get_venue(listing.venue.id).name
    if listing.failure is not None:
        means = "only markets known from before are scanned" if listing.symbols else "it is left out"
        yield f"{name}: no list of markets: {format_outcome(listing.failure.outcome)}: {listing.failure}; {means}."
    if listing.archive_failure is not None:
        failure = listing.archive_failure
        yield (
            f"{name}: no list of its archive: {format_outcome(failure.outcome)}: {failure}; "
            "coins that it delisted are not in the scan."
        )


def format_total(plan: ScanPlan) -> str:
    """What is missing in all, and how long collecting it takes."""
    estimate = plan.estimate
    if not estimate.requests:
        return "Nothing to collect: the store has what the exchanges give."
    return (
        f"To collect: about {format_count(estimate.requests, 'request')}, {format_megabytes(estimate.bytes)}, "
        f"{format_estimated_time(estimate.seconds)}; the store keeps what came if you stop."
    )


def build_estimate_table(plan: ScanPlan, catalogue: Catalogue) -> Table:
    """A row for each exchange of which something is missing, the slowest first."""
    title = f"Missing from {plan.window.start:%Y-%m-%d %H:%M} to {plan.window.end:%Y-%m-%d %H:%M} UTC"
    table = build_table(
        title, ("exchange",), ("markets", "minutes", "requests", "MB", "time"), ("no longer available",)
    )
    for venue in sorted(plan.estimate.venues, key=lambda venue: -venue.cost.seconds):
        if venue.markets:
            lost = f"{venue.lost_min:,} min" if venue.lost_min else ""
            table.add_row(
                catalogue.get_venue(venue.venue).name,
                f"{venue.markets:,}",
                f"{venue.minutes:,}",
                f"{venue.cost.requests:,}",
                f"{venue.cost.bytes / 1e6:,.1f}",
                format_estimated_time(venue.cost.seconds),
                lost,
            )
    return table


def format_estimated_time(seconds: float) -> str:
    """A rough length of time.

    >>> format_estimated_time(20), format_estimated_time(61), format_estimated_time(3 * 3600)
    ('1 min', '2 min', '3.0 h')
    """
    minutes = ceil(seconds / 60)
    return f"{minutes} min" if minutes < 2 * MINUTES_PER_HOUR else f"{minutes / MINUTES_PER_HOUR:.1f} h"


def build_plan_json(plan: ScanPlan) -> dict[str, Any]:
    """The plan; times in UTC, seconds and bytes as estimated, markets with what their prices are divided by."""
    universe, estimate = plan.universe, plan.estimate
    return {
        "event": "plan",
        "focus": universe.focus,
        "from": format_time(plan.window.start),
        "to": format_time(plan.window.end),
        "assets": {
            asset.asset: [
                {"venue": market.venue, "symbol": market.symbol, "scale": market.scale} for market in asset.markets
            ]
            for asset in universe.assets
        },
        "left_out": list(universe.left_out),
        "delisted": [{"venue": market.venue, "symbol": market.symbol} for market in universe.list_delisted()],
        "listings": [_build_listing_json(listing) for listing in universe.listings],
        "estimate": {
            "requests": estimate.requests,
            "bytes": estimate.bytes,
            "seconds": estimate.seconds,
            "venues": [
                {
                    "venue": venue.venue,
                    "markets": venue.markets,
                    "minutes": venue.minutes,
                    "lost_min": venue.lost_min,
                    "requests": venue.cost.requests,
                    "bytes": venue.cost.bytes,
                    "seconds": venue.cost.seconds,
                }
                for venue in estimate.venues
            ],
        },
        "notes": list(plan.notes),
    }


def _build_listing_json(listing: VenueMarkets) -> dict[str, Any]:
    failures = {"failure": listing.failure, "archive_failure": listing.archive_failure}
    return {
        "venue": listing.venue.id,
        "markets": len(listing.symbols),
        "lists_delisted": listing.archived is not None,
        **{name: None if failure is None else str(failure) for name, failure in failures.items()},
    }
