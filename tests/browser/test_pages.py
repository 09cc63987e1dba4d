"""All pages in Chromium: moving between them, history, and the controls of the lows and method pages."""

import csv
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab

from dashboard.state.links import MethodAnchor
from dashboard.tables.lows_rows import FILE_FIELDS
from tests.browser.conftest import PageVisit

HEADINGS = {
    "overview": "Published figures of 10 Oct 2025, and a sample drawn from them",
    "lows": "Lowest trades, and same-minute comparison",
    "sequence": "ATOM: who fell first",
    "index-rules": "WBETH: the index, rule by rule",
    "compare": "Every asset side by side",
    "market": "The whole market has not been scanned for this window",
    "history": "No history of the whole market is stored",
    "events": "9 events, none of them measured yet",
    "orders": "Your orders beside the chart",
    "claims": "What was said, and what the prices say",
    "data": "Data",
    "method": "What the numbers mean",
    "nowhere": "There is no such page",
}


def build_address(explorer: str, page: str, query: str = "") -> str:
    """The address of a page, from that of the explorer."""
    root = explorer.removesuffix("explorer")
    return f"{root}{page}{query}"


def read_view(tab: Tab) -> tuple[str, dict[str, str]]:
    """The path and the query of the address."""
    parts = urlsplit(tab.url)
    return parts.path, dict(parse_qsl(parts.query))


def follow_link(tab: Tab, page: str) -> None:
    """Follow a link of the navigation."""
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name=page).click()


@pytest.mark.parametrize("name", sorted(HEADINGS))
def test_each_page_asks_once(visit: PageVisit, sample: str, name: str) -> None:
    """Every page is one request and a title of the window that ends with the program's name."""
    tab = visit.open_page(build_address(sample, name), HEADINGS[name])
    assert visit.request_triggers == [["place.data"]]
    expect(tab).to_have_title(re.compile("Plumbline$"))
    assert tab.locator("header, nav, main").count() >= 3


@pytest.mark.parametrize("name", sorted(HEADINGS))
def test_a_phone(visit: PageVisit, sample: str, name: str) -> None:
    """On a phone no page scrolls sideways, and the links to all pages are visible, in dark and in light colours."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    # The window begins after midnight on that clock.
    heading = HEADINGS[name].replace("10 Oct", "11 Oct")
    tab = visit.open_page(build_address(sample, name, "?zone=UTC%2B8&theme=dark"), heading)
    for theme in ("dark", "light"):
        if theme == "light":
            visit.switch_theme(theme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        for link in tab.get_by_role("navigation", name="Pages").get_by_role("link").all():
            expect(link).to_be_in_viewport(ratio=0.99)
        expect(tab.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)


def test_the_view_comes_along(visit: PageVisit, real: str) -> None:
    """The view is kept on another page, which is one request."""
    tab = visit.open(f"{real}?asset=WBETH&window=crash&zone=UTC%2B8&reference=weighted-median")
    follow_link(tab, "Lows")
    expect(tab.locator("h1")).to_have_text(HEADINGS["lows"])
    pages = tab.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Lows")).to_have_attribute("aria-current", "page")
    chosen_view = {"asset": "WBETH", "window": "crash", "zone": "UTC+8", "reference": "weighted-median"}
    assert read_view(tab) == ("/lows", chosen_view)
    expect(tab).to_have_title("WBETH · Lows · Plumbline")
    expect(tab.get_by_role("radio", name="Crash (05:10-05:40)")).to_be_checked()
    visit.wait_until_idle()
    assert visit.request_triggers == [["place.data"], ["place.data"]]


def test_back_and_forward(visit: PageVisit, real: str) -> None:
    """Back and forward move through assets, windows and pages, one request a step; a switch is no step."""
    tab = visit.open(f"{real}?window=crash")
    visit.wait_for_change(tab.get_by_text("WBETH", exact=True).first.click)
    tab.wait_for_url("**asset=WBETH*")
    visit.wait_for_change(lambda: tab.get_by_text("UTC+8", exact=True).click())
    tab.wait_for_url("**zone=UTC*")
    follow_link(tab, "Method")
    expect(tab.locator("h1")).to_have_text(HEADINGS["method"])
    visit.wait_until_idle()
    requests_before = len(visit.request_triggers)
    tab.go_back()
    expect(tab.locator("h1")).to_contain_text("WBETH on Binance")
    assert read_view(tab) == ("/explorer", {"asset": "WBETH", "window": "crash", "zone": "UTC+8"})
    tab.go_back()
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance")
    expect(tab.get_by_role("radio", name="ATOM")).to_be_checked()
    assert read_view(tab) == ("/explorer", {"window": "crash"})
    tab.go_forward()
    expect(tab.locator("h1")).to_contain_text("WBETH on Binance")
    tab.go_forward()
    expect(tab.locator("h1")).to_have_text(HEADINGS["method"])
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["place.data"]] * 4


def test_changes_after_going_back(visit: PageVisit, real: str) -> None:
    """After going back the view can be changed."""
    tab = visit.open(f"{real}?window=crash")
    visit.wait_for_change(tab.get_by_text("WBETH", exact=True).first.click)
    tab.wait_for_url("**asset=WBETH*")
    tab.go_back()
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance")
    visit.wait_for_change(tab.get_by_role("button", name="Kraken", exact=True).first.click)
    expect(tab.locator("h1")).to_contain_text("ATOM/USD on Kraken")
    tab.wait_for_url("**focus=kraken*")
    tab.go_back()
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance")


def test_an_old_link(visit: PageVisit, sample: str) -> None:
    """A view at the root opens in the explorer, and the address becomes the explorer's."""
    tab = visit.open(build_address(sample, "", "?asset=DOGE&window=crash"))
    expect(tab.locator("h1")).to_contain_text(re.compile(r"DOGE/USDT .* on Binance"))
    tab.wait_for_url("**/explorer?asset=DOGE&window=crash")
    assert visit.request_triggers == [["place.data"]]


