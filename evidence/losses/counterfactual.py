"""What positions would have fetched in the same minute on other exchanges, beside what was realised."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from data.schema import parse_quote
from deviation.question import Group
from evidence.losses.elsewhere import GroupPrices, Interval, MarketMinute, MinutePrices
from evidence.losses.executions import Execution, ExecutionKind, OrderSide, floor_to_minute
from evidence.losses.refused_orders import RefusedOrder


class Part(StrEnum):
    """What a row is about; the two are never added up."""

    EXECUTED = "executed"
    REFUSED = "refused"


class Basis(StrEnum):
    """Which prices of the others a figure rests on."""

    RANGES = "ranges"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterfactualRow:
    """One execution or refused order against the other exchanges of one group.

    Attributes:
        part: which of the two.
        line: in its file.
        time: in UTC.
        venue: ccxt id.
        symbol: ccxt unified symbol; amounts are in its quote.
        side: bought or sold.
        what: the kind of the execution, or the code of the refusal.
        quantity: in base units.
        price: that of the execution, or the limit of the order; None without one.
        realised_quantity: how much was executed, of a refused order later; 0 for nothing.
        realised: what that fetched or cost.
        others: what the other exchanges say.
        reason: why the row is in no total; None where it is.
        remarks: what else matters, each a sentence without its full stop.
        is_repeat: whether it is an attempt at a position that another row counts for.
    """

    part: Part
    line: int
    time: datetime
    venue: str
    symbol: str
    side: OrderSide
    what: str
    quantity: Decimal
    price: Decimal | None
    realised_quantity: Decimal
    realised: Decimal
    others: GroupPrices
    reason: str | None
    remarks: tuple[str, ...]
    is_repeat: bool = False

    @property
    def quote(self) -> str:
        """The quote that amounts are in."""
        return parse_quote(self.symbol)

    def get_prices(self, basis: Basis) -> Interval | None:
        """The prices of the others; None where they cannot be compared."""
        return self.others.ranges if basis is Basis.RANGES else self.others.reference

    def compute_elsewhere(self, basis: Basis) -> Interval | None:
        """What the whole quantity would have fetched, or cost, there: quantity times price at either end."""
        prices = self.get_prices(basis)
        return None if prices is None else _multiply(self.quantity, prices)

    def compute_worse_by(self, basis: Basis) -> Interval | None:
        """How much worse the realised quantity was than there, below 0 if better; None where nothing was realised.

        Sold: what it would have fetched less what it fetched. Bought: what it cost less what it would have cost.
        """
        prices = self.get_prices(basis)
        if prices is None or not self.realised_quantity:
            return None
        low, high = _multiply(self.realised_quantity, prices)
        realised = float(self.realised)
        return (
            Interval(low - realised, high - realised)
            if self.side is OrderSide.SELL
            else Interval(realised - high, realised - low)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum of the rows of one part, side, quote and group that one basis has prices for.

    Lower ends are added to the lower end, upper ones to the upper end.

    Attributes:
        part: of the rows.
        side: of the rows.
        quote: that amounts are in.
        group: of the other exchanges.
        basis: of the prices.
        rows: how many were added.
        left_out: how many were not: they cannot be compared, or repeat another one.
        elsewhere: what the quantities would have fetched or cost.
        realised_rows: how many of the rows were executed, at least in part.
        realised: what these parts fetched or cost.
        worse_by: how much worse that was than elsewhere; None without such rows.
    """

    part: Part
    side: OrderSide
    quote: str
    group: Group
    basis: Basis
    rows: int
    left_out: int
    elsewhere: Interval
    realised_rows: int
    realised: Decimal
    worse_by: Interval | None


def list_wanted_minutes(executions: Iterable[Execution], orders: Iterable[RefusedOrder]) -> Iterator[MarketMinute]:
    """The minutes that `compare_executions` and `compare_refused_orders` need prices of."""
    for execution in executions:
        if execution.kind is not ExecutionKind.OPENING:
            yield MarketMinute(execution.venue, execution.symbol, execution.minute)
    for order in orders:
        yield MarketMinute(order.venue, order.symbol, floor_to_minute(order.time))


