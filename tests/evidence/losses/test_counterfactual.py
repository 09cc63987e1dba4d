"""What was executed or refused, against other exchanges, on a market whose answers are worked out by hand."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from data.catalogue import load_catalogue
from evidence.losses.counterfactual import (
    Basis,
    CounterfactualRow,
    Part,
    Total,
    add_up,
    compare_executions,
    compare_refused_orders,
    list_wanted_minutes,
)
from evidence.losses.elsewhere import Interval, MarketMinute, measure_elsewhere
from evidence.losses.executions import Execution, OrderSide
from evidence.losses.refused_orders import RefusedOrder
from tests.evidence.losses.made_market import MadeCandles, build_execution, build_time

EXECUTIONS = (
    build_execution(2, "12:01:30", "sell", "5", "4", "liquidation"),
    build_execution(3, "12:02:00", "sell", "2", "5", "adl"),
    build_execution(4, "12:03:59", "buy", "1", "15"),
)


def compare(
    folder: Path, executions: Sequence[Execution] = EXECUTIONS, orders: Sequence[RefusedOrder] = ()
) -> list[CounterfactualRow]:
    """The rows of executions and orders against the market made by hand."""
    wanted = list_wanted_minutes(executions, orders)
    prices = measure_elsewhere(MadeCandles(folder), load_catalogue(), wanted)
    return [*compare_executions(executions, prices), *compare_refused_orders(orders, prices)]


def build_order(line: int, time: str, side: str = "sell", **fields: object) -> RefusedOrder:
    """A refused order of 3 ATOM."""
    common = {"quantity": Decimal(3), "limit": None, "code": "-2022", "has_unknown_outcome": False}
    return RefusedOrder(
        line=line,
        time=build_time(time),
        venue="binance",
        symbol="ATOM/USDT",
        side=OrderSide(side),
        **(common | fields),  # type: ignore[arg-type]
    )


def find_row(rows: Sequence[CounterfactualRow], line: int, group: str) -> CounterfactualRow:
    """The row of a line against a group."""
    return next(row for row in rows if (row.line, row.others.group) == (line, group))


def find_total(totals: Sequence[Total], side: str, group: str, basis: Basis) -> Total:
    """The total of a side and group."""
    return next(total for total in totals if (total.side, total.group, total.basis) == (side, group, basis))


def test_a_sale_against_an_even_number_of_exchanges(tmp_path: Path) -> None:
    """5 ATOM at 4 fetched 20. Others closed at 10, 10, 12, 14 and traded within 9 to 14: 50 to 60, within 45 to 70."""
    row = find_row(compare(tmp_path), 2, "usdt")
    assert row.others.exchanges == ("bybit", "gate", "kucoin", "okx")
    assert (row.others.reference, row.others.ranges) == (Interval(10, 12), Interval(9, 14))
    assert row.compute_elsewhere(Basis.REFERENCE) == Interval(50, 60)
    assert row.compute_elsewhere(Basis.RANGES) == Interval(45, 70)
    assert row.compute_worse_by(Basis.REFERENCE) == Interval(30, 40)
    assert row.compute_worse_by(Basis.RANGES) == Interval(25, 50)
    assert (row.what, row.reason, float(row.realised)) == ("liquidation", None, 20)


def test_another_group_is_converted_by_both_ends_of_the_rate(tmp_path: Path) -> None:
    """10 dollars are 8 to 10 USDT, the ranges of 10 to 20 dollars are 8 to 20 USDT."""
    row = find_row(compare(tmp_path), 2, "usd")
    assert row.others.reference == pytest.approx((8, 10))
    assert row.others.ranges == pytest.approx((8, 20))
    assert row.compute_worse_by(Basis.REFERENCE) == pytest.approx((20, 30))
    assert row.compute_worse_by(Basis.RANGES) == pytest.approx((20, 80))


def test_a_quiet_exchange_has_no_vote(tmp_path: Path) -> None:
    """At 12:02 Bybit was quiet: 10, 12 and 14 are left, the middle is 12."""
    row = find_row(compare(tmp_path), 3, "usdt")
    assert row.others.exchanges == ("gate", "kucoin", "okx")
    assert row.compute_worse_by(Basis.REFERENCE) == Interval(14, 14)
    assert row.compute_worse_by(Basis.RANGES) == Interval(8, 18)


def test_too_few_exchanges_cannot_be_compared(tmp_path: Path) -> None:
    """At 12:02 Coinbase is missing: two exchanges in dollars are left, which is one too few."""
    row = find_row(compare(tmp_path), 3, "usd")
    assert row.reason == "2 of the 3 other USD exchanges needed: only Gemini and Kraken"
    assert row.compute_elsewhere(Basis.REFERENCE) is None
    assert row.compute_worse_by(Basis.RANGES) is None


def test_a_purchase_is_worse_if_it_cost_more(tmp_path: Path) -> None:
    """1 ATOM cost 15; elsewhere 11 (of 10, 11, 14; Gate is missing), within 9 to 14: Bybit stood at 10 before."""
    row = find_row(compare(tmp_path), 4, "usdt")
    assert row.compute_worse_by(Basis.REFERENCE) == Interval(4, 4)
    assert row.compute_worse_by(Basis.RANGES) == Interval(1, 6)


def test_an_unknown_range_is_left_out_and_named(tmp_path: Path) -> None:
    """Coinbase is missing at 12:02, so at 12:03 two ranges in dollars are known, one too few; its close counts."""
    row = find_row(compare(tmp_path), 4, "usd")
    assert row.compute_worse_by(Basis.REFERENCE) == pytest.approx((5, 7))
    assert row.compute_worse_by(Basis.RANGES) is None
    remark = "what Coinbase (Advanced) paid in this minute before its first trade is unknown: not in the ranges"
    assert row.remarks == (remark,)


def test_totals_add_lower_ends_and_upper_ends(tmp_path: Path) -> None:
    """Sold: 20 + 10 = 30 against 45 + 18 to 70 + 28, and 50 + 24 to 60 + 24. What cannot be compared is left out."""
    totals = add_up(compare(tmp_path))
    sold = find_total(totals, "sell", "usdt", Basis.RANGES)
    assert (sold.rows, sold.left_out, float(sold.realised), sold.elsewhere) == (2, 0, 30, Interval(63, 98))
    assert sold.worse_by == Interval(33, 68)
    assert find_total(totals, "sell", "usdt", Basis.REFERENCE).worse_by == Interval(44, 54)
    in_dollars = find_total(totals, "sell", "usd", Basis.REFERENCE)
    assert (in_dollars.rows, in_dollars.left_out, float(in_dollars.realised)) == (1, 1, 20)
    assert in_dollars.elsewhere == pytest.approx((40, 50))
    bought = find_total(totals, "buy", "usdt", Basis.REFERENCE)
    assert (float(bought.realised), bought.elsewhere, bought.worse_by) == (15, Interval(11, 11), Interval(4, 4))


def test_a_market_that_is_not_in_the_data_is_listed(tmp_path: Path) -> None:
    """Without any candle of the asset the reason says so, and no total counts the row."""
    rows = compare(tmp_path, [build_execution(2, "12:01:30", "sell", "5", "4", symbol="XRP/USDT")])
    assert [row.reason for row in rows] == [
        f"no other exchange's XRP/{quote} price, with at least 100 {quote} traded, is in the data for this minute"
        for quote in ("USDT", "USD")
    ]
    assert {(total.rows, total.left_out, total.worse_by) for total in add_up(rows)} == {(0, 1, None)}


def test_opening_positions_are_not_compared(tmp_path: Path) -> None:
    """They were not executed in that minute."""
    assert compare(tmp_path, [build_execution(2, "12:01:30", "buy", "5", "4", "opening")]) == []


def test_a_refused_order_has_the_interval_alone(tmp_path: Path) -> None:
    """3 ATOM would have fetched 30 to 36; nothing was realised, so there is no difference."""
    row = find_row(compare(tmp_path, (), [build_order(7, "12:01:00")]), 7, "usdt")
    assert (row.part, row.what) == (Part.REFUSED, "-2022")
    assert row.compute_elsewhere(Basis.REFERENCE) == Interval(30, 36)
    assert row.compute_worse_by(Basis.REFERENCE) is None


def test_a_later_fill_gives_the_difference_on_its_quantity(tmp_path: Path) -> None:
    """2 of 3 ATOM were sold later for 9: elsewhere these 2 would have fetched 20 to 24, 11 to 15 more."""
    orders = [build_order(7, "12:01:00", filled=Decimal(2), filled_amount=Decimal(9)), build_order(8, "12:01:10")]
    rows = compare(tmp_path, (), orders)
    assert find_row(rows, 7, "usdt").compute_worse_by(Basis.REFERENCE) == Interval(11, 15)
    total = find_total(add_up(rows), "sell", "usdt", Basis.REFERENCE)
    assert (total.rows, total.elsewhere) == (2, Interval(60, 72))
    assert (total.realised_rows, float(total.realised), total.worse_by) == (1, 9, Interval(11, 15))


def test_repeats_and_limits_out_of_reach_are_in_no_total(tmp_path: Path) -> None:
    """A position counts once, and an order that nobody else would have filled either does not count."""
    orders = [
        build_order(7, "12:01:00", repeat_of=9),
        build_order(8, "12:01:00", limit=Decimal("14.5")),
        build_order(9, "12:01:00", limit=Decimal(14)),
        build_order(10, "12:01:00", "buy", limit=Decimal("8.9")),
        build_order(11, "12:01:00", has_unknown_outcome=True),
    ]
    rows = compare(tmp_path, (), orders)
    reasons = {row.line: row.reason for row in rows if row.others.group == "usdt"}
    assert reasons == {
        7: "repeats line 9: one position counts once",
        8: "its limit of 14.5 lies above all that the others paid",
        9: None,
        10: "its limit of 8.9 lies below all that the others paid",
        11: None,
    }
    total = find_total(add_up(rows), "sell", "usdt", Basis.RANGES)
    assert (total.rows, total.left_out) == (2, 2)
    assert find_row(rows, 11, "usdt").remarks == ("the exchange does not say whether it was executed",)


def test_a_day_far_from_the_event_does_not_read_all_between(tmp_path: Path) -> None:
    """The calm span of October 2025 is not asked for with a minute of 2023."""
    reader = MadeCandles(tmp_path)
    minute = build_time("12:01:00").replace(year=2023)
    wanted = [
        MarketMinute("binance", "ATOM/USDT", minute),
        MarketMinute("binance", "ATOM/USDT", build_time("12:01:00")),
    ]
    measure_elsewhere(reader, load_catalogue(), wanted, event="2025-10-10")
    assert [(end - start).days for start, end in reader.read_spans] == [2, 2]
