"""The History page in Chromium, over a store with a history: its chart, and nothing that moves while it opens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from data.store import CandleStore
from tests.browser.conftest import PageVisit, serve_store
from tests.browser.test_pages import build_address
from tests.browser.test_prerender import PLACES_SCRIPT, open_without_app
from tests.dashboard.memory_store import RecordedActions
from tests.dashboard.pages.test_history import build_history

FINDING = "On 2 of 3 days, 99% of Binance's lows were at most 5% below all others"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over a store with a history of three days."""
    store = CandleStore(str(tmp_path_factory.mktemp("recorded") / "lake"))
    store.history.save(build_history())
    with serve_store(store, RecordedActions()) as address:
        yield address


def test_the_chart_and_its_table(visit: PageVisit, recorded: str) -> None:
    """After one request the largest gap of each day is a dot; a day that is searched for leads to the explorer."""
    tab = visit.open_page(build_address(recorded, "history"), FINDING)
    assert visit.request_triggers == [["place.data"]]
    expect(tab.locator("#history-graph .scatterlayer .points path")).to_have_count(3)
    rows = tab.locator("#history-grid .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(3)
    tab.get_by_label("Search").fill("11 oct")
    expect(rows).to_have_count(1)
    assert visit.request_triggers == [["place.data"]]
    tab.locator("#history-grid").get_by_role("link", name="IOTX").click()
    expect(tab).to_have_url(re.compile(r"/explorer\?.*asset=IOTX.*from=2025-10-11T00"))


@pytest.mark.parametrize("width", [1440, 390])
def test_the_app_takes_the_place_of_a_history_and_nothing_moves(
    first_visit: PageVisit, recorded: str, width: int
) -> None:
    """Finding and choices are where the app shows them; on a phone nothing scrolls sideways."""
    tab = first_visit.tab
    tab.set_viewport_size({"width": width, "height": 900})
    app_route = open_without_app(first_visit, build_address(recorded, "history"), draws_chart=False)
    places_before = tab.evaluate(PLACES_SCRIPT, "#first")
    app_route.continue_()
    expect(tab.locator("#first")).to_have_count(0)
    places_after = tab.evaluate(PLACES_SCRIPT, "#frame")
    assert [place for place in places_before if place not in places_after] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
