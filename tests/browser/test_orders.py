"""Logs that are dropped on the Orders page: a good one, a broken one and one of 100,000 lines."""

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser.conftest import PageVisit
from tests.browser.test_accessibility import find_violations
from tests.browser.test_pages import HEADINGS, build_address

HEADER = "time,exchange,symbol,side,quantity,reduceOnly,http_status,code,message\n"

GOOD = (
    "2025-10-10T21:20:01Z,binance,ATOMUSDT,SELL,10,true,400,-2022,<img src=x onerror=window.broken=1>\n"
    "2025-10-10T21:20:02Z,binance,ATOM-USDT,SELL,10,false,200,,\n"
    "2025-10-10T21:21:03Z,binance,<b>ATOM</b>,SELL,10,false,503,,=1+1\n"
)

DROP_SCRIPT = """([text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const place = document.querySelector("#orders-upload");
  place.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
}"""
"""Drops a file on the page as a browser does."""

VIEW = "?window=crash&asset=ATOM"


@pytest.fixture
def orders(visit: PageVisit, sample: str) -> Tab:
    """The page over the sample, without a log."""
    return visit.open_page(build_address(sample, "orders", VIEW), HEADINGS["orders"])


def drop_log(tab: Tab, text: str, name: str = "log.csv") -> None:
    """Drop a log, and wait until it was read."""
    tab.evaluate(DROP_SCRIPT, [text, name])
    status = tab.locator("#orders-status")
    expect(status).to_contain_text(name)
    expect(status).not_to_contain_text("being read", timeout=120_000)


def test_a_good_log_is_drawn_and_stays_text(orders: Tab) -> None:
    """Lanes under the deviation, the events, and neither a tag of a symbol nor one of a message is an element."""
    drop_log(orders, HEADER + GOOD)
    cards = orders.locator("#orders-cards")
    expect(cards.get_by_role("heading", name="ATOM on Binance: 50% of 2 attempted orders refused")).to_be_visible()
    expect(cards.locator(".main-svg").first).to_be_attached()
    expect(cards.locator(".orders-events")).to_contain_text("<b>ATOM</b>")
    expect(cards.locator(".orders-events")).to_contain_text("<img src=x onerror=window.broken=1>")
    assert orders.locator("#orders-cards img, #orders-cards .orders-events b").count() == 0
    assert orders.evaluate("window.broken") is None
    assert find_violations(orders) == []


def test_a_broken_log_shows_its_good_lines_and_names_the_others(orders: Tab) -> None:
    """Two lines that are no rows, with number and reason; what is no log at all is refused with a reason."""
    drop_log(orders, HEADER + GOOD + 'x,y\n2025-10-10T21:22:03Z,"binance,ATOMUSDT,SELL,1,,400,-2022,\n')
    expect(orders.locator("#orders-status")).to_contain_text("3 events read, 2 bad lines")
    expect(orders.locator(".orders-bad")).to_contain_text("has 2 fields, the header has 9")
    expect(orders.locator(".orders-bad")).to_contain_text("has a quote that does not end on this line")
    drop_log(orders, "PK", "orders.xlsx")
    expect(orders.locator("#orders-form")).to_contain_text("Not read")
    expect(orders.locator("#orders-cards > *")).to_have_count(0)


def test_a_log_of_100000_lines_is_drawn(orders: Tab) -> None:
    """All of them are counted, and the tables stay short."""
    rows = "".join(
        f"2025-10-10T21:{10 + number % 30}:{number % 60:02d}Z,binance,ATOMUSDT,SELL,1,,400,-2022,m{number}\n"
        for number in range(50_000)
    )
    accepted = rows.replace(",400,-2022,", ",200,,")
    drop_log(orders, HEADER + rows + accepted)
    expect(orders.locator("#orders-status")).to_contain_text("100,000 events read")
    expect(orders.locator("#orders-cards h2").first).to_contain_text("50% of 100,000 attempted orders refused")
    assert orders.locator(".orders-events tbody tr").count() == 200


def test_the_log_follows_the_view_and_is_forgotten_with_the_tab(orders: Tab) -> None:
    """Another window draws it again without another drop; a reload has nothing of it; a class narrows the table."""
    drop_log(orders, HEADER + GOOD)
    orders.locator("#orders-cards [data-class='matching-risk']").click()
    expect(orders.locator(".orders-events caption")).to_contain_text("The first 1 of 1 events")
    orders.get_by_text("Full crash window").first.click()
    expect(orders.locator("#orders-cards h2").first).to_contain_text("50% of 2 attempted orders refused")
    assert orders.evaluate("Object.keys(sessionStorage).concat(Object.keys(localStorage)).join()").find("log") == -1
    orders.reload()
    expect(orders.locator("main h1")).to_have_text(HEADINGS["orders"])
    expect(orders.locator("#orders-cards > *")).to_have_count(0)


def test_columns_that_a_reader_chooses_are_read(orders: Tab) -> None:
    """A log of unusual names: its columns are chosen in the form, which is unfolded."""
    drop_log(orders, "wann,was,antwort\n2025-10-10T21:20:01Z,ATOMUSDT,-2010\n")
    expect(orders.locator("#orders-form")).to_contain_text("Its columns have no names that are known")
    for role, column in (("time", "wann"), ("symbol", "was"), ("code", "antwort")):
        orders.locator(f"#orders-column-{role}").click()
        orders.get_by_role("option", name=column, exact=True).click()
    orders.get_by_role("button", name="Apply").click()
    expect(orders.locator("#orders-venue")).to_be_visible()
    orders.locator("#orders-venue").fill("binance")
    orders.get_by_role("button", name="Apply").click()
    expect(orders.locator(".orders-events")).to_contain_text("-2010")


def test_zone_and_exchange_are_asked_for_and_the_clock_is_moved(orders: Tab) -> None:
    """A log without either: both fields, then the chart; the skew moves the events; the log can be removed."""
    bare = "time,symbol,code\n2025-10-10 23:20:01,ATOMUSDT,-2022\n"
    drop_log(orders, bare)
    expect(orders.locator("#orders-status")).to_contain_text("needs an answer")
    orders.locator("#orders-times").fill("Europe/Berlin")
    orders.locator("#orders-venue").fill("binance")
    orders.locator("#orders-skew").fill("-1.5")
    orders.get_by_role("button", name="Apply").click()
    expect(orders.locator(".orders-events")).to_contain_text("2025-10-10 21:19:59.500")
    expect(orders.locator("#orders-cards")).to_contain_text("Every time of the log moved by -1.5 s")
    orders.get_by_role("button", name="Remove the log").click()
    expect(orders.locator("#orders-cards > *")).to_have_count(0)
    expect(orders.locator("#orders-form > *")).to_have_count(0)
