"""The page of events in Chromium: from the comparison to an event's own pages, wide and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from data.store import CandleStore
from tests.browser.conftest import NOW, PageVisit, serve_store
from tests.browser.test_pages import build_address, read_view
from tests.dashboard.event_store import build_event_candles
from tests.dashboard.memory_store import RecordedActions

HEADING = "9 events, 7 of them measured from the prices in this store"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over the replayed markets of all events."""
    store = CandleStore(str(tmp_path_factory.mktemp("library") / "lake"))
    store.write_candles(build_event_candles(), source="by hand", fetched_at=NOW)
    with serve_store(store, RecordedActions()) as address:
        yield address


def test_an_event_leads_to_its_overview(visit: PageVisit, library: str) -> None:
    """The title of an event opens its overview, with its exchange and its asset, without loading the app again."""
    tab = visit.open_page(build_address(library, "events"), HEADING)
    tab.get_by_role("link", name="Kraken ETH, 22 Feb 2021").first.click()
    expect(tab.locator("#overview-cards")).to_contain_text("ETH/USD on Kraken: up to 55% below other USD exchanges.")
    assert read_view(tab) == ("/overview", {"event": "2021-02-22"})


def test_the_list_of_events_switches_every_page(visit: PageVisit, library: str) -> None:
    """Another event in the list at the top opens its window, asset and exchange, also for a rise."""
    tab = visit.tab
    visit.goto(build_address(library, "overview", "?event=2021-02-22"))
    expect(tab.locator("#overview-cards")).to_contain_text("55% below")
    visit.wait_until_idle()
    tab.locator("#event").click()
    tab.get_by_role("option", name="Binance.US BTC/USDT, 21 Jun 2023").click()
    expect(tab.locator("#overview-cards")).to_contain_text("up to 100% above other USDT exchanges")
    visit.wait_until_idle()
    assert read_view(tab) == ("/overview", {"event": "2023-06-21"})


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_lie_within_their_tracks(visit: PageVisit, library: str, width: int, theme: str) -> None:
    """No bar leaves its track, the page does not scroll sideways, and each measured event has a finding."""
    visit.tab.set_viewport_size({"width": width, "height": 900})
    tab = visit.open_page(build_address(library, "events", f"?theme={theme}"), HEADING)
    outside = tab.evaluate(
        """() => [...document.querySelectorAll('.events-bar')].filter(track => {
          const { left, right } = track.getBoundingClientRect();
          return [...track.querySelectorAll('i')].some(bar => {
            const box = bar.getBoundingClientRect();
            return box.left < left - 1 || box.right > right + 1;
          });
        }).length"""
    )
    assert outside == 0
    assert tab.locator(".events-finding").count() == 7
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
