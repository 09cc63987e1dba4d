"""The Sequence page: its findings, its tables and its chart follow the view."""

from dataclasses import replace

import pytest

from dashboard.charts.sequence.figure import build_sequence_figure
from dashboard.draw.scene import Scene
from dashboard.pages.base import PageContext
from dashboard.pages.sequence import page as sequence
from dashboard.service.measurements import Measurements
from dashboard.service.sequence import measure_sequence
from dashboard.text.clock import Zone
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.exports.test_sequence import build_store
from tests.dashboard.memory_store import MemoryStore, RecordedActions, build_market_candles
from tests.dashboard.pages.test_lows import CATALOGUE, VIEW


@pytest.fixture(scope="module")
def context() -> PageContext:
    """ATOM falls on Binance and OKX in one minute, and BTC with it."""
    return PageContext(Measurements(build_store(), CATALOGUE), RecordedActions())


def read_page(context: PageContext, **changes: object) -> str:
    """All text of the page."""
    return collect_text(to_plain_data(sequence.build_content(context, replace(VIEW, **changes))))  # type: ignore[arg-type]


def test_the_page_says_who_fell_first_and_what_is_tied(context: PageContext) -> None:
    """Both exchanges fell in one minute; the other ones have no price before the window."""
    text = read_page(context)
    assert "Down 2%: Binance USDT and OKX (21:20, same minute)." in text
    assert "Down 20%: Binance USDT (21:20)." in text
    assert "21:20 =" in text
    assert "one-minute bars cannot order them" in text


def test_falls_stand_beside_the_bottom_of_the_market(context: PageContext) -> None:
    """The table of the comparison has BTC; the page of BTC has none."""
    assert "Before or after the bottom of BTC" in read_page(context)
    own_page = read_page(context, asset="BTC")
    assert "Before or after the bottom of BTC" not in own_page
    assert "Down 2%: OKX (21:20)." in own_page


def test_times_are_on_the_clock_of_the_reader(context: PageContext) -> None:
    """21:20 UTC is 05:20 of the next day in UTC+8."""
    assert "Binance USDT and OKX (05:20, same minute)" in read_page(context, zone=Zone.UTC8)


def test_without_prices_the_page_says_so() -> None:
    """No chart and no table."""
    empty = MemoryStore(build_market_candles("okx", "SOMECOIN/USDT", 1))
    text = read_page(PageContext(Measurements(empty, CATALOGUE), RecordedActions()))
    assert "No prices of ATOM are loaded for this window." in text
    assert "Down" not in text


def test_the_chart_joins_what_is_tied(context: PageContext) -> None:
    """A marker per level and lane; a line from Binance to OKX at each of their common levels."""
    order = measure_sequence(context.measurements, VIEW)
    assert order is not None
    scene = Scene(order.measurements[0], CATALOGUE)
    traces = build_sequence_figure(order, scene)["data"]
    lanes = build_sequence_figure(order, scene)["layout"]["yaxis"]["ticktext"]
    binance, okx = lanes.index("<b>Binance</b>"), lanes.index("OKX")
    ties = [trace for trace in traces if trace["mode"] == "lines"]
    assert [(trace["x"], trace["y"]) for trace in ties] == [([10.5, 10.5], [binance, okx])] * 3
    levels = {trace["name"]: (trace["x"], trace["y"]) for trace in traces if trace["mode"] == "markers"}
    assert levels["20% down"] == ([10.5], [binance])
    assert levels["50% down"] == ([], [])
