"""The venues that an event is collected from keep candles or trades of its time, by what the venue table says."""

import pytest

from cli.collect_request import build_collect_request
from collectors.venues.row import Mark, MarketType, Route, VenueRow
from collectors.venues.table import VENUES
from data.catalogue import Event, load_catalogue

CATALOGUE = load_catalogue()
ROWS = {row.id: row for row in VENUES if row.kind is MarketType.SPOT}
VENUES_OF_EVENTS = [(event, venue) for event in CATALOGUE.events.values() for venue in event.venues]


def list_reaching_routes(row: VenueRow, event: Event) -> set[Route]:
    """The routes that reach the event: unbounded candles, trades from the first on, and files of its days."""
    routes = set()
    if row.reach_min is None and row.basis["reach_min"].mark is not Mark.UNKNOWN:
        routes.add(Route.OHLCV)
    if Route.TRADES in row.routes:
        routes.add(Route.TRADES)
    start = event.collect_span[0].date()
    return routes | {route for route, archive in row.archives.items() if archive.from_day <= start}


@pytest.mark.parametrize(("event", "venue"), VENUES_OF_EVENTS, ids=lambda item: getattr(item, "id", item))
def test_a_venue_of_an_event_keeps_its_time(event: Event, venue: str) -> None:
    """Some route of every venue reaches the span that is collected."""
    assert list_reaching_routes(ROWS[venue], event)


def test_venues_that_forget_are_not_asked_for_old_events() -> None:
    """The check finds that these venues have nothing of 2019, and Gate files from 2023 on alone."""
    old, new = CATALOGUE.get_event("2019-05-17"), CATALOGUE.get_event("2024-01-03")
    assert {venue for venue in ROWS if not list_reaching_routes(ROWS[venue], old)} == {
        "gate",
        "htx",
        "mexc",
        "gemini",
        "cryptocom",
        "bingx",
        "whitebit",
    }
    assert list_reaching_routes(ROWS["gate"], new) == {Route.ARCHIVE}
    assert list_reaching_routes(ROWS["kraken"], old) == {Route.TRADES}


def test_a_request_for_an_event() -> None:
    """An event is collected from its venues and in its quotes, unless other venues are named."""
    request = build_collect_request(CATALOGUE, "2026-02-06", (), None, None, ())
    event = CATALOGUE.get_event("2026-02-06")
    assert (request.assets, request.quotes) == (("BTC", "USDT", "USDC"), ("KRW",))
    assert request.venues == event.venues
    assert (request.start, request.end) == event.collect_span
    assert build_collect_request(CATALOGUE, "2026-02-06", (), None, None, ("upbit",)).venues == ("upbit",)
    assert build_collect_request(CATALOGUE, "2025-10-10", (), None, None, ()).venues == ()
