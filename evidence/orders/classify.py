"""Classes the events of a log by the table of codes: by code, else by HTTP status, else by the order's state."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from evidence.orders.codes import Answer, OrderCodes, States
from evidence.orders.schema import CLASS, OUTCOME, OrderClass, Outcome

KEYS = ("venue", "code", "http_status", "state", "message_key", "period")
"""What the class depends on. Logs hold few different ones, so that each is looked up once."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Class and outcome of an event, and whether its answer implies a reduce-only order."""

    order_class: OrderClass
    outcome: Outcome
    implies_reduce_only: bool = False


UNKNOWN = Verdict(OrderClass.UNKNOWN, Outcome.UNDETERMINED)
"""The verdict on an answer that the table does not know."""


def classify_events(events: pl.DataFrame, codes: OrderCodes) -> pl.DataFrame:
    """The events with ``class`` and ``outcome``, and ``reduce_only`` where only their answer says it.

    Args:
        events: has ``time``, ``venue``, ``code``, ``http_status``, ``state``, ``message`` and ``reduce_only``.
        codes: the table.
    """
    keyed = events.with_columns(_build_message_key(codes).alias("message_key"), _build_period(codes).alias("period"))
    combinations = keyed.group_by(KEYS, maintain_order=True).agg(pl.col("time").min())
    verdicts = [judge_answer(codes, **row) for row in combinations.iter_rows(named=True)]
    table = combinations.drop("time").with_columns(
        pl.Series("class", [verdict.order_class.value for verdict in verdicts], CLASS),
        pl.Series("outcome", [verdict.outcome.value for verdict in verdicts], OUTCOME),
        pl.Series("implied", [verdict.implies_reduce_only for verdict in verdicts], pl.Boolean),
    )
    joined = keyed.join(table, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    implied = pl.when("implied").then(pl.lit(value=True))
    return joined.with_columns(reduce_only=pl.coalesce("reduce_only", implied)).drop("message_key", "period", "implied")


def judge_answer(
    codes: OrderCodes,
    *,
    venue: str | None,
    code: str | None,
    http_status: int | None,
    state: str | None,
    message_key: str | None,
    time: datetime,
    period: int = 0,  # noqa: ARG001 - a key of the group, whose first time stands for it
) -> Verdict:
    """The verdict on one answer.

    A known code rules; a known HTTP status speaks where no code is known, one of success only where there is no code at
    all; the state of an order speaks where there is neither.
    """
    found = find_answer(codes, venue=venue, code=code, http_status=http_status, message=message_key, time=time)
    if found is not None:
        return Verdict(found.order_class, found.outcome, found.reduce_only)
    states: States | None = None if code or state is None else codes.find_state(venue, state)
    return UNKNOWN if states is None else Verdict(states.order_class, states.outcome)


def find_answer(
    codes: OrderCodes,
    *,
    venue: str | None,
    code: str | None,
    http_status: int | None,
    message: str | None,
    time: datetime,
) -> Answer | None:
    """The entry of the table for an answer, by code or else by HTTP status; None if it has none."""
    text = message or ""
    if code and (answer := codes.find_code(venue, code, text, time)) is not None:
        return answer
    if http_status is None:
        return None
    answer = codes.find_status(venue, http_status, text, time)
    is_success = answer is not None and answer.order_class is OrderClass.ACCEPTED
    return None if is_success and code else answer


def _build_message_key(codes: OrderCodes) -> pl.Expr:
    """The words of the table that a message holds; null for none."""
    words = dict.fromkeys(answer.message for answer in codes.table.answers if answer.message is not None)
    lower = pl.col("message").str.to_lowercase()
    return pl.coalesce(
        *(pl.when(lower.str.contains(word.lower(), literal=True)).then(pl.lit(word)) for word in words),
        pl.lit(None, pl.String),
    )


def _build_period(codes: OrderCodes) -> pl.Expr:
    """The number of dates of the table that lie before an event: between two of them no meaning changes."""
    dates = sorted({answer.since for answer in codes.table.answers if answer.since is not None})
    starts = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in dates]
    return pl.sum_horizontal(pl.lit(0), *((pl.col("time") >= start).cast(pl.Int32) for start in starts))
