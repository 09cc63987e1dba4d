"""The explorer in Chromium: seconds, the table of one moment, files, and the notes and tables around the charts."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from data.schema import Timeframe
from data.store import CandleStore
from evidence.proof.read_file import read_picture_manifest
from tests.browser.conftest import NOW, PageVisit, serve_store, wait_until
from tests.dashboard.memory_store import RecordedActions, build_crash_candles
from tests.dashboard.test_timeframes import build_fall, convert_bar_length


@pytest.fixture(scope="module")
def seconds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over minutes of the crash and the seconds of its first half minute, made by hand."""
    store = CandleStore(str(tmp_path_factory.mktemp("seconds") / "lake"))
    for frame in (build_crash_candles(), convert_bar_length(build_fall(), Timeframe.S1)):
        store.write_candles(frame, source="by hand", fetched_at=NOW)
    with serve_store(store, RecordedActions()) as address:
        yield address


def read_moment(tab: Tab) -> str:
    """The time of the table below the charts."""
    return tab.locator("#minute strong").inner_text()


def test_seconds_are_one_click_away(visit: PageVisit, seconds: str) -> None:
    """Where seconds are stored a button shows them, with one request; another one shows minutes again."""
    tab = visit.open(f"{seconds}?from=2025-10-10T21:10:00Z&to=2025-10-10T21:11:00Z")
    visit.wait_for_change(lambda: tab.get_by_role("button", name="Show seconds").click())
    expect(tab.locator("#span")).to_contain_text("in bars of a second")
    expect(tab.locator(".venues thead").first).to_contain_text("Entire second")
    expect(tab.locator("#minute strong")).to_have_text("2025-10-10 21:10:10 UTC")
    wait_until(tab, "location.search.includes('bar=1s')")
    visit.wait_until_idle()
    assert visit.request_triggers == [["place.data"], ["bar.value"]]
    visit.wait_for_change(lambda: tab.get_by_role("button", name="Show minutes").click())
    expect(tab.locator("#span")).not_to_contain_text("in bars of")


def test_seconds_are_not_offered_where_there_are_none(visit: PageVisit, real: str) -> None:
    """Without candles of a second there is no offer, and a link to them says how to collect some."""
    tab = visit.open(f"{real}?window=crash")
    expect(tab.get_by_role("button", name="Show seconds")).to_have_count(0)
    visit.goto(f"{real}?window=crash&bar=1s")
    expect(tab.locator(".second")).to_contain_text("plumbline collect --timeframe 1s --assets ATOM")
    visit.wait_for_change(lambda: tab.get_by_role("button", name="Show minutes").click())
    expect(tab.locator("#graph .main-svg").first).to_be_visible()


def test_the_pointer_tells_every_exchange(visit: PageVisit, real: str) -> None:
    """Under the pointer all exchanges are shown for that minute, each against its own quote, without a request."""
    tab = visit.open(f"{real}?window=crash")
    expect(tab.locator("#minute strong")).to_have_text("2025-10-10 21:20 UTC")
    first_row = tab.locator("#minute tbody tr").first
    expect(first_row).to_contain_text("Binance")
    expect(first_row.locator("td").nth(0)).to_have_text("2.4")
    expect(first_row.locator("td").nth(1)).to_have_text("−33%")
    expect(first_row.locator("td").nth(2)).to_have_text("")
    expect(tab.locator("#minute tbody tr")).to_have_count(11)
    for market in ("ATOM/EUR", "ATOM/USDC"):  # each alone in its quote currency
        alone_row = tab.locator("#minute tbody tr", has_text=market)
        expect(alone_row.locator("td").nth(1)).to_have_text("–")
    visit.wait_until_idle()
    request_count = len(visit.request_triggers)
    box = tab.locator("#graph .nsewdrag").first.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + box["height"] / 2)
    tab.mouse.move(box["x"] + 0.1 * box["width"] + 1, box["y"] + box["height"] / 2, steps=3)
    expect(tab.locator("#minute strong")).to_have_text("2025-10-10 21:13 UTC")
    expect(first_row.locator("td").nth(0)).to_have_text("4")
    expect(tab.locator("#minute")).to_be_in_viewport(ratio=1)
    tab.mouse.move(5, 5)
    expect(tab.locator("#minute")).not_to_have_class(re.compile("floating"))
    visit.wait_until_idle()
    assert len(visit.request_triggers) == request_count


def test_the_keyboard_leads_along_the_minutes(open_shared: Callable[[str], PageVisit], real: str) -> None:
    """The slider below the charts moves by the arrow keys, and its text is the time."""
    tab = open_shared(f"{real}?window=crash").tab
    slider = tab.get_by_role("slider", name="Moment")
    slider.focus()
    tab.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "2025-10-10 21:21 UTC")
    assert read_moment(tab) == "2025-10-10 21:21 UTC"


def test_a_state_is_written_where_a_minute_does_not_count(visit: PageVisit, real: str) -> None:
    """Before the first candle there is no price, and the state of each exchange says so."""
    tab = visit.open(real)
    slider = tab.get_by_role("slider", name="Moment")
    slider.focus()
    tab.keyboard.press("Home")
    expect(tab.locator("#minute strong")).to_have_text("2025-10-10 20:45 UTC")
    expect(tab.locator("#minute tbody tr").first.locator("td")).to_have_text(["–", "–", "missing"])
    expect(tab.locator("#minute td.state")).to_have_text(["missing"] * 11)


