"""The rows of an order log: one per event, whatever file they came from."""

from enum import StrEnum

import polars as pl

from data.schema import TIME


class OrderClass(StrEnum):
    """What the answer to an order says about where it ended."""

    TRANSPORT = "transport"
    MATCHING_RISK = "matching-risk"
    RATE_LIMIT = "rate-limit"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What is known of the order itself; see docs/order-logs.md for what counts as attempted and as refused."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDETERMINED = "undetermined"
    NO_ORDER = "no-order"


CLASS = pl.Enum([order_class.value for order_class in OrderClass])
"""The column of `OrderClass`."""

OUTCOME = pl.Enum([outcome.value for outcome in Outcome])
"""The column of `Outcome`."""

ORDER_EVENTS: dict[str, pl.DataType] = {
    "line": pl.UInt32(),
    "time": TIME,
    "venue": pl.String(),
    "symbol": pl.String(),
    "asset": pl.String(),
    "market": pl.String(),
    "side": pl.String(),
    "quantity": pl.Float64(),
    "price": pl.Float64(),
    "reduce_only": pl.Boolean(),
    "http_status": pl.Int32(),
    "code": pl.String(),
    "message": pl.String(),
    "class": CLASS,
    "outcome": OUTCOME,
}
"""One event of an order log, in the order of the file.

``line`` is counted from 1 in the file; ``time`` is UTC with the clock skew added; ``venue`` a ccxt id; ``symbol`` as
written, ``asset`` its base and ``market`` the ccxt unified symbol; ``side`` buy or sell; ``quantity`` in base units,
``price`` in the quote; ``code`` the exchange's own ("-2022"); ``class`` one of `OrderClass`, ``outcome`` of `Outcome`:
undetermined where the exchange itself does not say whether the order was placed (a 503 "Unknown error"), no-order for
answers to cancellations and queries. Null is not stated, or cannot be told. Only ``line``, ``time``, ``class`` and
``outcome`` are never null.
"""

BAD_LINE: dict[str, pl.DataType] = {"line": pl.UInt32(), "reason": pl.String(), "text": pl.String()}
"""A line that could not be read, why, and how it begins."""
