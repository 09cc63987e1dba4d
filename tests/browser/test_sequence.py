"""The Sequence page in Chromium: its chart is drawn, and its files can be downloaded."""

from playwright.sync_api import expect

from tests.browser.conftest import PageVisit
from tests.browser.test_pages import build_address


def test_the_chart_and_its_tables(visit: PageVisit, sample: str) -> None:
    """Markers of each level and a table of times are on the page, after one request."""
    tab = visit.open_page(build_address(sample, "sequence", "?window=crash"), "ATOM: who fell first")
    assert visit.request_triggers == [["place.data"]]
    expect(tab.locator("#sequence-graph .main-svg").first).to_be_visible()
    assert tab.locator("#sequence-graph .scatterlayer .points path").count() >= 10
    expect(tab.get_by_role("region", name="Times by exchange")).to_contain_text("21:1")


def test_another_asset_is_another_order(visit: PageVisit, sample: str) -> None:
    """A control of the shell builds the page again."""
    tab = visit.open_page(build_address(sample, "sequence", "?window=crash"), "ATOM: who fell first")
    tab.get_by_text("DOGE", exact=True).first.click()
    expect(tab.locator("h1")).to_have_text("DOGE: who fell first")
