"""`scan --days`: every day of a range measured like a scan, and counted for each exchange."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click
import polars as pl
from rich.console import Group as Stack
from rich.console import RenderableType

from analysis.engine.run import Engine
from analysis.scan.history import HistoryRequest, list_month_spans, measure_history
from cli import clock
from cli.scan.measuring import ScannedAssets
from cli.session import Session
from cli.tables.console import build_table
from dashboard.text.clock import format_day
from dashboard.text.numbers import EN_DASH, format_count, format_signed_percent
from data.catalogue import Catalogue
from data.errors import NoUsableCandles
from data.schema import TIME
from deviation.side import Side

SHOWN_DAYS = 20
"""Days with the largest gaps that are listed; the JSON has all days."""

WITHIN_PCT = (1, 5, 10, 20, 50)
"""Gaps in per cent of which the days within are counted."""

DAY_RANGE = ".."
"""Stands between the first and the last day."""


class DayRange(click.ParamType[tuple[date, date]]):
    """Two UTC days, both included, such as 2025-01-01..2025-12-31."""

    name = "day..day"

    def convert(
        self, value: str | tuple[date, date], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, date]:
        """The first and the last day."""
        if isinstance(value, tuple):
            return value
        try:
            first, last = map(date.fromisoformat, value.split(DAY_RANGE))
        except ValueError:
            self.fail(f"{value!r} is not of the form 2025-01-01..2025-12-31", param, ctx)
        if last < first:
            self.fail(f"{value!r} holds no day: write the earlier one first", param, ctx)
        return first, last


def find_day_edges(days: tuple[date, date]) -> tuple[datetime, datetime]:
    """The first minute of the first day and the end of the last one, in UTC."""
    first, last = (datetime.combine(day, time(), UTC) for day in days)
    return first, last + timedelta(days=1)


def measure_days(
    session: Session,
    days: tuple[date, date],
    focus: str,
    scanned: ScannedAssets,
    venues: Sequence[str],
    engine: Engine,
    *,
    keeps_measured: bool,
) -> pl.DataFrame:
    """Measure the days, save each month as soon as it is there, and return all days: `data.tables.history.HISTORY_ROW`.

    With ``keeps_measured`` days that are saved already, of the same exchanges and from the same kind of list, are not
    measured again, so that a stopped run goes on. ``venues`` are those chosen by hand, empty for all.

    Raises:
        NoUsableCandles: on no day an asset could be compared.
        StoreUnusable: the store cannot be read or written.
        TaskFailed: an asset could not be measured.
        UsageError: the engine is not there.
    """
    first, last = days
    history = session.store.history
    choices = {"venues": list(venues)} if venues else {}
    done: Collection[date] = history.list_days_like(focus, scanned.universe, choices) if keeps_measured else ()
    request = HistoryRequest(
        made_at=clock.now(),
        assets=scanned.assets,
        first=first,
        last=last,
        focus=focus,
        universe=scanned.universe,
        choices=choices,
    )
    months = measure_history(session.store, session.catalogue, request, engine, done)
    for (start, count), rows in zip(list_month_spans(first, last, done), months, strict=False):
        history.save(rows)
        session.print_note(f"{format_day(start)} {start.year}: {format_count(count, 'day')} measured")
    rows = history.read(first, last, focus, choices=choices, universe=scanned.universe)
    if rows.is_empty():
        name = session.catalogue.get_venue(focus).name
        message = (
            f"nothing to compare: on no day from {first} to {last} the store has a coin with prices of {name} and of "
            "at least two other exchanges; collect them with `scan --days` without --no-collect"
        )
        raise NoUsableCandles(message)
    return rows


def format_history(rows: pl.DataFrame, focus: str, catalogue: Catalogue) -> RenderableType:
    """For each quote and side the days within a gap, and the days with the largest ones, for one exchange."""
    parts: list[RenderableType] = []
    own = rows.filter(pl.col("venue") == focus, pl.col("assets") > 0)
    for group in own["group"].unique().sort():
        for side in Side:
            chosen = own.filter(group=group, side=side.value)
            if not chosen.is_empty():
                parts += [*_build_side_parts(chosen, catalogue.get_venue(focus).name, group, side), ""]
    return Stack(*parts[:-1])


def _build_side_parts(rows: pl.DataFrame, name: str, group: str, side: Side) -> list[RenderableType]:
    """A sentence and a table of one exchange, quote and side."""
    extreme = "lowest" if side is Side.BELOW else "highest"
    sizes = rows["gap_most"].abs()
    within = "; ".join(f"{pct}%: {(sizes <= pct / 100).sum():,}" for pct in WITHIN_PCT)
    sentence = (
        f"{name}, {group.upper()}: of {format_count(len(rows), 'day')}, those on which no coin's {extreme} trade was "
        f"further {side.value} the second-{extreme} exchange than {within}."
    )
    largest = rows.with_columns(size=pl.col("gap_most").abs()).sort("size", "day", descending=[True, False])
    table = build_table(
        f"Days with the largest gaps between {name}'s {extreme} trade and the second-{extreme}",
        ("day",),
        ("coins", extreme, "by chance", "99% of gaps\nwithin", "largest\ngap"),
        ("coin",),
    )
    for row in largest.head(SHOWN_DAYS).iter_rows(named=True):
        table.add_row(
            str(row["day"]),
            f"{row['assets']:,}",
            f"{row['first']:,}",
            f"{row['even_share']:.0f}",
            format_signed_percent(row["gap_99"]),
            format_signed_percent(row["gap_most"]),
            row["gap_most_asset"] or EN_DASH,
        )
    return [sentence, table]


def build_history_json(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """All rows of all exchanges; days and times as ISO 8601."""
    times = [name for name, dtype in rows.schema.items() if dtype == TIME]
    texts = rows.with_columns(
        pl.col("day").dt.to_string("%Y-%m-%d"), *(pl.col(name).dt.to_string("%Y-%m-%dT%H:%M:%SZ") for name in times)
    )
    return texts.to_dicts()
