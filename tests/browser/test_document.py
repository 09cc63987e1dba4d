"""What the browser loads for the first chart, and when."""

import re

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from tests.browser.conftest import PageVisit, take_route, wait_until


def list_plotly_scripts(urls: list[str]) -> list[str]:
    """Those of the addresses that are of plotly.js, be it the bundle or all of it."""
    return [url for url in urls if "plotly" in url and url.endswith(".js")]


def test_plotly_is_loaded_once_and_before_the_answer(first_visit: PageVisit, sample: str) -> None:
    """plotly.js is requested once, together with the other scripts, and before the first response of a callback."""
    urls: list[str] = []
    first_visit.tab.on("request", lambda request: urls.append(request.url))
    first_visit.open(sample)
    first_visit.wait_until_idle()
    scripts = list_plotly_scripts(urls)
    assert [re.sub("[0-9a-f]{16}", "HASH", url.rpartition("/")[2]) for url in scripts] == ["plotly-basic.min.HASH.js"]
    first_update = next(index for index, url in enumerate(urls) if "_dash-update-component" in url)
    assert urls.index(scripts[0]) < first_update
    assert first_visit.tab.evaluate("document.querySelectorAll('script[src*=plotly]').length") == 1


@pytest.mark.parametrize("page_address", ["explorer", "", "compare"])
def test_the_first_chart_waits_for_plotly_alone(first_visit: PageVisit, sample: str, page_address: str) -> None:
    """No script of the app is requested before the first chart is drawn; afterwards the app runs, started once."""
    plotly_routes: list[Route] = []
    urls: list[str] = []
    tab = first_visit.tab
    tab.on("request", lambda request: urls.append(request.url))
    tab.route("**/plotly-basic*", lambda route: plotly_routes.append(route))  # noqa: PLW0108 - Playwright marks it
    tab.goto(sample.replace("explorer", page_address), wait_until="commit")
    expect(tab.locator("#first h1")).to_be_visible()
    wait_until(tab, "document.querySelector('script[src*=plotly]') !== null")
    assert [url for url in urls if ".js" in url and "plotly" not in url] == []
    take_route(tab, plotly_routes).continue_()
    expect(tab.locator("#first .main-svg").first).to_be_visible()
    expect(tab.locator("#first")).to_have_count(0)
    assert sum("_dash-layout" in url for url in urls) == 1
    assert len([url for url in urls if "dash_renderer" in url]) == 1


def test_the_app_starts_although_a_script_fails(page: Tab, sample: str) -> None:
    """If the last of the scripts cannot be loaded, dash still runs, which says what it lacks."""
    page.route("**/dash_html_components*", lambda route: route.abort())
    with page.expect_request("**/_dash-layout"):
        page.goto(sample)


def test_a_page_of_text_loads_it_when_a_chart_follows(first_visit: PageVisit, sample: str) -> None:
    """From the method page, which has no chart, a link leads to charts that are drawn."""
    urls: list[str] = []
    first_visit.tab.on("request", lambda request: urls.append(request.url))
    first_visit.open_page(sample.replace("/explorer", "/method"), "What the numbers mean")
    assert list_plotly_scripts(urls) == []
    first_visit.tab.get_by_role("link", name="Explorer", exact=True).first.click()
    expect(first_visit.tab.locator("#graph .main-svg").first).to_be_visible()
    (script,) = list_plotly_scripts(urls)
    assert "/plotly-basic.min." in script, "not all of plotly.js, which dash would load"


def test_the_grid_is_loaded_before_a_page_with_one_opens(first_visit: PageVisit, sample: str) -> None:
    """The explorer runs without the grid's script; a link to the lows loads it once, and the grid has its rows."""
    first_visit.open(sample)
    first_visit.wait_until_idle()
    assert first_visit.tab.evaluate("window.dash_ag_grid") is None
    first_visit.tab.get_by_role("link", name="Lows", exact=True).first.click()
    expect(first_visit.tab.locator(".ag-row").first).to_be_visible()
    assert first_visit.tab.evaluate("document.querySelectorAll('script[src*=\"dash_ag_grid.\"]').length") == 1
    first_visit.tab.get_by_role("link", name="Explorer", exact=True).first.click()
    expect(first_visit.tab.locator("#graph .main-svg").first).to_be_visible()


def test_a_page_with_a_grid_has_its_script_at_once(first_visit: PageVisit, sample: str) -> None:
    """Opened by its address, the page of lows shows its grid."""
    first_visit.tab.goto(sample.replace("/explorer", "/lows"))
    expect(first_visit.tab.locator(".ag-row").first).to_be_visible()
