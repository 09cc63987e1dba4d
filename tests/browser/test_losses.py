"""Fills that are dropped on the Orders page: compared, marked as sample, and text whatever they hold."""

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser.conftest import PageVisit
from tests.browser.test_accessibility import find_violations
from tests.browser.test_pages import HEADINGS, build_address

HEADER = "time,venue,symbol,side,quantity,price,kind,fee\n"

FILLS = (
    "2025-10-10T20:00:00Z,binance,ATOM/USDT,long,6,4,opening,\n"
    "2025-10-10T21:20:30Z,binance,ATOM/USDT,sell,5,2,liquidation,0.1\n"
    "2025-10-10T21:20:31Z,binance,<img src=x onerror=window.broken=1>,sell,5,2,,\n"
)

DROP_SCRIPT = """([text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const place = document.querySelector("#losses-upload");
  place.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
}"""
"""Drops a file on the page as a browser does."""


@pytest.fixture
def orders(visit: PageVisit, sample: str) -> Tab:
    """The page over the sample, without a file."""
    return visit.open_page(build_address(sample, "orders", "?window=crash&asset=ATOM"), HEADINGS["orders"])


def drop_fills(tab: Tab, text: str, name: str = "fills.csv") -> None:
    """Drop a file, and wait until it was compared."""
    tab.evaluate(DROP_SCRIPT, [text, name])
    status = tab.locator("#losses-status")
    expect(status).to_contain_text(name)
    expect(status).not_to_contain_text("being compared", timeout=60_000)


def test_fills_are_compared_and_stay_text(orders: Tab) -> None:
    """The arithmetic of what was closed, the mark of the sample, and no element out of the file."""
    drop_fills(orders, HEADER + FILLS)
    cards = orders.locator("#losses-cards")
    expect(orders.locator("#losses-status")).to_contain_text("2 lines used, 1 not")
    expect(cards.get_by_role("heading", name="Sample: Totals")).to_be_visible()
    expect(cards.locator(".notice").first).to_contain_text("they support no claim")
    expect(cards).to_contain_text("5 × (2 − 4) = −10")
    expect(cards).to_contain_text("<img src=x onerror=window.broken=1>")
    assert cards.locator("img").count() == 0
    assert orders.evaluate("window.broken") is None
    assert find_violations(orders) == []


def test_the_base_is_moved_without_another_drop(orders: Tab) -> None:
    """The file is still in the tab; a time that is none is refused with its reason; a reload has nothing of it."""
    drop_fills(orders, HEADER + FILLS)
    orders.locator("#losses-base").fill("2025-10-10T21:19Z")
    orders.get_by_role("button", name="Compare").click()
    expect(orders.locator("#losses-cards")).to_contain_text("2025-10-10 21:14")
    orders.locator("#losses-base").fill("soon")
    orders.locator("#losses-base").press("Enter")
    expect(orders.locator("#losses-cards")).to_contain_text("'soon' is no time")
    orders.reload()
    expect(orders.locator("main h1")).to_have_text(HEADINGS["orders"])
    expect(orders.locator("#losses-cards > *")).to_have_count(0)


def test_a_log_and_fills_stand_beside_each_other(orders: Tab) -> None:
    """Neither drop area takes the other one's file."""
    drop_fills(orders, HEADER + FILLS)
    expect(orders.locator("#orders-cards > *")).to_have_count(0)
    orders.get_by_text("Full crash window").first.click()
    expect(orders.locator("#losses-status")).to_contain_text("2 lines used, 1 not")
    expect(orders.locator("#losses-cards")).to_contain_text("5 × (2 − 4) = −10")
