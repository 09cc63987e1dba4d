"""What a log says in numbers, as one structure for terminal, page, picture and JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data.times import format_time
from evidence.orders.classify import find_answer
from evidence.orders.codes import Answer, CodeNote, find_family, load_order_codes
from evidence.orders.rates import RATE_RULE, RefusalRate, count_classes, count_codes, count_minutes, count_refusals
from evidence.orders.read_log import OrderLog
from evidence.orders.schema import OrderClass, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCount:
    """How often one answer came, and what it means.

    Attributes:
        venue: the exchange; None if not stated.
        label: the code, else the HTTP status, else "no code".
        order_class: its class.
        outcome: what it says of the order.
        count: how often it came.
        first: when it first came.
        last: when it last came.
        answer: the entry of the table; None if it has none.
        message: the message of the first such event.
    """

    venue: str | None
    label: str
    order_class: OrderClass
    outcome: Outcome
    count: int
    first: datetime
    last: datetime
    answer: Answer | None
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """The counts of some events, and what has to be known beside them."""

    events: int
    classes: dict[OrderClass, int]
    all_orders: RefusalRate
    reduce_only: RefusalRate
    codes: tuple[CodeCount, ...]
    minutes: pl.DataFrame
    notes: tuple[CodeNote, ...]


def summarize_events(events: pl.DataFrame) -> OrderSummary:
    """The counts of events, which are `evidence.orders.schema.ORDER_EVENTS`."""
    counted = count_codes(events)
    return OrderSummary(
        events=len(events),
        classes=count_classes(events),
        all_orders=count_refusals(events),
        reduce_only=count_refusals(events, reduce_only=True),
        codes=tuple(_build_code_count(row) for row in counted.iter_rows(named=True)),
        minutes=count_minutes(events),
        notes=tuple(note for note in load_order_codes().table.notes if _concerns(note, counted)),
    )


def build_summary_json(summary: OrderSummary) -> dict[str, Any]:
    """The counts as JSON: times are ISO 8601 with Z, rates fractions or null."""
    return {
        "events": summary.events,
        "classes": {order_class.value: count for order_class, count in summary.classes.items()},
        "refusals": {
            "rule": RATE_RULE,
            "all": _build_rate_json(summary.all_orders),
            "reduce_only": _build_rate_json(summary.reduce_only),
        },
        "codes": [_build_code_json(code) for code in summary.codes],
        "notes": [{"text": note.text, "source": note.source} for note in summary.notes],
        "minutes": [{**row, "minute": format_time(row["minute"])} for row in summary.minutes.iter_rows(named=True)],
    }


def build_log_json(log: OrderLog) -> dict[str, Any]:
    """What was read of a log as JSON, without its counts."""
    times = log.events["time"]
    return {
        "file": log.name,
        "recognised": log.recognised,
        "columns": dict(log.roles) if log.columns else {},
        "zone": log.zone,
        "skew_s": log.skew_s,
        "first": None if times.is_empty() else format_time(times.min()),  # type: ignore[arg-type]
        "last": None if times.is_empty() else format_time(times.max()),  # type: ignore[arg-type]
        "remarks": list(log.remarks),
        "skipped_lines": log.skipped,
        "bad_lines": log.bad_lines.to_dicts(),
    }


def _build_code_count(row: dict[str, Any]) -> CodeCount:
    code, status = row["code"], row["http_status"]
    answer = find_answer(
        load_order_codes(),
        venue=row["venue"],
        code=code,
        http_status=status,
        message=row["message"],
        time=row["first"],
    )
    return CodeCount(
        venue=row["venue"],
        label=code or ("no code" if status is None else f"HTTP {status}"),
        order_class=OrderClass(row["class"]),
        outcome=Outcome(row["outcome"]),
        count=row["count"],
        first=row["first"],
        last=row["last"],
        answer=answer,
        message=row["message"],
    )


def _concerns(note: CodeNote, counted: pl.DataFrame) -> bool:
    """Whether one of the counted answers is one that the note is about."""
    return any(
        find_family(venue) == note.venue and (code in note.codes or (code is None and status in note.http_statuses))
        for venue, code, status in counted.select("venue", "code", "http_status").iter_rows()
    )


def _build_rate_json(rate: RefusalRate) -> dict[str, Any]:
    return {
        "attempted": rate.attempted,
        "refused": rate.refused,
        "rate": rate.rate,
        "wilson_95": None if rate.interval is None else list(rate.interval),
        "undetermined": rate.undetermined,
        "rate_bounds": None if rate.bounds is None else list(rate.bounds),
        "no_order": rate.no_order,
    }


def _build_code_json(code: CodeCount) -> dict[str, Any]:
    answer = code.answer
    return {
        "venue": code.venue,
        "answer": code.label,
        "class": code.order_class.value,
        "outcome": code.outcome.value,
        "count": code.count,
        "first": format_time(code.first),
        "last": format_time(code.last),
        "meaning": None if answer is None else answer.meaning,
        "source": None if answer is None else answer.source,
        "since": None if answer is None or answer.since is None else answer.since.isoformat(),
        "first_message": code.message,
    }
