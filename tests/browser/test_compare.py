"""The Compare page in Chromium: scale, second window, links to the explorer, and files."""

import re
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_accessibility import find_violations
from tests.browser.test_pages import HEADINGS, build_address

LOWEST_SCRIPT = "(id) => document.querySelector(`#${id} .js-plotly-plot`).layout.yaxis.range[0]"


def open_compare(visit: PageVisit, explorer: str, query: str = "?window=crash") -> Tab:
    """The page with its first panel drawn."""
    tab = visit.open_page(build_address(explorer, "compare", query), HEADINGS["compare"])
    expect(tab.locator("#compare-0-ATOM .scatterlayer .trace").first).to_be_attached()
    return tab


def test_the_scale_is_the_reader_s(visit: PageVisit, real: str) -> None:
    """Panels share a scale until each gets its own; that sends no request, and stays when the focus changes."""
    tab = open_compare(visit, real)
    shared = tab.evaluate(LOWEST_SCRIPT, "compare-0-ATOM")
    assert tab.evaluate(LOWEST_SCRIPT, "compare-0-WBETH") == shared
    requests_before = len(visit.request_triggers)
    tab.get_by_text("Independent").click()
    # ATOM falls by 40 % against USD exchanges, WBETH, which sets the shared scale, by 50 %.
    wait_until(tab, f"() => ({LOWEST_SCRIPT})('compare-0-ATOM') > {shared} + 5")
    assert len(visit.request_triggers) == requests_before
    tab.locator("#focus").click()
    visit.wait_for_change(lambda: tab.get_by_role("option", name="Gate", exact=True).click())
    expect(tab.locator("#compare-note")).to_contain_text("Bold: Gate")
    expect(tab.get_by_role("radio", name="Independent")).to_be_checked()
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["focus.value"]]


def test_the_scale_is_part_of_the_link(visit: PageVisit, real: str) -> None:
    """The selected scale is in the address, in every file of the menu, and kept on other pages."""
    tab = open_compare(visit, real)
    requests_before = len(visit.request_triggers)
    tab.get_by_text("Independent").click()
    tab.wait_for_url("**/compare?window=crash&scale=own")
    tab.get_by_role("button", name="Download", exact=True).click()
    with tab.expect_download() as download:
        tab.get_by_role("link", name="CSV").click()
    assert "scale=own" in download.value.url
    assert download.value.suggested_filename.endswith("_compare.csv")
    tab.get_by_role("button", name="Copy link to the file").click()
    expect(tab.get_by_role("button", name="Link copied")).to_be_visible()
    copied_url = urlsplit(tab.evaluate("navigator.clipboard.readText()"))
    assert copied_url.path == "/export/compare.png"
    assert dict(parse_qsl(copied_url.query)) == {"window": "crash", "scale": "own"}
    tab.keyboard.press("Escape")
    assert len(visit.request_triggers) == requests_before
    pages = tab.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Method").click()
    expect(tab.locator("h1")).to_have_text(HEADINGS["method"])
    pages.get_by_role("link", name="Compare").click()
    expect(tab.get_by_role("radio", name="Independent")).to_be_checked()
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["place.data"]] * 2
    lowest = [tab.evaluate(LOWEST_SCRIPT, f"compare-0-{asset}") for asset in ("ATOM", "WBETH")]
    assert lowest[0] > lowest[1] + 5
    tab.get_by_text("Shared y-axis").click()
    tab.wait_for_url("**/compare?window=crash")


def test_a_second_window_is_in_the_address(visit: PageVisit, real: str) -> None:
    """A second window has an address of its own, and is one request; back removes it."""
    tab = open_compare(visit, real)
    requests_before = len(visit.request_triggers)
    tab.locator("#compare-against").click()
    tab.get_by_role("option", name="Full crash window").click()
    expect(tab.locator("#compare-pair-1 .scatterlayer .trace").first).to_be_attached()
    assert dict(parse_qsl(urlsplit(tab.url).query)) == {"window": "crash", "against": "2025-10-10:both-sides"}
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["place.data"]]
    tab.go_back()
    expect(tab.locator("#compare-pair")).to_contain_text("Choose a second window")


def test_a_click_opens_the_explorer(visit: PageVisit, real: str) -> None:
    """A click on the chart of a panel opens its asset in the explorer, in the same window."""
    tab = open_compare(visit, real)
    tab.locator("#compare-0-DOGE .nsewdrag").click()
    expect(tab.locator("h1")).to_contain_text("DOGE")
    parts = urlsplit(tab.url)
    assert (parts.path, dict(parse_qsl(parts.query))) == ("/explorer", {"asset": "DOGE", "window": "crash"})


