"""Light and dark: the theme of the reader's system until one is chosen, and no frame in the wrong one."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_pages import build_address

PAPERS = {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}

RECORD_SCRIPT = """
window.papers = new Set();
const record = () => {
  const hidden = document.documentElement?.style.visibility === "hidden";
  if (document.body && !hidden) window.papers.add(getComputedStyle(document.body).backgroundColor);
  requestAnimationFrame(record);
};
record();
"""
"""Records the background of every frame that is shown."""


@pytest.mark.parametrize("theme", PAPERS)
@pytest.mark.parametrize("name", ["explorer", "method"])
def test_the_theme_of_the_system_holds_from_the_first_frame(
    visit: PageVisit, sample: str, name: str, theme: str
) -> None:
    """Page and charts have the theme of the system, no frame has the other one, and no link gets a theme."""
    visit.tab.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    visit.tab.add_init_script(RECORD_SCRIPT)
    visit.goto(build_address(sample, name))
    visit.wait_until_idle()
    assert visit.tab.evaluate("[...papers]") == [PAPERS[theme]]
    for chart in visit.tab.locator(".main-svg:first-child").all():
        expect(chart).to_have_css("background-color", PAPERS[theme])
    assert visit.tab.evaluate("location.search") == ""


def test_a_chosen_theme_stays_until_auto_is_chosen(visit: PageVisit, sample: str) -> None:
    """A chosen theme is part of the address and holds whatever the system has; Auto gives it up again."""
    visit.tab.emulate_media(color_scheme="dark")
    tab = visit.open(sample)
    expect(tab.get_by_role("radio", name="Auto")).to_be_checked()
    visit.switch_theme("light")
    expect(tab.locator("body")).to_have_css("background-color", PAPERS["light"])
    wait_until(tab, "location.search === '?theme=light'")
    visit.wait_for_change(tab.get_by_text("Auto", exact=True).click)
    expect(tab.locator("body")).to_have_css("background-color", PAPERS["dark"])
    expect(tab.locator("#graph .main-svg").first).to_have_css("background-color", PAPERS["dark"])
    wait_until(tab, "location.search === ''")


def test_an_open_page_follows_the_system(visit: PageVisit, sample: str) -> None:
    """If the system turns dark while the page is open, page and charts do."""
    tab = visit.open(sample)
    visit.wait_for_change(lambda: tab.emulate_media(color_scheme="dark"))
    expect(tab.locator("body")).to_have_css("background-color", PAPERS["dark"])
    expect(tab.locator("#graph .main-svg").first).to_have_css("background-color", PAPERS["dark"])
