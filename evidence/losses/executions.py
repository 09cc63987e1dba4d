"""What was executed: fills, liquidations, forced deleveraging, and the positions that were held before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from data.schema import parse_base, parse_quote
from deviation.question import EPOCH, Group

MINUTE = timedelta(minutes=1)


class ExecutionKind(StrEnum):
    """Why a position changed; ``opening`` is one that was held when the history begins."""

    FILL = "fill"
    LIQUIDATION = "liquidation"
    ADL = "adl"
    OPENING = "opening"

    @property
    def label(self) -> str:
        """The kind in words.

        >>> ExecutionKind.ADL.label
        'forced deleveraging'
        """
        return {"adl": "forced deleveraging", "opening": "opening position"}.get(self.value, self.value)


class OrderSide(StrEnum):
    """Whether base units were bought or sold; an opening position that is long was bought."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """1 for what was bought, -1 for what was sold."""
        return 1 if self is OrderSide.BUY else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One change of a position.

    Attributes:
        line: its line or row in the file.
        time: in UTC.
        venue: ccxt id.
        symbol: ccxt unified symbol.
        side: bought or sold.
        quantity: above 0, in base units, with the digits of the file.
        price: above 0, in the quote, with the digits of the file.
        kind: why.
        fee: in the quote; below 0 for a rebate.
        order_id: as written; None without one.
    """

    line: int
    time: datetime
    venue: str
    symbol: str
    side: OrderSide
    quantity: Decimal
    price: Decimal
    kind: ExecutionKind = ExecutionKind.FILL
    fee: Decimal = Decimal(0)
    order_id: str | None = None

    @property
    def amount(self) -> Decimal:
        """Quantity times price, in the quote."""
        return self.quantity * self.price

    @property
    def minute(self) -> datetime:
        """The minute that holds the time."""
        return floor_to_minute(self.time)

    @property
    def asset(self) -> str:
        """The base of the symbol."""
        return parse_base(self.symbol)

    @property
    def quote(self) -> str:
        """The quote of the symbol, in capitals."""
        return parse_quote(self.symbol)

    @property
    def group(self) -> Group:
        """The group of the market."""
        return self.quote.lower()


def floor_to_minute(time: datetime) -> datetime:
    """The minute that holds an aware time.

    >>> from datetime import UTC
    >>> floor_to_minute(datetime(2025, 10, 10, 21, 20, 37, tzinfo=UTC)).isoformat()
    '2025-10-10T21:20:00+00:00'
    """
    return time - (time - EPOCH) % MINUTE
