"""The prerendered page, and its replacement by the app."""

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import PageVisit

PART_SELECTOR = (
    "header, nav a, .tools > *, .row > *, .chips > *, .notice, h1, main > p, .second, .terms, .venues, .overview-part"
)
PLACES_SCRIPT = f"""root => [...document.querySelectorAll(root + ' :is({PART_SELECTOR}, .main-svg)')].map(part => {{
  const {{ x, y, width, height }} = part.getBoundingClientRect();
  return [x, y, width, height].map(Math.round);
}}).filter(([, y, width]) => width && y < innerHeight)"""
"""The position and size of every element on the first screen."""


def open_without_app(visit: PageVisit, address: str) -> Route:
    """Open an address without the script that starts the app, and wait for the prerendered chart."""
    delayed_routes: list[Route] = []

    def delay_route(route: Route) -> None:
        delayed_routes.append(route)

    visit.tab.route("**/dash_renderer*", delay_route)
    visit.tab.goto(address, wait_until="commit")
    expect(visit.tab.locator("#first .main-svg").first).to_be_visible()
    return delayed_routes[0]


@pytest.mark.parametrize("width", [1440, 900, 390])
@pytest.mark.parametrize("page_address", ["explorer?window=crash&theme=dark", ""])
def test_the_app_takes_its_place_and_nothing_moves(
    first_visit: PageVisit, sample: str, page_address: str, width: int
) -> None:
    """Text, controls and the first chart are where the app will show them, before any of its scripts has loaded."""
    tab = first_visit.tab
    tab.set_viewport_size({"width": width, "height": 900})
    app_route = open_without_app(first_visit, sample.replace("explorer", page_address))
    assert tab.locator("#react-entry-point h1").count() == 0
    places_before = tab.evaluate(PLACES_SCRIPT, "#first")
    colour_script = "getComputedStyle(document.body).backgroundColor"
    paper = tab.evaluate(colour_script)
    app_route.continue_()
    expect(tab.locator("#first")).to_have_count(0)
    places_after = tab.evaluate(PLACES_SCRIPT, "#frame")
    assert len(places_before) >= 25
    assert [place for place in places_before if place not in places_after] == []
    assert tab.evaluate(colour_script) == paper


def test_its_links_lead_on_and_the_rest_waits(first_visit: PageVisit, sample: str) -> None:
    """A venue's button does nothing before the app runs; a link is followed, and the app shows its page."""
    tab = first_visit.tab
    app_route = open_without_app(first_visit, f"{sample}?window=crash")
    tab.get_by_role("button", name="OKX").first.click()
    tab.get_by_role("navigation").get_by_role("link", name="Method").click()
    app_route.continue_()
    expect(tab.locator("#first")).to_have_count(0)
    expect(tab.locator("h1")).to_have_text("What the numbers mean")
    assert tab.url.endswith("/method?window=crash")


def test_without_any_script(browser: Browser, real: str) -> None:
    """Without scripts headline and tables can be read, and links lead to other views."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{real}?window=crash")
    expect(tab.locator("h1")).to_contain_text("ATOM on Binance: up to 33 % below")
    expect(tab.locator("tr", has_text="Kraken").first).to_be_visible()
    tab.get_by_role("navigation").get_by_role("link", name="Overview").click()
    expect(tab.locator("h1")).to_contain_text("How far did one exchange's price stray")
    context.close()
