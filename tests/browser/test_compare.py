"""The Compare page in a real browser: its scale, its second window, its way to the explorer, its files."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import HEADINGS, address

LOWEST = "(id) => document.querySelector(`#${id} .js-plotly-plot`).layout.yaxis.range[0]"


def opened(visit: Visit, explorer: str, query: str = "?window=crash") -> Tab:
    """The page with its first panel drawn."""
    tab = visit.open_page(address(explorer, "compare", query), HEADINGS["compare"])
    expect(tab.locator("#compare-0-ATOM .scatterlayer .trace").first).to_be_attached()
    return tab


def test_the_scale_is_the_reader_s(visit: Visit, real: str) -> None:
    """Panels share a scale until each is given its own; that asks nobody, and stays when the focus changes."""
    tab = opened(visit, real)
    shared = tab.evaluate(LOWEST, "compare-0-ATOM")
    assert tab.evaluate(LOWEST, "compare-0-WBETH") == shared
    before = len(visit.asked)
    tab.get_by_text("Own scales").click()
    # ATOM falls by 40 % against USD venues, WBETH, which sets the shared scale, by 50 %.
    tab.wait_for_function(f"() => ({LOWEST})('compare-0-ATOM') > {shared} + 5")
    assert len(visit.asked) == before
    tab.locator("#focus").click()
    visit.changed(lambda: tab.get_by_role("option", name="Gate", exact=True).click())
    expect(tab.locator("#compare-note")).to_contain_text("Bold: Gate")
    expect(tab.get_by_role("radio", name="Own scales")).to_be_checked()
    visit.settled()
    assert visit.asked[before:] == [["focus.value"]]
    with tab.expect_download() as download:
        tab.get_by_role("link", name="CSV").click()
    assert "scale=own" in download.value.url
    assert download.value.suggested_filename.endswith("_compare.csv")


def test_a_second_window_is_in_the_address(visit: Visit, real: str) -> None:
    """Choosing a second window leads to its address, with one request; back leads out of it again."""
    tab = opened(visit, real)
    before = len(visit.asked)
    tab.locator("#compare-against").click()
    tab.get_by_role("option", name="Both sides").click()
    expect(tab.locator("#compare-pair-1 .scatterlayer .trace").first).to_be_attached()
    assert dict(parse_qsl(urlsplit(tab.url).query)) == {"window": "crash", "against": "2025-10-10:both-sides"}
    visit.settled()
    assert visit.asked[before:] == [["place.data"]]
    tab.go_back()
    expect(tab.locator("#compare-pair")).to_contain_text("Choose a second window")


def test_a_click_opens_the_explorer(visit: Visit, real: str) -> None:
    """A click into a panel's chart opens its asset in the explorer, in the same window."""
    tab = opened(visit, real)
    tab.locator("#compare-0-DOGE .nsewdrag").click()
    expect(tab.locator("h1")).to_contain_text("DOGE")
    parts = urlsplit(tab.url)
    assert (parts.path, dict(parse_qsl(parts.query))) == ("/explorer", {"asset": "DOGE", "window": "crash"})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone(visit: Visit, real: str, theme: str) -> None:
    """On a phone the panels stand below each other, as wide as the screen, also of two windows."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = opened(visit, real, f"?window=crash&theme={theme}&against=2025-10-10:both-sides")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [panel.bounding_box() for panel in tab.locator(".compare-panel").all()]
    assert {round(box["x"]) for box in boxes if box} == {12}
    assert min(box["width"] for box in boxes if box) > 350
