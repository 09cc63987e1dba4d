"""What was lost before and after a minute: each closed quantity is split at the price of that minute."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from deviation.question import COMMON_GROUPS
from evidence.losses.elsewhere import Interval, MarketMinute, MinutePrices
from evidence.losses.executions import Execution
from evidence.losses.lots import Closing, compute_result

BASE_OFFSETS_MIN = (-5, -1, 0, 1, 5)
"""Minutes by which the base is moved, to show what depends on it."""

OWN_PRICE = "own"
"""The benchmark that is the closing price of the position's own market; the others are groups of other exchanges."""


class Bounds(NamedTuple):
    """Two amounts, or prices, between which the truth lies, the lower one first."""

    low: Decimal
    high: Decimal

    def add(self, other: "Bounds") -> "Bounds":
        """The sums of the lower and of the upper ends."""
        return Bounds(self.low + other.low, self.high + other.high)


ZERO = Bounds(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One closed quantity, split at the base minute.

    Attributes:
        closing: the quantity, and what opened and closed it.
        base_price: the benchmark's price in the base minute; None where the quantity was not held over it, or where
            there is no price.
        before: the part of the result up to the base; None where it cannot be split.
        after: the part from the base on; None likewise.
    """

    closing: Closing
    base_price: Bounds | None
    before: Bounds | None
    after: Bounds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTotal:
    """The sums of one quote; below 0 is a loss.

    Attributes:
        quote: that amounts are in.
        result: of all closed quantities, whatever the base.
        realised_before: the results of what was closed before the base.
        realised_after: the results of what was closed from the base on.
        before: what had arisen by the base, at the benchmark's price, of all that can be split.
        after: what arose from the base on.
        unsplit: the results of the lines that cannot be split.
        unsplit_lines: how many these are.
        fees_before: what was paid in fees before the base; in no result.
        fees_after: what was paid from the base on.
    """

    quote: str
    result: Decimal
    realised_before: Decimal
    realised_after: Decimal
    before: Bounds
    after: Bounds
    unsplit: Decimal
    unsplit_lines: int
    fees_before: Decimal
    fees_after: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What was lost before and after a minute by one benchmark: `OWN_PRICE` or a group; lines by their quote."""

    base: datetime
    benchmark: str
    lines: tuple[StatementLine, ...]
    totals: tuple[StatementTotal, ...]


def list_bases(base: datetime) -> tuple[datetime, ...]:
    """The base and the minutes around it that a statement is repeated for, by time."""
    return tuple(base + timedelta(minutes=offset) for offset in BASE_OFFSETS_MIN)


def list_base_minutes(closings: Iterable[Closing], bases: Sequence[datetime]) -> Iterator[MarketMinute]:
    """The minutes that `build_statement` needs prices of."""
    for closing in closings:
        for base in bases:
            if _is_held_over(closing, base):
                yield MarketMinute(closing.opened.venue, closing.opened.symbol, base)


def build_statement(
    closings: Sequence[Closing],
    executions: Iterable[Execution],
    prices: Mapping[MarketMinute, MinutePrices],
    base: datetime,
    benchmark: str,
) -> Statement:
    """Split every closed quantity at a minute.

    A quantity that was opened before the base and closed from the base on is valued in the base minute: at its own
    market's closing price, or at both ends of the median of other exchanges. What was opened or closed on one side of
    the base belongs there as a whole. Markets that are not compared with the group are left out.

    Args:
        closings: the closed quantities.
        executions: those with fees.
        prices: those of `list_base_minutes`.
        base: the minute; what happens within it is after it.
        benchmark: `OWN_PRICE` or a group.
    """
    quotes: dict[str, list[StatementLine]] = {}
    for closing in closings:
        quote = closing.opened.quote
        if benchmark in {OWN_PRICE, quote.lower(), *COMMON_GROUPS}:
            quotes.setdefault(quote, []).append(_split(closing, prices, base, benchmark))
    fees: dict[tuple[str, bool], Decimal] = {}
    for execution in executions:
        key = (execution.quote, execution.time < base)
        fees[key] = fees.get(key, Decimal(0)) + execution.fee
    totals = tuple(
        _add_up(
            quote,
            members,
            base,
            (fees.get((quote, True), Decimal(0)), fees.get((quote, False), Decimal(0))),
        )
        for quote, members in quotes.items()
    )
    lines = tuple(line for members in quotes.values() for line in members)
    return Statement(base, benchmark, lines, totals)


def read_benchmark(minute: MinutePrices, benchmark: str) -> Bounds | None:
    """The price of a benchmark in a minute; None without one."""
    if benchmark == OWN_PRICE:
        interval = None if minute.own_close is None else Interval(minute.own_close, minute.own_close)
    else:
        group = minute.groups.get(benchmark)
        interval = None if group is None else group.reference
    return None if interval is None else Bounds(*(Decimal(repr(price)) for price in interval))


def value_move(quantity: Decimal, start: Bounds, end: Bounds, *, is_long: bool) -> Bounds:
    """What a quantity earned between two prices that are known within bounds."""
    if is_long:
        worst, best = (start.high, end.low), (start.low, end.high)
    else:
        worst, best = (start.low, end.high), (start.high, end.low)
    return Bounds(compute_result(quantity, *worst, is_long=is_long), compute_result(quantity, *best, is_long=is_long))


def _is_held_over(closing: Closing, base: datetime) -> bool:
    return closing.opened.time < base <= closing.closed.time


def _split(
    closing: Closing, prices: Mapping[MarketMinute, MinutePrices], base: datetime, benchmark: str
) -> StatementLine:
    whole = Bounds(closing.result, closing.result)
    if closing.closed.time < base:
        return StatementLine(closing=closing, base_price=None, before=whole, after=ZERO)
    if closing.opened.time >= base:
        return StatementLine(closing=closing, base_price=None, before=ZERO, after=whole)
    minute = prices[MarketMinute(closing.opened.venue, closing.opened.symbol, base)]
    price = read_benchmark(minute, benchmark)
    if price is None:
        return StatementLine(closing=closing, base_price=None, before=None, after=None)
    opened, closed = (Bounds(execution.price, execution.price) for execution in (closing.opened, closing.closed))
    return StatementLine(
        closing=closing,
        base_price=price,
        before=value_move(closing.quantity, opened, price, is_long=closing.is_long),
        after=value_move(closing.quantity, price, closed, is_long=closing.is_long),
    )


def _add_up(
    quote: str, lines: Sequence[StatementLine], base: datetime, fees: tuple[Decimal, Decimal]
) -> StatementTotal:
    before, after = ZERO, ZERO
    unsplit = [line for line in lines if line.before is None]
    for line in lines:
        if line.before is not None and line.after is not None:
            before, after = before.add(line.before), after.add(line.after)
    results = [(line.closing.closed.time < base, line.closing.result) for line in lines]
    return StatementTotal(
        quote=quote,
        result=sum((result for _, result in results), Decimal(0)),
        realised_before=sum((result for is_before, result in results if is_before), Decimal(0)),
        realised_after=sum((result for is_before, result in results if not is_before), Decimal(0)),
        before=before,
        after=after,
        unsplit=sum((line.closing.result for line in unsplit), Decimal(0)),
        unsplit_lines=len(unsplit),
        fees_before=fees[0],
        fees_after=fees[1],
    )
