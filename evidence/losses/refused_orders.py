"""The refused orders of a log that would have reduced a position, and what was executed of them later."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from data.schema import is_derivative
from evidence.losses.executions import Execution, ExecutionKind, OrderSide
from evidence.losses.read_executions import BadLine
from evidence.orders.schema import OrderClass, Outcome

OrderKey = tuple[str, str, bool | None, OrderSide]
"""Family, pair, whether it is a derivative, and side: refused orders and executions with the same are of one position.

Exchanges write a spot market and a perpetual alike, so where no execution of a pair is one of a derivative nothing is
known of the kind: None.
"""


@dataclass(frozen=True, slots=True)
class _Keys:
    """Finds the key of a market and side; ``told_apart`` are the families and pairs whose kinds are known."""

    families: Mapping[str, str]
    told_apart: frozenset[tuple[str, str]]

    def find(self, venue: str, symbol: str, side: OrderSide) -> OrderKey:
        """The key of orders and executions on that market and side."""
        family, pair = _find_pair(venue, symbol, self.families)
        return family, pair, is_derivative(symbol) if (family, pair) in self.told_apart else None, side


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
        code: the exchange's, else the HTTP status in words; None without either.
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


def select_refused_orders(
    events: pl.DataFrame, executions: Sequence[Execution], families: Mapping[str, str]
) -> RefusedOrders:
    """The refused risk-reducing orders of a log, and those of which the exchange itself does not say what became.

    Of repeated attempts at one position only one counts: the first one of the largest quantity. Orders on one market
    and side are of one position until as much as that was executed after it. What counts as executed are the executions
    of that market and side, or, where there are none, the accepted orders of the log. Sister venues are one exchange,
    and a spot market and a perpetual of one pair are one market unless some execution of the pair is of a derivative.

    Args:
        events: the frame of `evidence.orders.schema.ORDER_EVENTS`.
        executions: of the same account, by time; each is used for one order only.
        families: the family of each venue by its id; of itself where it is not listed.
    """
    pairs = (
        _find_pair(execution.venue, execution.symbol, families)
        for execution in executions
        if is_derivative(execution.symbol)
    )
    keys = _Keys(families, frozenset(pairs))
    is_refused = pl.col("outcome") == Outcome.REFUSED.value
    is_in_doubt = (pl.col("outcome") == Outcome.UNDETERMINED.value) & (pl.col("class") != OrderClass.UNKNOWN.value)
    refused = events.filter(is_refused | is_in_doubt).sort("time", "line")
    orders: dict[OrderKey, list[RefusedOrder]] = {}
    left_out = []
    for row in refused.iter_rows(named=True):
        reason = _find_reason(row)
        if reason is not None:
            left_out.append(BadLine(row["line"], reason))
        else:
            order = _read_order(row)
            orders.setdefault(keys.find(order.venue, order.symbol, order.side), []).append(order)
    executions_by_key: dict[OrderKey, list[Execution]] = {}
    for execution in executions:
        if execution.kind is not ExecutionKind.OPENING:
            key = keys.find(execution.venue, execution.symbol, execution.side)
            executions_by_key.setdefault(key, []).append(execution)
    accepted = _list_accepted(events, keys)
    found: list[RefusedOrder] = []
    for key, key_orders in orders.items():
        own = executions_by_key.get(key)
        changes = accepted.get(key, []) if own is None else [_read_change(execution) for execution in own]
        for position in _group_orders(key_orders, changes):
            found += _mark_repeats(position, has_executions=own is not None)
    return RefusedOrders(tuple(sorted(found, key=lambda order: (order.time, order.line))), tuple(left_out))


def _find_pair(venue: str, symbol: str, families: Mapping[str, str]) -> tuple[str, str]:
    return families.get(venue, venue), symbol.partition(":")[0]


def _find_reason(row: dict[str, Any]) -> str | None:
    """Why a refused order is left out; None if it is not."""
    if row["reduce_only"] is not True:
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
        code=row["code"] or (None if row["http_status"] is None else f"HTTP {row['http_status']}"),
        has_unknown_outcome=row["outcome"] == Outcome.UNDETERMINED.value,
    )


def _list_accepted(events: pl.DataFrame, keys: _Keys) -> dict[OrderKey, list[Change]]:
    """The accepted orders as if they had been executed, at no price; one without a quantity ends every position."""
    accepted = events.filter(pl.col("outcome") == Outcome.ACCEPTED.value).drop_nulls(["venue", "market", "side"])
    by_key: dict[OrderKey, list[Change]] = {}
    for row in accepted.sort("time", "line").iter_rows(named=True):
        quantity = Decimal("Infinity") if row["quantity"] is None else Decimal(repr(row["quantity"]))
        key = keys.find(row["venue"], row["market"], OrderSide(row["side"]))
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
