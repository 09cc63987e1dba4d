"""The overview in Chromium: its two requests, layout without shifts, and links to the explorer."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from evidence.proof.read_file import read_picture_manifest
from tests.browser.conftest import PageVisit

HEADING = "On 10 Oct 2025 Binance had the largest discount of the USDT exchanges in 1 of 1 comparable asset"
OKX_HEADING = "On 10 Oct 2025 OKX did not have the largest discount of the USDT exchanges in the one comparable asset"
SAMPLE_HEADING = "Published figures of 10 Oct 2025, and a sample drawn from them"
CRASH = "overview?window=crash"


def build_address(explorer: str, path_and_query: str) -> str:
    """An address on the same server."""
    return explorer.removesuffix("explorer") + path_and_query


def wait_for_deferred_parts(tab: Tab) -> None:
    """Wait until the results of the robustness checks are shown."""
    expect(tab.locator("#overview-cards [aria-busy=true]")).to_have_count(0)
    expect(tab.locator("#overview-reading [aria-busy=true]")).to_have_count(0)


def test_two_requests_and_then_none(visit: PageVisit, real: str) -> None:
    """The robustness checks are a second request; once they are cached, a change is one request."""
    tab = visit.open_page(build_address(real, CRASH), HEADING)
    wait_for_deferred_parts(tab)
    visit.wait_until_idle()
    # The request of a component that was just added has no changed property.
    assert visit.request_triggers in ([["place.data"], []], [["place.data"]])
    requests_before = len(visit.request_triggers)
    visit.wait_for_change(lambda: tab.get_by_text("Dark", exact=True).click())
    expect(tab.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    wait_for_deferred_parts(tab)
    visit.wait_until_idle()
    assert [triggers[0] for triggers in visit.request_triggers[requests_before:]] == ["theme.value"]


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_moves(first_visit: PageVisit, real: str, width: int) -> None:
    """The deferred parts and the charts have the height of their placeholders, on a screen of any width."""
    delayed_routes: list[Route] = []

    def delay_deferred(route: Route) -> None:
        if "async-graph" in route.request.url or "overview-asked" in (route.request.post_data or ""):
            delayed_routes.append(route)
        else:
            route.continue_()

    tab = first_visit.tab
    tab.set_viewport_size({"width": width, "height": 900})
    tab.route("**/_dash-update-component*", delay_deferred)
    tab.route("**/async-graph*", delay_deferred)
    # A threshold of its own for each width, so that its checks are not in the cache.
    with (
        tab.expect_request("**/async-graph*"),
        tab.expect_request(lambda request: "overview-asked" in (request.post_data or "")),
    ):
        tab.goto(build_address(real, f"{CRASH}&enter=2.{width}"))
    expect(tab.locator("#overview-cards .overview-bone").first).to_be_visible()
    part_selector = "#content :is(article, .overview-part, .limits)"
    places_script = f"[...document.querySelectorAll('{part_selector}')].map(e => e.getBoundingClientRect().y)"
    places_before = tab.evaluate(places_script)
    assert len(delayed_routes) == 2
    for route in delayed_routes:
        route.continue_()
    wait_for_deferred_parts(tab)
    assert tab.locator("#overview-cards .overview-bone").count() == 0
    assert tab.evaluate(places_script) == places_before
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_cell_leads_to_the_explorer(visit: PageVisit, real: str) -> None:
    """A cell of the matrix opens the explorer with its asset and its exchange, also by keyboard."""
    tab = visit.open_page(build_address(real, CRASH), HEADING)
    cell = tab.get_by_role("link", name=re.compile(r"^Gate, ATOM: "))
    cell.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Gate")
    tab.wait_for_url("**/explorer?window=crash&focus=gate")
    tab.go_back()
    expect(tab.locator("h1")).to_have_text(HEADING)
    tab.get_by_role("link", name="Explore WBETH").click()
    expect(tab.locator("h1")).to_contain_text("WBETH on Binance")
    visit.wait_until_idle()


def test_a_point_leads_to_the_explorer(visit: PageVisit, real: str) -> None:
    """A click on a marker opens the explorer with its asset and exchange."""
    tab = visit.open_page(build_address(real, CRASH), HEADING)
    wait_for_deferred_parts(tab)
    point = tab.locator("#overview-duration-wide .scatterlayer .points path").last
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(tab.locator("#overview-duration-wide .hoverlayer")).to_contain_text("Binance WBETH/USDT")
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(tab.locator("h1")).to_contain_text("WBETH on Binance")
    tab.wait_for_url("**/explorer?asset=WBETH&window=crash")
    visit.wait_until_idle()


def test_points_by_keyboard(visit: PageVisit, real: str) -> None:
    """The arrow keys move from point to point, each has a text and a hover label, and Enter opens it."""
    tab = visit.open_page(build_address(real, CRASH), HEADING)
    wait_for_deferred_parts(tab)
    expect(tab.locator("#overview-duration-wide .main-svg").first).to_be_visible()
    slider = tab.locator("[data-walks=overview-duration-wide]")
    slider.focus()
    tab.keyboard.press("End")
    max_value = slider.get_attribute("aria-valuemax")
    expect(slider).to_have_attribute("aria-valuenow", str(max_value))
    value_texts = set()
    for _ in range(int(max_value or 0)):
        value_texts.add(slider.get_attribute("aria-valuetext"))
        tab.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", "1")
    # WBETH stood at half of its fair value for five minutes.
    (wbeth_text,) = (text for text in value_texts if text and text.startswith("Binance WBETH/USDT, "))
    assert (
        "\N{MINUS SIGN}50% against estimated fair value, 21:20, more than 2% below for 5 of 30 comparable minutes"
        in wbeth_text
    )
    while wbeth_text != slider.get_attribute("aria-valuetext"):
        tab.keyboard.press("ArrowRight")
    expect(tab.locator("#overview-duration-wide .hoverlayer")).to_contain_text("Binance WBETH/USDT")
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_contain_text("WBETH on Binance")
    visit.wait_until_idle()


def test_the_focus_is_one_click_away(visit: PageVisit, real: str) -> None:
    """The name of an exchange in the matrix makes it the exchange of the page."""
    tab = visit.open_page(build_address(real, CRASH), HEADING)
    wait_for_deferred_parts(tab)
    visit.wait_for_change(lambda: tab.locator(".overview-matrix").get_by_role("button", name="OKX").click())
    expect(tab.locator("#overview-summary")).to_contain_text("not largest on ATOM")
    tab.wait_for_url("**focus=okx*")
    wait_for_deferred_parts(tab)
    visit.wait_until_idle()


def test_the_matrix_as_a_file(visit: PageVisit, real: str, downloads: Path) -> None:
    """The page's menu has the matrix as a dark square PNG of twice the sheet's pixels, with its manifest."""
    tab = visit.open_page(build_address(real, f"{CRASH}&focus=okx"), OKX_HEADING)
    wait_for_deferred_parts(tab)
    tab.get_by_role("button", name="Download", exact=True).click()
    menu = tab.get_by_role("dialog", name="Download")
    matrix = menu.locator("details", has_text="All exchanges, all assets")
    matrix.locator("summary").click()
    with tab.expect_download() as download:
        matrix.get_by_role("row", name="Square 1:1").get_by_role("link", name="PNG").last.click()
    assert re.fullmatch(r"plumbline_all_okx_.*_matrix_square_dark\.png", download.value.suggested_filename)
    file = downloads / "matrix.png"
    download.value.save_as(file)
    with Image.open(file) as picture:
        assert picture.size == (2400, 2400)
    manifest = read_picture_manifest(file.read_bytes())
    assert (manifest["focus"], manifest["assets"], manifest["window"]) == ("okx", ["ATOM", "WBETH", "DOGE"], "crash")


def test_a_phone_shows_the_narrow_charts(visit: PageVisit, real: str) -> None:
    """The chart whose size fits the screen is visible, the other one hidden."""
    tab = visit.open_page(build_address(real, CRASH), HEADING)
    expect(tab.locator("#overview-duration-wide")).to_be_visible()
    expect(tab.locator("#overview-duration-narrow")).to_be_hidden()
    tab.set_viewport_size({"width": 390, "height": 844})
    expect(tab.locator("#overview-duration-narrow")).to_be_visible()
    expect(tab.locator("#overview-duration-wide")).to_be_hidden()
    wait_for_deferred_parts(tab)


def test_an_illustration_is_one_request(visit: PageVisit, sample: str) -> None:
    """An illustration has no robustness checks, and is marked as one."""
    tab = visit.open_page(build_address(sample, CRASH), SAMPLE_HEADING)
    expect(tab.locator("#overview-summary")).to_contain_text("no conclusion can be drawn")
    expect(tab.locator("#offer-text")).to_contain_text("Sample data")
    visit.wait_until_idle()
    assert visit.request_triggers == [["place.data"]]