def test_a_phone(visit: PageVisit, real: str) -> None:
    """On a phone the panels of two windows are below each other and as wide as the screen, in either theme."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = open_compare(visit, real, "?window=crash&theme=dark&against=2025-10-10:both-sides")
    for theme in ("dark", "light"):
        if theme == "light":
            visit.switch_theme(theme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        boxes = [panel.bounding_box() for panel in tab.locator(".compare-panel").all()]
        assert {round(box["x"]) for box in boxes if box} == {12}
        assert min(box["width"] for box in boxes if box) > 350


def test_a_second_range_of_its_own(visit: PageVisit, real: str) -> None:
    """A typed second range is on the reader's clock, is one request, and becomes part of the address and the list."""
    tab = open_compare(visit, real, "?window=crash&zone=UTC%2B8")
    requests_before = len(visit.request_triggers)
    tab.get_by_role("button", name="Custom second range").click()
    tab.get_by_label("From (UTC+8)").nth(1).fill("2025-10-11 05:15")
    tab.get_by_label("To (UTC+8)").nth(1).fill("2025-10-11 05:30")
    tab.get_by_label("To (UTC+8)").nth(1).press("Enter")
    expect(tab.locator("#compare-pair-1 .scatterlayer .trace").first).to_be_attached()
    range_text = "2025-10-10:2025-10-10T21:15:00Z~2025-10-10T21:30:00Z"
    tab.wait_for_url(lambda url: dict(parse_qsl(urlsplit(url).query))["against"] == range_text)
    expect(tab.locator("#compare-against")).to_have_value("11 Oct 2025, 05:15 to 05:30 UTC+8")
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["place.data"]]


def test_a_second_range_that_makes_no_sense(visit: PageVisit, real: str) -> None:
    """A range that is no time has a notice, and no second window is shown; that is one request."""
    tab = open_compare(visit, real)
    requests_before = len(visit.request_triggers)
    tab.get_by_role("button", name="Custom second range").click()
    tab.locator("#compare-own-from").fill("noon")
    tab.locator("#compare-own").click()
    expect(tab.locator("#notices")).to_contain_text("'noon' is no time")
    tab.wait_for_url("**/compare?window=crash")
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["place.data"]]


def test_panels_without_the_exchange_say_so(visit: PageVisit, real: str) -> None:
    """Every panel that lacks prices of the exchange says so, no other exchange stands in for it, and it stays."""
    tab = open_compare(visit, real, "?window=crash&focus=okx")
    absence_text = re.compile("No price of .* on .* is in this data for this window")
    panels_without = tab.locator("#compare-panels .compare-facts > p").filter(has_text=absence_text)
    expect(panels_without).to_have_text(
        [f"No price of {asset} on OKX is in this data for this window." for asset in ("WBETH", "DOGE")]
    )
    expect(tab.locator("#focus")).to_have_value("OKX")


def test_the_numbers_without_a_mouse(visit: PageVisit, real: str) -> None:
    """The keyboard reaches the table of numbers, and the link of each asset."""
    tab = open_compare(visit, real)
    table = tab.get_by_role("region", name="Numbers of all panels")
    table.focus()
    expect(table).to_be_focused()
    expect(table.get_by_role("row").filter(has_text="ATOM")).to_contain_text("Binance")
    expect(table.get_by_role("row").filter(has_text="ATOM")).to_contain_text("\N{MINUS SIGN}33% / 0.0%")
    tab.locator("#compare-panels").get_by_role("link", name="DOGE").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_contain_text("DOGE")


def test_panels_of_an_asset_stand_in_line(visit: PageVisit, real: str) -> None:
    """The panels of an asset in two windows are beside each other, also if one of them draws nothing."""
    range_text = "2025-10-10:2025-10-10T10:00Z~2025-10-10T10:30Z"
    tab = open_compare(visit, real, f"?window=crash&against={range_text}")
    sides = [
        {
            panel.locator("h3").inner_text(): round((panel.bounding_box() or {"y": 0})["y"])
            for panel in side.locator(".compare-panel").all()
        }
        for side in tab.locator(".compare-side").all()
    ]
    assert len(sides) == 2
    assert sides[0] == sides[1]


def test_axe_finds_nothing_grave_in_what_opens(visit: PageVisit, real: str) -> None:
    """The second range and the menu of files have no serious finding while they are open."""
    tab = open_compare(visit, real, "?window=crash&theme=dark")
    tab.get_by_role("button", name="Custom second range").click()
    expect(tab.locator("#compare-own-from")).to_be_visible()
    assert find_violations(tab) == []
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Download", exact=True).click()
    expect(tab.get_by_role("link", name="CSV")).to_be_visible()
    assert find_violations(tab) == []
