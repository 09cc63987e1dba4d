"""Which refused orders count, and what was executed of them later."""

from decimal import Decimal
from typing import Any

import polars as pl

from data.schema import TIME
from evidence.losses.executions import OrderSide
from evidence.losses.refused_orders import RefusedOrder, select_refused_orders
from tests.evidence.losses.made_market import build_execution, build_time

SCHEMA: dict[str, Any] = {
    "line": pl.UInt32,
    "time": TIME,
    "venue": pl.String,
    "symbol": pl.String,
    "asset": pl.String,
    "market": pl.String,
    "side": pl.String,
    "quantity": pl.Float64,
    "price": pl.Float64,
    "reduce_only": pl.Boolean,
    "http_status": pl.Int32,
    "code": pl.String,
    "message": pl.String,
    "class": pl.Enum(["transport", "matching-risk", "rate-limit", "accepted", "unknown"]),
}


def build_event(
    line: int, time: str, quantity: float | None = 3.0, *, answer: str = "transport", **fields: object
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
    }
    return {name: (common | fields).get(name) for name in SCHEMA}


def build_log(*events: dict[str, object]) -> pl.DataFrame:
    """A log of these events."""
    return pl.DataFrame(list(events), schema=SCHEMA)


def summarise(orders: tuple[RefusedOrder, ...]) -> dict[int, int | None]:
    """What each line repeats."""
    return {order.line: order.repeat_of for order in orders}


def list_fill(order: RefusedOrder) -> tuple[float, float]:
    """What was executed of an order later, and at which amount."""
    return float(order.filled), float(order.filled_amount)


def test_only_refused_orders_that_reduce_a_position_count() -> None:
    """By the flag, or by a code that refuses nothing else; the rest says why it is left out."""
    log = build_log(
        build_event(1, "12:00:00"),
        build_event(2, "12:00:00", side="buy", reduce_only=None, code="-2022", answer="matching-risk"),
        build_event(3, "12:00:00", reduce_only=None),
        build_event(4, "12:00:00", reduce_only=False),
        build_event(5, "12:00:00", quantity=None),
        build_event(6, "12:00:00", quantity=0.0),
        build_event(7, "12:00:00", answer="accepted"),
        build_event(8, "12:00:00", answer="unknown"),
    )
    selected = select_refused_orders(log, ())
    assert [(order.line, order.side) for order in selected.orders] == [(1, OrderSide.SELL), (2, OrderSide.BUY)]
    assert {bad.line: bad.reason for bad in selected.left_out} == {
        3: "not known to reduce a position: the log does not say if it was reduce-only",
        4: "not known to reduce a position: it was not reduce-only",
        5: "the log does not say its quantity",
        6: "quantity 0 is no number above 0",
    }


def test_an_order_keeps_its_limit_and_its_doubt() -> None:
    """A price of 0 is that of a market order; after a 503 the outcome is unknown."""
    log = build_log(
        build_event(1, "12:00:00", price=3.9, http_status=503),
        build_event(2, "12:00:00", price=0.0, side="buy"),
    )
    first, second = select_refused_orders(log, ()).orders
    assert (first.limit, first.has_unknown_outcome, first.code) == (Decimal("3.9"), True, "-1008")
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
    assert summarise(select_refused_orders(log, ()).orders) == {1: 2, 2: None, 3: 2, 4: 2, 5: None}


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
    selected = select_refused_orders(log, executions)
    assert summarise(selected.orders) == {1: None, 2: 1, 3: None, 4: 3}
    assert [list_fill(order) for order in selected.orders] == [(3, 14), (0, 0), (0, 0), (0, 0)]


def test_what_was_executed_before_or_beyond_a_position_is_not_of_it() -> None:
    """7 were sold before the first refusal; of the later 4 the position takes 3; the second refusal came after all."""
    log = build_log(build_event(1, "12:00:10"), build_event(2, "12:00:30", 2.0))
    executions = (
        build_execution(1, "12:00:05", "sell", "7", "9"),
        build_execution(2, "12:00:20", "sell", "4", "5", "liquidation"),
    )
    first, second = select_refused_orders(log, executions).orders
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
    selected = select_refused_orders(log, executions)
    assert summarise(selected.orders) == {1: 2, 2: None, 3: 2}
    assert list_fill(selected.orders[1]) == (3, 9)


def test_without_executions_accepted_orders_end_the_attempts() -> None:
    """They are no fills, so nothing is realised."""
    log = build_log(
        build_event(1, "12:00:00"),
        build_event(2, "12:00:10", answer="accepted", reduce_only=None),
        build_event(3, "12:00:20", 1.0),
    )
    selected = select_refused_orders(log, ())
    assert summarise(selected.orders) == {1: None, 3: None}
    assert {list_fill(order) for order in selected.orders} == {(0, 0)}
    with_other_execution = select_refused_orders(log, (build_execution(1, "12:00:30", "sell", "3", "4"),))
    assert summarise(with_other_execution.orders) == {1: None, 3: 1}