def test_the_moment_follows_the_view(visit: PageVisit, real: str) -> None:
    """Another focus and another page change the numbers, and back in the explorer the table is there again."""
    tab = visit.open(f"{real}?window=crash")
    visit.wait_for_change(tab.locator(".venues").get_by_role("button", name="Kraken", exact=True).first.click)
    expect(tab.locator("#minute tr.focus")).to_contain_text("Kraken")
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Method").click()
    expect(tab.locator("h1")).to_have_text("What the numbers mean")
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Explorer").click()
    expect(tab.locator("#minute tr.focus")).to_contain_text("Kraken")


def test_files_are_in_the_menu(visit: PageVisit, real: str) -> None:
    """The menu beside the button of the picture opens by keyboard and has links to files."""
    tab = visit.open(f"{real}?window=crash")
    tab.get_by_role("button", name="Download", exact=True).press("Enter")
    menu = tab.get_by_role("dialog")
    menu.get_by_text("Prices and deviations").first.click()
    expect(menu.get_by_role("link", name="PNG")).to_have_count(8)
    csv = menu.get_by_role("link", name="CSV").first
    expect(csv).to_have_attribute("href", "/export/comparison.csv?window=crash")
    with tab.context.expect_page() as new_page, tab.expect_popup() as popup:
        csv.click()
    assert new_page.value == popup.value
    menu.get_by_role("button", name="Copy link to the file").click()
    expect(menu.get_by_role("button", name="Link copied")).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()").endswith("/export/comparison.png?window=crash")


def test_the_depths_as_a_picture(visit: PageVisit, real: str, downloads: Path) -> None:
    """The menu has a dark square PNG of the minutes by size, of twice the sheet's pixels and with its manifest."""
    tab = visit.open(f"{real}?window=crash")
    tab.get_by_role("button", name="Download", exact=True).click()
    menu = tab.get_by_role("dialog", name="Download", exact=True)
    menu.get_by_text("Minutes by size").first.click()
    square_link = menu.get_by_role("row", name="Square 1:1").get_by_role("link", name="PNG").last
    expect(square_link).to_have_attribute("href", "/export/thresholds.png?window=crash&theme=dark&size=square")
    file = downloads / "depths.png"
    with tab.expect_download() as download:
        square_link.click()
    download.value.save_as(file)
    assert download.value.suggested_filename == (
        "plumbline_ATOM_binance_2025-10-10T2110Z-2140Z_thresholds_square_dark.png"
    )
    with Image.open(file) as image:
        assert image.size == (2400, 2400)
    manifest = read_picture_manifest(file.read_bytes())
    assert (manifest["asset"], manifest["focus"], manifest["window"]) == ("ATOM", "binance", "crash")


def test_every_chart_has_a_name_and_a_table(open_shared: Callable[[str], PageVisit], real: str) -> None:
    """Each chart is a group with a label, and a table has its numbers too."""
    tab = open_shared(f"{real}?window=crash").tab
    for graph in tab.locator(".dash-graph").all():
        assert graph.locator("xpath=ancestor::*[@role='group'][1]").get_attribute("aria-label")
    tab.get_by_text("Table of minutes").click()
    expect(tab.locator("#thresholds-table tbody tr").first).to_contain_text("Binance")
    tab.get_by_text("Table of ranges").click()
    expect(tab.locator("#close-look tbody tr").first).to_contain_text("0.001")
    expect(tab.locator("#close-look")).to_contain_text("The minute of the lowest trade: 21:20 UTC")


def test_the_depths_by_keyboard(open_shared: Callable[[str], PageVisit], real: str) -> None:
    """The arrow keys move along the line of each exchange, the chosen one's last."""
    tab = open_shared(f"{real}?window=crash").tab
    expect(tab.locator("#thresholds .main-svg").first).to_be_visible()
    slider = tab.locator("[data-walks=thresholds]")
    slider.focus()
    tab.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "Binance: 0 of 30 comparable minutes at least 50% below")
    # Five minutes at a third below.
    tab.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "Binance: 5 of 30 comparable minutes at least 20% below")


def test_notes_lead_to_their_sources(open_shared: Callable[[str], PageVisit], real: str) -> None:
    """The notes of the event are listed under the charts, with links to public pages about them."""
    tab = open_shared(f"{real}?window=crash").tab
    note = tab.locator("#notes li", has_text="bottomed at 21:20")
    expect(note.get_by_role("link", name="source")).to_have_attribute(
        "href", "https://www.binance.com/en/support/announcement/detail/d9cb0d52d7c142a5be4f49732bd8760c"
    )


def test_on_a_phone(visit: PageVisit, seconds: str) -> None:
    """On a narrow screen the explorer with seconds does not scroll sideways."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = visit.open(f"{seconds}?from=2025-10-10T21:10:00Z&to=2025-10-10T21:11:00Z&bar=1s")
    expect(tab.locator("#minute table").first).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