def compare_executions(
    executions: Iterable[Execution], prices: Mapping[MarketMinute, MinutePrices]
) -> Iterator[CounterfactualRow]:
    """A row per execution and group; opening positions have none."""
    for execution in executions:
        if execution.kind is ExecutionKind.OPENING:
            continue
        minute = prices[MarketMinute(execution.venue, execution.symbol, execution.minute)]
        for others in minute.groups.values():
            yield CounterfactualRow(
                part=Part.EXECUTED,
                line=execution.line,
                time=execution.time,
                venue=execution.venue,
                symbol=execution.symbol,
                side=execution.side,
                what=execution.kind.value,
                quantity=execution.quantity,
                price=execution.price,
                realised_quantity=execution.quantity,
                realised=execution.amount,
                others=others,
                reason=others.reason,
                remarks=others.remarks,
            )


def compare_refused_orders(
    orders: Iterable[RefusedOrder], prices: Mapping[MarketMinute, MinutePrices]
) -> Iterator[CounterfactualRow]:
    """A row per refused order and group."""
    for order in orders:
        minute = prices[MarketMinute(order.venue, order.symbol, floor_to_minute(order.time))]
        doubt = ("the exchange does not say whether it was executed",) if order.has_unknown_outcome else ()
        for others in minute.groups.values():
            yield CounterfactualRow(
                part=Part.REFUSED,
                line=order.line,
                time=order.time,
                venue=order.venue,
                symbol=order.symbol,
                side=order.side,
                what=order.code or "refused",
                quantity=order.quantity,
                price=order.limit,
                realised_quantity=order.filled,
                realised=order.filled_amount,
                others=others,
                reason=_find_reason(order, others),
                remarks=(*others.remarks, *doubt),
                is_repeat=order.repeat_of is not None,
            )


def add_up(rows: Iterable[CounterfactualRow]) -> tuple[Total, ...]:
    """The totals of rows, by part, side, quote, group and basis, in the order in which they first occur."""
    groups: dict[tuple[Part, OrderSide, str, Group], list[CounterfactualRow]] = {}
    for row in rows:
        groups.setdefault((row.part, row.side, row.quote, row.others.group), []).append(row)
    return tuple(_add_up_basis(key, members, basis) for key, members in groups.items() for basis in Basis)


def _add_up_basis(key: tuple[Part, OrderSide, str, Group], members: list[CounterfactualRow], basis: Basis) -> Total:
    part, side, quote, group = key
    rows = [row for row in members if row.reason is None and row.get_prices(basis) is not None]
    realised_rows = [row for row in rows if row.realised_quantity]
    worse_by = [interval for row in realised_rows if (interval := row.compute_worse_by(basis)) is not None]
    return Total(
        part=part,
        side=side,
        quote=quote,
        group=group,
        basis=basis,
        rows=len(rows),
        left_out=len(members) - len(rows),
        elsewhere=_sum(interval for row in rows if (interval := row.compute_elsewhere(basis)) is not None),
        realised_rows=len(realised_rows),
        realised=sum((row.realised for row in realised_rows), Decimal(0)),
        worse_by=_sum(worse_by) if worse_by else None,
    )


def _find_reason(order: RefusedOrder, others: GroupPrices) -> str | None:
    """Why a refused order is in no total; None where it is."""
    if order.repeat_of is not None:
        return f"repeats line {order.repeat_of}: one position counts once"
    prices = others.ranges or others.reference
    if prices is None or order.limit is None:
        return others.reason
    limit, (low, high) = float(order.limit), prices
    if order.side is OrderSide.SELL and limit > high:
        return f"its limit of {order.limit} lies above all that the others paid"
    if order.side is OrderSide.BUY and limit < low:
        return f"its limit of {order.limit} lies below all that the others paid"
    return others.reason


def _multiply(quantity: Decimal, prices: Interval) -> Interval:
    return Interval(*(float(quantity) * price for price in prices))


def _sum(intervals: Iterable[Interval]) -> Interval:
    low = high = 0.0
    for interval in intervals:
        low, high = low + interval.low, high + interval.high
    return Interval(low, high)
