"""Builds events from the rows of a log: reads each field, classes the answers and finds the markets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.files.formats.raw_table import LINE_COLUMN
from evidence.orders.classify import classify_events
from evidence.orders.codes import load_order_codes
from evidence.orders.layouts import ROLES, LogLayout
from evidence.orders.markets import match_markets
from evidence.orders.plain_lines import NO_ANSWER
from evidence.orders.schema import ORDER_EVENTS
from evidence.orders.values import (
    build_number,
    build_side,
    build_status,
    build_switch,
    build_text,
    parse_log_times,
    resolve_venues,
)

STATUS_AS_STATE = r"^\s*[1-5]\d\d\s*$"
"""A column named status holds HTTP statuses where its values look like this."""

CODE = r"^\s*([+-]?\d+)(?:\.0*)?\s*$"
"""A code that is a number, which spreadsheets write with a fraction."""


@dataclass(frozen=True, slots=True)
class BuiltEvents:
    """Events (`ORDER_EVENTS`), bad lines (``line`` and ``reason``), and how many rows belong to a row above."""

    events: pl.DataFrame
    bad_lines: pl.DataFrame
    detail_rows: int


def build_events(
    path: Path,
    rows: pl.DataFrame,
    roles: Mapping[str, str],
    *,
    layout: LogLayout,
    zone: str | None,
    venue: str | None,
    skew_s: float,
    now: datetime | None = None,
) -> BuiltEvents:
    """The events of rows of text.

    Args:
        path: the file, for messages.
        rows: `LINE_COLUMN` and columns of text.
        roles: the column of each role.
        layout: the form of the log.
        zone: of times without one.
        venue: the exchange of events that name none; what the layout says comes first.
        skew_s: seconds that are added to every time.
        now: the time of reading; None if times may lie after the following day.

    Raises:
        FileRefused: the column of times is of another type than text.
    """
    written = rows.select(
        pl.col(LINE_COLUMN).alias("line"),
        *((pl.col(roles[role]) if role in roles else pl.lit(None)).cast(pl.String).alias(role) for role in ROLES),
    )
    details = pl.all_horizontal(pl.lit(bool(layout.detail_marks)), *map(_is_empty, sorted(layout.detail_marks)))
    main = written.filter(~details)
    if "http_status" not in roles and main["state"].drop_nulls().str.contains(STATUS_AS_STATE).any():
        is_status = pl.col("state").str.contains(STATUS_AS_STATE)
        main = main.with_columns(http_status=pl.when(is_status).then("state"), state=pl.when(~is_status).then("state"))
    times = parse_log_times(path, main["time"], zone, now)
    venues = resolve_venues(main["venue"], load_catalogue().venue_names)
    skew_ms = round(1000 * skew_s)
    read = main.select(
        "line",
        times["time"] + pl.duration(milliseconds=skew_ms),
        pl.coalesce(venues, pl.lit(layout.venue, pl.String), pl.lit(venue, pl.String)).alias("venue"),
        build_text("symbol").alias("symbol"),
        build_side("side").alias("side"),
        build_number("quantity").alias("quantity"),
        build_number("price").alias("price"),
        build_switch("reduce_only").alias("reduce_only"),
        build_status("http_status").alias("http_status"),
        pl.coalesce(pl.col("code").str.extract(CODE), build_text("code")).alias("code"),
        pl.coalesce(build_text("message"), build_text("state")).alias("message"),
        pl.coalesce(
            build_text("state"), pl.lit(layout.state, pl.String), pl.col("message").str.extract(NO_ANSWER)
        ).alias("state"),
        times["fault"],
    )
    is_answer = pl.any_horizontal(pl.col(name).is_not_null() for name in ("code", "http_status", "state", "message"))
    reason = pl.coalesce("fault", pl.when(~is_answer).then(pl.lit("says nothing of what became of the order")))
    judged = read.with_columns(reason=reason)
    good = judged.filter(pl.col("reason").is_null())
    classed = classify_events(good, load_order_codes())
    events = match_markets(classed, derivatives=layout.derivatives).select(*ORDER_EVENTS)
    return BuiltEvents(events, judged.filter(pl.col("reason").is_not_null()).select("line", "reason"),
                       len(written) - len(main))  # fmt: skip


def _is_empty(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")
