"""The order of falls: times, ties and marks, against answers made by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.order_of_falls import Moment, Order, OrderOfFalls, PathMark, group_tied, order_falls
from data.intervals import Span
from tests.deviation.candles import read_answers

ANSWERS = """
what = "Four markets of two quotes that fall minute by minute."
window = "12:00-12:06"
[markets]
"binance ATOM/USDT" = { at = "11:59", closes = "100 98 97 89 79 40 60" }
"bybit ATOM/USDT"   = { at = "11:59", closes = "100 99 98 94 85 85 90" }
"okx ATOM/USDT"     = { at = "11:59", closes = "200 196 196 196 196 196 50" }
"kraken ATOM/USD"   = { at = "11:59", closes = "100 99.5 97 96 90 70 95" }
"gate ATOM/USD"     = { at = "12:02", closes = "50 1 1 1" }
"""


def at(minute: int, second: int = 0) -> datetime:
    """An instant of the window."""
    return datetime(2025, 10, 10, 12, minute, second, tzinfo=UTC)


def bar(minute: int) -> Moment:
    """A whole minute."""
    return Moment(at(minute), at(minute + 1))


@pytest.fixture
def order(tmp_path: Path) -> OrderOfFalls:
    """The order over the whole window."""
    return build_order(tmp_path)


def build_order(tmp_path: Path, bottom_span: Span | None = None) -> OrderOfFalls:
    """The order, with the bottom within a span."""
    path = tmp_path / "order.toml"
    path.write_text(ANSWERS, encoding="utf-8")
    return order_falls([read_answers(path).measurement], bottom_span=bottom_span)


def test_a_level_has_the_minute_in_which_the_close_first_lay_so_far_below(order: OrderOfFalls) -> None:
    """Each market has a minute per level, null where it never fell so far or has nothing to fall from."""
    levels = {f"{falls.market.venue} {falls.market.symbol}": dict(falls.moments) for falls in order.markets}
    assert levels == {
        # 98 is exactly -2 %; 97 is not -5 %, 89 is -11 %; 79 is -21 %; 40 is -60 %
        "binance ATOM/USDT": {2: bar(0), 5: bar(2), 10: bar(2), 20: bar(3), 50: bar(4)},
        "bybit ATOM/USDT": {2: bar(1), 5: bar(2), 10: bar(3), 20: None, 50: None},
        # 196 of 200 is -2 %; 50 is -75 %
        "okx ATOM/USDT": {2: bar(0), 5: bar(5), 10: bar(5), 20: bar(5), 50: bar(5)},
        "gate ATOM/USD": dict.fromkeys((2, 5, 10, 20, 50)),  # no close before the window: nothing to fall from
        "kraken ATOM/USD": {2: bar(1), 5: bar(3), 10: bar(3), 20: bar(4), 50: None},
    }


def test_markets_stand_by_quote_group_and_name_what_they_fell_from(order: OrderOfFalls) -> None:
    """The groups come in their order, with the price before of each market."""
    assert [(falls.market.group, falls.market.venue, falls.price_before) for falls in order.markets] == [
        ("usdt", "binance", 100.0),
        ("usdt", "bybit", 100.0),
        ("usdt", "okx", 200.0),
        ("usd", "gate", None),
        ("usd", "kraken", 100.0),
    ]
    assert [falls.market.venue for falls in order.select_markets("ATOM", "usd")] == ["gate", "kraken"]


def test_a_group_has_onset_run_and_bottom(order: OrderOfFalls) -> None:
    """The three marks are those of the path of the group."""
    usdt = order.find_marks("ATOM", "usdt")
    assert usdt is not None
    # median returns: -2 %, -1.01 (of -1.02, -1.01, 0), -4.08 (of -8.2, -4.08, 0), ...; medians 99, 98, 94, 85, 85, 60
    assert usdt.moments == {PathMark.ONSET: bar(0), PathMark.RUN_START: bar(0), PathMark.BOTTOM: bar(5)}


def test_the_bottom_can_be_asked_within_another_span(tmp_path: Path) -> None:
    """Only minutes of that span are looked at."""
    within = Span(at(1), at(5))
    marks = build_order(tmp_path, within).find_marks("ATOM", "usdt")
    assert marks is not None
    assert marks.bottom_span == within
    assert marks.moments[PathMark.BOTTOM] == bar(3)  # 98, 94, 85, 85: the first of the lowest


def test_a_price_that_still_falls_where_the_span_ends_has_its_bottom_in_the_window(tmp_path: Path) -> None:
    """The lowest price of the span is in its last minute."""
    marks = build_order(tmp_path, Span(at(1), at(4))).find_marks("ATOM", "usdt")
    assert marks is not None
    assert marks.bottom_span == Span(at(0), at(6))
    assert marks.moments[PathMark.BOTTOM] == bar(5)  # 98, 94, 85 in the span, 60 later


def test_a_span_for_the_bottom_is_cut_to_the_window_and_one_outside_is_ignored(tmp_path: Path) -> None:
    """What is measured is said."""
    cut = build_order(tmp_path, Span(at(3), at(30))).find_marks("ATOM", "usd")
    outside = build_order(tmp_path, Span(at(20), at(30))).find_marks("ATOM", "usdt")
    assert cut is not None
    assert outside is not None
    assert cut.bottom_span == Span(at(3), at(6))  # medians 45.5, 35.5, 48 from 3 on
    assert outside.bottom_span == Span(at(0), at(6))


def test_a_group_without_a_spot_market_has_no_marks(order: OrderOfFalls) -> None:
    """There is nothing to trace."""
    assert order.find_marks("ATOM", "eur") is None


def test_moments_of_one_minute_are_tied_and_others_ordered() -> None:
    """One-minute bars cannot order the same minute."""
    assert bar(1).compare(bar(1)) is Order.TIED
    assert bar(1).compare(bar(2)) is Order.BEFORE
    assert bar(2).compare(bar(1)) is Order.AFTER


def test_a_second_is_tied_with_its_minute_and_ordered_with_another_second() -> None:
    """What is known to the second of both is ordered."""
    first, second = (Moment(at(1, s), at(1, s) + timedelta(seconds=1)) for s in (10, 11))
    assert first.compare(bar(1)) is Order.TIED
    assert first.compare(second) is Order.BEFORE
    assert second.compare(first) is Order.AFTER


def test_ties_stand_together_in_the_order_of_time() -> None:
    """A second within a minute joins that minute; unknown moments are left out."""
    second = Moment(at(2, 30), at(2, 31))
    moments = {"c": bar(3), "a": bar(1), "b": bar(1), "none": None, "whole": bar(2), "second": second}
    assert group_tied(moments) == (("a", "b"), ("whole", "second"), ("c",))
