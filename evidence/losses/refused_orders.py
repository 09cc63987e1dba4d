"""The refused orders of a log that would have reduced a position, and what was executed of them later."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from evidence.losses.executions import Execution, ExecutionKind, OrderSide
from evidence.losses.read_executions import BadLine

REFUSED_CLASSES = ("transport", "matching-risk", "rate-limit")
"""The classes of answers that refuse an order."""

ACCEPTED_CLASS = "accepted"

REDUCE_ONLY_CODES = frozenset({"-2022", "-4118"})
"""Codes of Binance that refuse reduce-only orders alone: such an order was meant to reduce a position."""

UNKNOWN_OUTCOME_STATUS = 503
"""With this HTTP status the order may have been executed all the same, the exchange says."""

OrderKey = tuple[str, str, OrderSide]
"""Venue, symbol and side: refused orders and executions with the same are taken as of one position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedOrder:
    """A refused order that would have reduced a position.

    Attributes:
        line: in the log.
        time: in UTC.
        venue: ccxt id.
        symbol: ccxt unified symbol.
        side: of the order.
        quantity: in base units.
        limit: its limit price; None without one.
        code: the exchange's; None without one.
        has_unknown_outcome: whether it may have been executed all the same.
        repeat_of: the line of the order that counts for the same position; None for one that counts itself.
        filled: how much of it was executed later; 0 for a repeat.
        filled_amount: what that fetched or cost, in the quote.
    """

    line: int
    time: datetime
    venue: str
    symbol: str
    side: OrderSide
    quantity: Decimal
    limit: Decimal | None
    code: str | None
    has_unknown_outcome: bool
    repeat_of: int | None = None
    filled: Decimal = Decimal(0)
    filled_amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RefusedOrders:
    """The refused orders by time, and the refused ones that were left out, with the reason."""

    orders: tuple[RefusedOrder, ...]
    left_out: tuple[BadLine, ...]


Change = tuple[datetime, Decimal, Decimal]
"""Time, quantity and price of what was executed."""


@dataclass(slots=True)
class _Position:
    """The refused orders that are taken as of one position.

    ``largest`` is the first one of the largest quantity; ``executed`` and ``amount`` are what followed it, up to that
    quantity.
    """

    largest: RefusedOrder
    orders: list[RefusedOrder] = field(default_factory=list)
    executed: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)

    def add_order(self, order: RefusedOrder) -> None:
        """Add a later order."""
        self.orders.append(order)
        if order.quantity > self.largest.quantity:
            self.largest = order
            self.executed = self.amount = Decimal(0)

    def execute(self, quantity: Decimal, price: Decimal) -> None:
        """Add a later execution."""
        used = min(quantity, self.largest.quantity - self.executed)
        self.executed += used
        self.amount += used * price

    @property
    def is_closed(self) -> bool:
        """Whether all of it was executed."""
        return self.executed == self.largest.quantity


def select_refused_orders(events: pl.DataFrame, executions: Sequence[Execution]) -> RefusedOrders:
    """The refused risk-reducing orders of a log.

    Of repeated attempts at one position only one counts: the first one of the largest quantity. Orders on one market
    and side are of one position until as much as that was executed after it. What counts as executed are the executions
    of that market and side, or, where there are none, the accepted orders of the log.

    Args:
        events: the frame of `evidence.orders.schema.ORDER_EVENTS`.
        executions: of the same account, by time; each is used for one order only.
    """
    refused = events.filter(pl.col("class").cast(pl.String).is_in(REFUSED_CLASSES)).sort("time", "line")
    orders: dict[OrderKey, list[RefusedOrder]] = {}
    left_out = []
    for row in refused.iter_rows(named=True):
        reason = _find_reason(row)
        if reason is not None:
            left_out.append(BadLine(row["line"], reason))
        else:
            order = _read_order(row)
            orders.setdefault((order.venue, order.symbol, order.side), []).append(order)
    executions_by_key: dict[OrderKey, list[Execution]] = {}
    for execution in executions:
        if execution.kind is not ExecutionKind.OPENING:
            executions_by_key.setdefault((execution.venue, execution.symbol, execution.side), []).append(execution)
    accepted = _list_accepted(events)
    found: list[RefusedOrder] = []
    for key, key_orders in orders.items():
        own = executions_by_key.get(key)
        changes = accepted.get(key, []) if own is None else [_read_change(execution) for execution in own]
        for position in _group_orders(key_orders, changes):
            found += _mark_repeats(position, has_executions=own is not None)
    return RefusedOrders(tuple(sorted(found, key=lambda order: (order.time, order.line))), tuple(left_out))


