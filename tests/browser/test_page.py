"""The controls of the explorer in Chromium."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from PIL import Image
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from dashboard.jobs.actions import CollectionProgress
from data.store import CandleStore
from tests.browser.conftest import NOW, PageVisit, serve_store, wait_until
from tests.dashboard.memory_store import RecordedActions, build_crash_candles

PICTURE_BUTTON = "Download picture (PNG)"


def read_query(tab: Tab, *expected_texts: str) -> dict[str, str]:
    """The query of the address, once it contains the texts; the address changes a moment after the page."""
    wait_until(tab, "said => said.every(text => location.search.includes(text))", arg=list(expected_texts))
    search: str = tab.evaluate("location.search")
    return dict(parse_qsl(search.removeprefix("?")))


def read_lines(tab: Tab) -> list[str]:
    """The lines of the charts as text, which differs if a line does."""
    script = "paths => paths.map(path => path.outerHTML)"
    line_html: list[str] = tab.eval_on_selector_all("#graph .scatterlayer path.js-line", script)
    return line_html


def read_numbers(tab: Tab) -> list[str]:
    """The text of every sentence and cell of the page."""
    selector = "h1, .second, #remarks, #measured, .venues td, .lows td"
    # In one script: a locator finds the elements first and reads them later, when some may have been replaced.
    texts: list[str] = tab.evaluate(
        "told => [...document.querySelectorAll(told)].map(part => part.innerText)", selector
    )
    return texts


def choose_option(tab: Tab, field: str, option: str) -> None:
    """Choose an option of a list."""
    tab.locator(f"#{field}").click()
    tab.get_by_role("option", name=option, exact=True).click()


def test_one_request_for_a_page(open_shared: Callable[[str], PageVisit], sample: str) -> None:
    """Opening a page is one request, and none follows."""
    assert open_shared(sample).request_triggers == [["place.data"]]


def test_one_request_for_a_change(visit: PageVisit, sample: str) -> None:
    """A change of the asset is one request."""
    tab = visit.open(sample)
    visit.wait_for_change(tab.get_by_text("DOGE", exact=True).first.click)
    expect(tab.locator("h1")).to_contain_text("DOGE/USDT fell to 0.0950 on Binance")
    visit.wait_until_idle()
    assert visit.request_triggers == [["place.data"], ["asset.value"]]


def test_the_first_screen(open_shared: Callable[[str], PageVisit], sample: str) -> None:
    """Headline, controls, the button of the picture and the top of the charts are visible without scrolling."""
    tab = open_shared(sample).tab
    for part in (tab.locator("h1"), tab.get_by_role("button", name=PICTURE_BUTTON), tab.locator("#settings")):
        expect(part).to_be_in_viewport(ratio=1)
    expect(tab.locator("#graph .main-svg").first).to_be_in_viewport(ratio=0.5)


def test_three_clicks_to_the_file(visit: PageVisit, sample: str, downloads: Path) -> None:
    """Asset, window, button: the file is a picture of 3200x1800 with its asset in the name, and not blank."""
    tab = visit.open(sample)
    visit.wait_for_change(tab.get_by_text("DOGE", exact=True).first.click)
    visit.wait_for_change(lambda: tab.get_by_text("Crash (21:10-21:40)", exact=True).click())
    assert all("picture" not in str(triggers) for triggers in visit.request_triggers)
    with tab.expect_download() as download:
        tab.get_by_role("button", name=PICTURE_BUTTON).click()
    assert re.fullmatch(r"plumbline_DOGE_binance_.*_comparison.*\.png", download.value.suggested_filename)
    file = downloads / "picture.png"
    download.value.save_as(file)
    with Image.open(file) as picture:
        assert picture.size == (3200, 1800)
        colours = picture.convert("RGB").resize((320, 180)).getcolors(320 * 180) or []
    assert max(count for count, _ in colours) < 0.97 * 320 * 180
    assert len(colours) > 50


def test_asset_and_window_change_the_charts(visit: PageVisit, sample: str) -> None:
    """Another asset and another window draw other lines, and are part of the address."""
    tab = visit.open(sample)
    line_sets = [read_lines(tab)]
    for name in ("XRP", "Market maker's window"):
        visit.wait_for_change(tab.get_by_text(name, exact=True).first.click)
        expect(tab.locator("#graph")).not_to_have_attribute("data-dash-is-loading", "true")
        wait_until(
            tab, "before => document.querySelector('#graph .js-line').outerHTML !== before", arg=line_sets[-1][0]
        )
        line_sets.append(read_lines(tab))
    assert len({tuple(line_html) for line_html in line_sets}) == 3
    assert read_query(tab, "article") == {"asset": "XRP", "window": "article"}


def test_a_copied_link_opens_the_same_view(visit: PageVisit, real: str) -> None:
    """A copied link opens the same view with the same numbers."""
    tab = visit.open(f"{real}?window=crash")
    visit.wait_for_change(lambda: choose_option(tab, "focus", "Gate"))
    visit.wait_for_change(lambda: tab.get_by_text("UTC+8", exact=True).click())
    visit.wait_for_change(lambda: tab.get_by_text("Dark", exact=True).click())
    expect(tab.locator("#span")).to_contain_text("UTC+8")
    tab.get_by_role("button", name="Copy link").click()
    expect(tab.get_by_role("button", name="Link copied")).to_be_visible()
    link = tab.evaluate("navigator.clipboard.readText()")
    numbers_before = read_numbers(tab)
    new_tab = visit.tab.context.new_page()
    reopened = PageVisit(new_tab).open(link)
    assert read_query(reopened) == {"window": "crash", "focus": "gate", "zone": "UTC+8", "theme": "dark"}
    assert read_numbers(reopened) == numbers_before
    expect(reopened.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    new_tab.close()


def test_the_reconstruction_is_marked(open_shared: Callable[[str], PageVisit], sample: str) -> None:
    """Notice, headline and charts say that this is a sample, real candles are offered, and nothing is ranked."""
    tab = open_shared(sample).tab
    expect(tab.locator("#offer-text")).to_contain_text("Sample data: made from published figures")
    expect(tab.locator("#offer-text")).to_contain_text("No conclusion about any exchange can be drawn.")
    expect(tab.locator("h1")).to_contain_text("Published: ATOM/USDT fell to 0.001 on Binance at 21:20")
    expect(tab.locator("#second")).to_have_text("The lines between published figures are assumed.")
    expect(tab.locator("#graph")).to_contain_text("Sample data: no conclusion can be drawn.")
    expect(tab.locator(".venues th", has_text="Comparable minutes").first).to_be_visible()
    expect(tab.get_by_role("button", name="Collect real candles")).to_be_visible()
    expect(tab.locator(".venues th", has_text="Rank")).to_have_count(0)


def test_the_picture_of_the_reconstruction_is_marked(visit: PageVisit, sample: str) -> None:
    """The figure that the browser draws the picture from has the mark."""
    tab = visit.open(sample)
    with tab.expect_response(lambda answer: "picture-figure" in (answer.request.post_data or "")) as answer:
        tab.get_by_role("button", name=PICTURE_BUTTON).click()
    assert "SAMPLE DATA, NOT A MEASUREMENT" in answer.value.text()


def test_hiding_a_line_changes_no_number(visit: PageVisit, real: str) -> None:
    """A hidden line is not drawn, and every number stays; excluding a venue changes them."""
    tab = visit.open(f"{real}?window=crash")
    numbers_before, line_count = read_numbers(tab), len(read_lines(tab))
    tab.get_by_role("button", name="Settings").click()
    visit.wait_for_change(lambda: choose_option(tab, "hide", "OKX"))
    wait_until(tab, "n => document.querySelectorAll('#graph .scatterlayer path.js-line').length < n", arg=line_count)
    visit.wait_until_idle()
    assert read_numbers(tab) == numbers_before
    tab.locator("#hide").blur()  # not Escape: where the list has closed by itself that closes the settings
    expect(tab.get_by_role("option")).to_have_count(0)
    visit.wait_for_change(lambda: choose_option(tab, "out", "Kraken"))
    expect(tab.locator("#remarks")).to_contain_text("Chosen by hand: Kraken excluded.")
    assert read_query(tab, "out=") == {"window": "crash", "hide": "okx", "out": "kraken"}


def test_one_click_swaps_the_focus(visit: PageVisit, real: str) -> None:
    """The name of an exchange in the table of its group is a button that makes it the focus."""
    tab = visit.open(f"{real}?window=crash")
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance")
    group = tab.get_by_role("region", name="USD exchanges", exact=True)
    visit.wait_for_change(group.get_by_role("button", name="Kraken", exact=True).click)
    expect(tab.locator("h1")).to_contain_text("ATOM/USD on Kraken")
    expect(tab.get_by_role("button", name="Kraken", exact=True).first).to_have_attribute("aria-pressed", "true")
    assert read_query(tab, "focus=")["focus"] == "kraken"


def test_an_own_range(visit: PageVisit, sample: str) -> None:
    """Two typed times on the reader's clock are a window."""
    tab = visit.open(f"{sample}?zone=UTC%2B8")
    tab.get_by_role("button", name="Custom range").click()
    tab.get_by_label("From (UTC+8)").fill("2025-10-11 05:12")
    tab.get_by_label("To (UTC+8)").fill("2025-10-11 05:30")
    visit.wait_for_change(lambda: tab.get_by_label("To (UTC+8)").press("Enter"))
    expect(tab.locator("#span")).to_have_text("11 Oct 2025, 05:12 to 05:30 UTC+8, 18 minutes, chosen by hand")
    assert read_query(tab, "from=") == {"zone": "UTC+8", "from": "2025-10-10T21:12:00Z", "to": "2025-10-10T21:30:00Z"}


