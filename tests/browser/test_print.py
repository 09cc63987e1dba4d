"""Pages on paper."""

from playwright.sync_api import expect

from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_pages import build_address

PAPER_PX = 690


def test_paper_has_no_controls(visit: PageVisit, real: str) -> None:
    """Headline, chart and tables are printed in light colours, controls and navigation are not."""
    tab = visit.open(f"{real}?window=crash&theme=dark")
    tab.emulate_media(media="print")
    for part in (tab.locator("h1"), tab.locator("#graph"), tab.locator(".venues").first, tab.locator("#notes")):
        expect(part).to_be_visible()
    for part in (tab.get_by_role("navigation"), tab.locator(".controls"), tab.locator(".tools"), tab.locator(".taken")):
        expect(part.first).to_be_hidden()
    expect(tab.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    link = tab.locator("#notes a").first
    content = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert (link.get_attribute("href") or "?") in content


def test_charts_fit_the_paper(visit: PageVisit, real: str) -> None:
    """A chart as wide as a large screen is drawn in the width of the paper while it is printed, and then as before."""
    visit.tab.set_viewport_size({"width": 1920, "height": 900})
    tab = visit.open(f"{real}?window=crash")
    width_script = "document.querySelector('#graph .main-svg').getBoundingClientRect().width"
    before = tab.evaluate(width_script)
    assert before > PAPER_PX
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(width_script) <= PAPER_PX
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    wait_until(tab, f"before => {width_script} === before", arg=before)


def test_all_rows_of_the_grid_are_printed(visit: PageVisit, sample: str) -> None:
    """On paper the grid of lows, which scrolls, is a table of all its rows with the same texts."""
    tab = visit.open_page(build_address(sample, "lows"), "Lowest trades, and same-minute comparison")
    grid = tab.locator("#lows-grid")
    expect(grid.locator(".ag-row").first).to_be_visible()
    first_cell = grid.locator(".ag-center-cols-container .ag-row").first.locator(".ag-cell").nth(2).inner_text()
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    # A bin without a gap is a bar of no height.
    expect(tab.locator("#lows-gaps .bars path:visible").first).to_be_visible()
    expect(grid).to_be_hidden()
    rows = tab.locator(".on-paper tbody tr")
    assert rows.count() == tab.evaluate("dash_ag_grid.getApi('lows-grid').getDisplayedRowCount()") > 10
    assert first_cell in rows.first.inner_text()
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")
    expect(grid).to_be_visible()
    expect(rows).to_have_count(0)
