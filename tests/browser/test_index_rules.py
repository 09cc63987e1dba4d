"""The Index page in Chromium: its chart is drawn, and its switch leads to the other assets."""

from playwright.sync_api import expect

from tests.browser.conftest import PageVisit
from tests.browser.test_pages import build_address


def test_the_chart_and_the_switch(visit: PageVisit, sample: str) -> None:
    """An asset without a rule shows the first that has one; a link shows another."""
    tab = visit.open_page(build_address(sample, "index-rules"), "WBETH: the index, rule by rule")
    assert visit.request_triggers == [["place.data"]]
    expect(tab.locator("#index-graph .main-svg").first).to_be_visible()
    expect(tab.get_by_role("region", name="What each rule gave")).to_contain_text("20% WBETH/USDT")
    tab.get_by_role("navigation", name="Assets with an index rule").get_by_role("link", name="BNSOL").click()
    expect(tab.locator("h1")).to_have_text("BNSOL: the index, rule by rule")
