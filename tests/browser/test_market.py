"""The Market page in Chromium, over a store with a scan: its chart, search, links and choices."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from data.store import CandleStore
from data.tables.scans import Universe
from tests.browser.conftest import NOW, PageVisit, serve_store, wait_until
from tests.browser.test_accessibility import find_violations, open_drawn_page
from tests.browser.test_pages import build_address
from tests.browser.test_prerender import PLACES_SCRIPT, open_without_app
from tests.dashboard.memory_store import MINUTES, START, RecordedActions, build_crash_candles
from tests.data.scan_frames import MADE_AT, build_run, build_scan

QUERY = "?window=crash"
LOWS = {
    "ATOM": {"binance": 0.75, "okx": 1.0, "gate": 0.9},
    "DOGE": {"binance": 1.0, "okx": 0.96, "gate": 1.2},
    **{f"COIN{number}": {"binance": 0.4 + number / 40, "okx": 1.0, "kucoin": 1.1} for number in range(38)},
}
FINDING = "Binance's lowest trade was below every other exchange's on 25 of 40 assets, by at least 10% on 22"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over candles made by hand and a scan of forty assets in their window."""
    store = CandleStore(str(tmp_path_factory.mktemp("scanned") / "lake"))
    store.write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
    run = build_run(
        start=START,
        end=START + timedelta(minutes=MINUTES),
        window="crash",
        asset_count=len(LOWS),
        store_version=store.read_version(),
        universe=Universe.LISTED,
    )
    store.scans.save(build_scan(LOWS, run=run))
    later = replace(
        run, scan_id="scan-2", universe=Universe.STORED, asset_count=2, made_at=MADE_AT + timedelta(hours=1)
    )
    store.scans.save(build_scan({name: LOWS[name] for name in ("ATOM", "DOGE")}, run=later))
    with serve_store(store, RecordedActions()) as address:
        yield address


def test_the_chart_has_a_dot_per_asset(visit: PageVisit, scanned: str) -> None:
    """After one request the strip, the histogram and the grid are drawn."""
    tab = visit.open_page(build_address(scanned, "market", QUERY), FINDING)
    assert visit.request_triggers == [["place.data"]]
    expect(tab.locator("#market-graph .scatterlayer .points path")).to_have_count(len(LOWS))
    assert tab.locator("#market-graph .barlayer .point").count() >= 8
    expect(tab.get_by_text("have changed since")).to_have_count(0)


def test_a_search_and_a_row_lead_to_the_explorer(visit: PageVisit, scanned: str) -> None:
    """The search keeps the rows with the typed text, without a request; their link opens the asset in this view."""
    tab = visit.open_page(build_address(scanned, "market", QUERY), FINDING)
    tab.get_by_label("Search").fill("atom")
    rows = tab.locator("#market-grid .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(1)
    assert visit.request_triggers == [["place.data"]]
    tab.locator("#market-grid").get_by_role("link", name="ATOM").click()
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance")
    wait_until(tab, "location.pathname + location.search === '/explorer?window=crash'")


def test_focus_and_choices_are_in_the_address(visit: PageVisit, scanned: str) -> None:
    """Any exchange of the scan can be chosen; a link shows the other side."""
    tab = visit.open_page(build_address(scanned, "market", QUERY), FINDING)
    tab.get_by_role("navigation", name="Gap").get_by_role("link", name="Same minute").click()
    expect(tab.get_by_role("navigation", name="Gap").locator("[aria-current]")).to_have_text("Same minute")
    wait_until(tab, "location.search === '?window=crash&gap=aligned'")
    tab.locator("#focus").click()
    visit.wait_for_change(tab.get_by_role("option", name="KuCoin").click)
    expect(tab.locator("h1")).to_contain_text("KuCoin's lowest trade")
    wait_until(tab, "location.search === '?window=crash&focus=kucoin&gap=aligned'")


def test_another_scan_of_the_window_is_chosen_by_its_link(visit: PageVisit, scanned: str) -> None:
    """That of what the store held, although made later, is folded away; another exchange is shown of the same scan."""
    tab = visit.open_page(build_address(scanned, "market", QUERY), FINDING)
    link = tab.get_by_role("link", name="2 coins on Binance, of those that the store held")
    expect(link).to_be_hidden()
    tab.get_by_text("2 scans of this window").click()
    visit.wait_for_change(link.click)
    expect(tab.locator("h1")).to_contain_text("on 1 of 2 assets")
    wait_until(tab, "location.search === '?window=crash&scan=scan-2'")
    tab.locator("#focus").click()
    visit.wait_for_change(tab.get_by_role("option", name="OKX").click)
    wait_until(tab, "location.search === '?window=crash&focus=okx&scan=scan-2'")
    visit.wait_for_change(tab.get_by_text("Full crash window").click)
    wait_until(tab, "location.search === '?focus=okx'")


def test_the_download_stands_beside_a_long_heading(visit: PageVisit, scanned: str) -> None:
    """On a wide screen it takes no line of its own; on a phone it stands below."""
    tab = visit.open_page(build_address(scanned, "market", QUERY), FINDING)
    places = (
        "[document.querySelector('#frame h1').getBoundingClientRect().bottom,"
        " document.querySelector('#frame h1 + .taken').getBoundingClientRect().top]"
    )
    tab.set_viewport_size({"width": 1440, "height": 900})
    heading_bottom, button_top = tab.evaluate(places)
    assert button_top < heading_bottom
    tab.set_viewport_size({"width": 390, "height": 900})
    heading_bottom, button_top = tab.evaluate(places)
    assert button_top >= heading_bottom


def test_the_keyboard_walks_along_the_dots(visit: PageVisit, scanned: str) -> None:
    """The slider reads out the largest lead first."""
    tab = visit.open_page(build_address(scanned, "market", QUERY), FINDING)
    expect(tab.locator("#market-graph .main-svg").first).to_be_visible()
    slider = tab.get_by_role("slider", name="Gaps by asset")
    slider.focus()
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "COIN0: 60% below OKX")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_app_takes_the_place_of_a_scan_and_nothing_moves(first_visit: PageVisit, scanned: str, width: int) -> None:
    """Finding, choices and chart are where the app shows them; on a phone nothing scrolls sideways."""
    tab = first_visit.tab
    tab.set_viewport_size({"width": width, "height": 900})
    app_route = open_without_app(first_visit, build_address(scanned, "market", QUERY), draws_chart=False)
    places_before = tab.evaluate(PLACES_SCRIPT, "#first")
    app_route.continue_()
    expect(tab.locator("#first")).to_have_count(0)
    places_after = tab.evaluate(PLACES_SCRIPT, "#frame")
    assert [place for place in places_before if place not in places_after] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_grave_in_a_scan(visit: PageVisit, scanned: str) -> None:
    """In dark and in light colours."""
    tab = open_drawn_page(visit, scanned, "market", f"{QUERY}&theme=dark")
    assert find_violations(tab) == []
    visit.switch_theme("light")
    assert find_violations(tab) == []


def test_without_scripts_all_rows_are_a_table(browser: Browser, scanned: str) -> None:
    """Each asset is a link to the explorer, and each choice a link to the same page."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(build_address(scanned, "market", QUERY))
    expect(tab.locator(".grid-table tbody tr")).to_have_count(len(LOWS))
    expect(tab.locator(".grid-table").get_by_role("link", name="DOGE")).to_have_attribute(
        "href", "/explorer?asset=DOGE&window=crash"
    )
    tab.get_by_role("link", name="Highs").click()
    expect(tab.locator("h1")).to_contain_text("Binance's highest trade")
    context.close()