def test_dark(visit: PageVisit, sample: str) -> None:
    """One click on Dark changes the colours of page and charts."""
    tab = visit.open(sample)
    visit.wait_for_change(lambda: tab.get_by_text("Dark", exact=True).click())
    expect(tab.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    expect(tab.locator("body")).to_have_css("background-color", "rgb(21, 24, 28)")
    expect(tab.locator("#graph .main-svg").first).to_have_css("background-color", "rgb(21, 24, 28)")


@pytest.mark.parametrize("width", [390, 768, 1920])
def test_widths(visit: PageVisit, real: str, width: int) -> None:
    """The page does not scroll sideways, on a phone as on a wide screen."""
    visit.tab.set_viewport_size({"width": width, "height": 844})
    tab = visit.open(f"{real}?window=crash")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    if width < 640:
        tab.locator(".fold > summary").click()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    expect(tab.get_by_role("button", name=PICTURE_BUTTON)).to_be_visible()


def test_nothing_to_show(visit: PageVisit, sample: str) -> None:
    """Without candles the page says what to do instead of empty charts."""
    visit.goto(f"{sample}?origin=real")
    tab = visit.tab
    expect(tab.locator("h1")).to_have_text("Nothing to measure for ATOM in this window")
    expect(tab.locator(".second")).to_contain_text("plumbline collect --event 2025-10-10")
    expect(tab.get_by_role("button", name=PICTURE_BUTTON)).to_be_disabled()
    expect(tab.locator("#graph")).to_be_hidden()


def test_a_bad_link_is_a_notice(visit: PageVisit, sample: str) -> None:
    """A link with values that are not valid opens the page with notices about them."""
    tab = visit.open(f"{sample}?asset=%3Cb%3E&zone=CET&from=noon&to=night")
    for notices in ("asset '<b>' is not known", "zone 'CET' is not known", "'noon' is no time"):
        expect(tab.locator("#notices")).to_contain_text(notices)


def test_the_keyboard_reaches_the_choices(visit: PageVisit, sample: str) -> None:
    """An asset can be chosen by keyboard, and the focused element has an outline."""
    tab = visit.open(sample)
    tab.get_by_role("radio", name="ATOM").focus()
    visit.wait_for_change(lambda: tab.keyboard.press("ArrowRight"))
    expect(tab.locator("h1")).to_contain_text("WBETH")
    tab.keyboard.press("Tab")
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_collecting_real_candles(visit: PageVisit, tmp_path: Path) -> None:
    """The button starts a collection that shows its progress; at its end the real candles are shown."""
    store = CandleStore(str(tmp_path / "lake"))
    actions = RecordedActions()
    with serve_store(store, actions) as address:
        visit.goto(f"{address}?window=crash")
        tab = visit.tab
        expect(tab.locator("h1")).to_contain_text("Nothing to measure")
        actions.progress_steps = [CollectionProgress("2 of 9 venues", 2 / 9, running=True, failed=False)]
        tab.get_by_role("button", name="Collect real candles").click()
        expect(tab.locator("#collection")).to_contain_text("2 of 9 venues")
        store.write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
        actions.progress_steps = [CollectionProgress("9 of 9 venues", 1.0, running=False, failed=False)]
        expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance: up to 33% below other USDT exchanges")
        expect(tab.locator("#collection")).to_contain_text("9 of 9 venues")
        expect(tab.locator("#offer")).to_be_hidden()
        assert actions.calls == ["2025-10-10"]
