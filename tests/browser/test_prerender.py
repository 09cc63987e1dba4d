"""The prerendered page, and its replacement by the app."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect
from playwright.sync_api import Page as Tab

from tests.browser.conftest import PageVisit, take_route, wait_until

PART_SELECTOR = (
    "header, nav a, .tools > *, .row > *, .chips > *, .notice, h1, main > p, .second, .venues, .overview-part, "
    ".events-table :is(th, td), .claim-head, .claim-part"
)
PLACES_SCRIPT = f"""root => [...document.querySelectorAll(root + ' :is({PART_SELECTOR}, .main-svg)')].map(part => {{
  const {{ x, y, width, height }} = part.getBoundingClientRect();
  return [x, y, width, height].map(Math.round);
}}).filter(([, y, width]) => width && y < innerHeight)"""
"""The position and size of every element on the first screen."""


def open_without_app(visit: PageVisit, address: str, *, draws_chart: bool = True) -> Route:
    """Open an address without the script that starts the app, and wait for the prerendered chart if there is one."""
    delayed_routes: list[Route] = []

    def delay_route(route: Route) -> None:
        delayed_routes.append(route)

    visit.tab.route("**/dash_renderer*", delay_route)
    visit.tab.goto(address, wait_until="commit")
    expect(visit.tab.locator("#first h1")).to_be_visible()
    if draws_chart:
        expect(visit.tab.locator("#first .main-svg").first).to_be_visible()
    wait_until(visit.tab, "document.querySelector('footer script[src*=dash_renderer]') !== null")
    return take_route(visit.tab, delayed_routes)


@pytest.mark.parametrize("width", [1440, 900, 390])
@pytest.mark.parametrize(
    "page_address",
    [
        "explorer?window=crash&theme=dark",
        "",
        "lows",
        "compare",
        "sequence",
        "market",
        "claims",
        "index-rules",
        "events",
        "orders",
        "data",
        "method",
    ],
)
def test_the_app_takes_its_place_and_nothing_moves(
    first_visit: PageVisit, sample: str, page_address: str, width: int
) -> None:
    """Text, controls and the first chart are where the app will show them, before any of its scripts has loaded."""
    tab = first_visit.tab
    tab.set_viewport_size({"width": width, "height": 900})
    begins_with_chart = page_address.partition("?")[0] in {"", "explorer", "compare"}
    app_route = open_without_app(first_visit, sample.replace("explorer", page_address), draws_chart=begins_with_chart)
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


def test_a_late_area_for_files_moves_nothing(first_visit: PageVisit, sample: str) -> None:
    """The pre-rendered page stays until the script of the areas for files has come, however late."""
    tab = first_visit.tab
    delayed_routes: list[Route] = []

    def delay_route(route: Route) -> None:
        delayed_routes.append(route)

    tab.route("**/async-upload*", delay_route)
    app_route = open_without_app(first_visit, sample.replace("explorer", "orders"), draws_chart=False)
    places_before = tab.evaluate(PLACES_SCRIPT, "#first")
    with tab.expect_request("**/async-upload*"):
        app_route.continue_()
    wait_until(tab, "document.querySelectorAll('#content label[data-most]').length === 2")
    expect(tab.locator("#first")).to_have_count(1)
    take_route(tab, delayed_routes).continue_()
    expect(tab.locator("#first")).to_have_count(0)
    places_after = tab.evaluate(PLACES_SCRIPT, "#frame")
    assert [place for place in places_before if place not in places_after] == []


def test_its_links_lead_on(first_visit: PageVisit, sample: str) -> None:
    """Before the app runs there is no button; a link of the navigation is followed, and the app shows its page."""
    tab = first_visit.tab
    app_route = open_without_app(first_visit, f"{sample}?window=crash")
    expect(tab.locator("#first").get_by_role("button")).to_have_count(0)
    expect(tab.locator("#first .venues").get_by_role("link", name="OKX").first).to_be_visible()
    tab.get_by_role("navigation").get_by_role("link", name="Method").click()
    app_route.continue_()
    expect(tab.locator("#first")).to_have_count(0)
    expect(tab.locator("h1")).to_have_text("What the numbers mean")
    assert tab.url.endswith("/method?window=crash")


@pytest.fixture(scope="module")
def scriptless(browser: Browser) -> Iterator[Tab]:
    """A tab that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_any_script(scriptless: Tab, real: str) -> None:
    """Headline and tables can be read, and links lead to other views, those of choices among them."""
    tab = scriptless
    tab.goto(f"{real}?window=crash")
    expect(tab.locator("h1")).to_contain_text("ATOM/USDT on Binance: up to 33% below other USDT exchanges")
    expect(tab.locator("tr", has_text="Kraken").first).to_be_visible()
    tab.locator(".venues").get_by_role("link", name="Kraken").first.click()
    expect(tab.locator("h1")).to_contain_text("ATOM/USD on Kraken")
    tab.get_by_role("link", name="11 Oct (UTC+8)").click()
    expect(tab).to_have_url(re.compile(r"\?focus=kraken&window=report-day$"))
    tab.get_by_role("navigation").get_by_role("link", name="Overview").click()
    expect(tab.locator("h1")).to_contain_text("No ranking possible: prices from too few exchanges are loaded.")


@pytest.mark.parametrize(
    ("page_address", "cell"),
    [
        ("explorer?window=crash", "Kraken"),
        ("overview?window=crash", "WBETH"),
        ("lows?window=crash", "Gemini"),
        ("compare?window=crash", "WBETH"),
        ("data?window=crash", "Bitstamp"),
        ("method", "Binance"),
    ],
)
def test_no_control_is_dead_without_scripts(scriptless: Tab, real: str, page_address: str, cell: str) -> None:
    """Every page has its tables; nothing looks like a control but does nothing, and a note stands for each chart."""
    tab = scriptless
    tab.goto(real.replace("explorer", page_address))
    expect(tab.get_by_role("cell", name=cell).or_(tab.get_by_role("rowheader", name=cell)).first).to_be_visible()
    for role in ("button", "textbox", "combobox", "radio", "checkbox", "slider"):
        expect(tab.get_by_role(role)).to_have_count(0)
    expect(tab.locator(".ghost.field:visible, .ghost.button:visible, .ghost.text:visible")).to_have_count(0)
    for room in tab.locator(".chart-room:visible").all():
        # Playwright's assertions about texts leave out what is in noscript.
        assert "The tables hold its numbers" in room.inner_text()


def test_a_definition_can_be_cited_without_scripts(scriptless: Tab, real: str) -> None:
    """The hash of an address leads to its section of the method page."""
    scriptless.goto(real.replace("explorer", "method#firm"))
    expect(scriptless.locator("#firm")).to_be_in_viewport()


def test_a_chart_says_that_it_is_loading(first_visit: PageVisit, sample: str) -> None:
    """Until plotly.js has come, words are where the chart will be; then the chart is."""
    delayed_routes: list[Route] = []

    def delay_route(route: Route) -> None:
        delayed_routes.append(route)

    first_visit.tab.route("**/plotly-basic*", delay_route)
    first_visit.tab.goto(sample, wait_until="commit")
    words_script = """([selector, words]) => {
      const place = document.querySelector(selector);
      return place && getComputedStyle(place, '::before').content === words;
    }"""
    wait_until(first_visit.tab, words_script, arg=["#first .chart-room", '"Loading chart\u2026"'])
    take_route(first_visit.tab, delayed_routes).continue_()
    expect(first_visit.tab.locator("#graph .main-svg").first).to_be_visible()
    wait_until(first_visit.tab, words_script, arg=["#graph", "none"])
