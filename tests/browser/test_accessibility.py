"""Findings of axe-core on every page, visible focus, and layout shifts while a page loads."""

import re
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from dashboard.pages.registry import PAGES
from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_pages import build_address

PATHS = [page.name for page in PAGES]

MAX_LAYOUT_SHIFT = 0.1
"""The cumulative layout shift up to which a page counts as still (web.dev, "good")."""

SERIOUS_IMPACTS = {"serious", "critical"}

RUN_AXE_SCRIPT = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def open_drawn_page(visit: PageVisit, sample: str, name: str, query: str = "") -> Tab:
    """A page with everything on it drawn."""
    tab = visit.tab
    visit.goto(build_address(sample, name, query))
    expect(tab.locator("main h1")).to_be_visible()
    visit.wait_until_idle()
    wait_for_charts(tab)
    return tab


def wait_for_charts(tab: Tab) -> None:
    """Wait until every chart of the page is drawn."""
    for chart in tab.locator(".dash-graph").all():
        expect(chart.locator(".main-svg").first).to_be_attached()


def find_violations(tab: Tab) -> list[str]:
    """The serious and critical findings of axe-core, with the elements that they are about."""
    # While something fades in, its colours are not its own.
    wait_until(tab, "document.getAnimations().length === 0")
    tab.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    violations: list[dict[str, Any]] = tab.evaluate(RUN_AXE_SCRIPT)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in SERIOUS_IMPACTS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("name", PATHS)
def test_axe_finds_nothing_grave(visit: PageVisit, sample: str, name: str) -> None:
    """No page has a serious or critical finding of axe-core, in dark or in light colours."""
    tab = open_drawn_page(visit, sample, name, "?theme=dark&window=crash&against=2025-10-10:both-sides")
    assert find_violations(tab) == []
    visit.switch_theme("light")
    wait_for_charts(tab)
    assert find_violations(tab) == []


@pytest.mark.parametrize("name", ["explorer", "compare"])
def test_axe_finds_nothing_grave_on_a_phone(visit: PageVisit, sample: str, name: str) -> None:
    """Nor on a phone."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    assert find_violations(open_drawn_page(visit, sample, name)) == []


def test_axe_finds_nothing_grave_in_the_settings(visit: PageVisit, sample: str) -> None:
    """Nor in the settings while they are open."""
    tab = open_drawn_page(visit, sample, "explorer")
    tab.get_by_role("button", name="Settings").click()
    expect(tab.get_by_label("Deviation threshold")).to_be_visible()
    assert find_violations(tab) == []


@pytest.mark.parametrize("name", PATHS)
def test_nothing_jumps(first_visit: PageVisit, sample: str, name: str) -> None:
    """Nothing that is visible moves while the rest of the page loads."""
    first_visit.tab.add_init_script(
        "window.shifted = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) "
        "if (!one.hadRecentInput) window.shifted += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    tab = open_drawn_page(first_visit, sample, name)
    assert tab.evaluate("window.shifted") < MAX_LAYOUT_SHIFT


@pytest.mark.parametrize("name", PATHS)
def test_the_focus_is_seen_everywhere(visit: PageVisit, sample: str, name: str) -> None:
    """Wherever the tab key leads, the focused element or one that stands for it has an outline or a frame."""
    tab = open_drawn_page(visit, sample, name)
    visited = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        element_html, has_outline = tab.evaluate(FOCUS_SHOWN_SCRIPT)
        if element_html in visited:
            continue
        visited.add(element_html)
        assert has_outline, element_html
    assert len(visited) > 8


FOCUS_SHOWN_SCRIPT = """() => {
  const part = document.activeElement;
  const drawn = (one) => {
    const style = one && getComputedStyle(one);
    const outlined = style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return outlined || (style && style.boxShadow !== 'none');
  };
  const near = [part, part.nextElementSibling, part.parentElement, part.closest('.mantine-SegmentedControl-root')];
  const framed = part.tagName === 'BODY' || part.matches('input:not([type=radio]):not([type=checkbox])');
  return [part.outerHTML.slice(0, 120), framed || near.some(drawn)];
}"""


def test_stillness_where_it_is_asked_for(visit: PageVisit, sample: str) -> None:
    """With reduced motion no element has a transition or an animation."""
    visit.tab.emulate_media(reduced_motion="reduce")
    tab = open_drawn_page(visit, sample, "explorer")
    moving_count = tab.evaluate(
        "[...document.querySelectorAll('*')].filter((one) => { const style = getComputedStyle(one); "
        "return Math.max(...(style.transitionDuration + ',' + style.animationDuration).split(',')"
        ".map(parseFloat)) > 0.01; }).length"
    )
    assert moving_count == 0


def test_the_skip_link_is_first_everywhere(visit: PageVisit, sample: str) -> None:
    """The first tab stop skips the navigation, on a phone as well."""
    visit.tab.set_viewport_size({"width": 390, "height": 844})
    tab = open_drawn_page(visit, sample, "lows")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the page")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#content")).to_be_focused()
    expect(tab).to_have_url(re.compile(r"/lows"))
