"""Which refused orders count, and what was executed of them later."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from evidence.losses.executions import Execution, OrderSide
from evidence.losses.refused_orders import RefusedOrder, RefusedOrders, select_refused_orders
from evidence.orders.schema import ORDER_EVENTS
from tests.evidence.losses.made_market import build_execution, build_time


def build_event(
    line: int,
    time: str,
    quantity: float | None = 3.0,
    *,
    outcome: str = "refused",
    answer: str = "transport",
    **fields: object,
) -> dict[str, object]:
    """An event of a log: unless said otherwise a refused reduce-only sale of ATOM on Binance."""
    common = {
        "line": line,
        "time": build_time(time),
        "venue": "binance",
        "symbol": "ATOMUSDT",
        "asset": "ATOM",
        "market": "ATOM/USDT",
        "side": "sell",
        "quantity": quantity,
        "reduce_only": True,
        "code": "-1008",
        "class": answer,
        "outcome": outcome,
    }
    return {name: (common | fields).get(name) for name in ORDER_EVENTS}


def build_log(*events: dict[str, object]) -> pl.DataFrame:
    """A log of these events."""
    return pl.DataFrame(list(events), schema=ORDER_EVENTS)


def select_orders(log: pl.DataFrame, executions: Sequence[Execution]) -> RefusedOrders:
    """The refused orders of a log, Binance's futures exchange being of Binance's family."""
    return select_refused_orders(log, executions, {"binanceusdm": "binance"})


def summarise(orders: tuple[RefusedOrder, ...]) -> dict[int, int | None]:
    """What each line repeats."""
    return {order.line: order.repeat_of for order in orders}


def list_fill(order: RefusedOrder) -> tuple[float, float]:
    """What was executed of an order later, and at which amount."""
    return float(order.filled), float(order.filled_amount)


def test_only_refused_orders_that_reduce_a_position_count() -> None:
    """The rest says why it is left out; accepted and cancelled orders are none, nor are answers that nobody knows."""
    log = build_log(
        build_event(1, "12:00:00"),
        build_event(2, "12:00:00", side="buy", code="-2022", answer="unknown"),
        build_event(3, "12:00:00", reduce_only=None),
        build_event(4, "12:00:00", reduce_only=False),
        build_event(5, "12:00:00", quantity=None),
        build_event(6, "12:00:00", quantity=0.0),
        build_event(7, "12:00:00", outcome="accepted"),
        build_event(8, "12:00:00", outcome="undetermined", answer="unknown"),
        build_event(9, "12:00:00", outcome="no-order"),
    )
    selected = select_orders(log, ())
    assert [(order.line, order.side) for order in selected.orders] == [(1, OrderSide.SELL), (2, OrderSide.BUY)]
    assert {bad.line: bad.reason for bad in selected.left_out} == {
        3: "not known to reduce a position: the log does not say if it was reduce-only",
        4: "not known to reduce a position: it was not reduce-only",
        5: "the log does not say its quantity",
        6: "quantity 0 is no number above 0",
    }


def test_an_order_keeps_its_limit_and_its_doubt() -> None:
    """A price of 0 is that of a market order; after a 503 that says so the outcome is unknown."""
    log = build_log(
        build_event(1, "12:00:00", price=3.9, http_status=503, code=None, outcome="undetermined"),
        build_event(2, "12:00:00", price=0.0, side="buy"),
    )
    first, second = select_orders(log, ()).orders
    assert (first.limit, first.has_unknown_outcome, first.code) == (Decimal("3.9"), True, "HTTP 503")
    assert (second.limit, second.has_unknown_outcome) == (None, False)


def test_of_repeated_attempts_the_first_of_the_largest_quantity_counts() -> None:
    """200 attempts at one position are one loss, not 200; another market has its own."""
    log = build_log(
        build_event(1, "12:00:00", 2.0),
        build_event(2, "12:00:01", 3.0),
        build_event(3, "12:00:02", 3.0),
        build_event(4, "12:00:03", 1.0),
        build_event(5, "12:00:03", 1.0, market="XRP/USDT"),
    )
    assert summarise(select_orders(log, ()).orders) == {1: 2, 2: None, 3: 2, 4: 2, 5: None}


def test_an_execution_of_that_quantity_ends_the_attempts() -> None:
    """After 1 + 2 of 3 were sold, the next refusal is of another position; a purchase ends nothing."""
    log = build_log(
        build_event(1, "12:00:00"),
        build_event(2, "12:00:20"),
        build_event(3, "12:00:40"),
        build_event(4, "12:00:59"),
    )
    executions = (
        build_execution(1, "12:00:05", "buy", "9", "4"),
        build_execution(2, "12:00:10", "sell", "1", "4"),
        build_execution(3, "12:00:30", "sell", "2", "5"),
    )
    selected = select_orders(log, executions)
    assert summarise(selected.orders) == {1: None, 2: 1, 3: None, 4: 3}
    assert [list_fill(order) for order in selected.orders] == [(3, 14), (0, 0), (0, 0), (0, 0)]


def test_what_was_executed_before_or_beyond_a_position_is_not_of_it() -> None:
    """7 were sold before the first refusal; of the later 4 the position takes 3; the second refusal came after all."""
    log = build_log(build_event(1, "12:00:10"), build_event(2, "12:00:30", 2.0))
    executions = (
        build_execution(1, "12:00:05", "sell", "7", "9"),
        build_execution(2, "12:00:20", "sell", "4", "5", "liquidation"),
    )
    first, second = select_orders(log, executions).orders
    assert (list_fill(first), first.repeat_of) == ((3, 15), None)
    assert (list_fill(second), second.repeat_of) == ((0, 0), None)


def test_a_larger_order_starts_its_position_anew() -> None:
    """Of 1, then 3, the 3 count; only the 1.5 and the 2 sold after it are of it, up to 3."""
    log = build_log(build_event(1, "12:00:00", 1.0), build_event(2, "12:00:20"), build_event(3, "12:00:40", 1.5))
    executions = (
        build_execution(1, "12:00:10", "sell", "0.5", "9"),
        build_execution(2, "12:00:30", "sell", "1.5", "4"),
        build_execution(3, "12:00:50", "sell", "2", "2"),
    )
    selected = select_orders(log, executions)
    assert summarise(selected.orders) == {1: 2, 2: None, 3: 2}
    assert list_fill(selected.orders[1]) == (3, 9)


def test_without_executions_accepted_orders_end_the_attempts() -> None:
    """They are no fills, so nothing is realised."""
    log = build_log(
        build_event(1, "12:00:00"),
        build_event(2, "12:00:10", outcome="accepted", reduce_only=None),
        build_event(3, "12:00:20", 1.0),
    )
    selected = select_orders(log, ())
    assert summarise(selected.orders) == {1: None, 3: None}
    assert {list_fill(order) for order in selected.orders} == {(0, 0)}
    with_other_execution = select_orders(log, (build_execution(1, "12:00:30", "sell", "3", "4"),))
    assert summarise(with_other_execution.orders) == {1: None, 3: 1}


def test_a_perpetual_is_matched_with_fills_that_do_not_say_so() -> None:
    """The fills name ATOM/USDT on Binance; the log, ATOM/USDT:USDT on its futures exchange."""
    log = build_log(build_event(1, "12:00:00", venue="binanceusdm", market="ATOM/USDT:USDT"))
    (order,) = select_orders(log, (build_execution(1, "12:00:30", "sell", "3", "4"),)).orders
    assert list_fill(order) == (3, 12)


def test_where_the_fills_tell_perpetuals_apart_each_keeps_its_own() -> None:
    """The sale of the spot market is none of the perpetual's position."""
    log = build_log(
        build_event(1, "12:00:00", market="ATOM/USDT:USDT"),
        build_event(2, "12:00:00"),
    )
    executions = (
        build_execution(1, "12:00:30", "sell", "3", "4"),
        build_execution(2, "12:00:40", "sell", "2", "5", symbol="ATOM/USDT:USDT"),
    )
    first, second = select_orders(log, executions).orders
    assert (list_fill(first), list_fill(second)) == ((2, 10), (3, 12))