def test_the_overview_keeps_the_view(visit: PageVisit, sample: str) -> None:
    """The overview with a view has an address that opens the overview."""
    tab = visit.open(f"{sample}?asset=DOGE")
    follow_link(tab, "Overview")
    expect(tab.locator("h1")).to_have_text(HEADINGS["overview"])
    assert read_view(tab) == ("/overview", {"asset": "DOGE"})
    tab.reload()
    expect(tab.locator("h1")).to_have_text(HEADINGS["overview"])


def test_the_keyboard_skips_to_the_page(visit: PageVisit, sample: str) -> None:
    """The first tab stop skips the navigation, and after following a link the focus is on the new page."""
    tab = visit.open_page(build_address(sample, "compare"), HEADINGS["compare"])
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the page")).to_be_focused()
    expect(tab.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
    tab.keyboard.press("Enter")
    expect(tab.locator("#content")).to_be_focused()
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Data").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("Data")
    expect(tab.locator("#content")).to_be_focused()


def read_column(tab: Tab, field: str) -> list[str]:
    """The texts of a column of the grid, from top to bottom."""
    texts: list[str] = tab.locator(f'#lows-grid .ag-cell[col-id="{field}"]').all_inner_texts()
    return texts


def find_header(tab: Tab, field: str) -> Locator:
    """The header of a column."""
    return tab.locator(f'#lows-grid .ag-header-cell[col-id="{field}"]')


def test_the_grid_sorts_and_stays_sorted(visit: PageVisit, real: str) -> None:
    """A click on a header sorts by it, and another focus changes the marked rows but not the order."""
    tab = visit.open_page(build_address(real, "lows", "?window=crash"), HEADINGS["lows"])
    assert read_column(tab, "low")[0] == "0.001"
    assert "430.65" in read_column(tab, "low")
    find_header(tab, "low").get_by_text("Low").click()
    expect(find_header(tab, "low")).to_have_attribute("aria-sort", "ascending")
    assert read_column(tab, "low") == ["0.001", "0.18", "0.2", "2.8", *5 * ["3.6"], *4 * ["4"], "430.65"]
    requests_before = len(visit.request_triggers)
    visit.wait_for_change(lambda: select_focus(tab, "OKX"))
    expect(tab.locator("#lows-grid .focus-row .ag-cell[col-id=venue]")).to_have_text(["OKX"])
    expect(find_header(tab, "low")).to_have_attribute("aria-sort", "ascending")
    visit.wait_until_idle()
    assert visit.request_triggers[requests_before:] == [["focus.value"]]
    assert urlsplit(tab.url).path == "/lows"


def select_focus(tab: Tab, name: str) -> None:
    """Choose the focus venue from its list."""
    tab.locator("#focus").click()
    tab.get_by_role("option", name=name, exact=True).click()


def test_the_grid_by_keyboard(visit: PageVisit, real: str) -> None:
    """The arrow keys move through the cells, and Enter on a header sorts."""
    tab = visit.open_page(build_address(real, "lows", "?window=crash"), HEADINGS["lows"])
    tab.locator("#lows-grid .ag-cell").first.click()
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.getAttribute('col-id')") == "venue"
    find_header(tab, "low").focus()
    tab.keyboard.press("Enter")
    expect(find_header(tab, "low")).to_have_attribute("aria-sort", "ascending")


def filter_column(tab: Tab, field: str, comparison: str, number_text: str) -> None:
    """Open the filter of a column, choose how it compares, and type a number."""
    find_header(tab, field).locator(".ag-header-cell-filter-button").click()
    tab.locator(".ag-filter .ag-select").first.click()
    tab.get_by_role("option", name=comparison, exact=True).click()
    tab.locator(".ag-filter").get_by_placeholder("per cent").first.fill(number_text)


@pytest.mark.parametrize(
    ("field", "comparison", "number_text", "expected_assets"),
    [
        # ATOM at 2.4 against the next close of 3.6 is a third below, WBETH at 2100 of 4200 a half.
        ("low_next", "Less than or equal to", "-40", ["WBETH"]),
        # It was a third below for 5 of 30 minutes, 17%; and WBETH for as many at half of its fair value.
        ("below_share_20", "Greater than or equal to", "5", ["ATOM", "WBETH"]),
    ],
)
def test_a_filter_takes_what_the_cells_show(
    visit: PageVisit, real: str, field: str, comparison: str, number_text: str, expected_assets: list[str]
) -> None:
    """A filter takes per cent, as the cells show them, although the values behind them are fractions."""
    tab = visit.open_page(build_address(real, "lows", "?window=crash"), HEADINGS["lows"])
    filter_column(tab, field, comparison, number_text)
    expect(tab.locator('#lows-grid .ag-cell[col-id="asset"]')).to_have_text(expected_assets)
    assert set(read_column(tab, "venue")) == {"Binance"}


def test_bars_of_the_histograms_by_keyboard(visit: PageVisit, real: str) -> None:
    """Each bar has a text with the number and size of its gaps, those of the upper chart first."""
    tab = visit.open_page(build_address(real, "lows", "?window=crash"), HEADINGS["lows"])
    expect(tab.locator("#lows-gaps .main-svg").first).to_be_visible()
    slider = tab.locator("[data-walks=lows-gaps]")
    slider.focus()
    tab.keyboard.press("ArrowRight")
    # ATOM's 0.001 on Binance against 3.6 elsewhere.
    expect(slider).to_have_attribute("aria-valuetext", "1 of Binance, 50% or more: ATOM")
    tab.keyboard.press("ArrowRight")
    # The four equal lows of ATOM in USD.
    expect(slider).to_have_attribute("aria-valuetext", "4 of the others, under 1%")
    tab.keyboard.press("End")
    # WBETH at half of its fair value.
    expect(slider).to_have_attribute("aria-valuetext", "1 of Binance, 50% or more: WBETH")
    expect(tab.locator("#lows-gaps .hoverlayer")).to_contain_text("of Binance")


def test_the_file_of_the_grid(visit: PageVisit, real: str, downloads: Path) -> None:
    """The file has the fields' own names, ISO times and numbers at full precision, in the order of the grid."""
    tab = visit.open_page(build_address(real, "lows", "?window=crash"), HEADINGS["lows"])
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download table (CSV)").click()
    assert download.value.suggested_filename == "plumbline_all_binance_2025-10-10T2110Z-2140Z_table.csv"
    file = downloads / "lows.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as csv_file:
        rows = list(csv.DictReader(csv_file))
    assert list(rows[0]) == list(FILE_FIELDS)
    atom_row = rows[0]
    assert (atom_row["asset"], atom_row["venue"], atom_row["symbol"]) == ("ATOM", "binance", "ATOM/USDT")
    assert atom_row["low_at"] == "2025-10-10T21:20:00Z"
    assert float(atom_row["low_next"]) == 2.4 / 3.6 - 1
    assert float(atom_row["below_min_20"]) == 5
    assert next(row for row in rows if row["asset"] == "WBETH")["low_gap_to_second"] == ""


def test_a_header_leads_to_its_definition(visit: PageVisit, real: str) -> None:
    """The mark beside a column's name opens its definition in the same view, and does not sort."""
    tab = visit.open_page(build_address(real, "lows", "?window=crash"), HEADINGS["lows"])
    find_header(tab, "low_next").get_by_role("link").click()
    expect(tab.locator("#gap")).to_be_in_viewport()
    assert (urlsplit(tab.url).fragment, read_view(tab)) == ("gap", ("/method", {"window": "crash"}))
    tab.go_back()
    expect(tab.locator("h1")).to_have_text(HEADINGS["lows"])
    expect(find_header(tab, "low_next")).to_have_attribute("aria-sort", "none")


@pytest.mark.parametrize(
    "anchor", [MethodAnchor.DEPTH, MethodAnchor.REFERENCE, MethodAnchor.CANNOT_SHOW, MethodAnchor.LOWS]
)
def test_anchors(visit: PageVisit, sample: str, anchor: MethodAnchor) -> None:
    """A link to a definition opens the page at it."""
    tab = visit.open_page(build_address(sample, "method", f"?focus=okx#{anchor}"), HEADINGS["method"])
    expect(tab.locator(f"section#{anchor}")).to_be_in_viewport()
    expect(tab.locator(f"section#{anchor}")).to_be_focused()
    assert urlsplit(tab.url).fragment == anchor


def test_contents_of_the_method(visit: PageVisit, sample: str) -> None:
    """The contents lead to each definition without a request."""
    tab = visit.open_page(build_address(sample, "method"), HEADINGS["method"])
    for name, anchor in (("Ranks", "rank"), ("Comparable minutes", "firm")):
        tab.get_by_role("navigation", name="Contents").get_by_role("link", name=name).click()
        expect(tab.locator(f"#{anchor}")).to_be_in_viewport()
    assert visit.request_triggers == [["place.data"]]


def test_a_number_s_label_leads_to_its_definition(visit: PageVisit, real: str) -> None:
    """The header of a column in the explorer is a link that the keyboard reaches."""
    tab = visit.open(f"{real}?window=crash")
    tab.locator(".venues").first.get_by_role("link", name="Entire minute").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("section#order-proof")).to_be_in_viewport()
    expect(tab.locator("h1")).to_have_text(HEADINGS["method"])
