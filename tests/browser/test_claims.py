"""The page of claims in Chromium: verdicts, the filter, links to views, phones and paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from data.store import CandleStore
from tests.browser.conftest import NOW, PageVisit, serve_store
from tests.dashboard.memory_store import RecordedActions
from tests.evidence.claims.candles import build_candles

HEADING = "What was said, and what the prices say"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page over USDe on Binance, which trades at 0.65 at 21:21."""
    store = CandleStore(str(tmp_path_factory.mktemp("claims") / "lake"))
    market = build_candles("binance", "USDE/USDT", {10: 0.78, 11: 0.7}, price=1.0, lows={11: 0.65})
    store.write_candles(market, source="hand.csv", fetched_at=NOW)
    with serve_store(store, RecordedActions()) as explorer:
        yield explorer.replace("explorer", "claims")


def open_judged(visit: PageVisit, address: str) -> Tab:
    """The page once everything is judged."""
    tab = visit.open_page(address, HEADING)
    expect(tab.locator(".is-pending")).to_have_count(0)
    expect(tab.locator("#claims-F8")).to_contain_text("0.65")
    return tab


def list_visible(tab: Tab) -> list[str]:
    """The ids of the claims that are shown."""
    return tab.locator(".claim:visible .claim-id").all_inner_texts()


def test_a_count_shows_the_claims_of_its_verdict(visit: PageVisit, address: str) -> None:
    """Contradicted claims alone, of whatever side, and all of them again; it asks the server for nothing."""
    tab = open_judged(visit, address)
    everything = list_visible(tab)
    requests = len(visit.requests)
    counts = tab.get_by_role("navigation", name="Claims by verdict")
    counts.get_by_role("link", name="contradicted").click()
    expect(tab.locator("#claims-A11")).to_be_hidden()
    shown = list_visible(tab)
    assert {"A8", "D6", "F8"} <= set(shown)
    assert counts.get_by_role("link", name="contradicted").inner_text() == f"{len(shown)} contradicted"
    expect(tab.locator(".claims-side:visible h2", has_text="Papers")).to_have_count(0)
    counts.get_by_role("link", name="all").click()
    expect(tab.locator("#claims-A11")).to_be_visible()
    assert list_visible(tab) == everything
    assert len(visit.requests) == requests


def test_a_value_leads_to_its_view(visit: PageVisit, address: str) -> None:
    """The low of USDe is a link to the page of lows of that coin."""
    tab = open_judged(visit, address)
    tab.locator("#claims-F8").get_by_role("link", name="USDE/USDT on Binance").click()
    expect(tab.locator("h1")).not_to_have_text(HEADING)
    assert tab.url.endswith("/lows?asset=USDE")


def test_a_phone_and_paper(visit: PageVisit, address: str) -> None:
    """Nothing scrolls sideways, each verdict stands above its claim, and paper has no navigation."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = open_judged(visit, address)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    verdict, claim = (
        tab.locator("#claims-A8 .verdict").first.bounding_box(),
        tab.locator("#claims-A8 h3").bounding_box(),
    )
    assert verdict is not None
    assert claim is not None
    assert verdict["y"] + verdict["height"] <= claim["y"]
    tab.emulate_media(media="print")
    expect(tab.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(tab.locator("#claims-A8")).to_be_visible()
    tab.emulate_media(media="screen")
