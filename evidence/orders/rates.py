"""How many orders were refused: counts per minute and class, and refusal rates with Wilson intervals."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from evidence.orders.schema import OrderClass, Outcome

Z_95 = 1.959963984540054
"""The standard normal quantile of 97.5%: 95% lie between minus and plus this."""

RATE_RULE = (
    "Refused / attempted. Attempted are the orders that were accepted or refused; undetermined ones, whose status the "
    "exchange itself does not know (such as HTTP 503 with Unknown error) or whose answer is not in the table, are "
    "counted apart, and answers to cancellations and queries are no orders. Each event of the log counts as one order. "
    "Interval: Wilson, 95%."
)
"""What is counted, for people."""


@dataclass(frozen=True, slots=True)
class RefusalRate:
    """A refusal rate.

    Attributes:
        attempted: orders that were accepted or refused.
        refused: orders that were refused.
        undetermined: orders of which neither is known; they are not among the attempted.
        no_order: answers to other requests than new orders.
    """

    attempted: int
    refused: int
    undetermined: int
    no_order: int

    @property
    def rate(self) -> float | None:
        """Refused / attempted, a fraction; None without an attempt."""
        return self.refused / self.attempted if self.attempted else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson interval of the rate at 95%; None without an attempt."""
        return compute_wilson_interval(self.refused, self.attempted) if self.attempted else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The rate if every undetermined order was accepted, and if each was refused; None without any order."""
        total = self.attempted + self.undetermined
        return (self.refused / total, (self.refused + self.undetermined) / total) if total else None


def compute_wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a proportion (E. B. Wilson, J. Am. Stat. Assoc. 22 (158), 1927, 209-212).

    With p the share and n the trials its ends are (p + z^2/2n -+ z sqrt(p (1-p)/n + z^2/4n^2)) / (1 + z^2/n). It never
    leaves 0 to 1, and says something with no success and with few trials.

    >>> [round(end, 4) for end in compute_wilson_interval(1, 10)]
    [0.0179, 0.4042]

    Raises:
        ValueError: there is no trial, or there are more successes than trials.
    """
    if not 0 <= successes <= trials or trials == 0:
        message = f"{successes} of {trials} is no share"
        raise ValueError(message)
    share = successes / trials
    scale = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return low, high


def count_refusals(events: pl.DataFrame, *, reduce_only: bool = False) -> RefusalRate:
    """The refusal rate of events, or of those that are known to be of reduce-only orders."""
    chosen = events.filter(pl.col("reduce_only").eq_missing(other=True)) if reduce_only else events
    counts: Mapping[str, int] = dict(chosen["outcome"].cast(pl.String).value_counts().iter_rows())
    refused = counts.get(Outcome.REFUSED, 0)
    return RefusalRate(
        attempted=counts.get(Outcome.ACCEPTED, 0) + refused,
        refused=refused,
        undetermined=counts.get(Outcome.UNDETERMINED, 0),
        no_order=counts.get(Outcome.NO_ORDER, 0),
    )


def count_classes(events: pl.DataFrame) -> dict[OrderClass, int]:
    """The number of events of each class, also where it is 0."""
    counts = dict(events["class"].cast(pl.String).value_counts().iter_rows())
    return {order_class: counts.get(order_class.value, 0) for order_class in OrderClass}


def count_minutes(events: pl.DataFrame) -> pl.DataFrame:
    """The minutes with an event, in order.

    Returns:
        ``minute`` (its start, UTC), a count for each `OrderClass` by its name, ``attempted``, ``refused``,
        ``undetermined``, ``rate`` (a fraction, null without an attempt), ``low`` and ``high`` (its Wilson interval at
        95%, null likewise).
    """
    outcome = pl.col("outcome")
    counted = events.group_by(minute=pl.col("time").dt.truncate("1m")).agg(
        *((pl.col("class") == order_class.value).sum().alias(order_class.value) for order_class in OrderClass),
        attempted=outcome.is_in([Outcome.ACCEPTED.value, Outcome.REFUSED.value]).sum(),
        refused=(outcome == Outcome.REFUSED.value).sum(),
        undetermined=(outcome == Outcome.UNDETERMINED.value).sum(),
    )
    return add_rates(counted).sort("minute")


def add_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts of ``attempted`` and ``refused`` with ``rate``, ``low`` and ``high`` as `count_minutes` has them."""
    attempts = pl.col("attempted")
    share = pl.when(attempts > 0).then(pl.col("refused") / attempts)
    scale = 1 + Z_95**2 / attempts
    centre = (pl.col("rate") + Z_95**2 / (2 * attempts)) / scale
    variance = pl.col("rate") * (1 - pl.col("rate")) / attempts + Z_95**2 / (4 * attempts**2)
    half = Z_95 / scale * variance.sqrt()
    return counts.with_columns(rate=share).with_columns(
        low=pl.when(pl.col("refused") == 0).then(0 * pl.col("rate")).otherwise(centre - half),
        high=pl.when(pl.col("refused") == attempts).then(pl.col("rate")).otherwise(centre + half),
    )


def count_codes(events: pl.DataFrame) -> pl.DataFrame:
    """How often each answer came: exchange, code, HTTP status, class and outcome, with the most frequent first.

    Returns:
        ``venue``, ``code``, ``http_status``, ``class``, ``outcome``, ``count``, ``first`` and ``last`` (times), and
        ``message`` (that of the first such event).
    """
    keys = ("venue", "code", "http_status", "class", "outcome")
    return (
        events.sort("time", maintain_order=True)
        .group_by(keys, maintain_order=True)
        .agg(
            count=pl.len(),
            first=pl.col("time").min(),
            last=pl.col("time").max(),
            message=pl.col("message").first(),
        )
        .sort("count", "first", descending=[True, False], maintain_order=True)
    )
