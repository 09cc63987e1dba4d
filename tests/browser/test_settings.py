"""Resetting the settings, and the folded controls of a phone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PageVisit, wait_until


def test_the_reset_is_offered_where_something_differs(visit: PageVisit, real: str) -> None:
    """The button of the settings is marked and the reset is there; it sets all back, and asset and window stay."""
    tab = visit.open(f"{real}?window=crash&enter=5&out=okx&hide=gate")
    settings = tab.locator("#settings")
    expect(settings).to_have_css("background-color", "rgb(22, 25, 29)")
    settings.click()
    reset = tab.get_by_role("button", name="Reset to defaults")
    visit.wait_for_change(reset.click)
    expect(reset).to_be_hidden()
    expect(tab.get_by_label("Deviation threshold")).to_have_value("2%")
    wait_until(tab, "location.search === '?window=crash'")


def test_a_phone_folds_the_controls(visit: PageVisit, real: str) -> None:
    """Folded, the bar says what is chosen; unfolded it stays so after a change; on a wide screen it is always open."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = visit.open(f"{real}?window=crash")
    fold = tab.locator("summary", has_text="Settings").first
    expect(fold).to_contain_text("ATOM · Binance · Crash")
    expect(tab.locator("#settings")).to_be_hidden()
    fold.click()
    visit.wait_for_change(tab.get_by_text("11 Oct (UTC+8)", exact=True).click)
    expect(fold).to_contain_text("ATOM · Binance · 11 Oct (UTC+8)")
    expect(tab.locator("#settings")).to_be_visible()
    tab.set_viewport_size({"width": 1200, "height": 844})
    expect(fold).to_be_hidden()
    expect(tab.locator("#settings")).to_be_visible()


def test_names_of_lines_are_beside_the_chart_of_a_phone(visit: PageVisit, real: str) -> None:
    """The plot takes most of the width, names end beside it within the page, also after a change."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = visit.open(f"{real}?window=crash")
    width_script = "document.querySelector('#graph .nsewdrag')?.getBoundingClientRect().width > 215"
    wait_until(tab, width_script)
    visit.wait_for_change(tab.get_by_role("button", name="Kraken", exact=True).first.click)
    expect(tab.locator("h1")).to_contain_text("ATOM/USD on Kraken")
    visit.wait_until_idle()
    wait_until(tab, width_script)
    plot = tab.locator("#graph .nsewdrag").first.bounding_box()
    name = tab.locator("#graph .annotation-text", has_text=re.compile("^Kraken$")).first.bounding_box()
    assert plot is not None
    assert name is not None
    assert plot["x"] + plot["width"] < name["x"]
    assert name["x"] + name["width"] <= 390
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
