"""Which purchase each sale closes: first in, first out, so that every step is one multiplication of printed numbers."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from data.schema import is_derivative
from evidence.losses.executions import Execution, ExecutionKind, OrderSide


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A quantity that one execution opened and a later one closed, on one market."""

    quantity: Decimal
    opened: Execution
    closed: Execution

    @property
    def is_long(self) -> bool:
        """Whether it was bought first."""
        return self.opened.side is OrderSide.BUY

    @cached_property
    def result(self) -> Decimal:
        """Quantity times the difference of the prices, in the quote; below 0 is a loss."""
        return compute_result(self.quantity, self.opened.price, self.closed.price, is_long=self.is_long)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLot:
    """A quantity that no later execution of the file closes."""

    quantity: Decimal
    opened: Execution


@dataclass(frozen=True, slots=True)
class LotHistory:
    """What became of each execution.

    Attributes:
        closings: in the order in which they were closed.
        open_lots: what is left at the end, in the order in which it was opened.
        without_cost: sales on spot markets of more than the file says was bought; their cost is unknown.
    """

    closings: tuple[Closing, ...]
    open_lots: tuple[OpenLot, ...]
    without_cost: tuple[OpenLot, ...]


def compute_result(quantity: Decimal, start_price: Decimal, end_price: Decimal, *, is_long: bool) -> Decimal:
    """What a quantity earned while its price moved; below 0 is a loss.

    >>> compute_result(Decimal(5), Decimal(10), Decimal(4), is_long=True)
    Decimal('-30')
    >>> compute_result(Decimal(5), Decimal(10), Decimal(4), is_long=False)
    Decimal('30')
    """
    difference = end_price - start_price if is_long else start_price - end_price
    return quantity * difference


def match_lots(executions: Iterable[Execution]) -> LotHistory:
    """Match executions, which are by time, on each market of each venue; fees count elsewhere.

    On a spot market only an opening position is short: whoever sells more than the file holds bought it before.
    """
    closings: list[Closing] = []
    without_cost: list[OpenLot] = []
    held: dict[tuple[str, str], deque[OpenLot]] = {}
    for execution in executions:
        lots = held.setdefault((execution.venue, execution.symbol), deque())
        rest = execution.quantity
        while rest and lots and lots[0].opened.side is not execution.side:
            lot = lots.popleft()
            quantity = min(rest, lot.quantity)
            closings.append(Closing(quantity=quantity, opened=lot.opened, closed=execution))
            rest -= quantity
            if quantity < lot.quantity:
                lots.appendleft(OpenLot(quantity=lot.quantity - quantity, opened=lot.opened))
        if not rest:
            continue
        lot = OpenLot(quantity=rest, opened=execution)
        if _may_open(execution):
            lots.append(lot)
        else:
            without_cost.append(lot)
    open_lots = [lot for lots in held.values() for lot in lots]
    by_time = sorted(open_lots, key=lambda lot: (lot.opened.time, lot.opened.line))
    return LotHistory(tuple(closings), tuple(by_time), tuple(without_cost))


def _may_open(execution: Execution) -> bool:
    """Whether an execution may open a position of its side."""
    is_bought = execution.side is OrderSide.BUY
    return is_bought or is_derivative(execution.symbol) or execution.kind is ExecutionKind.OPENING
