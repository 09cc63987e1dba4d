"""Tab stops of the controls, and what screen readers are told of a changed view."""

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_accessibility import find_violations
from tests.browser.test_pages import build_address


def count_stops_before_content(tab: Tab) -> int:
    """How often the tab key is pressed until the focus is in the content of the page."""
    for stops in range(1, 60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.closest('main') !== null"):
            return stops
    raise AssertionError


def test_a_group_of_choices_is_one_stop(visit: PageVisit, real: str) -> None:
    """Whatever number of assets and windows there is, the tab key stops once at each; arrow keys choose."""
    tab = visit.open(real)
    page_links = tab.locator("#nav a").count()
    assert count_stops_before_content(tab) <= page_links + 16
    tab.get_by_role("radio", name="Full crash window (20:45-23:15)").focus()
    stops = [tab.evaluate("document.activeElement.type")]
    tab.keyboard.press("Tab")
    stops.append(tab.evaluate("document.activeElement.id"))
    assert stops == ["radio", "range-open"]
    tab.get_by_role("radio", name="ATOM").focus()
    visit.wait_for_change(lambda: tab.keyboard.press("ArrowRight"))
    wait_until(tab, "location.search === '?asset=WBETH'")


def test_a_changed_headline_is_read_out(visit: PageVisit, real: str) -> None:
    """Nothing is read out when a page opens; after a change the new headline is, politely."""
    tab = visit.open(f"{real}?window=crash")
    announced = tab.locator("#announced")
    expect(announced).to_be_empty()
    group = tab.get_by_role("region", name="USD exchanges", exact=True)
    visit.wait_for_change(group.get_by_role("button", name="Kraken", exact=True).click)
    expect(announced).to_contain_text("ATOM/USD on Kraken")
    expect(announced).to_have_role("status")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_of_groups_in_lists_have_contrast(visit: PageVisit, sample: str, theme: str) -> None:
    """In the list of second windows the names of the events reach the contrast of text (WCAG AA)."""
    tab = visit.open_page(build_address(sample, "compare", f"?theme={theme}"), "Every asset side by side")
    tab.locator("#compare-against").click()
    expect(tab.get_by_role("option").first).to_be_visible()
    assert [found for found in find_violations(tab) if found.startswith("color-contrast")] == []
