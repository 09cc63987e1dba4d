"""Losses in words: amounts with their digits, intervals, and the arithmetic behind them, for pages and terminal."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from dashboard.text.numbers import EN_DASH, MINUS_SIGN, TIMES_SIGN, format_count, format_exchanges
from data.catalogue import Catalogue
from deviation.wording import format_price
from evidence.losses.compensation import RuleRow
from evidence.losses.counterfactual import Basis, CounterfactualRow, Part
from evidence.losses.executions import Execution, ExecutionKind, OrderSide
from evidence.losses.lots import Closing
from evidence.losses.statement import OWN_PRICE, Bounds, StatementLine

MAX_DECIMALS = 8

SMALL_AMOUNT = 0.01
"""Amounts from here on have two decimals where they come from candles."""

BASIS_LABELS = {Basis.RANGES: "Range", Basis.REFERENCE: "Median"}

SIDE_LABELS = {OrderSide.SELL: "sold", OrderSide.BUY: "bought"}


def format_exact(value: Decimal) -> str:
    """A number of the file, or what follows from such numbers: all its digits, to eight decimals.

    >>> format_exact(Decimal("-7300.898216")), format_exact(Decimal("7326.10")), format_exact(Decimal(0))
    ('−7,300.898216', '7,326.1', '0')
    """
    text = f"{abs(value):,.{MAX_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{MINUS_SIGN if value < 0 and text != '0' else ''}{text}"


def format_money(value: float | Decimal) -> str:
    """An amount that follows from prices of candles: two decimals, of small ones three digits.

    >>> format_money(-1234.567), format_money(0.0001234), format_money(-0.0)
    ('−1,234.57', '0.000123', '0.00')
    """
    size = abs(float(value))
    text = f"{size:.3g}" if 0 < size < SMALL_AMOUNT else f"{size:,.2f}"
    return f"{MINUS_SIGN if value < 0 else ''}{text}"


def format_interval(ends: tuple[float, float] | Bounds | None) -> str:
    """Two amounts, as one where they read alike.

    >>> format_interval((-1, 2.5)), format_interval((2, 2.001)), format_interval(None)
    ('−1.00 to 2.50', '2.00', '–')
    """
    if ends is None:
        return EN_DASH
    low, high = (format_money(end) for end in ends)
    return low if low == high else f"{low} to {high}"


def format_price_interval(ends: tuple[float, float] | Bounds | None) -> str:
    """Two prices, as one where they read alike.

    >>> format_price_interval((1.5, 1.6)), format_price_interval((3.0, 3.0)), format_price_interval(None)
    ('1.5 to 1.6', '3', '–')
    """
    if ends is None:
        return EN_DASH
    low, high = (format_price(float(end)) for end in ends)
    return low if low == high else f"{low} to {high}"


def format_instant(time: datetime) -> str:
    """A time in UTC, with milliseconds where it has any.

    >>> from datetime import UTC
    >>> format_instant(datetime(2025, 10, 10, 21, 20, 37, 689000, tzinfo=UTC))
    '2025-10-10 21:20:37.689'
    """
    millis = f".{time.microsecond // 1000:03d}" if time.microsecond else ""
    return f"{time:%Y-%m-%d %H:%M:%S}{millis}"


def name_market(venue: str, symbol: str, catalogue: Catalogue) -> str:
    """The exchange by name, and the symbol."""
    return f"{catalogue.get_venue(venue).name} {symbol}"


def describe_row(row: CounterfactualRow) -> str:
    """What happened, in words.

    "sold, liquidation", or "sell refused, -2022".
    """
    if row.part is Part.REFUSED:
        return f"{row.side} refused, {row.what}" if row.what != "refused" else f"{row.side} refused"
    kind = ExecutionKind(row.what)
    return SIDE_LABELS[row.side] + ("" if kind is ExecutionKind.FILL else f", {kind.label}")


def describe_elsewhere(side: OrderSide) -> str:
    """What an amount elsewhere is."""
    return "would have fetched" if side is OrderSide.SELL else "would have cost"


def label_benchmark(benchmark: str) -> str:
    """A benchmark of a statement for people.

    >>> label_benchmark("own"), label_benchmark("usdt")
    ('Its own market', 'USDT exchanges')
    """
    return "Its own market" if benchmark == OWN_PRICE else format_exchanges(benchmark)


def describe_execution(execution: Execution) -> str:
    """The line and time of an execution, and why it took place unless it is a fill."""
    kind = "" if execution.kind is ExecutionKind.FILL else f", {execution.kind.label}"
    return f"line {execution.line}, {format_instant(execution.time)}{kind}"


def write_arithmetic(quantity: Decimal, prices: tuple[Decimal, Decimal], amount: Decimal, *, is_long: bool) -> str:
    """A result as a calculation that can be repeated by hand.

    >>> write_arithmetic(Decimal(5), (Decimal(9), Decimal(4)), Decimal(-25), is_long=True)
    '5 × (4 − 9) = −25'
    """
    start, end = (format_exact(price) for price in prices)
    first, second = (end, start) if is_long else (start, end)
    return f"{format_exact(quantity)} {TIMES_SIGN} ({first} {MINUS_SIGN} {second}) = {format_exact(amount)}"


def write_closing(closing: Closing) -> str:
    """The result of a closed quantity as a calculation."""
    prices = (closing.opened.price, closing.closed.price)
    return write_arithmetic(closing.quantity, prices, closing.result, is_long=closing.is_long)


def write_base_split(line: StatementLine) -> tuple[str, str]:
    """Both parts of a quantity that was held over the base, as calculations; two each where the price is an interval.

    The first calculation of either gives the lower end.
    """
    closing, price = line.closing, line.base_price
    if price is None or line.before is None or line.after is None:
        return EN_DASH, EN_DASH
    ends = price if closing.is_long else price[::-1]
    before = [(closing.opened.price, end) for end in ends]
    after = [(end, closing.closed.price) for end in reversed(ends)]
    return (
        _write_both(closing, before, line.before),
        _write_both(closing, after, line.after),
    )


def write_rule_row(row: RuleRow) -> str:
    """What a rule would pay for one execution, as a calculation; two where the price is an interval."""
    execution, price, amount = row.execution, row.price, row.amount
    if price is None or amount is None:
        return EN_DASH
    is_long = execution.side is OrderSide.SELL
    ends = price if is_long else price[::-1]
    texts = [
        write_arithmetic(execution.quantity, (execution.price, end), value, is_long=is_long)
        for end, value in zip(ends, amount, strict=True)
    ]
    return "; ".join(dict.fromkeys(texts))


def count_used(used: int, left_out: int, noun: str) -> str:
    """How many lines of a file were used.

    >>> count_used(12, 1, "line"), count_used(1, 0, "row")
    ('12 lines used, 1 not', '1 row used')
    """
    return f"{format_count(used, noun)} used" + (f", {left_out:,} not" if left_out else "")


def _write_both(closing: Closing, prices: Sequence[tuple[Decimal, Decimal]], amounts: Bounds) -> str:
    texts = [
        write_arithmetic(closing.quantity, pair, amount, is_long=closing.is_long)
        for pair, amount in zip(prices, amounts, strict=True)
    ]
    return "; ".join(dict.fromkeys(texts))
