"""Zooming the explorer's charts changes no number and no address, until the visible range is measured."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_page import read_numbers, read_query

READ_RANGE_SCRIPT = (
    "document.querySelector('#graph .js-plotly-plot')._fullLayout.xaxis3.range.map(edge => edge.slice(11, 16))"
)
WHOLE_WINDOW = ["20:45", "23:15"]


def find_place(tab: Tab, share: float) -> tuple[float, float]:
    """A place in the charts, by its share of their width."""
    box = tab.locator("#graph .nsewdrag").first.bounding_box()
    assert box is not None
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def drag(tab: Tab) -> None:
    """Drag along the charts."""
    tab.mouse.move(*find_place(tab, 0.2))
    tab.mouse.down()
    tab.mouse.move(*find_place(tab, 0.4), steps=5)
    tab.mouse.up()


def turn_wheel(tab: Tab) -> None:
    """Turn the wheel over the charts with Ctrl held, as a pinch on a touchpad does."""
    tab.mouse.move(*find_place(tab, 0.3))
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -300)
    tab.keyboard.up("Control")


def wait_for_zoom(tab: Tab) -> None:
    """Wait until the charts show a part of the window."""
    wait_until(tab, f"whole => ({READ_RANGE_SCRIPT}).join() !== whole", arg=",".join(WHOLE_WINDOW))


@pytest.mark.parametrize("zoom", [drag, turn_wheel])
def test_zooming_measures_nothing(visit: PageVisit, real: str, zoom: Callable[[Tab], None]) -> None:
    """The chart shows a part of the window; numbers and address stay, nothing is requested; a double click ends it."""
    tab = visit.open(real)
    visit.wait_until_idle()
    expect(tab.get_by_role("button", name="Measure this range")).to_be_hidden()
    numbers_before, request_count = read_numbers(tab), len(visit.requests)
    zoom(tab)
    wait_for_zoom(tab)
    expect(tab.get_by_role("button", name="Measure this range")).to_be_visible()
    tab.locator("#graph .nsewdrag").first.dblclick()
    wait_until(tab, f"whole => ({READ_RANGE_SCRIPT}).join() === whole", arg=",".join(WHOLE_WINDOW))
    expect(tab.get_by_role("button", name="Measure this range")).to_be_hidden()
    visit.wait_until_idle()
    assert read_numbers(tab) == numbers_before
    assert len(visit.requests) == request_count
    assert tab.evaluate("location.search") == ""


def test_the_visible_range_can_be_measured(visit: PageVisit, sample: str) -> None:
    """The button makes the visible range, in whole minutes, the window; the chart is then no longer zoomed."""
    tab = visit.open(sample)
    drag(tab)
    measure = tab.get_by_role("button", name="Measure this range")
    visit.wait_for_change(measure.click)
    expect(tab.locator("#span")).to_contain_text("chosen by hand")
    query_values = read_query(tab, "from=")
    assert query_values["from"] in {f"2025-10-10T21:{minute}:00Z" for minute in (14, 15, 16)}
    assert query_values["to"] in {f"2025-10-10T21:{minute}:00Z" for minute in (45, 46, 47)}
    expect(measure).to_be_hidden()


def test_a_zoom_is_kept_while_the_window_stays(visit: PageVisit, real: str) -> None:
    """Another focus keeps the zoom, another window ends it; a button shows the whole window, too."""
    tab = visit.open(real)
    whole = tab.get_by_role("button", name="Whole window")
    drag(tab)
    wait_for_zoom(tab)
    visit.wait_for_change(tab.get_by_role("button", name="Kraken", exact=True).first.click)
    expect(tab.locator("h1")).to_contain_text("ATOM/USD on Kraken")
    visit.wait_until_idle()
    wait_for_zoom(tab)
    whole.click()
    wait_until(tab, f"whole => ({READ_RANGE_SCRIPT}).join() === whole", arg=",".join(WHOLE_WINDOW))
    expect(whole).to_be_hidden()
    drag(tab)
    expect(whole).to_be_visible()
    visit.wait_for_change(tab.get_by_text("Crash (21:10-21:40)", exact=True).click)
    expect(whole).to_be_hidden()


def test_the_wheel_alone_scrolls_the_page(visit: PageVisit, real: str) -> None:
    """Over the charts as well, so that nobody is caught in them."""
    tab = visit.open(real)
    tab.mouse.move(*find_place(tab, 0.3))
    tab.mouse.wheel(0, 300)
    wait_until(tab, "window.scrollY > 0")
    assert tab.evaluate(READ_RANGE_SCRIPT) == WHOLE_WINDOW