def _find_reason(row: dict[str, Any]) -> str | None:
    """Why a refused order is left out; None if it is not."""
    if row["reduce_only"] is not True and row["code"] not in REDUCE_ONLY_CODES:
        said = "it was not reduce-only" if row["reduce_only"] is False else "the log does not say if it was reduce-only"
        return f"not known to reduce a position: {said}"
    missing = [name for name in ("venue", "market", "side", "quantity") if row[name] is None]
    if missing:
        return f"the log does not say its {', '.join(missing)}"
    return None if 0 < row["quantity"] < float("inf") else f"quantity {row['quantity']:g} is no number above 0"


def _read_order(row: dict[str, Any]) -> RefusedOrder:
    has_limit = row["price"] is not None and row["price"] > 0
    return RefusedOrder(
        line=row["line"],
        time=row["time"],
        venue=row["venue"],
        symbol=row["market"],
        side=OrderSide(row["side"]),
        quantity=Decimal(repr(row["quantity"])),
        limit=Decimal(repr(row["price"])) if has_limit else None,
        code=row["code"],
        has_unknown_outcome=row["http_status"] == UNKNOWN_OUTCOME_STATUS,
    )


def _list_accepted(events: pl.DataFrame) -> dict[OrderKey, list[Change]]:
    """The accepted orders as if they had been executed, at no price; one without a quantity ends every position."""
    accepted = events.filter(pl.col("class").cast(pl.String) == ACCEPTED_CLASS).drop_nulls(["venue", "market", "side"])
    by_key: dict[OrderKey, list[Change]] = {}
    for row in accepted.sort("time", "line").iter_rows(named=True):
        quantity = Decimal("Infinity") if row["quantity"] is None else Decimal(repr(row["quantity"]))
        key = (row["venue"], row["market"], OrderSide(row["side"]))
        by_key.setdefault(key, []).append((row["time"], quantity, Decimal(0)))
    return by_key


def _read_change(execution: Execution) -> Change:
    return execution.time, execution.quantity, execution.price


def _group_orders(orders: Iterable[RefusedOrder], changes: Iterable[Change]) -> list[_Position]:
    """The orders of one market and side, grouped by the position that they were for; both arguments are by time."""
    positions: list[_Position] = []
    coming = deque(changes)
    for order in orders:
        while coming and coming[0][0] < order.time:
            _execute_next(positions, coming)
        if not positions or positions[-1].is_closed:
            positions.append(_Position(order))
        positions[-1].add_order(order)
    while coming:
        _execute_next(positions, coming)
    return positions


def _execute_next(positions: Sequence[_Position], coming: deque[Change]) -> None:
    _, quantity, price = coming.popleft()
    if positions:
        positions[-1].execute(quantity, price)


def _mark_repeats(position: _Position, *, has_executions: bool) -> Iterator[RefusedOrder]:
    """The orders of a position: the one that counts with what was executed of it, the others as its repeats."""
    for order in position.orders:
        if order is not position.largest:
            yield replace(order, repeat_of=position.largest.line)
        elif has_executions:
            yield replace(order, filled=position.executed, filled_amount=position.amount)
        else:
            yield order
